"""The cassettes that a command line names."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bototape.errors import CassetteMissing, UsageError
from bototape.scenario.files import CASSETTES, is_cassette

__all__ = ["cassette_paths"]


def cassette_paths(named: Iterable[Path]) -> list[Path]:
    """
    Return the cassettes among *named*: files as they are, directories as the cassettes below them, sorted.

    Below a directory a YAML file is a cassette if it has the key ``interactions``; scenarios and ledgers have not.
    Raises CassetteMissing for a path that is not there, UsageError when a directory holds no cassette.
    """
    found: dict[Path, None] = {}
    for each in named:
        if not each.exists():
            raise CassetteMissing(str(each), "name a cassette, or a directory of cassettes")
        found |= dict.fromkeys(_below(each) if each.is_dir() else [each])
    return list(found)


def _below(directory: Path) -> list[Path]:
    files = (each for each in directory.rglob("*") if each.suffix in CASSETTES and each.is_file())
    cassettes = sorted(each for each in files if is_cassette(each.read_bytes()))
    if not cassettes:
        raise UsageError(f"there is no cassette below {directory}", "record one, or name another directory")
    return cassettes
