"""
An invented account put where a scrubbed cassette has its pseudonyms: the way back from a recording to an account.

For demonstrations and tests of recording: what comes out looks like raw traffic, and nobody's account is in it.
"""

from bototape.sandbox.invent import Invention
from bototape.sandbox.put import unscrub, who_am_i
from bototape.sandbox.write import Sandbox, write

__all__ = ["Invention", "Sandbox", "unscrub", "who_am_i", "write"]
