"""Check a cassette against the API of a release: every request, response and modeled error, by profile."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from bototape.check import frame
from bototape.check.engine import Engine
from bototape.check.faults import Fault, explain, order
from bototape.check.frame import service_name
from bototape.check.rules import PROFILES, RULES, Half, Profile, profile_of, severity
from bototape.errors import WireError
from bototape.finding import Finding
from bototape.interaction import Cassette, Interaction, Response
from bototape.schema import compile_schema
from bototape.shapes import Operation, Service, Side
from bototape.wire.codec import Codec, is_error
from bototape.wire.route import route

__all__ = ["PROFILES", "RULES", "Checker", "check", "not_checked", "service_name"]


def check(cassette: Cassette, service: Service, *, where: str, release: str, profile: str = "default") -> list[Finding]:
    """
    Return what is wrong with *cassette*, whose calls are all of *service*, by the API of *release*.

    *where* is its path as a user knows it; places read ``where#2 response /Status``. For many cassettes keep one
    `Checker`. Raises UsageError when *profile* is none of `PROFILES`.
    """
    return Checker(service, release, profile).check(cassette, where)


def not_checked(interaction: Interaction, number: int, where: str, release: str, reason: str) -> Finding:
    """Return the finding that the *number*-th *interaction* of *where* was not checked against *release*, and why."""
    seat = _Seat(f"{where}#{number}", _operation(interaction), release, "default")
    fault = Fault("not-checked", sentence=f"not checked: {reason}")
    found = seat.finding(fault, "request")
    if found is None:
        raise AssertionError("every profile reports not-checked")
    return found


class Checker:
    """
    Checks against one service of one release; each schema is compiled once.

    *absent* names operations known not to be in the release. None says that *service* is the whole model, so that
    an operation it lacks is unknown to the release; otherwise it may merely not be tracked.
    """

    def __init__(
        self, service: Service, release: str, profile: str = "default", *, absent: Collection[str] | None = None
    ) -> None:
        self.service = service
        self.release = release
        self.profile: Profile = profile_of(profile)
        self.absent = absent
        self._codec = Codec(service)
        self._engines: dict[tuple[str, Side, str | None], Engine] = {}

    def check(self, cassette: Cassette, where: str) -> list[Finding]:
        """Return what is wrong with *cassette*: in recorded order, the request before the response."""
        numbered = enumerate(cassette.interactions, 1)
        return [found for number, each in numbered for found in self.interaction(each, number, where)]

    def interaction(self, interaction: Interaction, number: int, where: str) -> list[Finding]:
        """Return what is wrong with one *interaction*, the *number*-th (from 1) of the cassette at *where*."""
        name = _operation(interaction)
        halves: tuple[tuple[Half, Iterable[Fault]], ...]
        operation = self.service.operations.get(name)
        if reason := frame.foreign(self.service, interaction):
            halves = (("request", [Fault("not-checked", sentence=f"not checked: {reason}")]),)
        elif operation is None:
            halves = (("request", [self._unknown(name)]),)
        else:
            halves = (
                ("request", self._request(interaction, operation)),
                ("response", self._response(interaction.response, operation)),
            )
        seat = _Seat(f"{where}#{number}", name, self.release, self.profile)
        found = (seat.finding(each, half) for half, faults in halves for each in faults)
        return [each for each in found if each]

    def _unknown(self, name: str) -> Fault:
        if self.absent is None or name in self.absent:
            return Fault("operation-unknown", found=name, sentence=f"operation {name}", blames_release=True)
        reason = f"operation {name} is not tracked by the snapshot of {self.release}"
        return Fault("not-checked", sentence=f"not checked: {reason}")

    def _request(self, interaction: Interaction, operation: Operation) -> Iterator[Fault]:
        yield from frame.request_faults(self.service, operation, interaction.request)
        try:
            instance = self._codec.decode_request(operation, interaction.request, "json")
        except WireError as error:
            yield Fault("body-undecodable", sentence=str(error))
            return
        required = operation.input and any(
            each.required for each in self.service.shapes[operation.input].members.values()
        )
        if instance == {} and required and not is_error(interaction.response):
            # No service answers such a request with success, so this is not the request that was sent.
            yield Fault("not-checked", sentence="not checked: the recording holds no request body")
            return
        yield from self._instance(instance, operation, "input", operation.input)

    def _response(self, response: Response, operation: Operation) -> Iterator[Fault]:
        if frame.is_event_stream(response):
            yield Fault("not-checked", sentence="not checked: the response is an event stream")
            return
        try:
            decoded = self._codec.decode_response(operation, response, "json")
        except WireError as error:
            yield Fault("body-undecodable", sentence=str(error))
            return
        yield from frame.null_faults(decoded.nulls)
        if not is_error(response):
            yield from frame.status_faults(operation, response)
            yield from self._instance(decoded.instance, operation, "output", operation.output)
        elif decoded.error in operation.errors:
            yield from self._instance(decoded.instance, operation, "error", decoded.error)
        else:
            yield frame.unmodeled(operation, decoded.code)

    def _instance(self, instance: object, operation: Operation, side: Side, root: str | None) -> list[Fault]:
        key = (operation.name, side, root if side == "error" else None)
        engine = self._engines.get(key)
        if engine is None:
            engine = self._engines[key] = Engine(compile_schema(self.service, operation, side, key[2]))
        shape = self.service.shapes[root] if root else None
        try:
            faults = [each for error in engine.errors(instance) for each in explain(error, self.service, shape)]
        except ValueError as error:
            return [Fault("not-checked", sentence=f"not checked: the validator gave up: {error}")]
        return sorted(faults, key=order) + [_left_out(each) for each in engine.not_checked]


@dataclass(frozen=True, slots=True)
class _Seat:
    """What turns a fault into a finding: which interaction of which file, which call, which release and profile."""

    where: str
    operation: str
    release: str
    profile: Profile

    def finding(self, fault: Fault, half: Half) -> Finding | None:
        level = severity(fault.rule, half, self.profile)
        if level is None:
            return None
        doubt = "" if half == "request" else ": newer than that, or undocumented"
        blame = f" is not in {self.release}{doubt}" if fault.blames_release else ""
        evidence = {
            "interaction": self.where.rpartition("#")[2],
            "side": half,
            "operation": self.operation,
            "shape": fault.shape,
            "member": fault.member,
            "pointer": fault.pointer,
            "expected": fault.expected,
            "found": fault.found,
            "release": self.release,
        }
        place = f"{self.where} {half} {fault.pointer}".rstrip()
        return Finding(place, fault.rule, level, f"{fault.sentence}{blame}{fault.hint}", tuple(evidence.items()))


def _operation(interaction: Interaction) -> str:
    return interaction.call.operation if interaction.call else route(interaction.request).operation


def _left_out(entry: dict[str, str]) -> Fault:
    what = f"pattern {entry['pattern']}" if "pattern" in entry else f"type {entry.get('type')}"
    shape = entry.get("shape", "")
    return Fault("not-checked", shape=shape, sentence=f"not checked: the {what} of {shape or 'a shape'} has no engine")
