"""
Count what recordings exercise of an API.

A member counts once for each operation and side, by the structure that has it, however many ways lead there; so does an
enum value, by its shape. That keeps recursive shapes finite, and one deep answer from counting a hundred times.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from bototape import shapes as api
from bototape.errors import WireError
from bototape.recordings import Recorded
from bototape.releases import Model
from bototape.shapes import Operation, Shape, Side, reach
from bototape.wire.codec import Codec, is_error

__all__ = ["KINDS", "Covered", "Kind", "Service", "Tally", "covered"]

#: What is counted of each operation.
Kind = Literal["input", "output", "values", "errors", "pages"]

KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Tally:
    """Things that can be exercised, those that are, and those that are not, each by its name."""

    used: frozenset[str] = frozenset()
    every: frozenset[str] = frozenset()

    @property
    def missing(self) -> tuple[str, ...]:
        """What is not exercised, sorted."""
        return tuple(sorted(self.every - self.used))

    @property
    def share(self) -> float | None:
        """The part that is exercised, 0 to 1; None of nothing."""
        return len(self.used & self.every) / len(self.every) if self.every else None

    def __str__(self) -> str:
        return f"{len(self.used & self.every)}/{len(self.every)}" if self.every else "-"


@dataclass(frozen=True, slots=True)
class Covered:
    """One operation: how many *calls* of it are recorded, and what they exercise by kind."""

    operation: str
    calls: int
    tallies: Mapping[Kind, Tally]


@dataclass(frozen=True, slots=True)
class Service:
    """One service in one *release*: each of its operations that is known, and calls that could not be read."""

    name: str
    release: str
    operations: tuple[Covered, ...]
    unread: int = 0
    unknown: tuple[str, ...] = field(default=())

    def total(self, kind: Kind) -> tuple[int, int]:
        """Return how many things of *kind* are exercised, and how many there are."""
        tallies = [each.tallies[kind] for each in self.operations]
        return sum(len(each.used & each.every) for each in tallies), sum(len(each.every) for each in tallies)

    @property
    def share(self) -> float:
        """The part of all things that is exercised, operations included, 0 to 1."""
        sums = [self.total(each) for each in KINDS]
        called = sum(1 for each in self.operations if each.calls)
        return (sum(each[0] for each in sums) + called) / max(1, sum(each[1] for each in sums) + len(self.operations))


def covered(model: Model, calls: Iterable[Recorded]) -> Service:
    """Return what *calls*, all of the service of *model*, exercise of it."""
    service = model.service
    codec = Codec(service)
    seen: dict[str, _Seen] = {name: _Seen(service, each) for name, each in service.operations.items()}
    unread, unknown = 0, set[str]()
    tokens = _tokens(model)
    for each in calls:
        if each.operation not in seen:
            unknown.add(each.operation)
            continue
        try:
            seen[each.operation].add(codec, each, tokens.get(each.operation, ()))
        except WireError:
            unread += 1
    found = (_counted(service, name, one, tokens.get(name, ())) for name, one in sorted(seen.items()))
    return Service(model.name, str(model.release), tuple(found), unread, tuple(sorted(unknown)))


def _tokens(model: Model) -> dict[str, tuple[str, ...]]:
    """Return the members of a request that ask for another page, by operation."""
    pages = (model.sidecars or {}).get("paginators-1.json", {}).get("pagination", {})
    found: dict[str, tuple[str, ...]] = {}
    for name, each in pages.items():
        token = each.get("input_token", ())
        found[name] = (token,) if isinstance(token, str) else tuple(token)
    return found


class _Seen:
    """What the calls of one operation were seen to exercise."""

    def __init__(self, service: api.Service, operation: Operation) -> None:
        self.service = service
        self.operation = operation
        self.calls = 0
        self.used: dict[Kind, set[str]] = {each: set() for each in KINDS}

    def add(self, codec: Codec, call: Recorded, tokens: Sequence[str]) -> None:
        protocol = call.interaction.call.protocol if call.interaction.call else None
        asked = codec.decode_request(self.operation, call.interaction.request, protocol)
        self.calls += 1
        self._walk(asked, self.operation.input, "input")
        if tokens:
            held = asked if isinstance(asked, Mapping) else {}
            self.used["pages"].add("next" if any(held.get(each) is not None for each in tokens) else "first")
        decoded = codec.decode_response(self.operation, call.interaction.response, protocol)
        if not is_error(call.interaction.response):
            self._walk(decoded.instance, self.operation.output, "output")
        elif decoded.error:
            self.used["errors"].add(decoded.error)

    def _walk(self, value: object, root: str | None, side: Side) -> None:
        todo: list[tuple[Any, Shape]] = [(value, self.service.shapes[root])] if root else []
        while todo:
            here, shape = todo.pop()
            if isinstance(here, list) and (shape.element or shape.traits.get("eventstream")):
                inner = self.service.shapes[shape.element.shape] if shape.element else shape
                todo += [(each, inner) for each in here]
            elif isinstance(here, dict) and shape.type == "map" and shape.value and shape.key:
                todo += [(each, self.service.shapes[shape.value.shape]) for each in here.values()]
                todo += [(each, self.service.shapes[shape.key.shape]) for each in here]
            elif isinstance(here, dict):
                for name in here.keys() & shape.members.keys():
                    self.used["input" if side == "input" else "output"].add(f"{shape.name}.{name}")
                    todo.append((here[name], self.service.shapes[shape.members[name].shape]))
            elif shape.enum and here in shape.enum:
                self.used["values"].add(f"{side} {shape.name}={here}")


def _counted(service: api.Service, name: str, seen: _Seen, tokens: Sequence[str]) -> Covered:
    operation = service.operations[name]
    every: dict[Kind, frozenset[str]] = {
        "input": frozenset(_members(service, operation, "input")),
        "output": frozenset(_members(service, operation, "output")),
        "values": frozenset(each for side in ("input", "output") for each in _values(service, operation, side)),
        "errors": frozenset(operation.errors),
        "pages": frozenset({"first", "next"} if tokens else ()),
    }
    return Covered(name, seen.calls, {each: Tally(frozenset(seen.used[each]), every[each]) for each in KINDS})


def _members(service: api.Service, operation: Operation, side: Side) -> Iterator[str]:
    for name in reach(service, operation.roots(side)):
        yield from (f"{name}.{each}" for each in service.shapes[name].members)


def _values(service: api.Service, operation: Operation, side: Side) -> Iterator[str]:
    for name in reach(service, operation.roots(side)):
        yield from (f"{side} {name}={each}" for each in service.shapes[name].enum or ())
