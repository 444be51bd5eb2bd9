"""
The facts: what changed between two models of a service, where, in which direction, for which operations.

Structures are compared where they stand, not by the names of their shapes: a renamed shape is no change, and a
shape shared by forty operations is compared once. Judgement is `bototape.diff.rules`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from bototape.diff import facts
from bototape.diff.traits import Fact
from bototape.shapes import Operation, Service, Side

__all__ = ["Change", "detect"]

_SIDES: tuple[Side, ...] = ("input", "output", "error")

#: An old and a new shape, by name, that stand at the same place.
_Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """
    One fact about two models.

    *place* is the shortest way to it (``DescribeAutoMLJob.output.BestCandidate.CandidateStatus``; ``[]`` is a
    list's element, ``{}`` a map's value, ``{key}`` its key; ``metadata`` the service itself). *operations* are
    all the ways, shortest first, one for each operation, side and member that meet it; *directions* are those sides,
    empty for a fact about a whole operation or service. *old* and *new* are the values as text, empty for none.
    """

    place: str
    kind: str
    old: str
    new: str
    directions: tuple[Side, ...]
    operations: tuple[str, ...]
    service: str

    @property
    def fingerprint(self) -> str:
        """12 hex digits of kind, service, place and values: the same whatever releases or wording show it."""
        text = f"{self.kind}:{self.service}:{self.place}:{self.old}:{self.new}"
        return sha256(text.encode()).hexdigest()[:12]


def detect(old: Service, new: Service, service: str = "") -> list[Change]:
    """
    Return every change from *old* to *new*, sorted by place and kind.

    *service* is botocore's name of it (``sagemaker``); without it the model's own id is used. Swapped models
    give the mirrored changes, equal ones none.
    """
    name = service or _service_id(new)
    found = [*_whole(old, new, name), *_by_structure(old, new, name)]
    return sorted(_merged(found), key=_where_and_what)


def _service_id(model: Service) -> str:
    return str(model.metadata.get("serviceId", "")).lower().replace(" ", "-")


def _where_and_what(change: Change) -> tuple[str, str, str, str]:
    return change.place, change.kind, change.old, change.new


def _merged(changes: Iterable[Change]) -> Iterable[Change]:
    """Join the facts that a member and the shape it names state alike."""
    merged: dict[tuple[str, ...], Change] = {}
    for each in changes:
        key = _where_and_what(each)
        merged[key] = _joined(merged[key], each) if key in merged else each
    return merged.values()


def _joined(one: Change, other: Change) -> Change:
    met = {*one.directions, *other.directions}
    ways = sorted({*one.operations, *other.operations}, key=_shortest)
    return replace(one, directions=tuple(each for each in _SIDES if each in met), operations=tuple(ways))


def _shortest(way: str) -> tuple[int, str]:
    return way.count(".") + way.count("[") + way.count("{"), way


def _whole(old: Service, new: Service, service: str) -> Iterator[Change]:
    """Compare the services and the operations, without looking into their shapes."""
    for fact in facts.of_metadata(old.metadata, new.metadata):
        yield Change("metadata", fact.kind, fact.old, fact.new, (), (), service)
    for name in new.operations.keys() - old.operations.keys():
        yield Change(name, "operation-added", "", name, (), (name,), service)
    for name in old.operations.keys() - new.operations.keys():
        yield Change(name, "operation-removed", name, "", (), (name,), service)
    for name in old.operations.keys() & new.operations.keys():
        for fact in facts.of_operations(old.operations[name], new.operations[name]):
            yield Change(name, fact.kind, fact.old, fact.new, (), (name,), service)


def _by_structure(old: Service, new: Service, service: str) -> Iterator[Change]:
    walk = _Walk(old, new)
    for name in sorted(old.operations.keys() & new.operations.keys()):
        for side in ("input", "output"):
            walk.side(name, side)
        walk.errors(old.operations[name], new.operations[name])
    walk.follow()
    for directions, ways, fact in walk.found():
        places = tuple(way + fact.at for way in ways)
        yield Change(places[0], fact.kind, fact.old, fact.new, directions, places, service)


class _Walk:
    """The pairs of shapes that stand at one place in both models, each compared once, and the ways to them."""

    def __init__(self, old: Service, new: Service) -> None:
        self.old = old
        self.new = new
        self._roots: dict[_Pair, list[tuple[str, Side]]] = {}
        self._parents: dict[_Pair, list[tuple[_Pair, str]]] = {}
        self._facts: dict[_Pair, list[Fact]] = {}
        self._above: dict[_Pair, Mapping[_Pair, str]] = {}
        self._at_roots: list[tuple[Side, str, Fact]] = []

    def side(self, operation: str, side: Side) -> None:
        """Take up the input or output of an operation that both models have."""
        [before, after] = [getattr(model.operations[operation], side) for model in (self.old, self.new)]
        way = f"{operation}.{side}"
        if before and after:
            self._root((before, after), way, side)
        elif after:
            self._came_or_went(side, way, "introduced", facts.required_members(self.new.shapes[after], "added"))
        elif before:
            self._came_or_went(side, way, "dropped", facts.required_members(self.old.shapes[before], "removed"))

    def _came_or_went(self, side: Side, way: str, action: str, members: Iterable[Fact]) -> None:
        self._at_roots += [(side, way, fact) for fact in (Fact(f"{side}-{action}"), *members)]

    def errors(self, old: Operation, new: Operation) -> None:
        """Take up the modeled errors: those of one name are compared, as code catches them by that name."""
        for name in {*old.errors, *new.errors}:
            way = f"{new.name}.error.{name}"
            if name not in old.errors:
                self._at_roots.append(("error", way, Fact("error-added", new=name)))
            elif name not in new.errors:
                self._at_roots.append(("error", way, Fact("error-removed", old=name)))
            else:
                self._root((name, name), way, "error")

    def _root(self, pair: _Pair, way: str, side: Side) -> None:
        self._roots.setdefault(pair, []).append((way, side))

    def follow(self) -> None:
        """Compare everything that can be met from the roots, recursion included."""
        todo = list(self._roots)
        while todo:
            pair = todo.pop()
            if pair not in self._facts:
                self._facts[pair] = []
                todo.extend(self._compared(pair))

    def _compared(self, pair: _Pair) -> Iterator[_Pair]:
        old, new = self.old.shapes[pair[0]], self.new.shapes[pair[1]]
        found = self._facts[pair]
        found += facts.of_shapes(old, new)
        steps = [(f".{name}", old.members[name], new.members[name]) for name in old.members.keys() & new.members.keys()]
        ends = (("[]", old.element, new.element), ("{key}", old.key, new.key), ("{}", old.value, new.value))
        steps += [(label, before, after) for label, before, after in ends if before and after]
        for label, before, after in steps:
            if before.required != after.required or before.traits != after.traits:
                found += [fact._replace(at=label) for fact in facts.of_members(before, after)]
            child = (before.shape, after.shape)
            self._parents.setdefault(child, []).append((pair, label))
            yield child

    def found(self) -> Iterator[tuple[tuple[Side, ...], list[str], Fact]]:
        """Yield each fact with the sides and the ways that meet it, the shortest way first."""
        errors: dict[Fact, list[str]] = {}
        for side, way, fact in self._at_roots:
            if side == "error":
                errors.setdefault(fact, []).append(way)
            else:
                yield (side,), [way], fact
        for fact, ways in errors.items():
            yield ("error",), sorted(ways), fact
        for pair, here in self._facts.items():
            if here:
                met = self._ways(pair)
                sides = {side for _, side in met}
                directions = tuple(each for each in _SIDES if each in sides)
                ways = sorted((way for way, _ in met), key=_shortest)
                for fact in here:
                    yield directions, ways, fact

    def _ways(self, pair: _Pair) -> list[tuple[str, Side]]:
        """Return the shortest way to each member that names *pair*, from each operation and side."""
        met = list(self._at(pair))
        for parent, label in self._parents.get(pair, ()):
            if parent == pair:
                continue
            above = self._above.get(parent) or self._above.setdefault(parent, self._climb(parent))
            if pair in above:
                above = self._climb(parent, avoid=pair)
            met += [(f"{root}{suffix}{label}", side) for each, suffix in above.items() for root, side in self._at(each)]
        return met

    def _at(self, pair: _Pair) -> Iterable[tuple[str, Side]]:
        return self._roots.get(pair, ())

    def _climb(self, pair: _Pair, avoid: _Pair | None = None) -> Mapping[_Pair, str]:
        """Return what *pair* can be met from, with the shortest way down; of equally short ones, the first."""
        suffixes: dict[_Pair, str] = {}
        level = {pair: ""}
        while level:
            suffixes |= level
            above: dict[_Pair, str] = {}
            for child, suffix in level.items():
                for parent, label in self._parents.get(child, ()):
                    if parent not in suffixes and parent != avoid:
                        way = label + suffix
                        above[parent] = min(above.get(parent, way), way)
            level = above
        return suffixes
