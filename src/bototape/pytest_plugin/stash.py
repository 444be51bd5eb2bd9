"""What the plugin remembers of a run and of a test, by pytest's typed keys."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from bototape import modes
from bototape.pytest_plugin.settings import Run
from bototape.pytest_plugin.tally import Tally

if TYPE_CHECKING:
    from bototape.guard import Entry
    from bototape.tape import Tape

__all__ = ["BEFORE", "GUARD", "OPEN", "PASSED", "RUN", "TALLY", "TAPES", "UNUSED"]

#: Of a run: its settings, what held for tapes before it, and what its tests did.
RUN = pytest.StashKey[Run]()
BEFORE = pytest.StashKey[modes.Session]()
TALLY = pytest.StashKey[Tally]()

#: Of a test: its tapes, the one that is to be kept or dropped at its end, its phases that passed, its guard, and what
#: to do about recordings that it does not play.
TAPES = pytest.StashKey[list["Tape"]]()
OPEN = pytest.StashKey[Any]()
PASSED = pytest.StashKey[set[str]]()
GUARD = pytest.StashKey[tuple[ExitStack, "Entry"]]()
UNUSED = pytest.StashKey[str]()
