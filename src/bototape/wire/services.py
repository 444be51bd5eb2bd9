"""
The services that a request may be for, found by what tells them: endpoint, signature, target, API version.

Sources: botocore's models (``metadata`` of ``service-2.json``) and the endpoint rule sets beside them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from bototape.shapes import Service
from bototape.wire.hosts import Host, read_host
from bototape.wire.operations import Asked, Found, Operations
from bototape.wire.signing import scope
from bototape.wire.speaks import spoken

__all__ = ["Candidate", "Entry", "Group", "Known", "Services", "is_one", "narrowed", "newest"]

#: Endpoints that go by more names than ``endpointPrefix``; from the endpoint rule sets, and Amazon SQS's old name.
_ENDPOINTS = {
    "aos": ("es",),
    "data.ats.iot": ("data-ats.iot",),
    "data.iot": ("data-ats.iot",),
    "api.iot-tunneling": ("api.tunneling.iot",),
    "queue": ("sqs",),
    "s3-object-lambda": ("s3",),
    "s3-outposts": ("s3", "s3-control"),
    "s3express-control": ("s3", "s3-control"),
}

#: Signing names that endpoint rule sets give instead of the model's.
_SIGNERS = {"s3express": ("s3",), "s3-object-lambda": ("s3",), "s3-outposts": ("s3",)}

#: How many answers about host and signature are kept.
_KEPT = 4096


_NO_LETTER = re.compile(r"[^a-z0-9]+")
_REST = ("rest-json", "rest-xml")


@dataclass(frozen=True, slots=True)
class Entry:
    """One API version of one service: botocore's *name*, and the *metadata* of its model."""

    name: str
    api_version: str
    metadata: Mapping[str, Any]


class Candidate(NamedTuple):
    """A call that a request may be; *operation* is empty for one that the model lacks."""

    service: str
    operation: str
    api_version: str


class Known:
    """An entry, and what has been learnt of its operations."""

    def __init__(self, entry: Entry, load: Callable[[Entry], Service]) -> None:
        metadata = entry.metadata
        self.entry = entry
        self.protocols = spoken(metadata)
        self.rest = next((each for each in self.protocols if each in _REST), "")
        self.endpoint = str(metadata.get("endpointPrefix", entry.name)).lower()
        self.signer = str(metadata.get("signingName", self.endpoint)).lower()
        self._load = load
        self._operations: Operations | None = None
        self._names: frozenset[str] | None = None

    def find(self, asked: Asked) -> list[Found]:
        """Return the REST operations that *asked* may be."""
        if self._operations is None:
            self._operations = Operations(self._load(self.entry))
        return self._operations.find(asked)

    def has(self, operation: str) -> bool:
        """Tell whether the model has *operation*."""
        if self._names is None:
            self._names = frozenset(self._load(self.entry).operations)
        return operation in self._names

    def candidate(self, operation: str) -> Candidate:
        """Return *operation* of this service."""
        return Candidate(self.entry.name, operation, self.entry.api_version)

    def is_called(self, agent: str) -> bool:
        """Tell whether *agent*, the API that a User-Agent names, is this one."""
        names = (self.entry.name, str(self.entry.metadata.get("serviceId", "")))
        return agent in [_NO_LETTER.sub("", each.lower()) for each in names]


#: Services a request may be for, the likelier and the newer first.
Group = tuple[Known, ...]


class Told(NamedTuple):
    """What host and signature tell: a *group* of services, those of it that speak *rest*, the *host*, the *signer*."""

    group: Group
    rest: Group
    host: Host
    signer: str


class Services:
    """All services by what tells them; the one that an endpoint or signature is named after first, newest first."""

    def __init__(self, entries: Iterable[Entry], load: Callable[[Entry], Service]) -> None:
        known = [Known(each, load) for each in entries]
        known.sort(key=lambda each: each.entry.api_version, reverse=True)
        known.sort(key=lambda each: (each.entry.name not in (each.endpoint, each.signer), each.entry.name))
        self.by_target = _grouped(known, lambda each: (str(each.entry.metadata.get("targetPrefix", "")),))
        self.by_version = _grouped(known, lambda each: (each.entry.api_version,))
        self._by_endpoint = _by_endpoint(known)
        self._by_signer = _grouped(known, lambda each: (each.signer,))
        for name, others in _SIGNERS.items():
            self._by_signer.setdefault(name, _joined(self._by_signer, others))
        self._told: dict[tuple[str, str], Told] = {}

    def told(self, uri: str, host: tuple[int, int], authorization: str) -> Told:
        """Return what *host*, its span in *uri*, and the signature tell."""
        name = uri[host[0] : host[1]]
        signer = scope(authorization, uri).service
        known = self._told.get((name, signer))
        if known is None:
            read = read_host(name)
            group = self._evidence(read, signer)
            known = Told(group, tuple(each for each in group if each.rest), read, signer)
            if len(self._told) >= _KEPT:
                self._told.clear()
            self._told[name, signer] = known
        return known

    def _evidence(self, host: Host, signer: str) -> Group:
        by_host = next((self._by_endpoint[each] for each in host.endpoints if each in self._by_endpoint), ())
        by_signer = self._by_signer.get(signer, ())
        return narrowed(by_signer, by_host) if by_signer else by_host


def _by_endpoint(known: Sequence[Known]) -> dict[str, Group]:
    found = _grouped(known, lambda each: (each.endpoint,))
    # Newer endpoints leave out "api." and write "metering-marketplace" for "metering.marketplace".
    shorter = _grouped(known, lambda each: {each.endpoint.removeprefix("api."), each.endpoint.replace(".", "-")})
    for name, group in shorter.items():
        found.setdefault(name, group)
    for name, others in _ENDPOINTS.items():
        found.setdefault(name, _joined(found, others))
    return found


def _grouped(known: Sequence[Known], keys: Callable[[Known], Iterable[str]]) -> dict[str, Group]:
    found: dict[str, list[Known]] = {}
    for each in known:
        for key in keys(each):
            found.setdefault(key, []).append(each)
    return {key: tuple(group) for key, group in found.items()}


def _joined(groups: Mapping[str, Group], names: Iterable[str]) -> Group:
    return tuple(each for name in names for each in groups.get(name, ()))


def narrowed(group: Group, other: Group) -> Group:
    """Return those of *group* that are in *other* as well, or *group* if none is."""
    return tuple(each for each in group if each in other) or group


def is_one(group: Group) -> bool:
    """Tell whether *group* is one service, perhaps in several API versions."""
    return len(group) == 1 or len({each.entry.name for each in group}) == 1


def newest(group: Group) -> Group:
    """Return the newest API version of each service in *group*, which has them newest first."""
    found: dict[str, Known] = {}
    for each in group:
        found.setdefault(each.entry.name, each)
    return tuple(found.values())
