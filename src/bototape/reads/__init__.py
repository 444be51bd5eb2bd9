"""
What a test reads of the answers it gets: answers that note it, and the list of what was noted.

``trees`` are answers that are dicts and lists in every respect but their exact type, ``notes`` what they write down,
``seen`` that as a value and as a file.
"""

from bototape.reads.notes import Notes, unseen
from bototape.reads.seen import Seen, from_text, is_seen, to_text
from bototape.reads.trees import noting

__all__ = ["Notes", "Seen", "from_text", "is_seen", "noting", "to_text", "unseen"]
