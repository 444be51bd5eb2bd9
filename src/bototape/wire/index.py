"""
From a request to the call it is, among all services: botocore's names of service and operation, and the protocol.

A request tells in several ways, and each protocol in its own: ``X-Amz-Target`` (AWS JSON), ``Action`` and ``Version``
(query, EC2), ``/service/…/operation/…`` (RPC v2 CBOR), method and path (REST). Host and signature tell the service
where several share the rest; where they do not tell either, all that it may be are given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import unquote, unquote_plus

from bototape.interaction import Request
from bototape.shapes import Service
from bototape.wire.operations import Asked, Found
from bototape.wire.services import Candidate, Entry, Group, Known, Services, is_one, narrowed, newest
from bototape.wire.speaks import CBOR
from bototape.wire.uris import split_uri

__all__ = ["Candidate", "Entry", "Index", "Resolved"]

_FORM = "application/x-www-form-urlencoded"
_CBOR_PATH = re.compile(r"/service/([^/]+)/operation/([^/?#]+)/?$")
_AGENT = re.compile(r"\bapi/([^\s#/]+)")
_NO_LETTER = re.compile(r"[^a-z0-9]+")
_QUERY = ("query", "ec2")

#: Signing name of S3 Express One Zone.
_EXPRESS = "s3express"

#: Endpoints that may have more before the path: the stage of an API.
_STAGED = "execute-api"

#: How many segments of a path may be the endpoint's own.
_STAGES = 4


class Resolved(NamedTuple):
    """
    The call that a request is, and its *protocol* as models name it.

    *candidates* are all that it may be, the one named here first: several where nothing in the request tells them
    apart (one API of ``rds``, ``neptune`` and ``docdb``).
    """

    service: str
    operation: str
    protocol: str
    candidates: tuple[Candidate, ...]

    @property
    def api_version(self) -> str:
        """The API version of the model that has the operation."""
        return self.candidates[0].api_version

    @property
    def is_ambiguous(self) -> bool:
        """Tell whether the request may be another service's, too."""
        return len(self.candidates) > 1


class Index:
    """
    The services a request may be for.

    *load* gives the model of an entry; it is called when a request first needs the operations of that service, and
    what it raises is all that is raised. An index may be used by several threads.
    """

    def __init__(self, entries: Iterable[Entry], load: Callable[[Entry], Service]) -> None:
        self._services = Services(entries, load)

    def resolve(self, request: Request) -> Resolved | None:
        """Return the call that *request* is, or None for one that is no call of a service known here."""
        headers: dict[str, str] = {}
        for name, value in request.headers:
            headers.setdefault(name.lower(), value)
        target = headers.get("x-amz-target")
        if target:
            return self._of_target(target, request, headers)
        host, path, query = split_uri(request.uri)
        if "/service/" in path and (match := _CBOR_PATH.search(path)):
            found = self._of_cbor(unquote(match[1]), unquote(match[2]), request, headers)
            if found:
                return found
        form = request.body if headers.get("content-type", "").lower().startswith(_FORM) else b""
        action = _action(form, query)
        if action:
            found = self._of_form(action, request, headers)
            if found:
                return found
        told = self._services.told(request.uri, host, headers.get("authorization", ""))
        if not told.rest:
            return None
        express = told.signer == _EXPRESS
        asked = Asked(request.method, path, query, headers, bucket=told.host.bucket > 0, express=express)
        return _of_path(told.rest, asked, headers, form, staged=not told.host.endpoints)

    def _of_target(self, target: str, request: Request, headers: Mapping[str, str]) -> Resolved | None:
        prefix, _, operation = target.rpartition(".")
        group = self._services.by_target.get(prefix, ()) if prefix else ()
        return self._of_name(group, operation, "json", request, headers)

    def _of_cbor(self, service: str, operation: str, request: Request, headers: Mapping[str, str]) -> Resolved | None:
        group = self._services.by_target.get(service, ())
        if not group and "smithy-protocol" not in headers:
            return None
        return self._of_name(group, operation, CBOR, request, headers)

    def _of_name(
        self, group: Group, operation: str, protocol: str, request: Request, headers: Mapping[str, str]
    ) -> Resolved | None:
        if not group:
            group = tuple(each for each in self._told(request, headers) if protocol in each.protocols)
        elif is_one(group):
            return _resolved([group[0].candidate(operation)], protocol)
        else:
            group = narrowed(group, self._told(request, headers))
        return _of_operation(group, operation, protocol, headers)

    def _of_form(self, told_action: tuple[str, str], request: Request, headers: Mapping[str, str]) -> Resolved | None:
        action, version = told_action
        told = self._told(request, headers)
        versioned = self._services.by_version.get(version, ())
        if told:
            group = tuple(each for each in told if each.entry.api_version == version) or told
            # A service may have left the query protocol since, but REST services never spoke it.
            group = tuple(each for each in group if not each.rest)
        else:
            group = tuple(each for each in versioned if any(one in _QUERY for one in each.protocols))
        protocol = "ec2" if group and "ec2" in group[0].protocols else "query"
        return _of_operation(group, action, protocol, headers)

    def _told(self, request: Request, headers: Mapping[str, str]) -> Group:
        host = split_uri(request.uri)[0]
        return self._services.told(request.uri, host, headers.get("authorization", "")).group


