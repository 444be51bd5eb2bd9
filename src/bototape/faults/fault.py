"""What a fault is: which attempts of which calls fail, and how; and what cannot be meant by one."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import partial
from typing import Any, TypedDict, Unpack, get_args

from bototape.attempt import holds
from bototape.errors import UsageError
from bototape.faults.broken import Network
from bototape.interaction import Call

__all__ = ["FIRST_ERROR", "LAST_STATUS", "MESSAGE", "Fault", "Settings", "planned"]

#: Those that can happen after a part of the body has arrived.
_UNDER_WAY = frozenset({"read-timeout", "reset"})

#: The message of an error that was given none.
MESSAGE = "injected by the test"

#: The statuses an error may have.
FIRST_ERROR, LAST_STATUS = 300, 599


@dataclass(frozen=True, slots=True)
class Fault:
    """
    One fault and how often it is to happen; safe under threads. Made by `planned`.

    *operation* may be ``DescribeAutoMLJob``, ``sagemaker.DescribeAutoMLJob`` or a pattern (``*``, ``dynamodb.*``).
    Of the attempts that *where* accepts, the first *after* are let through, the next *times* (None: all) are met.
    *latency* is in seconds, *body_bytes* is how much of the body arrives, *entries* the positions in a batch.
    """

    operation: str
    error: str | None = None
    message: str = MESSAGE
    members: Mapping[str, Any] = field(default_factory=dict)
    status: int | None = None
    network: Network | None = None
    body_bytes: int | None = None
    entries: frozenset[int] | None = None
    latency: float = 0.0
    times: int | None = 1
    after: int = 0
    where: Callable[[Mapping[str, Any]], bool] | None = None
    # Counting with what is atomic: no lock, as in the player.
    _asked: itertools.count[int] = field(default_factory=itertools.count, repr=False, compare=False)
    _met: list[Call] = field(default_factory=list, repr=False, compare=False)

    @property
    def met(self) -> int:
        """How many attempts met this fault so far."""
        return len(self._met)

    def meets(self, call: Call, parameters: Callable[[], Mapping[str, Any]]) -> bool:
        """Tell whether this attempt of *call* is one to fail, and count it; *parameters* decodes when asked."""
        if not (fnmatchcase(call.operation, self.operation) or fnmatchcase(call.name, self.operation)):
            return False
        if self.where is not None and not self.where(parameters()):
            return False
        turn = next(self._asked)
        if turn < self.after or (self.times is not None and turn >= self.after + self.times):
            return False
        self._met.append(call)
        return True

    def __str__(self) -> str:
        """Return the fault as it was asked for."""
        shown = {
            "error": self.error,
            "status": self.status,
            "network": self.network,
            "body_bytes": self.body_bytes,
            "entries": sorted(self.entries) if self.entries is not None else None,
            "latency": self.latency or None,
        }
        told = ", ".join(f"{key}={value!r}" for key, value in shown.items() if value is not None)
        return f"{self.operation}: {told}"


class Settings(TypedDict, total=False):
    """
    How a call fails, and which attempts of it.

    *error* is the name of a modeled error or any code, with its *message*, further *members* and HTTP *status*; a
    *status* alone is an error with that code. *network* breaks the connection, before an answer or, with
    *body_bytes*, after so many bytes of the recorded body; *body_bytes* alone ends the connection there. *entries* are
    the positions, from 0, that fail in a batch, the rest of it is as recorded; *error* is then their code. *latency*
    is in seconds: nobody waits, but what exceeds the client's read timeout is one.

    *times* attempts fail (default 1, None: all), *after* attempts are let through before (default 0); *where* says
    which attempts count: parameters they have at least, or a function of the parameters.
    """

    error: str
    message: str
    members: Mapping[str, Any]
    status: int
    network: Network
    body_bytes: int
    entries: Collection[int]
    latency: float
    times: int | None
    after: int
    where: Mapping[str, Any] | Callable[[Mapping[str, Any]], bool]


def _meant(name: str, known: Sequence[str]) -> str:
    import difflib  # noqa: PLC0415 - few tests are told anything

    near = difflib.get_close_matches(name, known, 1)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"


def planned(operation: str, **how: Unpack[Settings]) -> Fault:
    """Return the fault of *operation* that is to happen as *how* says. Raises UsageError for what cannot be meant."""
    where, entries = how.get("where"), how.get("entries")
    unknown = sorted(how.keys() - Settings.__annotations__.keys())
    if unknown:
        fix = _meant(unknown[0], list(Settings.__annotations__))
        raise UsageError(f"cannot let {operation} fail: {', '.join(unknown)} is not known", fix)
    accepts = partial(holds, where) if isinstance(where, Mapping) else where
    chosen = None if entries is None else frozenset(entries)
    plain: Any = {key: value for key, value in how.items() if key not in ("where", "entries")}
    fault = Fault(operation, entries=chosen, where=accepts, **plain)
    reason = _nonsense(fault)
    if reason:
        raise UsageError(f"cannot let {operation or 'a call'} fail: {reason[0]}", reason[1])
    return fault


def _nonsense(fault: Fault) -> tuple[str, str] | None:
    """Return what is wrong with *fault* and what to do about it, or None."""
    last = fault.operation.rpartition(".")[2]
    if not last or (last == last.lower() and last.isidentifier()):
        return f"{fault.operation!r} is no operation", "name it as the API does: DescribeAutoMLJob"
    if fault.network is not None and fault.network not in get_args(Network):
        return f"network={fault.network!r} is not known", f"one of {', '.join(get_args(Network))}"
    answered = fault.error is not None or fault.status is not None
    broken = fault.network is not None or fault.body_bytes is not None
    if answered + broken + (fault.entries is not None and not answered) > 1:
        return "an answer, a broken connection and a partial failure exclude each other", "plan one after the other"
    if not (answered or broken or fault.entries is not None or fault.latency):
        return "nothing says how", "give error=, status=, network=, body_bytes=, entries= or latency="
    if fault.status is not None and not FIRST_ERROR <= fault.status <= LAST_STATUS:
        return f"{fault.status} is not the status of an error", "give one from 300 to 599"
    if fault.members and fault.error is None:
        return "members= are those of an error", "name it with error="
    if fault.body_bytes is not None and fault.network not in (None, *_UNDER_WAY):
        return f"network={fault.network!r} happens before any of the body", "leave body_bytes= out"
    counts = (fault.body_bytes or 0, fault.after, 1 if fault.times is None else fault.times - 1, fault.latency)
    if min(counts) < 0 or (fault.entries and min(fault.entries) < 0):
        return "a number is too small", "times= counts from 1, the others from 0"
    return None
