"""What a whole run of the tests played of each cassette: the only thing that recordings are dropped on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from bototape.errors import EvidenceUnusable

__all__ = ["FORMAT", "OWNERS", "Evidence", "Played", "from_text", "to_text"]

#: Number of the format, under the key ``format``.
FORMAT = 1

#: The environment variable that names the file where pytest is to say which tests own which cassettes.
OWNERS = "BOTOTAPE_OWNERS"

_KIND = "evidence"
_AGAIN = "run all tests: pytest"


class Played(NamedTuple):
    """
    What was played of one cassette.

    *sha256* is of the file as it was played, *most* how often each recording was played, by position: the most that
    any one test did. *unsure* says why that is not all, if it is not; *tests* how often the cassette was opened, and
    *owners* by which tests, sorted.
    """

    sha256: str
    most: tuple[int, ...]
    unsure: str = ""
    tests: int = 1
    owners: tuple[str, ...] = ()

    def joined(self, other: Played) -> Played:
        """Return what was played in this or in that process or test."""
        unsure = self.unsure or other.unsure
        if self.sha256 != other.sha256 or len(self.most) != len(other.most):
            unsure = unsure or "it changed while the tests ran"
        longest = max(len(self.most), len(other.most))
        padded = (each.most + (0,) * (longest - len(each.most)) for each in (self, other))
        owners = tuple(sorted({*self.owners, *other.owners}))
        return Played(self.sha256, tuple(map(max, *padded)), unsure, self.tests + other.tests, owners)


class Evidence(NamedTuple):
    """
    What one run tells. Paths are relative to pytest's root directory where they are below it.

    *played* is by cassette; *held* says of cassettes why nothing is known of them: their test was skipped. *gaps* say
    why the run is no evidence at all; *skipped* are tests that were skipped and may play any cassette; *files* are
    the digests of the files with tests.
    """

    played: Mapping[str, Played] = MappingProxyType({})
    held: Mapping[str, str] = MappingProxyType({})
    gaps: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    files: Mapping[str, str] = MappingProxyType({})

    @classmethod
    def union(cls, parts: Iterable[Evidence]) -> Evidence:
        """Return what *parts*, of the processes of one run, tell together."""
        played: dict[str, Played] = {}
        held: dict[str, str] = {}
        files: dict[str, str] = {}
        gaps: dict[str, None] = {}
        skipped: set[str] = set()
        for each in parts:
            for path, mine in each.played.items():
                played[path] = played[path].joined(mine) if path in played else mine
            held |= each.held
            files |= each.files
            gaps |= dict.fromkeys(each.gaps)
            skipped.update(each.skipped)
        return cls(played, held, tuple(gaps), tuple(sorted(skipped)), files)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON-ready values, sorted."""
        return {
            "bototape": _KIND,
            "files": dict(sorted(self.files.items())),
            "format": FORMAT,
            "gaps": list(self.gaps),
            "held": dict(sorted(self.held.items())),
            "played": {path: _played(each) for path, each in sorted(self.played.items())},
            "skipped": list(self.skipped),
        }

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> Evidence:
        """Return what `as_dict` made."""
        played = {
            path: Played(
                each["sha256"],
                tuple(each["most"]),
                each.get("unsure", ""),
                each["tests"],
                tuple(each.get("owners", ())),  # of older versions there are none
            )
            for path, each in found["played"].items()
        }
        return cls(played, found["held"], tuple(found["gaps"]), tuple(found["skipped"]), found["files"])


def _played(played: Played) -> dict[str, Any]:
    unsure = {"unsure": played.unsure} if played.unsure else {}
    owners = list(played.owners)
    return {"most": list(played.most), "owners": owners, "sha256": played.sha256, "tests": played.tests, **unsure}


def to_text(evidence: Evidence) -> str:
    """Return *evidence* as a file has it."""
    return json.dumps(evidence.as_dict(), indent=1, ensure_ascii=False) + "\n"


def from_text(text: str, path: str) -> Evidence:
    """Return the evidence in *text*; raises EvidenceUnusable, naming *path*, for anything else."""
    try:
        found = json.loads(text)
        if found["bototape"] != _KIND or found["format"] != FORMAT:
            raise EvidenceUnusable(path, (f"expected evidence in format {FORMAT}, found another file",), _AGAIN)
        return Evidence.from_dict(found)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise EvidenceUnusable(path, ("it is not what pytest wrote",), _AGAIN) from None
