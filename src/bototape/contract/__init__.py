"""
The API as a contract: what code sends and is answered while a cassette plays, held against a release.

Each distinct message is checked once.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bototape import releases
from bototape.check import Checker, Policy
from bototape.errors import ModelUnavailable
from bototape.finding import Finding
from bototape.interaction import Call, Headers, Interaction, Request, Response
from bototape.tape.playing import shown

__all__ = ["Contract"]

#: What differs from one sending of a request to the next, and is none of its parameters.
_PASSING = frozenset(
    {"amz-sdk-invocation-id", "amz-sdk-request", "authorization", "user-agent", "x-amz-date", "x-amz-security-token"}
)
#: Answers no call: that of a request which is looked at alone. An error, so that missing members are not excused.
_NONE = Response(400)


class Contract:
    """
    Holds calls against release *spec*; empty: the newest snapshot that has the operation, else the installed botocore.

    *policy* judges, as for `bototape check`. *unchecked* says of services why there is no model. No network. Safe under
    threads.
    """

    def __init__(self, spec: str, policy: Policy) -> None:
        self.spec = spec
        self._policy = policy
        self._lock = threading.Lock()
        self._by_call: dict[str, Checker | None] = {}
        self._checkers: dict[tuple[str, str], Checker] = {}
        self._known: dict[object, tuple[Finding, ...]] = {}
        self._found: list[Finding] = []
        self._missed: ModelUnavailable | None = None
        self.unchecked: dict[str, ModelUnavailable] = {}

    @property
    def release(self) -> str:
        """What is checked against, as a message says it."""
        found = [each.release for each in self._checkers.values()]
        return ", ".join(dict.fromkeys(found)) or self.spec or "pinned"

    def answered(self, path: Path, sent: Request, call: Call | None, recording: Interaction, number: int) -> None:
        """Check what was *sent*, and the answer in *recording*, the *number*-th of the cassette at *path*."""
        call = call or recording.call
        if call is None:
            return
        with self._lock:
            checker = self._checker(call)
            if checker is None:
                self._missed = self.unchecked[call.service]
            else:
                where = shown(path)
                self._found += self._request(checker, sent, call)
                self._found += self._response(checker, replace(recording, call=call), where, number)

    def taken(self) -> list[Finding]:
        """Return what was found since the last time, each once, in order."""
        with self._lock:
            found, self._found = self._found, []
        return list(dict.fromkeys(found))

    def missed(self) -> ModelUnavailable | None:
        """Return why a call since the last time was not checked, if one was not."""
        with self._lock:
            found, self._missed = self._missed, None
        return found

    def _request(self, checker: Checker, sent: Request, call: Call) -> tuple[Finding, ...]:
        lasting = _lasting(sent.headers) if call.protocol != "json" else ()
        key = (call.name, call.protocol, sent.method, sent.uri, sent.body, lasting)
        if key not in self._known:
            found = checker.interaction(Interaction(sent, _NONE, call), 1, "", call.operation)
            self._known[key] = tuple(
                replace(each, where=f"{call.name} {each.where.removeprefix('#1 ')}") for each in _of("request", found)
            )
        return self._known[key]

    def _response(self, checker: Checker, recording: Interaction, where: str, number: int) -> tuple[Finding, ...]:
        key = (where, number, recording.call, recording.response)
        if key not in self._known:
            self._known[key] = tuple(_of("response", checker.interaction(recording, number, where)))
        return self._known[key]

    def _checker(self, call: Call) -> Checker | None:
        if call.name not in self._by_call:
            try:
                spec = self.spec or releases.default(call.service, [call.operation])
                found = self._checkers.get((call.service, spec)) or self._made(call.service, spec)
                self._checkers[call.service, spec] = self._by_call[call.name] = found
            except ModelUnavailable as error:
                self._by_call[call.name] = None
                self.unchecked[call.service] = error
        return self._by_call[call.name]

    def _made(self, service: str, spec: str) -> Checker:
        model = releases.load(spec, service, None)
        absent = model.absent if model.tracked_only else None
        return Checker(model.service, str(model.release), name=service, absent=absent, policy=self._policy)


def _lasting(headers: Headers) -> Headers:
    return tuple(each for each in headers if each[0].lower() not in _PASSING)


def _of(half: str, found: list[Finding]) -> Iterator[Finding]:
    return (each for each in found if dict(each.evidence).get("side") == half)
