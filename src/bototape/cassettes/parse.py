"""The tree that was read → cassette; strict about what matters, and each complaint names its field."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Any

from bototape.cassettes.compressed import plain
from bototape.interaction import FORMAT, REPEATS, Call, Cassette, Headers, Interaction, Provenance, Request, Response
from bototape.variables import misfit

__all__ = ["VCR_VERSION", "Malformed", "parse"]

#: vcrpy's number of the format (``vcr.serialize.CASSETTE_FORMAT_VERSION``), the last line of a cassette of ours.
VCR_VERSION = 1

_Path = tuple[str | int, ...]

_FOREIGN = "another tool's file? A cassette is a mapping with a list of interactions, as bototape and vcrpy write it"
_MIGRATE = "convert it with python -m vcr.migration PATH"
_UPGRADE = "upgrade bototape, or record the cassette again with this one"

_REQUEST = frozenset({"body", "headers", "method", "uri"})
_PROVENANCE: dict[str, type] = {
    "date": str,
    "endpoint": str,
    "format": int,
    "release": str,
    "scrub": str,
    "seed": int,
    "tool": str,
    "variables": dict,
}
_CALL: dict[str, type] = {
    "any_parameters": bool,
    "attempt": int,
    "idempotency": list,
    "operation": str,
    "protocol": str,
    "region": str,
    "repeat": int,
    "service": str,
}

#: How a message calls what was expected or found.
_NAMES: dict[type, str] = {
    bool: "true or false",
    bytes: "bytes",
    dict: "a mapping",
    float: "a number",
    int: "a whole number",
    list: "a list",
    str: "text",
    tuple: "a list",
    type(None): "nothing",
}


class Malformed(Exception):
    """A field is not what a cassette holds there; ``str()`` is the sentence, ``path`` leads to the field."""

    def __init__(self, path: _Path, reason: str, fix: str = "") -> None:
        super().__init__(path, reason, fix)
        self.path = path
        self.reason = reason
        self.fix = fix

    def __str__(self) -> str:
        place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path).removeprefix(".")
        return f"{place}: {self.reason}" if place else self.reason


def parse(tree: object, *, as_stored: bool = False) -> Cassette:
    """
    Return the cassette that *tree* is; raises `Malformed`.

    With *as_stored* the answers of another tool's file keep their compression.
    """
    if isinstance(tree, list) and tree and isinstance(tree[0], dict) and "request" in tree[0]:
        raise Malformed((), "it is in the format of vcrpy before 1.0", _MIGRATE)
    if not isinstance(tree, dict):
        raise _expected("a mapping with the key interactions", tree, (), _FOREIGN)
    provenance = _provenance(tree["bototape"]) if "bototape" in tree else None
    if "interactions" not in tree:
        raise Malformed((), f"expected the key interactions, found {_listed(tree)}", "" if provenance else _FOREIGN)
    interactions = tree["interactions"]
    if not isinstance(interactions, list):
        raise _expected("a list", interactions, ("interactions",))
    found = _interactions(interactions)
    if provenance is None:
        return Cassette(tuple(found if as_stored else map(plain, found)))
    cassette = Cassette(tuple(found), provenance)
    _check_end(tree)
    return cassette


def _check_end(tree: Mapping[object, object]) -> None:
    """Refuse a file of ours that lost its end: ``version`` is what we write last."""
    if "version" not in tree:
        raise Malformed(("version",), "is missing; the file was cut short")
    if tree["version"] != VCR_VERSION:
        raise Malformed(("version",), f"expected {VCR_VERSION}")


def _listed(tree: Mapping[object, object]) -> str:
    some = ", ".join(str(key)[:40] for key in list(tree)[:5])
    return f"{some} and {len(tree) - 5} more" if len(tree) > 5 else some or "none"  # noqa: PLR2004  # as sliced above


def _provenance(found: object) -> Provenance:
    path = ("bototape",)
    if isinstance(found, dict) and type(found.get("format")) is int and found["format"] != FORMAT:
        raise Malformed((*path, "format"), f"this bototape reads format {FORMAT}, not {found['format']}", _UPGRADE)
    values = _record(found, path, _PROVENANCE, required=("endpoint", "format"))
    if values["endpoint"] not in ("aws", "custom"):
        raise Malformed((*path, "endpoint"), "expected aws or custom")
    if values.get("date") and not re.fullmatch(r"\d{4}-\d\d-\d\d", values["date"]):
        raise Malformed((*path, "date"), "expected a day as YYYY-MM-DD")
    wrong = misfit(values.get("variables", {}))
    if wrong:
        raise Malformed((*path, "variables", *wrong[0]), f"expected a JSON value, found {wrong[1]}")
    return Provenance(**values)


def _record(found: object, path: _Path, kinds: Mapping[str, type], required: tuple[str, ...]) -> dict[str, Any]:
    """Return the entries of a mapping of ours, types checked; a key this version does not know is an error."""
    if not isinstance(found, dict):
        raise _expected("a mapping", found, path)
    for key, value in found.items():
        if key not in kinds:
            raise Malformed((*path, str(key)), f"unknown key; expected {', '.join(kinds)}")
        if type(value) is not kinds[key] and not (key == "repeat" and type(value) is bool):
            raise _expected(_NAMES[kinds[key]], value, (*path, key))
    for key in required:
        if key not in found:
            raise Malformed((*path, key), "is missing")
    return found


def _interactions(found: list[object]) -> Iterator[Interaction]:
    for index, each in enumerate(found):
        try:
            yield _interaction(each)
        except Malformed as error:
            raise Malformed(("interactions", index, *error.path), error.reason, error.fix) from None


def _interaction(found: object) -> Interaction:
    if not isinstance(found, dict):
        raise _expected("a mapping with request and response", found)
    call = _call(found["bototape"]) if "bototape" in found else None
    return Interaction(_request(_mapping(found, "request")), _response(_mapping(found, "response")), call)


def _call(found: object) -> Call:
    path = ("bototape",)
    values = dict(_record(found, path, _CALL, required=("operation", "service")))
    if values.get("attempt", 1) < 1:
        raise Malformed((*path, "attempt"), "expected 1 or more")
    repeat = values.get("repeat", False)
    if type(repeat) is int and not 2 <= repeat <= REPEATS:  # noqa: PLR2004  # once is what no repeat says
        raise Malformed((*path, "repeat"), f"expected true, false or a number from 2 to {REPEATS}")
    if "idempotency" in values:
        for index, member in enumerate(values["idempotency"]):
            if not isinstance(member, str):
                raise _expected("text", member, (*path, "idempotency", index))
        values["idempotency"] = tuple(values["idempotency"])
    return Call(**values)


def _request(found: dict[str, object]) -> Request:
    if unknown := found.keys() - _REQUEST:
        raise Malformed(("request", min(map(str, unknown))), f"unknown key; expected {', '.join(sorted(_REQUEST))}")
    return Request(
        _text(_required(found, "method", "request"), "request", "method"),
        _text(_required(found, "uri", "request"), "request", "uri"),
        _headers(found.get("headers"), "request", "headers"),
        _body(found.get("body"), "request", "body"),
    )


def _response(found: dict[str, object]) -> Response:
    if "status_code" in found:  # httpx cassettes of vcrpy before 6
        code, message, body, part = found["status_code"], None, found.get("content"), "content"
        path: _Path = ("response", "status_code")
    else:
        status = _mapping(found, "status", "response")
        code, message = _required(status, "code", "response", "status"), status.get("message")
        body, part = _required(found, "body", "response"), "body"
        path = ("response", "status", "code")
    if type(code) is not int:
        raise _expected("a whole number", code, path)
    if not 100 <= code <= 999:  # noqa: PLR2004  # RFC 9110 section 15: three digits
        raise Malformed(path, "expected an HTTP status of three digits")
    return Response(
        code,
        "" if message is None else _text(message, "response", "status", "message"),
        _headers(found.get("headers"), "response", "headers"),
        _body(body, "response", part),
    )


def _required(found: Mapping[str, object], key: str, *path: str | int) -> object:
    if key not in found:
        raise Malformed((*path, key), "is missing")
    return found[key]


def _mapping(found: Mapping[str, object], key: str, *path: str | int) -> dict[str, object]:
    inside = _required(found, key, *path)
    if not isinstance(inside, dict):
        raise _expected("a mapping", inside, (*path, key))
    return inside


def _text(found: object, *path: str | int) -> str:
    if type(found) is str:
        return found
    if isinstance(found, bytes):
        return found.decode("latin-1")
    raise _expected("text", found, path)


def _headers(found: object, *path: str | int) -> Headers:
    if found is None:
        return ()
    if not isinstance(found, dict):
        raise _expected("a mapping", found, path)
    headers = []
    for name, values in found.items():
        if type(name) is not str:
            name = _text(name, *path, "a field name")  # noqa: PLW2901  # bytes where an HTTP library used them
        if isinstance(values, list | tuple):
            for index, value in enumerate(values):
                headers.append((name, value if type(value) is str else _value(value, *path, name, index)))
        else:
            headers.append((name, _value(values, *path, name)))
    return tuple(headers)


def _value(found: object, *path: str | int) -> str:
    """Return a header value; vcrpy keeps a whole number where the caller gave one to the HTTP library."""
    return str(found) if type(found) is int else _text(found, *path)


def _body(found: object, *path: str | int) -> bytes:
    match found:
        case None:
            return b""
        case str():
            return _encoded(found, path)
        case bytes():
            return found
        case {"string": inside}:
            return _body(inside, *path, "string")
        case {"base64_string": str(inside)}:
            return _decoded(inside, (*path, "base64_string"))
        case list() | tuple():  # the chunks of an iterator
            return b"".join(_body(each, *path, index) for index, each in enumerate(found))
    raise _expected("text, bytes or a mapping with string", found, path)


def _encoded(text: str, path: _Path) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise Malformed(path, "a lone surrogate is not text") from error


def _decoded(text: str, path: _Path) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed(path, "is not base64") from error


def _expected(what: str, found: object, path: _Path = (), fix: str = "") -> Malformed:
    return Malformed(path, f"expected {what}, found {_NAMES.get(type(found), f'a {type(found).__name__}')}", fix)
