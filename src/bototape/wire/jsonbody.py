"""
JSON bodies: bytes to a JSON value and back, with the span of every value on request.

Read is what RFC 8259 allows and every SDK can read back: UTF-8, finite numbers, no lone surrogates, at most `DEPTH`
levels. Of members of one name the last one counts, as in botocore.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from bototape.wire.instance import DEPTH, Key, Reading, Spot

__all__ = ["dump", "locate", "parse", "quick"]

#: Bytes from which on orjson is asked first; below, what must hold before costs more than it saves.
_LONG_BODY = 20_000
#: Digits that may be an integer beyond 64 bits, of which orjson makes a float.
_WIDE = b"0" * 19

_NOT_BRACKETS = bytes(set(range(256)) - set(b"{}[]"))
_BRACKET_OR_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[{}\[\]]', re.DOTALL)
_DIGITS_ALIKE = bytes.maketrans(b"123456789E", b"000000000e")
_LONG = b"0" * 300
#: A large exponent at the end of a number; one inside of a string, as hexadecimal names have, mostly ends otherwise.
_LARGE = re.compile(rb"e0000*(?:[,\]}\s]|\Z)")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_TOKEN = re.compile(rb'[ \t\r\n:,]*("(?:[^"\\]|\\.)*+"|[{}\[\]]|[^\s{}\[\]:,"]+)', re.DOTALL)
_WORDS = {b"true": True, b"false": False}
_CLOSING, _BRACE, _BRACKET, _QUOTE = b"}]", ord("{"), ord("["), ord('"')


def parse(content: bytes, reading: Reading) -> Any:
    """Return the JSON value that *content* is. Raises WireError for anything else."""
    _refuse_deep(content, reading)
    digits = content.translate(_DIGITS_ALIKE, b"+")
    if len(content) >= _LONG_BODY and _WIDE not in digits:
        try:
            return quick(content)
        except (ValueError, RecursionError):
            pass  # it refuses all that is refused below, where the reason is told
    # A callback per number is slow; only a large exponent or a long run of digits can give infinity.
    parse_float = _finite if _LARGE.search(digits) or _LONG in digits else None
    try:
        value = json.loads(content.decode("utf-8"), parse_constant=_refuse_constant, parse_float=parse_float)
    except UnicodeDecodeError as error:
        raise reading.fail(f"it is not UTF-8: byte {error.start} is 0x{content[error.start]:02x}") from None
    except (ValueError, RecursionError) as error:
        raise reading.fail(f"it is not JSON: {error}") from None
    if _SURROGATE.search(content):
        _refuse_lone_surrogates(value, reading)
    return value


def quick(content: bytes) -> Any:
    """
    Return the JSON value that *content* is, not looking for all that `parse` refuses.

    Integers beyond 64 bits may be floats. Raises ValueError, or RecursionError, for what is no JSON.
    """
    from orjson import loads  # noqa: PLC0415 - late: most bodies are short

    return loads(content)


def locate(content: bytes, reading: Reading) -> Any:
    """Return the value `parse` returns with every scalar but null as a `Spot` and every name as a `Key`."""
    parse(content, reading)
    root: list[Any] = []
    top: Any = root
    above: list[Any] = []
    name: Key | None = None  # of the member whose value comes next; None in an array
    for match in _TOKEN.finditer(content):
        token = match[1]
        first = token[0]
        if first in _CLOSING:
            top = above.pop()
            name = None
            continue
        if first == _QUOTE:
            start, end = match.span(1)
            text = json.loads(token, strict=False) if b"\\" in token else token[1:-1].decode("utf-8")
            value: Any = Spot("body", start, end, "json", text)
            if name is None and top.__class__ is dict:
                name = Key(text, value)
                continue
        elif first == _BRACE:
            value = {}
        elif first == _BRACKET:
            value = []
        else:
            value = _literal(token, match)
        if name is None:
            top.append(value)
        else:
            top.pop(name, None)  # a dict keeps the first of equal keys, and the place wanted is that of the last
            top[name] = value
            name = None
        if value.__class__ is dict or value.__class__ is list:
            above.append(top)
            top = value
    return root[0]


def _literal(token: bytes, match: re.Match[bytes]) -> Spot | None:
    if token == b"null":
        return None
    value = _WORDS[token] if token in _WORDS else json.loads(token)
    return Spot("body", *match.span(1), "json", value)


def dump(value: object, reading: Reading) -> bytes:
    """Return *value* as compact UTF-8 JSON. Raises WireError for what JSON cannot hold."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        raise reading.fail(f"it cannot be written as JSON: {error}") from None


def _refuse_deep(content: bytes, reading: Reading) -> None:
    # Removing innermost pairs takes one round per level, in C; only brackets inside strings need the slow count.
    brackets = content.translate(None, _NOT_BRACKETS)
    for _ in range(DEPTH):
        rest = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if rest == brackets:
            break
        brackets = rest
    if brackets and _depth(content) > DEPTH:
        raise reading.fail(f"it nests deeper than {DEPTH} levels")


def _depth(content: bytes) -> int:
    depth = deepest = 0
    for match in _BRACKET_OR_STRING.finditer(content):
        first = match[0][:1]
        depth += (first in (b"{", b"[")) - (first in (b"}", b"]"))
        deepest = max(deepest, depth)
    return deepest


def _refuse_constant(token: str) -> NoReturn:
    raise ValueError(f"the bare word {token}: it must stand in quotes")


def _finite(token: str) -> float:
    value = float(token)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"the number {token[:40]} is out of range")
    return value


def _refuse_lone_surrogates(value: object, reading: Reading) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise reading.fail("it holds half of a surrogate pair, which is no character") from None
