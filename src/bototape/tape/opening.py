"""``use_cassette``: open a cassette and let it answer the calls of the process, or record them."""

from __future__ import annotations

import functools
import inspect
import os
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeVar, cast

from bototape import cassettes, match, modes, watched
from bototape.adapters import active, aio, models, pauses, vcr
from bototape.adapters import botocore as seam
from bototape.adapters.hermetic import hermetic
from bototape.endless import LIMIT
from bototape.errors import CassetteMissing, UsageError
from bototape.guard import allow, guard
from bototape.interaction import Cassette, Interaction
from bototape.plain import MATCH_ON, PlainPlayer, plain_of, set_apart
from bototape.replay import Player
from bototape.tape import seeding, timed
from bototape.tape.fetching import Fetching
from bototape.tape.playing import Tape, shown
from bototape.tape.remembered import Remembered
from bototape.tape.running import recorded_by
from bototape.wire.route import told_region

if TYPE_CHECKING:
    from bototape.age import Age
    from bototape.clock import VirtualClock
    from bototape.match import Normalise
    from bototape.tape.taking import Take

__all__ = ["region_of", "use_cassette"]

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(slots=True)
class _Open:
    """A tape that is open, and what is to be undone when it closes."""

    tape: Tape
    stack: ExitStack
    is_stopped: bool = False


