"""
Drift: what changed since the pinned release in what is used, and how each cassette stands in the newer one.

A cassette is *fresh*, *stale* but valid, *invalid*, *orphaned* (it calls what is gone), or *unchecked*. Apart from
that it may be old, and its answers may be newer than the pinned model. Nothing here records anything.
"""

from bototape.drift.pair import Pair
from bototape.drift.standing import RULES, STATES, State, changed, standing

__all__ = ["RULES", "STATES", "Pair", "State", "changed", "standing"]
