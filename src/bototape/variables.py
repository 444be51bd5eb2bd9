"""
What a recording remembers by name: values that were made while recording, and are the same at replay.

JSON values only, because a cassette is text; they are scrubbed as everything else, as the body of an interaction.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bototape.interaction import Interaction, Request, Response

__all__ = ["misfit", "scrubbed"]

#: Greater whole numbers are not the same to all readers of JSON and YAML.
_GREATEST = 2**53 - 1
_DEEPEST = 20
_NOWHERE = "https://variables.amazonaws.com/"


def misfit(value: object, path: tuple[str | int, ...] = ()) -> tuple[tuple[str | int, ...], str] | None:
    """Return the place and kind of the first part of *value* that is no JSON value, or None."""
    if len(path) > _DEEPEST:
        return path, f"nesting deeper than {_DEEPEST}"
    if isinstance(value, dict):
        for key, each in value.items():
            if type(key) is not str or _is_broken(key):
                return path, "a key that is no text"
            found = misfit(each, (*path, key))
            if found:
                return found
    elif isinstance(value, list):
        return next((found for index, each in enumerate(value) if (found := misfit(each, (*path, index)))), None)
    elif not _is_scalar(value):
        return path, f"a value of type {type(value).__name__}" if type(
            value
        ) not in _SCALARS else "no JSON text or number"
    return None


_SCALARS = (str, int, float, bool, type(None))


def _is_scalar(value: object) -> bool:
    match value:
        case None | bool():
            return True
        case str():
            return type(value) is str and not _is_broken(value)
        case int():
            return type(value) is int and abs(value) <= _GREATEST
        case float():
            return type(value) is float and math.isfinite(value)
    return False


def _is_broken(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)


def scrubbed(
    values: Mapping[str, Any],
    scrub: Callable[[Interaction], Interaction],
    given: Callable[[str], str | None] = lambda _: None,
) -> dict[str, Any]:
    """
    Return *values* as *scrub* leaves them: in the form that they have in the recorded calls.

    The names are not shown to *scrub*: a value is changed for what it is, as in a call, not for what it is called. A
    text whose form tells nothing, such as the name of a bucket, is what the calls made of it: *given* returns its
    pseudonym, or None.
    """
    body = json.dumps(_replaced(list(values.values()), given)).encode()
    headers = (("Content-Type", "application/json"),)
    clean = scrub(Interaction(Request("POST", _NOWHERE), Response(200, "OK", headers, body)))
    found: Sequence[Any] = json.loads(clean.response.body)
    return dict(zip(values, found, strict=True))


def _replaced(value: Any, given: Callable[[str], str | None]) -> Any:
    match value:
        case str():
            pseudonym = given(value)
            return value if pseudonym is None else pseudonym
        case list():
            return [_replaced(each, given) for each in value]
        case dict():
            return {key: _replaced(each, given) for key, each in value.items()}
    return value
