"""
A cassette while it is open: it answers calls or records them, counts, and remembers misses.

``use_cassette`` plays; ``recording`` records into a file that appears only when all went well.
"""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import Token
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, ParamSpec, Self, TypeVar, Unpack, cast

from bototape import cassettes
from bototape.adapters import active, models, pauses
from bototape.adapters import botocore as seam
from bototape.adapters.hermetic import hermetic
from bototape.attempt import Attempt
from bototape.calls import Calls, made
from bototape.errors import FaultUnmet, NetworkBlocked, NoMatch
from bototape.faults import Broken, Fault, Injector, Settings, planned
from bototape.finding import Finding
from bototape.guard import allow, guard
from bototape.interaction import Call, Cassette, Interaction, Request, Response
from bototape.match import Normalise, paths_of
from bototape.record import Recorder
from bototape.replay import Player
from bototape.wire.route import route

__all__ = ["RecordingTape", "Tape", "recording", "use_cassette"]

P = ParamSpec("P")
R = TypeVar("R")


class Tape:
    """
    A cassette that plays.

    ``played`` counts plays by position from 0, ``unplayed`` lists the positions never played, ``misses`` holds
    what no recording answered, ``bypasses`` the calls that something else (moto, Stubber) answered first, ``pauses``
    the seconds that botocore (retries, waiters, rate limiter) would have slept, one entry each, ``delays`` the seconds
    that the latency of planned faults would have taken.
    """

    playing = True

    def __init__(self, player: Player, path: Path) -> None:
        self.path = path
        self.misses: list[NoMatch] = []
        self.bypasses: list[Call] = []
        self.blocked: list[NetworkBlocked] = []
        self.pauses: list[float] = []
        self.delays: list[float] = []
        self._attempts: list[Attempt] = []
        self._injector = Injector(self.delays.append)
        self._is_told = False
        self._player = player
        self._closed = False

    @property
    def played(self) -> dict[int, int]:
        """How often each interaction was played, by position from 0."""
        return dict(self._player.played)

    @property
    def unplayed(self) -> list[int]:
        """The positions of the interactions never played."""
        return self._player.unplayed

    @property
    def requests(self) -> list[Request]:
        """The recorded requests, in order."""
        return [each.request for each in self._player.interactions]

    @property
    def responses(self) -> list[Response]:
        """The recorded responses, in order."""
        return [each.response for each in self._player.interactions]

    @property
    def play_count(self) -> int:
        """How many calls were answered."""
        return sum(self.played.values())

    @property
    def all_played(self) -> bool:
        """Whether each interaction was played at least once."""
        return not self.unplayed

    def play(self, request: Request, call: Call | None, attempt: Attempt | None) -> Response | Broken:
        """Return the recorded answer, or what a fault has planned instead, or raise NoMatch and remember it."""
        __tracebackhide__ = True
        try:
            if self._closed:
                raise self._late(request, call)
            if attempt is not None:
                self._attempts.append(attempt)
                if self._injector.faults:
                    recorded = functools.partial(self._recorded, request, call)
                    return self._injector.answer(attempt, recorded)
            return self._player.play(request, call).response
        except NoMatch as miss:
            self.misses.append(miss)
            raise

    def _recorded(self, request: Request, call: Call | None, *, keep: bool) -> Response:
        __tracebackhide__ = True
        return self._player.play(request, call, keep=keep).response

    def calls(self, operation: str | None = None) -> Calls:
        """
        Return the calls made so far, in order; of *operation* (``DescribeAutoMLJob``) only, if it is given.

        A call and its retries are one; calls that no recording answered are among them, those that something else
        answered (``bypasses``) are not.
        """
        return made(list(self._attempts), operation)

    def fail(self, operation: str, **how: Unpack[Settings]) -> Fault:
        """
        Let the next attempts of *operation* fail, retries included; what was recorded for them stays to be played.

        *how* says in which way and how often, see `bototape.faults.Settings`: ``error="ThrottlingException", times=2``.
        Raises UsageError for what cannot be meant. A fault that no call meets fails the test.
        """
        fault = planned(operation, **how)
        self._injector.faults.append(fault)
        return fault

    def record(self, request: Request, response: Response, call: Call | None, *, custom: bool) -> None:
        """Refuse: a playing tape never sends, so there is nothing to record."""
        raise NotImplementedError

    def bypassed(self, call: Call) -> None:
        """Note a call that was answered before it came here."""
        self.bypasses.append(call)

    def slept(self, seconds: float) -> None:
        """Note a pause that was left out."""
        if seconds > 0:
            self.pauses.append(seconds)

    def close(self) -> None:
        """Stop answering; a later call is a miss."""
        self._closed = True

    def forget_misses(self) -> None:
        """Forgive the misses so far: the test provoked them on purpose."""
        self.misses.clear()
        self.blocked.clear()

    def swallowed(self) -> NoMatch | NetworkBlocked | None:
        """Return the first miss or refused connection, which the code under test may have swallowed."""
        return self.misses[0] if self.misses else self.blocked[0] if self.blocked else None

    def unmet(self) -> FaultUnmet | None:
        """Return the first planned fault that no call has met, as an error; once, so that it is reported once."""
        left, self._is_told = [] if self._is_told else self._injector.unmet, True
        names = tuple(dict.fromkeys(each.call.operation for each in self._attempts))
        return FaultUnmet(str(left[0]), names) if left else None

    def _late(self, request: Request, call: Call | None) -> NoMatch:
        name = call.name if call else route(request).operation or request.uri
        reason = "the cassette was closed before this call was made, by a thread or task that outlived it"
        return NoMatch(name, _shown(self.path), (reason,), "wait for the thread or task before the cassette closes")


