"""
Play a cassette: find the recording of a call by its key, in recorded order, and explain a miss.

A call is looked for among the recordings of its operation, told by the client, the wire or the models, and compared
with them by the operation's model or, where there is none, by what the wire tells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bototape.late import late
from bototape.replay.groups import Models
from bototape.replay.player import Player

if TYPE_CHECKING:
    from bototape.replay.aging import Aging
    from bototape.replay.listing import Listed

__all__ = ["Aging", "Listed", "Models", "Player"]

__getattr__ = late(__name__, {"Aging": "aging", "Listed": "listing"})
