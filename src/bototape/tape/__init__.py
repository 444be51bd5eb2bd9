"""
A cassette while it is open: it answers calls or records them, counts, and remembers misses.

``use_cassette`` plays; ``recording`` records into a file that appears only when all went well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bototape.tape.opening import use_cassette
from bototape.tape.playing import Tape

if TYPE_CHECKING:
    from bototape.tape.ages import age_of
    from bototape.tape.live import RecordingTape, recording

__all__ = ["RecordingTape", "Tape", "age_of", "recording", "use_cassette"]


def __getattr__(name: str) -> Any:
    """Load what records, and what plays as another release, when it is asked for: a replay does without."""
    if name == "age_of":
        from bototape.tape.ages import age_of  # noqa: PLC0415 - see above

        return age_of
    if name in ("RecordingTape", "recording"):
        from bototape.tape import live  # noqa: PLC0415 - see above

        return getattr(live, name)
    raise AttributeError(f"module 'bototape.tape' has no attribute {name!r}")
