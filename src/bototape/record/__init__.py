"""Collect a cassette: each answer scrubbed before it is kept, equal polls told once with their number."""

from bototape.record.polls import READING_VERBS, folded
from bototape.record.recorder import Recorder, readable, sent_at

__all__ = ["READING_VERBS", "Recorder", "folded", "readable", "sent_at"]
