"""Cassettes on disk: a strict reader, and a writer that replaces a file only with a proven one."""

from bototape.cassettes.disk import put, read, text_of, write
from bototape.cassettes.standing import Seen, held, refuse_changed, refuse_unwritable, seen
from bototape.cassettes.text import from_text, to_text

__all__ = [
    "Seen",
    "from_text",
    "held",
    "put",
    "read",
    "refuse_changed",
    "refuse_unwritable",
    "seen",
    "text_of",
    "to_text",
    "write",
]
