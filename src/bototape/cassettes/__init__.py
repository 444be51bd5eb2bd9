"""Cassettes on disk: a strict reader, and a writer that replaces a file only with a proven one."""

from bototape.cassettes.disk import read, write
from bototape.cassettes.text import from_text, to_text

__all__ = ["from_text", "read", "to_text", "write"]
