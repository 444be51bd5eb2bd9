"""Puts faults between the calls and what would answer them. Lock-free and safe under threads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple, Protocol

from bototape.attempt import Attempt
from bototape.errors import UsageError
from bototape.faults.answers import cut, identified, refused
from bototape.faults.batches import BATCHES, Batch
from bototape.faults.broken import Broken
from bototape.faults.fault import Fault
from bototape.interaction import Response
from bototape.wire.codec import is_error

__all__ = ["Injector"]

#: The code of a failed entry, where none was asked for (what Kinesis, Firehose and EventBridge document).
_CODE = "InternalFailure"


class Play(Protocol):
    """Answers the attempt from the recording; with *keep*, the recording stays for the next attempt."""

    def __call__(self, *, keep: bool) -> Response: ...


class _Left(NamedTuple):
    """Entries that a batch left over, and what the recording said of them."""

    name: str
    entries: list[Any]
    rest: Mapping[str, Any]


class Injector:
    """The faults of one tape, in the order they were planned: of those due, the first is met."""

    def __init__(self, waited: Callable[[float], None]) -> None:
        self.faults: list[Fault] = []
        self._waited = waited
        self._left: list[_Left] = []

    @property
    def unmet(self) -> list[Fault]:
        """The faults that no call has met."""
        return [each for each in self.faults if not each.met]

    def answer(self, attempt: Attempt, play: Play) -> Response | Broken:
        """Return what *attempt* gets: a fault's answer if one is due, else what *play* returns."""
        __tracebackhide__ = True
        for fault in self.faults:
            if fault.meets(attempt.call, lambda: attempt.parameters):
                return self._met(fault, attempt, play)
        return self._plain(attempt, play)

    def _met(self, fault: Fault, attempt: Attempt, play: Play) -> Response | Broken:
        __tracebackhide__ = True
        if fault.latency:
            limit = attempt.read_timeout_s
            self._waited(fault.latency if limit is None else min(fault.latency, limit))
            if limit is not None and fault.latency >= limit:
                return Broken("read-timeout")
        if fault.entries is not None:
            return self._in_part(fault, attempt, play)
        if fault.error is not None or fault.status is not None:
            return refused(fault, attempt.codec(), attempt.call, attempt.request.method)
        if fault.body_bytes is not None:
            return cut(fault, play(keep=True))
        if fault.network is not None:
            return Broken(fault.network)
        return self._plain(attempt, play)

    def _in_part(self, fault: Fault, attempt: Attempt, play: Play) -> Response:
        __tracebackhide__ = True
        name, codec = attempt.call.name, attempt.codec()
        batch = BATCHES.get(name)
        if batch is None:
            known = ", ".join(BATCHES)
            raise UsageError(f"cannot let {name} fail in part: how it tells so is not known", f"one of {known}")
        whole = self._plain(attempt, play)
        if is_error(whole):
            return whole
        operation = codec.service.operations[attempt.call.operation]
        said = codec.decode_response(operation, whole, attempt.call.protocol).instance
        failed = fault.entries or frozenset()
        code, request = fault.error or _CODE, attempt.instance
        parts = batch.parted(request, said if isinstance(said, Mapping) else {}, failed, code, fault.message)
        if parts.left:
            self._left.append(_Left(name, list(parts.left), parts.rest))
        return self._written(attempt, parts.answer)

    def _plain(self, attempt: Attempt, play: Play) -> Response:
        """Answer what a batch left over from its own recording: nobody recorded the call that sends it again."""
        __tracebackhide__ = True
        batch = BATCHES.get(attempt.call.name) if self._left else None
        left = self._taken(attempt, batch) if batch else None
        return play(keep=False) if left is None else self._written(attempt, left.rest)

    def _taken(self, attempt: Attempt, batch: Batch) -> _Left | None:
        entries = batch.entries(attempt.instance)
        for each in list(self._left):
            if each.name == attempt.call.name and each.entries == entries:
                try:
                    self._left.remove(each)
                except ValueError:  # another thread took it
                    continue
                return each
        return None

    def _written(self, attempt: Attempt, instance: Mapping[str, Any]) -> Response:
        codec = attempt.codec()
        operation = codec.service.operations[attempt.call.operation]
        found = codec.encode_response(operation, instance, attempt.call.protocol)
        return replace(found, headers=(*found.headers, *identified(attempt.call)))
