"""
When each part of an API came, and what changed or went since.

The first appearance of a member or value is found by bisection over releases (`first_seen`), changes by comparing
every release that differs from the one before.
"""

from bototape.history.axis import Axis, Step
from bototape.history.changed import Event, events, span
from bototape.history.points import Point, split
from bototape.history.search import first_seen
from bototape.history.trace import Appearance, Appearing, History, appeared, trace

__all__ = [
    "Appearance",
    "Appearing",
    "Axis",
    "Event",
    "History",
    "Point",
    "Step",
    "appeared",
    "events",
    "first_seen",
    "span",
    "split",
    "trace",
]
