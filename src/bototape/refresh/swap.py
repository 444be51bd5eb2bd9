"""
Put a proven recording in place of a cassette: ledger first, then the cassette, each by one rename.

Killed before the first rename, everything is as it was; between the two, the ledger remembers pseudonyms that no
cassette has, which does no harm; after the second, all is done. An error puts the ledger back.
"""

from __future__ import annotations

from pathlib import Path

from bototape import cassettes, ledger
from bototape.cassettes import Seen

__all__ = ["swap"]


def swap(staged: Path, staged_ledger: Path, cassette: Path, ledger_path: Path, before: Seen) -> None:
    """
    Replace *cassette* by the text of *staged*, and add what *staged_ledger* learned to the ledger at *ledger_path*.

    *before* is what was `seen` of the cassette as the recording began. Raises CassetteUnwritable for a file that
    changed since, or cannot be written; LedgerUnusable where another recording took the same pseudonyms meanwhile.
    Both files are then as they were.
    """
    text = cassettes.text_of(staged)
    entries, marks = ledger.load(staged_ledger), ledger.marks(staged_ledger)
    with ledger.locked(ledger_path), ledger.restored(ledger_path):
        cassettes.refuse_changed(cassette, before)
        mark = ledger.own_mark(ledger.key())
        ledger.save(ledger_path, entries, mark if mark in marks else "")
        cassettes.put(cassette, text)
