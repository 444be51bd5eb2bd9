"""What was read, as a value that merges, and as a file that changes only when the tests read something else."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bototape.errors import UsageError

__all__ = ["FORMAT", "Seen", "from_text", "is_seen", "to_text"]

#: Number of the format, under the key ``format``.
FORMAT = 1

_KIND = "usage"
_AGAIN = "write it again: pytest --bototape-usage FILE"


@dataclass(frozen=True, slots=True)
class Seen:
    """
    The places *read* of answers and *sent* in requests, each with the service before it.

    Those read *whole* count with all below them. *values* are how often each value of an enum was read, by place.
    *gaps* say what is missing, sentence by sentence: a worker that crashed took its notes along.
    """

    read: frozenset[str] = frozenset()
    sent: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()
    values: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    gaps: tuple[str, ...] = ()

    @classmethod
    def union(cls, parts: Iterable[Seen]) -> Seen:
        """Return what any of *parts* saw; counts add up."""
        parts = list(parts)
        values: dict[str, Counter[str]] = {}
        for each in parts:
            for place, counts in each.values.items():
                values.setdefault(place, Counter()).update(counts)
        return cls(
            frozenset().union(*(each.read for each in parts)),
            frozenset().union(*(each.sent for each in parts)),
            frozenset().union(*(each.whole for each in parts)),
            values,
            tuple(sorted({gap for each in parts for gap in each.gaps})),
        )

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON-ready values, sorted."""
        return {
            "bototape": _KIND,
            "format": FORMAT,
            "gaps": list(self.gaps),
            "read": sorted(self.read),
            "sent": sorted(self.sent),
            "values": {place: dict(sorted(self.values[place].items())) for place in sorted(self.values)},
            "whole": sorted(self.whole),
        }


def to_text(seen: Seen) -> str:
    """Return *seen* as a file has it: one place a line, sorted."""
    return json.dumps(seen.as_dict(), indent=2, ensure_ascii=False) + "\n"


def is_seen(text: str) -> bool:
    """Tell whether *text* is meant to be such a file: lists of places never begin so."""
    return text.lstrip().startswith("{")


def from_text(text: str, path: str) -> Seen:
    """Return what *text* says; raises UsageError, naming *path*, for any other JSON, and for another format."""
    try:
        found = json.loads(text)
    except ValueError as error:
        raise UsageError(f"cannot use {path}: it is not JSON: {error}", _AGAIN) from None
    if not isinstance(found, dict) or found.get("bototape") != _KIND:
        raise UsageError(f"cannot use {path}: it is no list of what tests read", _AGAIN)
    if found.get("format") != FORMAT:
        raise UsageError(f"cannot use {path}: expected format {FORMAT}, found {found.get('format')!r}", _AGAIN)
    for key in ("read", "sent", "whole", "gaps"):
        if not _are_texts(found.get(key)):
            raise UsageError(f"cannot use {path}: {key}: expected a list of texts", _AGAIN)
    values = found.get("values")
    if not isinstance(values, dict) or not all(map(_are_counts, values.values())):
        raise UsageError(f"cannot use {path}: values: expected counts by place and value", _AGAIN)
    return Seen(
        frozenset(found["read"]), frozenset(found["sent"]), frozenset(found["whole"]), values, tuple(found["gaps"])
    )


def _are_texts(found: object) -> bool:
    return isinstance(found, list) and all(isinstance(each, str) for each in found)


def _are_counts(found: object) -> bool:
    return isinstance(found, dict) and all(type(each) is int for each in found.values())
