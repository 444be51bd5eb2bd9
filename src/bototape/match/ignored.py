"""Parameters that do not count in one test, named as a miss names them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from bototape.errors import UsageError

__all__ = ["ignoring", "paths_of", "secrets"]

#: Begins what the scrubber puts in a secret's place (docs/scrubbing.md).
_SECRET = "SCRUBBED"

#: Names, with ``[0]`` for one element of a list and ``[]`` (or nothing) for each.
_PATH = re.compile(r"[^.\[\]]+(?:\[\d*\])*(?:\.[^.\[\]]+(?:\[\d*\])*)*")
_PREFIX = "Parameters."
_ELEMENT = re.compile(r"\[(\d*)\]\.?")


def paths_of(paths: Sequence[str]) -> tuple[str, ...]:
    """Return *paths*; raises UsageError for what is no path, such as a text where a list of them is meant."""
    listed = (paths,) if isinstance(paths, str) else tuple(paths)
    wrong = next((each for each in listed if not isinstance(each, str) or not _PATH.fullmatch(each)), None)
    if isinstance(paths, str) or wrong is not None:
        shown = paths if wrong is None else wrong
        raise UsageError(
            f"cannot ignore {shown!r}: expected a list of parameters, as a miss names them",
            'for example ignore=["ClientToken", "Tags[].Value"]',
        )
    return listed


def ignoring(found: dict[str, Any], paths: Sequence[str]) -> dict[str, Any]:
    """
    Return the parameters *found* without what is at *paths*; a path that leads nowhere does nothing.

    A path may begin with ``Parameters.``: that is no name then, or that of a member, and leads to both.
    """
    left: Any = found
    for path in paths:
        left = _without(left, path)
        if path.startswith(_PREFIX):
            left = _without(left, path[len(_PREFIX) :])
    return dict(left)


def secrets(found: Any, way: str = "") -> Iterator[str]:
    """Yield the paths in the parameters *found* at which a secret was recorded: what was sent is not known any more."""
    if isinstance(found, dict):
        for name, each in found.items():
            yield from secrets(each, f"{way}.{name}" if way else str(name))
    elif isinstance(found, list):
        for each in found:
            yield from secrets(each, f"{way}[]")
    elif isinstance(found, str) and found.startswith(_SECRET):
        yield way


def _without(value: Any, path: str) -> Any:
    if isinstance(value, dict):
        kept = ((name, _below(each, name, path)) for name, each in value.items() if name != path)
        return dict(kept)
    if not isinstance(value, list):
        return value
    element = _ELEMENT.match(path)
    wanted, rest = (element[1], path[element.end() :]) if element else ("", path)
    meant = [not wanted or index == int(wanted) for index in range(len(value))]
    if not rest:
        return [each for each, is_meant in zip(value, meant, strict=True) if not is_meant]
    return [_without(each, rest) if is_meant else each for each, is_meant in zip(value, meant, strict=True)]


def _below(value: Any, name: str, path: str) -> Any:
    """Return *value*, which is under *name*, without what *path* names in it; names may hold dots themselves."""
    if path.startswith(f"{name}."):
        return _without(value, path[len(name) + 1 :])
    return _without(value, path[len(name) :]) if path.startswith(f"{name}[") else value
