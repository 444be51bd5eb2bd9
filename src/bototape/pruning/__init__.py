"""
Cassettes without the recordings that no test plays.

``cut`` takes recordings out of a file and leaves the rest as it stands, ``plan`` decides which, on what a run told.
"""

from bototape.pruning.cut import without
from bototape.pruning.plan import Verdict, judge

__all__ = ["Verdict", "judge", "without"]
