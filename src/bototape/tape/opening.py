"""``use_cassette``: open a cassette and let it answer the calls of the process."""

from __future__ import annotations

import functools
import inspect
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from contextvars import Token
from pathlib import Path
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar, cast

from bototape import cassettes
from bototape.adapters import active, models, pauses
from bototape.adapters import botocore as seam
from bototape.adapters.hermetic import hermetic
from bototape.endless import LIMIT
from bototape.guard import guard
from bototape.interaction import Interaction
from bototape.match import Normalise, paths_of
from bototape.replay import Player
from bototape.tape import seeding, timed
from bototape.tape.playing import Tape, shown
from bototape.tape.remembered import Remembered
from bototape.wire.route import route

__all__ = ["use_cassette"]

P = ParamSpec("P")
R = TypeVar("R")


class use_cassette:  # noqa: N801 - a context manager and decorator, named as vcrpy's
    """
    Play the cassette at *path* for all botocore clients of the process, whenever they were made.

    Use as ``with``, ``async with``, or as a decorator of functions and coroutine functions. Nothing is sent: a call
    without a recording raises NoMatch at the call and, were it swallowed, again at the end. While it plays,
    connections are refused but to *allowed_hosts*; no credentials and no region are needed.

    *normalise* is a custom matcher: it takes the decoded parameters of a call and returns those to compare.
    *ignore* names parameters that do not count, as a miss names them: ``["Tags[0].Value"]``, ``["Tags[].Value"]``.

    With ``clock="virtual"`` the sleeping of the code under test takes no time, and its clocks move on by what it would
    have slept; a tape opened inside goes by the same clock. A poll of one unchanged answer fails after *poll_limit*
    sleeps on that clock, or ten times as many calls in a row without (None: never).
    With *seeded* ``uuid.uuid4`` and the functions of ``random`` give the code under test the same at each run.

    Raises UsageError for an *ignore* that is no list of such names, another clock or limit; CassetteMissing or
    CassetteUnreadable when it opens.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        allowed_hosts: Sequence[str] = (),
        normalise: Normalise | None = None,
        ignore: Sequence[str] = (),
        clock: str | None = None,
        poll_limit: int | None = LIMIT,
        seeded: bool = False,
    ) -> None:
        self._path = Path(path)
        self._allowed_hosts = tuple(allowed_hosts)
        self._normalise = normalise
        self._ignore = paths_of(ignore)
        self._clock = timed.asked(clock)
        self._poll_limit = timed.limit(poll_limit)
        self._seeded = seeded
        self._stack: list[tuple[Tape, ExitStack, Token[active.Handler | None]]] = []

    def __enter__(self) -> Tape:
        cassette = cassettes.read(self._path)
        clock = timed.clock(self._clock)
        name = shown(self._path)
        polls = timed.polls(cassette.interactions, name, clock, self._poll_limit)
        player = Player(
            cassette,
            name,
            normalise=self._normalise,
            ignore=self._ignore,
            models=models,
            on_play=polls.played,
        )
        remembered = Remembered(cassette.provenance, name, may_make=False)
        tape = Tape(player, self._path, remembered, clock)
        seam.install()
        pauses.install()
        with ExitStack() as stack:
            stack.enter_context(hermetic(_region(cassette.interactions)))
            guarding = stack.enter_context(guard(self._allowed_hosts))
            tape.blocked = guarding.blocked
            stack.enter_context(timed.running(clock, tape))
            stack.enter_context(seeding.seeding(remembered, asked=self._seeded))
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
        return type(self)(
            self._path,
            allowed_hosts=self._allowed_hosts,
            normalise=self._normalise,
            ignore=self._ignore,
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


def _region(interactions: Sequence[Interaction]) -> str:
    """Return the region of most calls, of equals the first; ``aws-global`` and its like are none."""
    named = [each.call.region for each in interactions if each.call and not each.call.region.endswith("-global")]
    counts = Counter(filter(None, named))
    if counts:
        return max(counts, key=counts.__getitem__)
    return next((place for each in interactions if (place := route(each.request).region)), "")
