"""
Play what is no call of AWS: requests of other HTTP libraries, found by the parts of the request that vcrpy compares.

A recording is plain when no client of AWS made it. What a cassette of ours tells is certain; in a file of another tool
it is what bears no mark of AWS.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from bototape.errors import NoMatch, UsageError
from bototape.interaction import Call, Cassette, Interaction, Request, header
from bototape.match import parameters
from bototape.wire.route import route
from bototape.wire.signing import scope

__all__ = ["MATCH_ON", "PlainPlayer", "differing", "is_aws", "is_marked", "named", "plain_of", "set_apart"]

#: What counts when nothing else is asked for: vcrpy's own choice.
MATCH_ON = ("method", "scheme", "host", "port", "path", "query")

_PORTS = {"http": 80, "https": 443}
_CLOSEST = 3


def is_aws(request: Request) -> bool:
    """Tell whether *request* goes to a host of AWS, or is signed for AWS as a header or a presigned URL says."""
    from bototape.wire.hosts import read_host  # noqa: PLC0415 - for requests that no client of AWS tells

    signed = scope(header(request.headers, "Authorization") or "", request.uri)
    host = urlsplit(request.uri).hostname or ""
    return bool(signed.service or read_host(host).endpoints or header(request.headers, "X-Amz-Target"))


def is_marked(request: Request) -> bool:
    """Tell whether a client of AWS left its mark on *request*, wherever it was sent."""
    names = (name.lower() for name, _ in request.headers)
    agent = header(request.headers, "User-Agent") or ""
    marked = any(name.startswith(("x-amz-", "amz-sdk-")) for name in names) or "otocore/" in agent
    return marked or is_aws(request) or bool(route(request).target)


def plain_of(cassette: Cassette) -> tuple[int, ...]:
    """Return the positions of the recordings of *cassette* that are no call of AWS."""
    ours = cassette.provenance is not None
    return tuple(
        position
        for position, each in enumerate(cassette.interactions)
        if each.call is None and (ours or not is_marked(each.request))
    )


def set_apart(cassette: Cassette, positions: Sequence[int]) -> Cassette:
    """
    Return *cassette* with the recordings at *positions* out of reach of calls of AWS, and still in their places.

    In a file of another tool they stay within reach: it does not tell whether an AWS client made them.
    """
    if cassette.provenance is None or not positions:
        return cassette
    kept = list(cassette.interactions)
    for position in positions:
        each = kept[position]
        kept[position] = replace(each, request=replace(each.request, method=""), call=Call("", named(each.request)))
    return replace(cassette, interactions=tuple(kept))


def named(request: Request) -> str:
    """Return *request* as messages call it: method and address, without the query, which may hold a secret."""
    parts = urlsplit(request.uri)
    return f"{request.method} {parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path or '/'}"


def _port(request: Request) -> object:
    parts = urlsplit(request.uri)
    return parts.port or _PORTS.get(parts.scheme)


def _query(request: Request) -> object:
    """Return the parameters in order of their names, those of an AWS signature left out."""
    pairs = parse_qsl(urlsplit(request.uri).query, keep_blank_values=True)
    if scope("", request.uri).service:
        unsigned = parameters(replace(request, body=b""), route(request))
        pairs = [(name, value) for name, value in pairs if f"query.{name}" in unsigned]
    return sorted(pairs)


def _body(request: Request) -> object:
    kind = (header(request.headers, "Content-Type") or "").lower()
    try:
        if "json" in kind:
            return json.loads(request.body or b"null")
        if kind.startswith("application/x-www-form-urlencoded"):
            return sorted(parse_qsl(request.body.decode(), keep_blank_values=True))
    except (ValueError, RecursionError):
        pass
    return request.body.hex()


def _headers(request: Request) -> object:
    return sorted((name.lower(), value) for name, value in request.headers)


#: vcrpy's matchers by their names.
_PARTS: Mapping[str, Callable[[Request], object]] = {
    "method": lambda request: request.method.upper(),
    "scheme": lambda request: urlsplit(request.uri).scheme,
    "host": lambda request: urlsplit(request.uri).hostname,
    "port": _port,
    "path": lambda request: urlsplit(request.uri).path or "/",
    "query": _query,
    "uri": lambda request: request.uri,
    "body": _body,
    "raw_body": lambda request: request.body.hex(),
    "headers": _headers,
}


def differing(recorded: Request, sent: Request, parts: Sequence[str]) -> list[str]:
    """Return those of *parts* in which two requests differ; of a query the names, for values may be secrets."""
    return [_shown(each, recorded, sent) for each in parts if _PARTS[each](recorded) != _PARTS[each](sent)]


def _shown(part: str, recorded: Request, sent: Request) -> str:
    if part != "query":
        return part
    old, new = (dict(parse_qsl(urlsplit(each.uri).query, keep_blank_values=True)) for each in (recorded, sent))
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return f"query ({', '.join(names)})" if names else part


class PlainPlayer:
    """
    Answers requests from the recordings at *positions* of *cassette*, each once and in recorded order.

    *match_on* names the parts of a request that count, as vcrpy's ``match_on`` does. Raises UsageError for a part that
    there is not. Safe under threads: a recording is taken with one ``popleft``.
    """

    def __init__(self, cassette: Cassette, positions: Sequence[int], match_on: Sequence[str] = MATCH_ON) -> None:
        self._interactions = cassette.interactions
        self._parts = _checked(match_on)
        self._waiting: dict[str, deque[int]] = {}
        for position in positions:
            self._waiting.setdefault(self._key(cassette.interactions[position].request), deque()).append(position)
        self._positions = tuple(positions)
        self.played: list[int] = []

    def play(self, request: Request) -> Interaction | None:
        """Return the recording of *request* and count it as played, or None."""
        try:
            position = self._waiting[self._key(request)].popleft()
        except LookupError:
            return None
        self.played.append(position)
        return self._interactions[position]

    def miss(self, request: Request, cassette: str, fix: str) -> NoMatch:
        """Return the error for *request*, with the recordings that differ least from it."""
        return NoMatch(named(request), cassette, tuple(self._explained(request)), fix)

    def _key(self, request: Request) -> str:
        return json.dumps([_PARTS[each](request) for each in self._parts], sort_keys=True)

    def _explained(self, request: Request) -> Iterator[str]:
        if not self._positions:
            yield "the cassette holds calls of AWS only"
            return
        waiting = self._waiting.get(self._key(request))
        if waiting is not None:
            yield "it was recorded, and played as often as it was recorded"
            return
        scored = sorted((len(self._differing(request, each)), each) for each in self._positions)
        for _, position in scored[:_CLOSEST]:
            recorded = self._interactions[position].request
            state = "played" if position in self.played else "not played"
            differing = ", ".join(self._differing(request, position))
            yield f"closest: #{position + 1} ({state}), {named(recorded)}, differs in {differing}"

    def _differing(self, request: Request, position: int) -> list[str]:
        return differing(self._interactions[position].request, request, self._parts)


def _checked(match_on: Sequence[str]) -> tuple[str, ...]:
    wrong = [each for each in match_on if each not in _PARTS] if not isinstance(match_on, str) else [match_on]
    if wrong or not match_on:
        raise UsageError(
            f"cannot match requests on {match_on!r}: expected a list of {', '.join(_PARTS)}",
            f"leave match_on out, or name some of them: match_on={[*MATCH_ON, 'body']!r}",
        )
    return tuple(match_on)
