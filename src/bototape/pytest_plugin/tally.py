"""What the tests of a run did, counted: values that a worker of pytest-xdist can send, and that can be added up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

__all__ = ["Missed", "Tally", "counted"]


def counted(number: int, noun: str) -> str:
    """Return the number with its noun, such as ``1 call`` or ``2 calls``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


class Missed(NamedTuple):
    """
    A call without a recording, or a refused connection, that failed *test*: where it was made, and what was said.

    *is_mended* says whether recording it as well would mend it.
    """

    test: str
    path: str
    line: int
    cassette: str
    text: str
    is_mended: bool


class Tally:
    """
    The counts of a run.

    *counts* are by kind and what it is about (a cassette, a call); *seen* has, of each cassette that a passing test
    played, how many recordings it holds and the positions played; *missed* are the misses that failed tests.
    """

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()
        self.seen: dict[str, tuple[int, set[int]]] = {}
        self.missed: list[Missed] = []

    def __bool__(self) -> bool:
        return bool(self.counts or self.seen or self.missed)

    def add(self, kind: str, about: str = "", number: int = 1) -> None:
        """Count *number* more of *kind*; none leaves no trace."""
        if number:
            self.counts[kind, about] += number

    def total(self, kind: str) -> int:
        """Return how many there are of *kind*, whatever they are about."""
        return sum(number for (each, _), number in self.counts.items() if each == kind)

    def about(self, kind: str) -> list[tuple[str, int]]:
        """Return what there is of *kind*, sorted by what it is about."""
        return sorted((about, number) for (each, about), number in self.counts.items() if each == kind)

    def see(self, path: str, size: int, played: Iterable[int]) -> None:
        """Note that a passing test played the positions *played* of the cassette at *path*, which holds *size*."""
        before = self.seen.get(path, (0, set()))
        self.seen[path] = (max(size, before[0]), before[1] | set(played))

    def unused(self) -> list[tuple[str, list[int]]]:
        """Return, by cassette, the positions that no passing test played."""
        found = ((path, sorted(set(range(size)) - played)) for path, (size, played) in self.seen.items())
        return sorted((path, left) for path, left in found if left)

    def plain(self) -> dict[str, Any]:
        """Return the tally as lists, dicts, texts and numbers."""
        return {
            "counts": [[kind, about, number] for (kind, about), number in self.counts.items()],
            "seen": {path: [size, sorted(played)] for path, (size, played) in self.seen.items()},
            "missed": [list(each) for each in self.missed],
        }

    def merge(self, plain: Mapping[str, Any]) -> None:
        """Add up what another process has counted, as `plain` gives it."""
        for kind, about, number in plain["counts"]:
            self.add(kind, about, number)
        for path, (size, played) in plain["seen"].items():
            self.see(path, size, played)
        self.missed.extend(Missed(*each) for each in plain["missed"])
