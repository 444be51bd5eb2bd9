"""
When are two calls the same call? The call key of a request, and what two calls differ in.

AWS semantics, not bytes: target, region and the decoded parameters. The order of members, the spelling of numbers
and white space do not count; idempotency tokens (``idempotencyToken`` trait) are left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from bototape.interaction import Request
from bototape.wire.route import Route

__all__ = ["Difference", "Normalise", "call_key", "differences", "group_key", "parameters"]

#: A custom matcher: takes decoded parameters, returns those to compare.
Normalise = Callable[[dict[str, Any]], Mapping[str, Any]]

#: Query parameters of a presigned URL and of SigV4 in the query (AWS General Reference, "Signature Version 4").
_SIGNING_QUERY = frozenset(
    {
        "x-amz-algorithm",
        "x-amz-credential",
        "x-amz-date",
        "x-amz-expires",
        "x-amz-security-token",
        "x-amz-signature",
        "x-amz-signedheaders",
    }
)


class Difference(NamedTuple):
    """One place where two calls differ; None stands for "not there"."""

    path: str
    recorded: str | None
    sent: str | None

    def __str__(self) -> str:
        if self.recorded is None:
            return f"{self.path}: {self.sent} sent, nothing recorded"
        if self.sent is None:
            return f"{self.path}: {self.recorded} recorded, nothing sent"
        return f"{self.path}: {self.recorded} recorded, {self.sent} sent"


def group_key(request: Request, route: Route) -> str:
    """Return what narrows a request down to its operation: the target, else method and path."""
    return route.target or f"{request.method} {urlsplit(request.uri).path or '/'}"


def parameters(request: Request, route: Route, without: Collection[str] = ()) -> dict[str, Any]:
    """
    Return the decoded parameters of *request*, top-level members named in *without* left out.

    A body that is not what its protocol says is a parameter named ``body``, compared as text.
    """
    if route.protocol == "json":
        found = _json_parameters(request.body)
    elif route.protocol == "query":
        found = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    else:
        found = _http_parameters(request)
    for name in without:
        found.pop(name, None)
    return found


def _number(text: str) -> int | float:
    value = float(text)
    return int(value) if value.is_integer() else value


_DECODER = json.JSONDecoder(parse_float=_number)
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def _json_parameters(body: bytes) -> dict[str, Any]:
    try:
        found = _DECODER.decode(body.decode("utf-8")) if body else {}
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, dict) else {"body": _text(body)}


def _http_parameters(request: Request) -> dict[str, Any]:
    query = parse_qsl(urlsplit(request.uri).query, keep_blank_values=True)
    found: dict[str, Any] = {f"query.{name}": value for name, value in query if name.lower() not in _SIGNING_QUERY}
    if request.body:
        found["body"] = _text(request.body)
    return found


def _text(body: bytes) -> str:
    return body.decode("utf-8", "surrogateescape")


def call_key(found: Mapping[str, Any]) -> str:
    """Return equal text for equal parameters, whatever their order."""
    return _ENCODER.encode(found)


def differences(recorded: object, sent: object, path: str = "") -> Iterator[Difference]:
    """Yield where two decoded values differ, member by member, in the order of the recorded one."""
    if isinstance(recorded, dict) and isinstance(sent, dict):
        for name in [*recorded, *(each for each in sent if each not in recorded)]:
            place = f"{path}.{name}" if path else str(name)
            if name not in sent:
                yield Difference(place, _shown(name, recorded[name]), None)
            elif name not in recorded:
                yield Difference(place, None, _shown(name, sent[name]))
            else:
                yield from differences(recorded[name], sent[name], place)
    elif isinstance(recorded, list) and isinstance(sent, list) and len(recorded) == len(sent):
        for index, (old, new) in enumerate(zip(recorded, sent, strict=True)):
            yield from differences(old, new, f"{path}[{index}]")
    elif recorded != sent or isinstance(recorded, bool) != isinstance(sent, bool):
        name = path.rpartition(".")[2]
        yield Difference(path, _shown(name, recorded), _shown(name, sent))


_LONGEST = 80
_SECRET_WORDS = ("secret", "password", "passwd", "token", "credential", "authorization", "privatekey")


def _shown(name: str, value: object) -> str:
    folded = name.lower().replace("_", "").replace("-", "")
    if isinstance(value, str) and any(word in folded for word in _SECRET_WORDS) and folded != "nexttoken":
        return f"<{len(value)} characters>"
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
