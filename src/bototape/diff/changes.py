"""
The facts: what changed between two models of a service, where, in which direction, for which operations.

Structures are compared where they stand, not by the names of their shapes: a renamed shape changes nothing else, and a
shape shared by forty operations is compared once. Judgement is `bototape.diff.rules`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from bototape.diff import facts, renames, traits
from bototape.diff.traits import Fact
from bototape.diff.walk import More, Walk
from bototape.shapes import Operation, Service, Side

__all__ = ["SERVICE", "Change", "detect", "whole"]

#: The place of what is about a service as a whole.
SERVICE = "metadata"


@dataclass(frozen=True, slots=True)
class Change:
    """
    One fact about two models.

    *place* is the shortest way to it (``DescribeAutoMLJob.output.BestCandidate.CandidateStatus``; ``[]`` is a
    list's element, ``{}`` a map's value, ``{key}`` its key; ``metadata`` the service itself). *operations* are
    all the ways, shortest first, one for each operation, side and member that meet it; *directions* are those sides,
    empty for a fact about a whole operation or service. *old* and *new* are the values as text, empty for none.

    *owner* is what it is about, whatever leads there: the shape and member (``AutoMLCandidate.CandidateStatus``; two
    shapes of different names are ``Old>New``), or the operation; empty is the place. *note* is for readers.
    """

    place: str
    kind: str
    old: str
    new: str
    directions: tuple[Side, ...]
    operations: tuple[str, ...]
    service: str
    owner: str = ""
    note: str = ""

    @property
    def fingerprint(self) -> str:
        """12 hex digits of kind, service, owner and values: whatever releases, operations or wording show it."""
        text = f"{self.kind}:{self.service}:{self.owner or self.place}:{self.old}:{self.new}"
        return sha256(text.encode()).hexdigest()[:12]


def detect(
    old: Service, new: Service, service: str = "", *, entire: bool = False, more: More | None = None
) -> list[Change]:
    """
    Return every change from *old* to *new*, sorted by place and kind.

    *service* is botocore's name of it (``sagemaker``); without it the model's own id is used. With *entire*, both
    models have all shapes of their releases, so that an error no operation names any more is known to be gone. *more*
    compares what models do not hold. Swapped models give the mirrored changes, equal ones none.
    """
    name = service or _service_id(new)
    found = [*_of_service(old, new, name), *_of_operations(old, new, name), *_by_structure(old, new, name, more)]
    if entire:
        found += _classes(old, new, name)
    return sorted(found, key=_where_and_what)


def _service_id(model: Service) -> str:
    return str(model.metadata.get("serviceId", "")).lower().replace(" ", "-")


def _where_and_what(change: Change) -> tuple[str, ...]:
    return change.place, change.kind, change.old, change.new, change.owner


def whole(place: str, fact: Fact, service: str, *ways: str) -> Change:
    """Return *fact* about an operation or service as a whole; *ways* are the operations, none for the service."""
    return Change(place, fact.kind, fact.old, fact.new, (), ways, service, place, fact.note)


def _of_service(old: Service, new: Service, service: str) -> Iterator[Change]:
    for fact in facts.of_metadata(old.metadata, new.metadata):
        yield whole(SERVICE, fact, service)


def _of_operations(old: Service, new: Service, service: str) -> Iterator[Change]:
    """Compare the operations, without looking into their shapes."""
    renamed = renames.operations(old, new)
    origins = {after: before for before, after in renamed.items()}
    for name in new.operations.keys() - old.operations.keys():
        note = f"looks like {origins[name]} renamed" if name in origins else ""
        yield whole(name, Fact("operation-added", new=name, note=note), service, name)
    for name in old.operations.keys() - new.operations.keys():
        note = f"looks renamed to {renamed[name]}" if name in renamed else _deprecated(old.operations[name])
        yield whole(name, Fact("operation-removed", old=name, note=note), service, name)
    metadata = old.metadata, new.metadata
    for name in old.operations.keys() & new.operations.keys():
        for fact in facts.of_operations(old.operations[name], new.operations[name], metadata):
            yield whole(name, fact, service, name)


def _deprecated(operation: Operation) -> str:
    if not operation.traits.get("deprecated"):
        return ""
    return f"was deprecated {traits.deprecation(operation.traits)}".rstrip()


def _by_structure(old: Service, new: Service, service: str, more: More | None) -> Iterator[Change]:
    walk = Walk(old, new, more)
    for name in sorted(old.operations.keys() & new.operations.keys()):
        for side in ("input", "output"):
            walk.side(name, side)
        walk.errors(old.operations[name], new.operations[name])
    walk.follow()
    for sides, ways, owner, fact in walk.found():
        places = tuple(way + fact.at for way in ways) if fact.at else tuple(ways)
        place = places[0]
        yield Change(place, fact.kind, fact.old, fact.new, sides, places, service, owner + fact.at, fact.note)


def _classes(old: Service, new: Service, service: str) -> Iterator[Change]:
    """Compare the exception classes of a client: one for each shape marked so, named by an operation or not."""
    before, after = _exceptions(old), _exceptions(new)
    for name in after - before:
        yield _class(Fact("error-class-added", new=name), new, name, service)
    for name in before - after:
        yield _class(Fact("error-class-removed", old=name), old, name, service)


def _exceptions(model: Service) -> set[str]:
    return {name for name, shape in model.shapes.items() if shape.traits.get("exception")}


def _class(fact: Fact, model: Service, name: str, service: str) -> Change:
    ways = tuple(sorted(f"{each.name}.error.{name}" for each in model.operations.values() if name in each.errors))
    place = f"exceptions.{name}"
    return Change(place, fact.kind, fact.old, fact.new, ("error",), ways, service, place)
