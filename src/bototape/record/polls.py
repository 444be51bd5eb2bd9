"""
Polls: forty answers that say the same are kept as one that says ``repeat: 40``.

Only where it changes nothing for anybody: the calls read, they are the same, their answers differ in what traces them
and nothing else, another answer came after them, and nothing was changed meanwhile. Tools that know no ``repeat`` play
the one and go on to the next answer, as a poll does; of a call that reads twice on purpose they would miss one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bototape.interaction import REPEATS, Headers, Interaction, Response, drop_headers
from bototape.match import call_key, parameters
from bototape.wire.route import route

__all__ = ["READING_VERBS", "folded"]

#: How names of operations begin that change nothing.
READING_VERBS: tuple[str, ...] = (
    "BatchDescribe",
    "BatchGet",
    "Describe",
    "Get",
    "Head",
    "List",
    "Lookup",
    "Query",
    "Scan",
    "Search",
)

_READING = re.compile(rf"(?:{'|'.join(READING_VERBS)})(?![a-z])")

#: Fields that differ from answer to answer and mean nothing to a client, and those that follow from the body.
_TRACES = frozenset(
    {
        "age",
        "connection",
        "content-length",
        "date",
        "keep-alive",
        "server",
        "via",
        "x-amz-apigw-id",
        "x-amz-cf-id",
        "x-amz-cf-pop",
        "x-amz-crc32",
        "x-amz-id-2",
        "x-amz-request-id",
        "x-amzn-requestid",
        "x-amzn-trace-id",
        "x-cache",
    }
)

#: Where the query protocols and REST with XML tell the same in the body.
_TRACED = re.compile(rb"<(RequestId|requestId|RequestID|HostId)>[^<]*</\1>")

#: The call: service, operation, region, parameters.
_Key = tuple[str, str, str, str]


def folded(interactions: Sequence[Interaction]) -> tuple[Interaction, ...]:
    """Return *interactions* with each run of equal polls as its first one, which says how often it plays."""
    counts: dict[int, int] = {}
    for run in _runs(interactions):
        counts[run[0]] = len(run)
        counts.update(dict.fromkeys(run[1:], 0))
    return tuple(
        _counted(each, counts.get(position, 1)) for position, each in enumerate(interactions) if counts.get(position, 1)
    )


def _counted(interaction: Interaction, count: int) -> Interaction:
    if interaction.call is None or count == 1:
        return interaction
    return replace(interaction, call=replace(interaction.call, repeat=count))


def _runs(interactions: Sequence[Interaction]) -> Iterator[list[int]]:
    """Yield the positions of equal polls that another answer ended."""
    going: dict[_Key, list[int]] = {}
    for position, each in enumerate(interactions):
        key = _key(each)
        if key is None:
            going.clear()
            continue
        run = going.get(key, [])
        if run and len(run) < REPEATS and _equal(interactions[run[0]], each):
            run.append(position)
            continue
        if len(run) > 1:
            yield run
        going[key] = [position]


def _key(interaction: Interaction) -> _Key | None:
    """Return which call *interaction* is; None for one that may change something."""
    call, request = interaction.call, interaction.request
    if call is None or not _READING.match(call.operation):
        return None
    way = route(request)
    # Of REST requests the path is a parameter, and headers may be: those that are none were dropped when scrubbed.
    sent = {"uri": request.uri, "headers": sorted(request.headers), "body": parameters(request, way, call.idempotency)}
    return call.service, call.operation, call.region, call_key(sent)


def _equal(one: Interaction, other: Interaction) -> bool:
    return one.call == other.call and _told(one.response) == _told(other.response)


def _told(response: Response) -> tuple[int, Headers, bytes]:
    headers = tuple(sorted((name.lower(), value) for name, value in drop_headers(response.headers, _TRACES)))
    return response.status, headers, _TRACED.sub(b"", response.body)
