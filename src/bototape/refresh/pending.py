"""
Recordings that were sound and not accepted: kept in the user's cache, scrubbed as they are, until they are reviewed.

One directory a cassette, for its user alone: the recording, the ledger it was made with, and what it was to replace.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bototape import cassettes
from bototape.refresh.swap import swap
from bototape.releases import cache

__all__ = ["Pending", "drop", "keep", "pending"]

_CASSETTE, _LEDGER, _ABOUT = "cassette.yaml", "ledger.json", "about.json"


@dataclass(frozen=True, slots=True)
class Pending:
    """
    A recording in the directory *place* that may replace *cassette*, whose ledger is at *ledger*.

    *before* is what was `seen` of the cassette as it was recorded.
    """

    place: Path
    cassette: Path
    ledger: Path
    before: cassettes.Seen

    @property
    def recording(self) -> Path:
        """The recording."""
        return self.place / _CASSETTE

    @property
    def is_late(self) -> bool:
        """Whether the cassette changed since, so that nobody can say what it would replace."""
        return cassettes.seen(self.cassette) != self.before

    def take(self) -> None:
        """Put it in place of the cassette; raises as `swap` does."""
        swap(self.recording, self.place / _LEDGER, self.cassette, self.ledger, self.before)
        self.drop()

    def drop(self) -> None:
        """Remove it."""
        shutil.rmtree(self.place, ignore_errors=True)


def keep(recording: Path, ledger_of_it: Path, cassette: Path, ledger: Path, before: cassettes.Seen) -> bool:
    """Keep the *recording* for a review, in place of an older one; tell whether that worked."""
    place = _place(cassette)
    about = {
        "cassette": str(cassette.resolve()),
        "ledger": str(ledger.resolve()),
        "before": before.hex() if before is not None else None,
    }
    try:
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(mode=0o700, parents=True)
        shutil.copyfile(recording, place / _CASSETTE)
        shutil.copyfile(ledger_of_it, place / _LEDGER)
        (place / _ABOUT).write_text(json.dumps(about) + "\n", encoding="utf-8")
    except OSError:
        shutil.rmtree(place, ignore_errors=True)
        return False
    return True


def drop(cassette: Path) -> None:
    """Remove what is kept for *cassette*: a newer recording has been decided on."""
    shutil.rmtree(_place(cassette), ignore_errors=True)


def pending(below: Path) -> Iterator[Pending]:
    """Yield what is kept for cassettes below the directory *below*, or for that one file; by their paths."""
    found = []
    root = below.resolve()
    for place in sorted((cache.directory() / "pending").glob("*")):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            about = json.loads((place / _ABOUT).read_text(encoding="utf-8"))
            before = bytes.fromhex(about["before"]) if about["before"] is not None else None
            each = Pending(place, Path(about["cassette"]), Path(about["ledger"]), before)
            if each.cassette == root or each.cassette.is_relative_to(root):
                found.append(each)
    yield from sorted(found, key=lambda each: each.cassette)


def _place(cassette: Path) -> Path:
    name = hashlib.sha256(os.fsencode(cassette.resolve())).hexdigest()[:32]
    return cache.directory() / "pending" / name
