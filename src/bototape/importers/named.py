"""Recordings that do not say which calls they are: the models of the installed botocore tell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Literal

from bototape.adapters.botocore import release
from bototape.adapters.endpoints import is_aws
from bototape.interaction import Call, Cassette, Interaction, Provenance, Request, header
from bototape.releases import directory
from bototape.shapes import Operation, Service
from bototape.wire.index import Index
from bototape.wire.route import told_region

__all__ = ["call_of", "named", "services", "tokens"]


@cache
def services() -> directory.Directory:
    """Return the services of the installed botocore."""
    return directory.directory()


@cache
def _index() -> Index:
    return Index(services().entries, services().load)


def call_of(request: Request) -> Call | None:
    """Return which call of AWS *request* is, or None if it is none that the installed botocore knows."""
    found = _index().resolve(request)
    if found is None or not found.operation:
        return None
    entry = next(
        each for each in services().entries if (each.name, each.api_version) == (found.service, found.api_version)
    )
    model = services().load(entry)
    members = tokens(model, model.operations[found.operation])
    return Call(found.service, found.operation, told_region(request), found.protocol, idempotency=members)


def tokens(service: Service, operation: Operation) -> tuple[str, ...]:
    """Return the top-level members of the input that clients fill with a random token, as they are on the wire."""
    if operation.input is None:
        return ()
    shapes = service.shapes
    marked = (
        each
        for each in shapes[operation.input].members.values()
        if each.traits.get("idempotencyToken") or shapes[each.shape].traits.get("idempotencyToken")
    )
    return tuple(each.wire_name for each in marked)


def named(interactions: Iterable[Interaction], tool: str) -> Cassette:
    """
    Return a cassette of *interactions* that says which call each is, and that *tool* recorded it.

    Those that say so themselves are kept as they are. The cassette comes from AWS if every request went to a host of
    AWS, and from something else otherwise.
    """
    found = tuple(each if each.call else replace(each, call=call_of(each.request)) for each in interactions)
    kind: Literal["aws", "custom"] = "aws" if found and all(is_aws(each.request.uri) for each in found) else "custom"
    dates = (header(each.response.headers, "Date") for each in found)
    days = sorted(day for each in dates if each and (day := _day(each)))
    return Cassette(found, Provenance(kind, days[-1] if days else "", release(), tool=tool))


def _day(text: str) -> str:
    try:
        return parsedate_to_datetime(text).date().isoformat()
    except ValueError:
        return ""
