"""The calls of one service held against one release: HTTP frame, request, response, error, events."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from urllib.parse import urlsplit

from bototape.check import frame, shortcut
from bototape.check.engine import Engine
from bototape.check.errata import Erratum
from bototape.check.faults import Fault, explain, order
from bototape.check.places import Places
from bototape.check.policy import Policy
from bototape.check.rules import Half, profile_of
from bototape.check.seat import Appeared, Seat, never
from bototape.errors import WireError
from bototape.finding import Finding
from bototape.interaction import Cassette, Interaction, Request, Response
from bototape.schema import EVENT_ERROR, compile_schema
from bototape.shapes import Operation, Service, Side
from bototape.wire.codec import Codec, is_error
from bototape.wire.dialect import stream_member
from bototape.wire.index import Entry, Index
from bototape.wire.route import route

__all__ = ["Checker", "check", "not_checked"]

_NO_RULES = Policy()


def check(cassette: Cassette, service: Service, *, where: str, release: str, profile: str = "default") -> list[Finding]:
    """
    Return what is wrong with *cassette*, whose calls are all of *service*, by the API of *release*.

    *where* is its path as a user knows it; places read ``where#2 response /Status``. For many cassettes keep one
    `Checker`. Raises UsageError when *profile* is none of `PROFILES`.
    """
    return Checker(service, release, profile).check(cassette, where)


def not_checked(interaction: Interaction, number: int, where: str, release: str, reason: str) -> Finding:
    """Return the finding that the *number*-th *interaction* of *where* was not checked against *release*, and why."""
    operation = interaction.call.operation if interaction.call else route(interaction.request).operation
    found = Seat(f"{where}#{number}", "", operation, release, _NO_RULES).finding(_skipped(reason), "request")
    if found is None:
        raise AssertionError("every profile reports not-checked")
    return found


def _skipped(reason: str) -> Fault:
    return Fault("not-checked", sentence=f"not checked: {reason}")


class Checker:
    """
    Checks against one service of one release; each schema is compiled once.

    *absent* names operations known not to be in the release. None says that *service* is the whole model, so that
    an operation it lacks is unknown to the release; otherwise it may merely not be tracked. *policy* overrides
    *profile*. *name* is botocore's name of the service, for its errata. *appeared* tells when something that the
    release lacks came.

    What errata explain is in `excused`, not among the findings.
    """

    def __init__(
        self,
        service: Service,
        release: str,
        profile: str = "default",
        *,
        name: str = "",
        absent: Collection[str] | None = None,
        policy: Policy | None = None,
        appeared: Appeared = never,
    ) -> None:
        self.service = service
        self.release = release
        self.policy = policy or Policy(profile_of(profile))
        self.absent = absent
        self.name = name or str(service.metadata.get("endpointPrefix", ""))
        self.excused: list[tuple[Finding, Erratum]] = []
        self._appeared = appeared
        self._codec = Codec(service)
        self._places = {rest: Places(service, rest=rest) for rest in (False, True)}
        self._engines: dict[tuple[str, Side, str | None], Engine] = {}
        self._plain: dict[str, bool] = {}

    def check(self, cassette: Cassette, where: str) -> list[Finding]:
        """Return what is wrong with *cassette*: in recorded order, the request before the response."""
        numbered = enumerate(cassette.interactions, 1)
        return [found for number, each in numbered for found in self.interaction(each, number, where)]

    def interaction(self, interaction: Interaction, number: int, where: str, operation: str = "") -> list[Finding]:
        """
        Return what is wrong with one *interaction*, the *number*-th (from 1) of the cassette at *where*.

        *operation* is its name where the caller knows; else the interaction tells.
        """
        name = operation or self._operation(interaction)
        seat = Seat(f"{where}#{number}", self.name, name, self.release, self.policy, self._appeared)
        found: list[Finding] = []
        for half, faults in self._halves(interaction, name):
            for each in faults:
                finding = seat.finding(each, half)
                if finding is None:
                    continue
                erratum = seat.erratum(each, half)
                if erratum:
                    self.excused.append((finding, erratum))
                else:
                    found.append(finding)
        return found

    def _operation(self, interaction: Interaction) -> str:
        if interaction.call:
            return interaction.call.operation
        request = interaction.request
        for each in (request, replace(request, uri=self._at_home(request.uri))):
            found = self._index.resolve(each)
            if found and found.operation:
                return found.operation
        return route(request).operation

    def _at_home(self, uri: str) -> str:
        """Return *uri* at an endpoint of the service: a proxy's or an emulator's tells nothing."""
        host = f"{self.service.metadata.get('endpointPrefix', self.name)}.us-east-1.amazonaws.com"
        return urlsplit(uri)._replace(scheme="https", netloc=host).geturl()

    @cached_property
    def _index(self) -> Index:
        version = str(self.service.metadata.get("apiVersion", ""))
        return Index([Entry(self.name, version, self.service.metadata)], lambda _: self.service)

    def _halves(self, interaction: Interaction, name: str) -> Iterator[tuple[Half, Iterable[Fault]]]:
        operation = self.service.operations.get(name)
        if not name:
            title = self.service.metadata.get("serviceId") or self.name or "the service"
            yield "request", [_skipped(f"its request names no operation of {title}")]
        elif reason := frame.foreign(self.service, interaction):
            yield "request", [_skipped(reason)]
        elif operation is None:
            yield "request", [self._unknown(name)]
        elif isinstance(protocol := frame.protocol_of(self._codec, interaction), Fault):
            yield "request", [protocol]
        else:
            yield "request", self._request(interaction, operation, protocol)
            yield "response", self._response(interaction.response, operation, protocol)

    def _unknown(self, name: str) -> Fault:
        if self.absent is None or name in self.absent:
            return Fault("operation-unknown", found=name, sentence=f"operation {name}", blames_release=True)
        return _skipped(f"operation {name} is not tracked by the snapshot of {self.release}")

    def _request(self, interaction: Interaction, operation: Operation, protocol: str) -> Iterator[Fault]:
        yield from frame.request_faults(self.service, operation, interaction.request, protocol)
        try:
            instance = self._codec.decode_request(operation, interaction.request, protocol)
        except WireError as error:
            yield _undecodable(error)
            return
        if self._is_hole(instance, operation, interaction.request, protocol) and not is_error(interaction.response):
            # No service answers such a request with success, so this is not the request that was sent.
            yield _skipped("the recording holds no request body")
            return
        yield from self._instance(instance, operation, "input", operation.input, protocol)

    def _is_hole(self, instance: object, operation: Operation, request: Request, protocol: str) -> bool:
        members = self.service.shapes[operation.input].members.values() if operation.input else ()
        rest = protocol.startswith("rest-")
        required = [each.name for each in members if each.required and not (rest and "location" in each.traits)]
        held = instance if isinstance(instance, dict) else {}
        nothing = instance == {} or (rest and not request.body)
        return bool(required) and nothing and not any(each in held for each in required)

    def _response(self, response: Response, operation: Operation, protocol: str) -> Iterator[Fault]:
        if self._is_plainly_valid(response, operation, protocol):
            return
        try:
            decoded = self._codec.decode_response(operation, response, protocol)
        except WireError as error:
            yield _undecodable(error)
            return
        yield from frame.null_faults(decoded.nulls)
        if not is_error(response):
            yield from frame.status_faults(self.service, operation, response, None)
            yield from self._instance(decoded.instance, operation, "output", operation.output, protocol)
            yield from self._event_errors(decoded.instance, operation)
        elif decoded.error in operation.errors:
            yield from frame.status_faults(self.service, operation, response, decoded.error)
            yield from self._instance(decoded.instance, operation, "error", decoded.error, protocol)
        else:
            yield frame.unmodeled(operation, decoded.code)

    def _is_plainly_valid(self, response: Response, operation: Operation, protocol: str) -> bool:
        if protocol != "json" or len(response.body) < shortcut.LONG:
            return False
        if operation.name not in self._plain:
            self._plain[operation.name] = shortcut.is_plain(self.service, operation)
        if not self._plain[operation.name]:
            return False
        return shortcut.is_plainly_valid(self._engine(operation, "output", operation.output), response)

    def _event_errors(self, instance: object, operation: Operation) -> Iterator[Fault]:
        stream = stream_member(self.service.shapes, operation.output)
        events = instance.get(stream.name) if stream and isinstance(instance, dict) else None
        for each in events if isinstance(events, list) else ():
            if isinstance(each, dict) and isinstance(each.get(EVENT_ERROR), dict):
                yield frame.unmodeled(operation, each[EVENT_ERROR].get(":error-code"))

    def _instance(
        self, instance: object, operation: Operation, side: Side, root: str | None, protocol: str
    ) -> list[Fault]:
        engine = self._engine(operation, side, root)
        shape = self.service.shapes[root] if root else None
        places = self._places[protocol.startswith("rest-")]
        way = f"{side}.{root}" if side == "error" else side
        try:
            faults = list(explain(engine.errors(instance), instance, places, places.root(shape, way)))
        except ValueError as error:
            return [_skipped(f"the validator gave up: {error}")]
        return sorted(faults, key=order) + [_left_out(each) for each in engine.not_checked]

    def _engine(self, operation: Operation, side: Side, root: str | None) -> Engine:
        key = (operation.name, side, root if side == "error" else None)
        engine = self._engines.get(key)
        if engine is None:
            engine = self._engines[key] = Engine(compile_schema(self.service, operation, side, key[2]))
        return engine


def _undecodable(error: WireError) -> Fault:
    """Return the fault that a message cannot be read; a path that is another operation's is no body."""
    if error.place.endswith(" at the URI"):
        return Fault("binding-mismatch", member="path", sentence=f"path: {error.reason}")
    return Fault("body-undecodable", sentence=str(error))


def _left_out(entry: dict[str, str]) -> Fault:
    what = f"pattern {entry['pattern']}" if "pattern" in entry else f"type {entry.get('type')}"
    shape = entry.get("shape", "")
    return Fault("not-checked", shape=shape, sentence=f"not checked: the {what} of {shape or 'a shape'} has no engine")