def _action(form: bytes, query: str) -> tuple[str, str] | None:
    """Return Action and Version of a request of the query protocol, in its *form* or its *query*; None for another."""
    action = _field(form, b"Action") if form else ""
    if action:
        return action, _field(form, b"Version")
    if "Action=" in query:
        asked = query.encode("utf-8", "replace")
        action, version = _field(asked, b"Action"), _field(asked, b"Version")
        if action and version:
            return action, version
    return None


def _field(form: bytes, name: bytes) -> str:
    start = 0 if form.startswith(name + b"=") else form.find(b"&" + name + b"=") + 1
    if not start and not form.startswith(name + b"="):
        return ""
    start += len(name) + 1
    end = form.find(b"&", start)
    return unquote_plus(form[start : end if end >= 0 else len(form)].decode("latin-1"))


def _of_operation(group: Group, operation: str, protocol: str, headers: Mapping[str, str]) -> Resolved | None:
    """Return the call of the services in *group* that have *operation*; of none the first service that may lack it."""
    if not group:
        return None
    if not is_one(group):
        having = tuple(each for each in group if each.has(operation))
        group = _meant(having or group, headers)
    elif len(group) > 1:
        group = tuple(each for each in group if each.has(operation)) or group
    return _resolved([each.candidate(operation) for each in newest(group)], protocol)


def _of_path(group: Group, asked: Asked, headers: Mapping[str, str], form: bytes, *, staged: bool) -> Resolved:
    found = _found(group, asked)
    if not found and (staged or group[0].endpoint == _STAGED):
        found = _below(group, asked)
    if not found and form and asked.method == "POST":
        # botocore sends Amazon CloudSearch's GET as POST, what was the query as a form.
        asked.method, asked.query = "GET", form.decode("latin-1")
        found = _found(group, asked)
    if not found:
        one = newest(group)
        return Resolved(one[0].entry.name, "", one[0].rest, tuple(each.candidate("") for each in one))
    if len(found) > 1:
        ranks = [each.rank(asked) for _, each in found]
        best = max(ranks)
        found = [each for each, rank in zip(found, ranks, strict=True) if rank == best]
        if len(found) > 1:
            meant = _meant(tuple(dict.fromkeys(known for known, _ in found)), headers)
            found = [each for each in found if each[0] in meant]
    return _resolved([known.candidate(each.name) for known, each in found], found[0][0].rest)


def _found(group: Group, asked: Asked) -> list[tuple[Known, Found]]:
    """Return the operations that *asked* may be, each of the newest API version that has one."""
    found: list[tuple[Known, Found]] = []
    name = ""
    for each in group:
        if each.entry.name != name and (more := each.find(asked)):
            name = each.entry.name
            found += [(each, one) for one in more]
    return found


def _below(group: Group, asked: Asked) -> list[tuple[Known, Found]]:
    """Return what fits below a part of the path that is the endpoint's own."""
    whole = asked.parts
    for stages in range(1, min(_STAGES + 1, len(whole))):
        asked.parts = whole[stages:]
        found = _found(group, asked)
        if found:
            return found
    asked.parts = whole
    return []


def _meant(group: Group, headers: Mapping[str, str]) -> Group:
    """Return those of *group* that the User-Agent names, or all; of AWS's SDKs, botocore does not tell."""
    if is_one(group):
        return group
    names = headers.get("user-agent", "") + " " + headers.get("x-amz-user-agent", "")
    agent = _AGENT.search(names) if "api/" in names else None
    if agent is None:
        return group
    name = _NO_LETTER.sub("", agent[1].lower())
    return tuple(each for each in group if each.is_called(name)) or group


def _resolved(candidates: Sequence[Candidate], protocol: str) -> Resolved:
    first = candidates[0]
    return Resolved(first.service, first.operation, protocol, tuple(candidates))
