"""
The pairs of shapes that stand at one place in both models, each compared once, and the ways to them.

What differs belongs to a pair, not to a place: `Met.owner` names the shapes (and the member), whatever operations lead
there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from bototape.diff import facts
from bototape.diff.traits import Fact
from bototape.shapes import Operation, Service, Side

__all__ = ["SIDES", "Met", "More", "Walk", "shortest"]

SIDES: tuple[Side, ...] = ("input", "output", "error")

#: An old and a new shape, by name, that stand at the same place.
_Pair = tuple[str, str]

#: What else may differ between two shapes, given their names.
More = Callable[[str, str], Iterable[Fact]]


class Met(NamedTuple):
    """A fact, the sides and the ways that meet it (shortest first), and the shape and member it is about."""

    sides: tuple[Side, ...]
    ways: list[str]
    owner: str
    fact: Fact


def shortest(way: str) -> tuple[int, str]:
    """Return the key that sorts the shortest way first, and of equally short ones the first of the alphabet."""
    return way.count(".") + way.count("[") + way.count("{"), way


class Walk:
    """One comparison: take up the sides of operations, `follow` them, and ask what was `found`."""

    def __init__(self, old: Service, new: Service, more: More | None = None) -> None:
        self.old = old
        self.new = new
        self._more = more
        self._roots: dict[_Pair, list[tuple[str, Side]]] = {}
        self._parents: dict[_Pair, list[tuple[_Pair, str]]] = defaultdict(list)
        self._facts: dict[_Pair, list[Fact]] = {}
        self._of_members: dict[_Pair, list[tuple[_Pair, Fact]]] = {}
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

    def _compared(self, pair: _Pair) -> list[_Pair]:
        old, new = self.old.shapes[pair[0]], self.new.shapes[pair[1]]
        same = old == new
        if not same or (old.members and [*old.members] != [*new.members]):  # the order does not count as equality
            self._facts[pair] += facts.of_shapes(old, new)
        if self._more:
            self._facts[pair] += self._more(*pair)
        steps = [(f".{name}", each, new.members[name]) for name, each in old.members.items() if name in new.members]
        ends = (("[]", old.element, new.element), ("{key}", old.key, new.key), ("{}", old.value, new.value))
        steps += [(label, before, after) for label, before, after in ends if before and after]
        below = []
        for label, before, after in steps:
            child = (before.shape, after.shape)
            if not same and (before.required != after.required or before.traits != after.traits):
                stated = (fact._replace(at=label) for fact in facts.of_members(before, after))
                self._of_members.setdefault(pair, []).extend((child, fact) for fact in stated)
            self._parents[child].append((pair, label))
            below.append(child)
        return below

    def found(self) -> Iterator[Met]:
        """Yield each fact once, with all that meets it."""
        errors: dict[Fact, list[str]] = {}
        for side, way, fact in self._at_roots:
            if side == "error":
                errors.setdefault(fact, []).append(way)
            else:
                yield Met((side,), [way], way, fact)
        for fact, ways in errors.items():
            yield Met(("error",), sorted(ways), fact.old or fact.new, fact)
        for pair in self._facts:
            yield from self._found_at(pair)

    def _found_at(self, pair: _Pair) -> Iterator[Met]:
        here = self._facts[pair]
        if pair in self._of_members:
            # What a member and the shape it names state alike is the shape's, so that it is told once.
            stated = ((self._facts[child], fact) for child, fact in self._of_members[pair])
            here = [*here, *(fact for below, fact in stated if fact._replace(at="") not in below)]
        if not here:
            return
        met = self._ways(pair)
        sides = {side for _, side in met}
        directions = tuple(each for each in SIDES if each in sides)
        ways = sorted({way for way, _ in met}, key=shortest) if len(met) > 1 else [way for way, _ in met]
        owner = pair[0] if pair[0] == pair[1] else f"{pair[0]}>{pair[1]}"
        for fact in dict.fromkeys(here):
            yield Met(directions, ways, owner, fact)

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