class use_cassette:  # noqa: N801 - a context manager and decorator, named as vcrpy's
    """
    Play the cassette at *path* for all botocore clients of the process, whenever they were made.

    Use as ``with``, ``async with``, or as a decorator of functions and coroutine functions. Nothing is sent: a call
    without a recording raises NoMatch at the call and, were it swallowed, again at the end. While it plays,
    connections are refused but to *allowed_hosts*; no credentials and no region are needed.

    *normalise* is a custom matcher: it takes the decoded parameters of a call and returns those to compare.
    *ignore* names parameters that do not count, as a miss names them: ``["Tags[0].Value"]``, ``["Tags[].Value"]``.

    Raises UsageError for an *ignore* that is no list of such names; CassetteMissing or CassetteUnreadable when it
    opens.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        allowed_hosts: Sequence[str] = (),
        normalise: Normalise | None = None,
        ignore: Sequence[str] = (),
    ) -> None:
        self._path = Path(path)
        self._allowed_hosts = tuple(allowed_hosts)
        self._normalise = normalise
        self._ignore = paths_of(ignore)
        self._stack: list[tuple[Tape, ExitStack, Token[active.Handler | None]]] = []

    def __enter__(self) -> Tape:
        cassette = cassettes.read(self._path)
        player = Player(cassette, _shown(self._path), normalise=self._normalise, ignore=self._ignore, models=models)
        tape = Tape(player, self._path)
        seam.install()
        pauses.install()
        with ExitStack() as stack:
            stack.enter_context(hermetic(_region(cassette.interactions)))
            guarding = stack.enter_context(guard(self._allowed_hosts))
            tape.blocked = guarding.blocked
            token = active.enter(tape)
            self._stack.append((tape, stack.pop_all(), token))
        return tape

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        tape, stack, token = self._stack.pop()
        tape.close()
        active.leave(tape, token)
        stack.close()
        swallowed = tape.swallowed() or tape.unmet()
        if error is None and swallowed is not None:
            raise swallowed

    async def __aenter__(self) -> Tape:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)

    def _again(self) -> Self:
        """Return a fresh one of the same settings: a decorated function may run many times at once."""
        return type(self)(self._path, allowed_hosts=self._allowed_hosts, normalise=self._normalise, ignore=self._ignore)

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """Decorate a function or coroutine function: each call plays the cassette from its start."""
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def wrapped_async(*args: Any, **kwargs: Any) -> Any:
                async with self._again():
                    return await function(*args, **kwargs)

            return cast("Callable[P, R]", wrapped_async)

        @functools.wraps(function)
        def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
            with self._again():
                return function(*args, **kwargs)

        return wrapped


def _shown(path: Path) -> str:
    """Return *path* as a user would type it here."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _region(interactions: Sequence[Interaction]) -> str:
    return next((each.call.region for each in interactions if each.call and each.call.region), "")


class RecordingTape:
    """A cassette being recorded: calls are sent, and kept scrubbed in the order of their answers."""

    playing = False

    def __init__(self, recorder: Recorder, services: Collection[str]) -> None:
        self._recorder = recorder
        self._services = services
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Return how many answers were kept."""
        return len(self._recorder)

    def play(self, request: Request, call: Call | None, attempt: Attempt | None) -> Response:
        """Refuse: a recording tape never answers."""
        raise NotImplementedError

    def record(self, request: Request, response: Response, call: Call | None, *, custom: bool) -> None:
        """Scrub and keep one answered call; what fetches or renews credentials on the way is none."""
        if call is None or (self._services and call.service not in self._services):
            return
        with self._lock:
            if custom:
                self._recorder.endpoint = "custom"
            self._recorder.add(request, response, call)

    def bypassed(self, call: Call) -> None:
        """Do nothing: what something else answered is not recorded."""

    def slept(self, seconds: float) -> None:
        """Do nothing: pauses are real while recording."""

    def repeat_last(self) -> None:
        """Let the last answer play again after it was played."""
        with self._lock:
            self._recorder.repeat_last()


@contextmanager
def recording(
    path: Path,
    *,
    scrub: Callable[[Interaction], Interaction],
    leaks: Callable[[str], Sequence[Finding]],
    endpoint: Literal["aws", "custom"] = "aws",
    services: Collection[str] = (),
    write: Callable[[Path, Cassette, Callable[[str], Sequence[Finding]]], None] = cassettes.write,
) -> Iterator[RecordingTape]:
    """
    Record every client's call made in the block, and write the cassette at its end.

    *scrub* is applied to each interaction at once; *leaks* audits the finished text; *services*, if any are named,
    are the only ones recorded: credentials that are renewed in the block may cost calls of STS or SSO. *write* takes
    *path*, the cassette and *leaks*, and writes it. After an exception in the block nothing is written; raises
    LeakRefused, and writes nothing either, when *leaks* finds something.
    """
    recorder = Recorder(scrub, endpoint, seam.release())
    tape = RecordingTape(recorder, services)
    seam.install()
    with allow():
        token = active.enter(tape)
        try:
            yield tape
        finally:
            active.leave(tape, token)
    write(path, recorder.cassette(), leaks)
