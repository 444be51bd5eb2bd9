"""
A stored cassette's tree with some of its values changed: everything else stays as its tool wrote it.

vcrpy has written bodies and header values in many spellings, and other fields beside them (``url``, ``recorded_at``);
it reads its own spellings again, so none of them is turned into ours.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

from bototape.interaction import Headers, Interaction

__all__ = ["Other", "rebuilt"]

#: What becomes of a text outside of requests and responses as HTTP knows them: takes the key it stands under.
Other = Callable[[str, str], str]

#: Keys whose values are ours or vcrpy's own, and hold nothing of what was recorded, but for variables.
_MARKS = frozenset({"bototape", "version"})
_REQUEST = frozenset({"body", "headers", "method", "uri"})
_RESPONSE = frozenset({"body", "content", "headers", "status_code"})


def rebuilt(
    tree: Mapping[str, Any], before: tuple[Interaction, ...], after: tuple[Interaction, ...], other: Other
) -> dict[str, Any]:
    """
    Return *tree*, which holds the interactions *before*, so that it holds those *after* instead.

    A value that did not change keeps its spelling; a header that is gone is gone. *other* maps the texts of all other
    fields.
    """
    entries = [
        _entry(found, *pair, other)
        for found, pair in zip(tree["interactions"], zip(before, after, strict=True), strict=True)
    ]
    rest = _others(tree, _MARKS | {"interactions"}, other) | {"interactions": entries}
    if isinstance(mark := tree.get("bototape"), Mapping) and "variables" in mark:
        # By what they are, not by what they are called, as the recorder shows them.
        values = {name: _mapped(value, "variable", other) for name, value in mark["variables"].items()}
        rest["bototape"] = {**mark, "variables": values}
    return {_name(key): rest.get(key, value) for key, value in tree.items()}


def _entry(found: Mapping[str, Any], before: Interaction, after: Interaction, other: Other) -> dict[str, Any]:
    request, response = found["request"], found["response"]
    sent = {
        "body": lambda held: _body(held, before.request.body, after.request.body),
        "headers": lambda held: _headers(held, before.request.headers, after.request.headers),
        "uri": lambda held: held if before.request.uri == after.request.uri else _like(held, after.request.uri),
    }
    got = {
        "body": lambda held: _body(held, before.response.body, after.response.body),
        "content": lambda held: _body(held, before.response.body, after.response.body),
        "headers": lambda held: _headers(held, before.response.headers, after.response.headers),
    }
    if "status_code" not in response:
        got.pop("content")  # no body there: a field like any other
    return {
        **_others(found, _MARKS | {"request", "response"}, other, keep=True),
        "request": _message(request, _REQUEST, sent, other),
        "response": _message(response, _RESPONSE if "status_code" in response else _RESPONSE - {"content"}, got, other),
    }


def _message(
    found: Mapping[str, Any], known: frozenset[str], change: Mapping[str, Callable[[Any], Any]], other: Other
) -> dict[str, Any]:
    rest = _others(found, known, other)
    return {_name(key): change[key](value) if key in change else rest.get(key, value) for key, value in found.items()}


def _others(found: Mapping[str, Any], known: frozenset[str], other: Other, *, keep: bool = False) -> dict[str, Any]:
    """Return the fields of *found* that are not *known*, their texts mapped; with *keep* those as they are too."""
    return {
        _name(key): value if key in known else _mapped(value, _name(key), other)
        for key, value in found.items()
        if keep or key not in known
    }


def _mapped(value: Any, name: str, other: Other) -> Any:
    if isinstance(value, str):
        return other(name, value)
    if isinstance(value, bytes):
        text = value.decode("latin-1")
        changed = other(name, text)
        return value if changed == text else changed.encode("latin-1", "replace")
    if isinstance(value, Mapping):
        return {other(name, _name(key)): _mapped(each, _name(key), other) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_mapped(each, name, other) for each in value]
    return value


def _name(key: object) -> str:
    return key.decode("latin-1") if isinstance(key, bytes) else str(key)


def _body(held: Any, before: bytes, after: bytes) -> Any:
    if before == after:
        return held
    match held:
        case {"base64_string": _}:
            return {**held, "base64_string": base64.b64encode(after).decode()}
        case {"string": inside}:
            return {**held, "string": _body(inside, before, after)}
        case bytes():
            return after
    try:
        return after.decode()
    except UnicodeDecodeError:
        return after


def _headers(held: Any, before: Headers, after: Headers) -> Any:
    if before == after or not isinstance(held, Mapping):
        return held
    was, now = _grouped(before), _grouped(after)
    kept = {
        _name(key): values if was.get(_name(key)) == now.get(_name(key)) else _values(values, now[_name(key)])
        for key, values in held.items()
        if _name(key) in now or _name(key) not in was
    }
    return {**kept, **{name: values for name, values in now.items() if name not in was}}


def _grouped(headers: Headers) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in headers:
        found.setdefault(name, []).append(value)
    return found


def _values(held: Any, now: list[str]) -> Any:
    if not isinstance(held, list | tuple):
        return _like(held, now[0]) if len(now) == 1 else now
    if len(held) != len(now):
        return now
    return [_like(old, new) for old, new in zip(held, now, strict=True)]


def _like(held: Any, text: str) -> Any:
    """Return *text* as *held* is written: bytes, a whole number, or text."""
    if isinstance(held, bytes):
        return text.encode("latin-1", "replace")
    if type(held) is int and text.isascii() and text.isdigit():
        return int(text)
    return text
