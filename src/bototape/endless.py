"""
Notice a poll without end: one call asked again and again of a recording that repeats, and so never changes its answer.

Calls count from the last time that anything was played for the first time. Where the code under test sleeps between
them on the virtual clock, each sleep counts; where it does not, only calls that follow each other directly do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from bototape.errors import EndlessPoll, WireError
from bototape.interaction import Interaction

if TYPE_CHECKING:
    from bototape.wire.codec import Codec

__all__ = ["LIMIT", "WITHOUT_SLEEP", "Polls"]

#: So many polls of one unchanged answer, with sleeps between, are without end: 8 hours at 30 s.
LIMIT = 1000

#: Without sleeps between them calls may just be many: so many times the limit are allowed.
WITHOUT_SLEEP = 10

_DEPTH = 3
_STATES = ("status", "state")
_LONGEST = 64


class _Poll:
    """How often a recording was played again: after a sleep and in a row; and when, in seconds slept, it began."""

    __slots__ = ("began", "in_a_row", "last", "slept_for")

    def __init__(self, began: float) -> None:
        self.began = self.last = began
        self.slept_for = self.in_a_row = 0


class Polls:
    """
    Counts how often each recording is played again.

    *name* is what messages call the cassette; *codec* gives what reads the messages of a service; *slept* the seconds
    that the code under test has slept virtually; *limit* the polls allowed (None: any number). Counting is lock-free:
    threads that poll the same call at the same time may be counted as one.
    """

    def __init__(
        self,
        interactions: Sequence[Interaction],
        name: str,
        *,
        slept: Callable[[], float],
        codec: Callable[[str], Codec | None],
        limit: int | None = LIMIT,
    ) -> None:
        self._interactions = interactions
        # Those that say how often they play are played anew each time.
        self._repeating = {at for at, each in enumerate(interactions) if each.call and each.call.repeat is True}
        self._name = name
        self._slept = slept
        self._codec = codec
        self._limit = limit
        self._seen: set[int] = set()
        self._polls: dict[int, _Poll] = {}
        self._previous = -1
        self._begun = 0.0

    def played(self, position: int) -> None:
        """Count one play of the recording at *position*; raises EndlessPoll beyond the limit."""
        __tracebackhide__ = True
        if position not in self._seen or position not in self._repeating:
            self._seen.add(position)
            self._polls.clear()
            self._previous = position
            self._begun = self._slept()
        elif self._limit is not None:
            self._count(position, self._limit)

    def _count(self, position: int, limit: int) -> None:
        __tracebackhide__ = True
        now = self._slept()
        poll = self._polls.get(position)
        if poll is None:
            poll = self._polls.setdefault(position, _Poll(self._begun))
        if now > poll.last:
            poll.slept_for += 1
            poll.last = now
        poll.in_a_row = poll.in_a_row + 1 if position == self._previous else 1
        self._previous = position
        if poll.slept_for > limit:
            raise self._endless(position, f"{poll.slept_for} times in {now - poll.began:.0f} s of virtual time")
        if poll.in_a_row > limit * WITHOUT_SLEEP:
            raise self._endless(position, f"{poll.in_a_row} times in a row")

    def _endless(self, position: int, how_often: str) -> EndlessPoll:
        interaction = self._interactions[position]
        call = interaction.call
        states = ", ".join(f"{path} = {value!r}" for path, value in _states(self._answer(interaction), ""))
        return EndlessPoll(
            call.name if call else interaction.request.uri,
            self._name,
            (
                f"recording #{position + 1} is the last of this call and repeats; it was asked again {how_often}",
                f"its answer says {states}" if states else "its answer names no status or state",
            ),
            "record until the state that the code waits for, end its loop at this one too, or let its own deadline "
            "pass first; poll_limit=N allows more polls",
        )

    def _answer(self, interaction: Interaction) -> object:
        call = interaction.call
        codec = self._codec(call.service) if call else None
        operation = codec.service.operations.get(call.operation) if codec and call else None
        if codec is None or operation is None:
            return None
        try:
            return codec.decode_response(operation, interaction.response).instance
        except WireError:
            return None


def _states(answer: object, path: str) -> Iterator[tuple[str, str]]:
    """Yield the short texts of *answer* whose member is a status or state, with their paths, outermost first."""
    if not isinstance(answer, Mapping) or path.count(".") >= _DEPTH:
        return
    for name, value in answer.items():
        if isinstance(value, str) and name.lower().endswith(_STATES) and len(value) <= _LONGEST:
            yield f"{path}{name}", value
    for name, value in answer.items():
        yield from _states(value, f"{path}{name}.")
