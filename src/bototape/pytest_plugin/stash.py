"""What the plugin remembers of a run and of a test, by pytest's typed keys."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from bototape import modes

if TYPE_CHECKING:
    from bototape.tape import Tape

__all__ = ["BEFORE", "COUNTS", "OPEN", "PASSED", "TAPES"]

#: Of a run: what held for tapes before it, and what its tests did, counted.
BEFORE = pytest.StashKey[modes.Session]()
COUNTS = pytest.StashKey[Counter[str]]()

#: Of a test: its tapes, the one that is to be kept or dropped at its end, and its phases that passed.
TAPES = pytest.StashKey[list["Tape"]]()
OPEN = pytest.StashKey[Any]()
PASSED = pytest.StashKey[set[str]]()
