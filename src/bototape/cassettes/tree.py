"""Cassette → the tree that is written; keys in alphabetical order, headers as they were sent."""

from __future__ import annotations

from collections.abc import Iterable

from bototape.cassettes.parse import VCR_VERSION
from bototape.interaction import Call, Cassette, Headers, Interaction, Provenance, Request, Response

__all__ = ["tree"]


def tree(cassette: Cassette) -> dict[str, object]:
    """Return the tree of *cassette*; the key ``bototape`` comes first, it marks the file as ours."""
    mark = {"bototape": _provenance(cassette.provenance)} if cassette.provenance else {}
    return {**mark, "interactions": [_interaction(each) for each in cassette.interactions], "version": VCR_VERSION}


def _provenance(provenance: Provenance) -> dict[str, object]:
    tool = {"tool": provenance.tool} if provenance.tool else {}
    seed = {} if provenance.seed is None else {"seed": provenance.seed}
    variables = {"variables": dict(provenance.variables)} if provenance.variables else {}
    return {
        "date": provenance.date,
        "endpoint": provenance.endpoint,
        "format": provenance.format,
        "release": provenance.release,
        "scrub": provenance.scrub,
        **seed,
        **tool,
        **variables,
    }


def _interaction(interaction: Interaction) -> dict[str, object]:
    call = {"bototape": _call(interaction.call)} if interaction.call else {}
    return {**call, "request": _request(interaction.request), "response": _response(interaction.response)}


def _call(call: Call) -> dict[str, object]:
    entries: Iterable[tuple[str, object, bool]] = (
        ("any_parameters", call.any_parameters, call.any_parameters),
        ("attempt", call.attempt, call.attempt != 1),
        ("idempotency", list(call.idempotency), bool(call.idempotency)),
        ("operation", call.operation, True),
        ("protocol", call.protocol, True),
        ("region", call.region, True),
        ("repeat", call.repeat, bool(call.repeat)),
        ("service", call.service, True),
    )
    return {key: value for key, value, said in entries if said}


def _request(request: Request) -> dict[str, object]:
    # botocore and urllib3 send no body as None, and vcrpy's body matcher tells None from b""
    return {
        "body": _body(request.body) if request.body else None,
        "headers": _headers(request.headers),
        "method": request.method,
        "uri": request.uri,
    }


def _response(response: Response) -> dict[str, object]:
    return {
        "body": {"string": _body(response.body)},
        "headers": _headers(response.headers),
        "status": {"code": response.status, "message": response.reason},
    }


def _body(body: bytes) -> str | bytes:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body


def _headers(headers: Headers) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in headers:
        values.setdefault(name, []).append(value)
    return values
