"""Cassettes of vcrpy and pytest-recording, so that they say which calls of AWS they hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bototape import cassettes
from bototape.importers.imported import Imported
from bototape.importers.named import named

__all__ = ["read"]


def read(path: Path) -> Imported:
    """
    Return the cassette at *path*, all of its interactions, those that are calls of AWS named.

    One that bototape wrote keeps what it says of itself. Raises CassetteMissing, CassetteUnreadable.
    """
    found = cassettes.read(path)
    cassette = named(found.interactions, "vcr")
    if found.provenance is not None:
        cassette = replace(cassette, provenance=found.provenance)
    others = sum(each.call is None for each in cassette.interactions)
    return Imported(cassette, [f"{others} are no calls of AWS and stay as they are"] if others else [])
