"""``${name}`` in parameters: which saved values are meant, and the parameters with them filled in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bototape.scenario.model import Path

__all__ = ["fill", "references", "replace_whole"]

#: ``$${`` is a literal ``${``; ``${name}`` is a reference; any other ``${`` is a mistake (the group stays None).
_REFERENCE = re.compile(r"\$\$\{|\$\{(?:([A-Za-z_][A-Za-z0-9_]*)\})?")
_WHOLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def references(value: Any, path: Path = ()) -> Iterator[tuple[Path, str | None]]:
    """Yield where in *value* a reference stands and the name it means; None for a ``${`` that begins none."""
    if isinstance(value, str):
        for match in _REFERENCE.finditer(value):
            if match[0] != "$${":
                yield path, match[1]
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from references(each, (*path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from references(each, (*path, index))


def fill(value: Any, saved: Mapping[str, Any]) -> Any:
    """
    Return *value* with each reference replaced.

    A string that is one reference and nothing else takes the saved value's type; inside other text the value
    is written as text. Every name must be in *saved*.
    """
    if isinstance(value, Mapping):
        return {key: fill(each, saved) for key, each in value.items()}
    if isinstance(value, list):
        return [fill(each, saved) for each in value]
    if not isinstance(value, str):
        return value
    if whole := _WHOLE.fullmatch(value):
        return saved[whole[1]]
    return _REFERENCE.sub(lambda match: "${" if match[0] == "$${" else str(saved[match[1]]), value)


def replace_whole(value: Any, stand_in: Callable[[Path], Any], path: Path = ()) -> Any:
    """Return *value* with each string that is one reference replaced by ``stand_in(its path)``."""
    if isinstance(value, Mapping):
        return {key: replace_whole(each, stand_in, (*path, key)) for key, each in value.items()}
    if isinstance(value, list):
        return [replace_whole(each, stand_in, (*path, index)) for index, each in enumerate(value)]
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return stand_in(path)
    return value