class use_cassette:  # noqa: N801 - a context manager and decorator, named as vcrpy's
    """
    Play the cassette at *path* for all botocore clients of the process, whenever they were made; or record it.

    Use as ``with``, ``async with``, or as a decorator of functions and coroutine functions. *record_mode* is VCR's:

    ``none``          (the default) nothing is sent: a call without a recording raises NoMatch at the call and, were it
                      swallowed, again at the end. Connections are refused but to *allowed_hosts*; no credentials and
                      no region are needed.
    ``once``          records if there is no file, else as ``none``
    ``new_episodes``  plays what is recorded, sends and adds what is not
    ``all``           sends and records everything, in place of what was there

    ``--bototape-record-mode`` and ``BOTOTAPE_RECORD_MODE`` beat it, and in CI only the former does anything. What is
    recorded is scrubbed, audited and written when the block ends without an exception; otherwise the file stays as it
    was.

    *normalise* is a custom matcher: it takes the decoded parameters of a call and returns those to compare.
    *ignore* names parameters that do not count, as a miss names them: ``["Tags[0].Value"]``, ``["Tags[].Value"]``.
    *release* (``"1.20.41"``) plays the recordings as that release of botocore has the API: what it does not know is
    left out of answers, and a call that it could not have answered is a miss.

    With ``clock="virtual"`` the sleeping of the code under test takes no time while the cassette plays, and its clocks
    move on by what it would have slept; a tape opened inside goes by the same clock. A poll of one unchanged answer
    fails after *poll_limit* sleeps on that clock, or ten times as many calls in a row without (None: never). With
    *seeded* ``uuid.uuid4`` and the functions of ``random`` give the code under test the same at each run.

    *http* says whether requests of other HTTP libraries (requests, httpx, urllib3, aiohttp, http.client) are answered,
    and recorded, as well; by default they are if the cassette has recordings of such. *match_on* are the parts of them
    that count, named as vcrpy names them.

    Raises UsageError for an *ignore* or *match_on* that is no list of such names, another clock or limit, an unknown
    *record_mode*, or one that records beside a *release*; CassetteMissing, CassetteUnreadable or CassetteUnwritable
    when it opens, and ModelUnavailable for a *release* that is not at hand.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        record_mode: str | None = None,
        allowed_hosts: Sequence[str] = (),
        normalise: Normalise | None = None,
        ignore: Sequence[str] = (),
        http: bool | None = None,
        match_on: Sequence[str] = MATCH_ON,
        release: str = "",
        clock: str | None = None,
        poll_limit: int | None = LIMIT,
        seeded: bool = False,
    ) -> None:
        self._path = Path(path)
        mode = modes.mode_of(record_mode, "record_mode") if record_mode is not None else "none"
        if release and mode != "none":
            reason = f"a recording plays as release {release}, and only plays: record_mode={mode!r} beside it"
            raise UsageError(reason, "record without a release, play with one")
        self._record_mode = record_mode
        self._allowed_hosts = tuple(allowed_hosts)
        self._normalise = normalise
        self._ignore = match.paths_of(ignore) if ignore != () else ()
        self._http = http
        self._match_on = match_on
        self._release = release
        self._clock = timed.asked(clock)
        self._poll_limit = timed.limit(poll_limit)
        self._seeded = seeded
        self._stack: list[_Open] = []

    def __enter__(self) -> Tape:
        __tracebackhide__ = True
        mode = "none" if self._release else modes.chosen(self._record_mode).mode
        if mode != "none":
            from bototape.tape import aside  # noqa: PLC0415 - a replay does without

            self._path = aside.recorded_at(self._path, os.environ)
        seam.install()
        aio.install()
        pauses.install()
        with ExitStack() as stack:
            tape = self._opened(mode, stack)
            active.enter(tape)
            self._stack.append(_Open(tape, stack.pop_all()))
        watched.opened(tape)
        return tape

    def _opened(self, mode: modes.Mode, stack: ExitStack) -> Tape:
        __tracebackhide__ = True
        if mode == "none" or (mode == "once" and os.path.lexists(self._path)):
            return self._playing(stack)
        cassettes.refuse_unwritable(self._path)
        stack.enter_context(cassettes.held(self._path))
        old = self._there()
        if mode == "once" and old is not None:  # another process recorded it while this one waited
            stack.pop_all().close()
            return self._playing(stack)
        from bototape.tape.taking import Take  # noqa: PLC0415 - what scrubs and checks is heavy; a replay does without

        kept = old if old is not None and mode == "new_episodes" else Cassette()
        remembered = Remembered(kept.provenance, shown(self._path), may_make=True)
        tape = self._tape(kept, stack, remembered, take=Take(self._path, mode, kept, stack))
        stack.enter_context(allow())
        stack.enter_context(seeding.seeding(remembered, asked=self._seeded))
        return tape

    def _there(self) -> Cassette | None:
        """Return what is recorded already, if anything; a file that is no cassette is not ours to replace."""
        __tracebackhide__ = True
        try:
            return cassettes.read(self._path)
        except CassetteMissing:
            return None

    def _playing(self, stack: ExitStack) -> Tape:
        __tracebackhide__ = True
        cassette = self._there()
        if cassette is None:
            how = "in a test that plays as no release" if self._release else recorded_by("once")
            raise CassetteMissing(str(self._path), f"check the path, or record it: {how}")
        remembered = Remembered(cassette.provenance, shown(self._path), may_make=False)
        clock = timed.clock(self._clock)
        tape = self._tape(cassette, stack, remembered, clock=clock)
        stack.enter_context(hermetic(region_of(cassette.interactions)))
        guarding = stack.enter_context(guard(self._allowed_hosts))
        tape.blocked, tape.fetching.permits = guarding.blocked, guarding.permits
        if clock is not None:
            stack.enter_context(timed.running(clock, tape))
        stack.enter_context(seeding.seeding(remembered, asked=self._seeded))
        return tape

    def _tape(
        self,
        cassette: Cassette,
        stack: ExitStack,
        remembered: Remembered,
        *,
        clock: VirtualClock | None = None,
        take: Take | None = None,
    ) -> Tape:
        """Return the tape of *cassette*, with the patches for other HTTP libraries where they are needed."""
        positions = plain_of(cassette)
        if self._http or (self._http is None and positions):
            stack.enter_context(vcr.patched())
        fetching = Fetching(cassette, PlainPlayer(cassette, positions, self._match_on), shown(self._path))
        player = self._player(set_apart(cassette, positions), clock)
        return Tape(player, self._path, remembered, fetching, take=take, clock=clock)

    def _age(self, cassette: Cassette) -> Age:
        from bototape.tape.ages import age_of  # noqa: PLC0415 - as above: few tapes play as another release

        return age_of(self._release, cassette)

    def _player(self, cassette: Cassette, clock: VirtualClock | None) -> Player:
        name = shown(self._path)
        return Player(
            cassette,
            name,
            normalise=self._normalise,
            ignore=self._ignore,
            models=models,
            age=self._age(cassette) if self._release else None,
            on_play=timed.polls(cassette.interactions, name, clock, self._poll_limit).played,
        )

    def stop(self) -> None:
        """Close the tape, and leave what was recorded to be kept or dropped."""
        opened = self._stack[-1] if self._stack else None
        if opened is not None and not opened.is_stopped:
            opened.is_stopped = True
            opened.tape.close()
            active.leave(opened.tape)

    def end(self, *, keep: bool) -> None:
        """Close the tape for good, and with *keep* write what was recorded, or raise why it cannot be written."""
        if not self._stack:
            return
        self.stop()
        opened = self._stack.pop()
        with opened.stack:
            watched.tell(opened.tape)
            if keep:
                opened.tape.keep()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        tape = self._stack[-1].tape
        swallowed = (tape.swallowed() or tape.unmet()) if error is None else None
        self.end(keep=error is None and swallowed is None)
        if swallowed is not None:
            raise swallowed

    async def __aenter__(self) -> Tape:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)

    def _again(self) -> Self:
        """Return a fresh one of the same settings: a decorated function may run many times at once."""
        return type(self)(
            self._path,
            record_mode=self._record_mode,
            allowed_hosts=self._allowed_hosts,
            normalise=self._normalise,
            ignore=self._ignore,
            http=self._http,
            match_on=self._match_on,
            release=self._release,
            clock=self._clock,
            poll_limit=self._poll_limit,
            seeded=self._seeded,
        )

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


def region_of(interactions: Sequence[Interaction]) -> str:
    """Return the region of most calls, of equals the first; ``aws-global`` and its like are none."""
    named = [each.call.region for each in interactions if each.call and not each.call.region.endswith("-global")]
    counts = Counter(filter(None, named))
    if counts:
        return max(counts, key=counts.__getitem__)
    return next((place for each in interactions if (place := told_region(each.request))), "")
