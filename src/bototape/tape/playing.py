"""A cassette while it is open: it answers calls or has them recorded, counts, and remembers misses."""

from __future__ import annotations

import functools
import os
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from bototape.errors import FaultUnmet, NetworkBlocked, NoMatch, UsageError
from bototape.interaction import Call, Request, Response
from bototape.modes import Mode
from bototape.replay import Player
from bototape.tape.answering import played
from bototape.tape.fetching import Fetching
from bototape.tape.records import MayRecord
from bototape.tape.remembered import Remembered, Remembers
from bototape.tape.running import seen_from_the_test
from bototape.wire.route import route

if TYPE_CHECKING:
    from bototape.adapters.senders import Sender
    from bototape.attempt import Attempt
    from bototape.calls import Calls
    from bototape.clock import VirtualClock
    from bototape.faults import Broken, Fault, Injector, Settings
    from bototape.tape.serving import Served
    from bototape.tape.taking import Take

__all__ = ["Tape", "shown"]


class _ToSend(Exception):
    """A fault needs the answer of a call that is not recorded."""


class Tape(MayRecord, Remembers):
    """
    A cassette that plays, records, or does both, as its ``record_mode`` says.

    ``recorded`` counts the answers it recorded, ``played`` plays by position from 0, ``unplayed`` lists the positions
    never played, ``misses`` holds what no recording answered, ``bypasses`` the calls that something else (moto,
    Stubber) answered first, ``pauses`` the seconds that botocore (retries, waiters, rate limiter) and, on a virtual
    clock, the code under test would have slept, one entry each, ``sleeps`` those of the code under test alone,
    ``delays`` the seconds that the latency of planned faults would have taken.
    """

    def __init__(
        self,
        player: Player,
        path: Path,
        remembered: Remembered,
        fetching: Fetching,
        *,
        take: Take | None = None,
        clock: VirtualClock | None = None,
    ) -> None:
        self.path = path
        self.remembered = remembered
        self.fetching = fetching
        self._take = take
        self.misses: list[NoMatch] = []
        self.bypasses: list[Call] = []
        self.blocked: list[NetworkBlocked] = []
        self.pauses: list[float] = []
        self.sleeps: list[float] = []
        self.delays: list[float] = []
        self._attempts: list[Attempt] = []
        self._injector: Injector | None = None
        self._is_told = False
        self._player = player
        self._clock = clock
        self._following: list[Callable[[float], object]] = []
        self._closed = False

    @property
    def record_mode(self) -> Mode:
        """What the tape does with a call that is not recorded; ``none`` where it only plays."""
        return self._take.mode if self._take else "none"

    @property
    def played(self) -> dict[int, int]:
        """How often each interaction was played, by position from 0."""
        return dict(self._player.played + Counter(self.fetching.played))

    @property
    def unplayed(self) -> list[int]:
        """The positions of the interactions never played."""
        played = self.played
        return [position for position in range(len(self.fetching.interactions)) if position not in played]

    @property
    def requests(self) -> list[Request]:
        """The recorded requests, in order."""
        return [each.request for each in self.fetching.interactions]

    @property
    def responses(self) -> list[Response]:
        """The recorded responses, in order."""
        return [each.response for each in self.fetching.interactions]

    @property
    def play_count(self) -> int:
        """How many calls were answered."""
        return self._player.play_count + len(self.fetching.played)

    @property
    def all_played(self) -> bool:
        """Whether each interaction was played at least once."""
        return not self.unplayed

    def play(self, request: Request, call: Call | None, attempt: Attempt | None) -> Response | Broken | None:
        """
        Return the recorded answer, or what a fault has planned instead; raise NoMatch for a miss, and remember it.

        While something is recorded a miss is None: it is to be sent.
        """
        __tracebackhide__ = True
        try:
            if self._closed:
                raise self._late(request, call)
            if attempt is not None:
                self._attempts.append(attempt)
                if self._injector is not None:
                    recorded = functools.partial(self._recorded, request, call)
                    return self._injector.answer(attempt, recorded)
            if self._take is not None:
                found = self._player.find(request, call) if self._player.interactions else None
                return found.response if found else None
            return played(self._player, self.path, request, call)
        except _ToSend:
            return None
        except NoMatch as miss:
            self.misses.append(miss if self._closed else seen_from_the_test(miss))
            raise

    def fetch(self, request: Request) -> Response | None:
        """Return the recorded answer to a request of another HTTP library, or raise NoMatch; None: it is sent."""
        __tracebackhide__ = True
        try:
            if self._closed:
                raise self._late(request, None)
            return self.fetching.answer(request, self._player, records=self._take is not None)
        except NoMatch as miss:
            self.misses.append(miss)
            raise

    def fetched(self, request: Request, response: Response) -> None:
        """Keep what is recorded; what is sent while a tape only plays goes to a host that the test allows."""
        if self._take is not None and not self._closed:
            self._take.keep_plain(request, response)

    def _recorded(self, request: Request, call: Call | None, *, keep: bool) -> Response:
        __tracebackhide__ = True
        if self._take is None:
            return played(self._player, self.path, request, call, keep=keep)
        found = None if keep else self._player.find(request, call)
        if found is None:
            raise _ToSend
        return found.response

    def sending(self, request: Request, call: Call, sender: Sender) -> Response | None:
        """
        Learn who sends a call that was not found as it is; look once more for it in its recorded form.

        Raises UsageError where nobody tells whose account it is: nothing is sent then.
        """
        if self._take is None:
            raise NotImplementedError
        self._take.meet(call, sender)
        if not self._player.interactions:
            return None
        found = self._player.find(self._take.scrubbed(request, call), call)
        return found.response if found else None

    def calls(self, operation: str | None = None) -> Calls:
        """
        Return the calls made so far, in order; of *operation* (``DescribeAutoMLJob``) only, if it is given.

        A call and its retries are one; calls that no recording answered are among them, those that something else
        answered (``bypasses``) are not.
        """
        from bototape.calls import made  # noqa: PLC0415 - few tests ask

        return made(list(self._attempts), operation)

    def fail(self, operation: str, **how: Unpack[Settings]) -> Fault:
        """
        Let the next attempts of *operation* fail, retries included; what was recorded for them stays to be played.

        *how* says in which way and how often, see `bototape.faults.Settings`: ``error="ThrottlingException", times=2``.
        Raises UsageError for what cannot be meant. A fault that no call meets fails the test.
        """
        from bototape.faults import Injector, planned  # noqa: PLC0415 - few tests plan any

        fault = planned(operation, **how)
        if self._injector is None:
            self._injector = Injector(self.delays.append)
        self._injector.faults.append(fault)
        return fault

    def serve(self) -> AbstractContextManager[Served]:
        """
        Answer child processes, and whoever else speaks HTTP, from this cassette while the block runs.

        Yields the ``url`` of a server on loopback and the whole ``environment`` for a child: example credentials and
        that URL as endpoint. The same is set in this process meanwhile, so that children started without an
        environment of their own inherit it. A child's call without a recording is an error of AWS there, and a miss
        here. What children call takes no fault and is not among `calls`. Raises UsageError without the extra
        ``server``, and while something is recorded.
        """
        from bototape.tape.serving import serving  # noqa: PLC0415 - few tests have children

        if self._take is not None:
            reason = f"cannot serve {shown(self.path)}: it is being recorded, and what children call is not"
            raise UsageError(reason, "record from this process, then serve the cassette")
        return serving(self._player, lambda miss: self.misses.append(seen_from_the_test(miss)))

    def record(self, request: Request, response: Response, call: Call | None, *, custom: bool) -> None:
        """Keep a live answer, scrubbed; what comes after the end is not part of the recording."""
        if self._take is None:
            raise NotImplementedError
        if call is not None and not self._closed:
            self._take.keep(request, response, call, custom=custom)

    def bypassed(self, call: Call) -> None:
        """Note a call that was answered before it came here."""
        self.bypasses.append(call)

    def slept(self, seconds: float) -> None:
        """Note a pause of botocore's that was left out."""
        if seconds > 0:
            self.pauses.append(seconds)
            if self.clock is not None:
                self.clock.advance(seconds)
                self._tell(seconds)

    def now(self) -> datetime:
        """
        Return the time of the last answer played, before the first one that of the first answer recorded.

        By the answers' own Date headers, in whole seconds, UTC; it does not go back. While something is recorded it is
        the time it is. Raises UsageError for a cassette without any.
        """
        from bototape.record import sent_at  # noqa: PLC0415 - few tests ask

        if self._take is not None:
            return datetime.now(UTC).replace(microsecond=0)
        recorded = self._player.interactions
        told = [sent for position in self._player.played if (sent := sent_at(recorded[position].response))]
        found = max(told) if told else next(filter(None, (sent_at(each.response) for each in recorded)), None)
        if found is None:
            raise UsageError(
                f"cannot tell when {shown(self.path)} was recorded: no answer in it has a Date", "record it again"
            )
        return found

    @property
    def is_closed(self) -> bool:
        """Whether the tape answers no more."""
        return self._closed

    @property
    def clock(self) -> VirtualClock | None:
        """The virtual clock of the code under test; None when its time is real."""
        return None if self._closed else self._clock

    def slept_virtually(self, seconds: float) -> None:
        """Note a sleep of the code under test that took no time."""
        if seconds > 0:
            self.pauses.append(seconds)
            self.sleeps.append(seconds)
            self._tell(seconds)

    def on_sleep(self, follow: Callable[[float], object]) -> None:
        """Call *follow* with the seconds of each pause on the virtual clock: ``frozen.tick`` lets dates move too."""
        self._following.append(follow)

    def _tell(self, seconds: float) -> None:
        for follow in list(self._following):
            follow(seconds)

    def close(self) -> None:
        """Stop answering; a later call is a miss."""
        self._closed = True

    def keep(self) -> None:
        """Write what was recorded; raises what says why it cannot be."""
        if self._take is not None:
            self._take.write(self.variables.made, self.remembered.seed)

    @property
    def strange_ledger(self) -> bool:
        """Whether the recording met a ledger of another key, which recognised no value."""
        return self._take is not None and self._take.strange_ledger

    def forget_misses(self) -> None:
        """Forgive the misses so far: the test provoked them on purpose."""
        self.misses.clear()
        self.blocked.clear()

    def swallowed(self) -> NoMatch | NetworkBlocked | None:
        """Return the first miss or refused connection, which the code under test may have swallowed."""
        return self.misses[0] if self.misses else self.blocked[0] if self.blocked else None

    def unmet(self) -> FaultUnmet | None:
        """Return the first planned fault that no call has met, as an error; once, so that it is reported once."""
        left, self._is_told = self._injector.unmet if self._injector and not self._is_told else [], True
        names = tuple(dict.fromkeys(each.call.operation for each in self._attempts))
        return FaultUnmet(str(left[0]), names) if left else None

    def _late(self, request: Request, call: Call | None) -> NoMatch:
        name = call.name if call else route(request).operation or request.uri
        reason = "the cassette was closed before this call was made, by a thread or task that outlived it"
        return NoMatch(name, shown(self.path), (reason,), "wait for the thread or task before the cassette closes")


def shown(path: Path) -> str:
    """Return *path* as a user would type it here."""
    return str(path).removeprefix(f"{os.getcwd()}{os.sep}")  # noqa: PTH109 - a path would be made of it, at each tape
