"""Virtual time for the code under test: its sleeping takes none, and its clocks move on by what it would have slept."""

from bototape.clock.patches import virtual
from bototape.clock.virtual import VirtualClock

__all__ = ["VirtualClock", "virtual"]
