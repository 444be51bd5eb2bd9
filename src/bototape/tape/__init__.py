"""
A cassette while it is open: it answers calls or records them, counts, and remembers misses.

``use_cassette`` plays; ``recording`` records into a file that appears only when all went well.
"""

from bototape.tape.ages import age_of
from bototape.tape.live import RecordingTape, recording
from bototape.tape.opening import use_cassette
from bototape.tape.playing import Tape

__all__ = ["RecordingTape", "Tape", "age_of", "recording", "use_cassette"]
