"""Virtual time for the code under test: its sleeping takes none, and its clocks move on by what it would have slept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bototape.late import late

if TYPE_CHECKING:
    from bototape.clock.patches import virtual
    from bototape.clock.time import VirtualClock

__all__ = ["VirtualClock", "virtual"]

__getattr__ = late(__name__, {"VirtualClock": "time", "virtual": "patches"})
