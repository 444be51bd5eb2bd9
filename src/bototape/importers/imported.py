"""What became of one recording of another tool."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bototape.interaction import Cassette

__all__ = ["Imported"]


@dataclass(frozen=True, slots=True)
class Imported:
    """
    A *cassette* that is raw still, and *notes*: what was passed over or decided, a sentence each.

    No note holds anything that was recorded but the names of files, services and operations.
    """

    cassette: Cassette
    notes: Sequence[str] = ()
