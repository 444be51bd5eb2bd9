"""Collect a cassette: each answer scrubbed before it is kept, equal polls told once with their number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bototape.late import late

if TYPE_CHECKING:
    from bototape.record.polls import READING_VERBS, folded
    from bototape.record.recorder import Recorder, readable, sent_at

__all__ = ["READING_VERBS", "Recorder", "folded", "readable", "sent_at"]

__getattr__ = late(
    __name__,
    {
        **dict.fromkeys(("READING_VERBS", "folded"), "polls"),
        **dict.fromkeys(("Recorder", "readable", "sent_at"), "recorder"),
    },
)
