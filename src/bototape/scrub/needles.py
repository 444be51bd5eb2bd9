"""
Literals looked for in a text, and what looks closer where one of them stands.

A few are looked for one after the other. Many, as the names of a long list are, are found in one pass over the text: by
four characters of each, the rarest among all of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from bototape.scrub.edits import Edit

__all__ = ["Cores", "Needle", "Needles"]

_GRAM = 4

#: As many literals are looked for one after the other; so many passes cost less than one by their parts.
_FEW = 48

#: How far around its literal a needle looks: word edges before it, the spaces of a spaced number behind.
_BEFORE, _AFTER = 16, 96


class Cores:
    """The literals *cores*, to be found in one pass; those under four characters are looked for by themselves."""

    def __init__(self, cores: Sequence[str]) -> None:
        self._cores = cores
        self._short = [number for number, core in enumerate(cores) if len(core) < _GRAM]
        often = Counter(gram for core in cores for gram in _grams(core))
        self._at: dict[str, list[tuple[int, int]]] = {}
        for number, core in enumerate(cores):
            if len(core) >= _GRAM:
                offset = min(range(len(core) - _GRAM + 1), key=lambda at, core=core: often[core[at : at + _GRAM]])  # type: ignore[misc]  # mypy cannot infer a lambda with a default
                self._at.setdefault(core[offset : offset + _GRAM], []).append((number, offset))

    def hits(self, text: str, start: int = 0) -> Iterator[tuple[int, int]]:
        """Yield the number of a literal and where it stands in *text*, from *start* on, for each time it does."""
        for number in self._short:
            place = text.find(self._cores[number], start)
            while place >= 0:
                yield number, place
                place = text.find(self._cores[number], place + 1)
        for at in range(start, len(text) - _GRAM + 1):
            for number, offset in self._at.get(text[at : at + _GRAM], ()):
                if at - offset >= start and text.startswith(self._cores[number], at - offset):
                    yield number, at - offset


def _grams(core: str) -> set[str]:
    return {core[at : at + _GRAM] for at in range(len(core) - _GRAM + 1)}


@dataclass(frozen=True, slots=True)
class Needle:
    """*core* must be in the text (lower-cased if *fold*) before *find* looks closer."""

    core: str
    fold: bool
    find: Callable[[str], Iterator[Edit]]


class Needles:
    """All that is looked for, ready for any text."""

    __slots__ = ("_exact", "_folded", "_many", "all")

    def __init__(self, needles: Sequence[Needle]) -> None:
        self.all = tuple(needles)
        self._many = len(self.all) > _FEW
        if self._many:
            self._exact, self._folded = (
                _Indexed([(at, each) for at, each in enumerate(self.all) if each.fold is fold])
                for fold in (False, True)
            )

    def find(self, text: str) -> Iterator[Edit]:
        """Yield an edit for everything in *text*, in the order of the needles; they may overlap."""
        if not self.all:
            return
        folded = text.lower()
        if self._many and len(folded) == len(text):  # the lower case of some letters is longer
            found = [*self._exact.find(text, text), *self._folded.find(folded, text)]
            yield from (each for _, each in sorted(found, key=itemgetter(0)))
            return
        for each in self.all:
            if each.core in (folded if each.fold else text):
                yield from each.find(text)

    def within(self, text: str, folded: str) -> Needles:
        """
        Return what of it may be in a piece of *text*; *folded* is *text* in lower case.

        Of many that is all of them: to look for each in the whole of a text would take longer.
        """
        if self._many:
            return self
        may = (each for each in self.all if each.core in (folded if each.fold else text))
        return Needles([each for each in may if next(each.find(text), None)])

    def may_be_in(self, text: str, start: int = 0) -> bool:
        """Tell whether something of it may be in *text*, or reach to *start* and beyond."""
        if not self.all:
            return False
        folded = text.lower()
        if self._many and len(folded) == len(text):
            return self._exact.may_reach(text, start) or self._folded.may_reach(folded, start)
        for each in self.all:  # a loop: any() takes twice the time, and every text comes by here
            if (folded if each.fold else text).find(each.core, max(0, start - len(each.core))) >= 0:
                return True
        return False


class _Indexed:
    """Needles, each with its number, that all look at the text as it is, or all at its lower case."""

    __slots__ = ("_cores", "_longest", "_needles")

    def __init__(self, needles: Sequence[tuple[int, Needle]]) -> None:
        self._needles = needles
        self._cores = Cores([each.core for _, each in needles])
        self._longest = max((len(each.core) for _, each in needles), default=0)

    def find(self, searched: str, text: str) -> Iterator[tuple[int, Edit]]:
        """Yield the edits of *text* with the numbers of their needles, as *searched* shows where to look closer."""
        seen: set[tuple[int, int, int]] = set()
        for at, place in self._cores.hits(searched):
            number, needle = self._needles[at]
            left = max(0, place - _BEFORE)
            for each in needle.find(text[left : place + len(needle.core) + _AFTER]):
                start, end = each.start + left, each.end + left
                if start <= place < end and (number, start, end) not in seen:
                    seen.add((number, start, end))
                    yield number, replace(each, start=start, end=end)

    def may_reach(self, searched: str, start: int) -> bool:
        """Tell whether a core stands in *searched* and ends behind *start*."""
        hits = self._cores.hits(searched, max(0, start - self._longest))
        return any(place >= start - len(self._needles[at][1].core) for at, place in hits)
