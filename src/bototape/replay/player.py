"""The player of one cassette: lock-free, and safe under threads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from bototape.errors import NoMatch
from bototape.interaction import Call, Cassette, Interaction, Request
from bototape.match import group_key
from bototape.replay.groups import ANY, Group, Groups, Models, in_region, places
from bototape.replay.slot import Slot
from bototape.wire.route import Route, route

if TYPE_CHECKING:
    from bototape.match import Normalise
    from bototape.replay.aging import Aging
    from bototape.replay.listing import Listed
    from bototape.replay.misses import Asked

__all__ = ["Player"]

#: What to do about a call that a release could not have answered.
_FIX_THEN = "play a newer release, or let the code under test do without what that one lacks"

#: What to do about a call of which nothing at hand tells whether a release has it.
_FIX_UNTOLD = "have the whole model of that release: bototape show {} --release {}"


class Player:
    """
    Answers calls from one cassette.

    *name* is what messages call the cassette; *fix* what they advise; *normalise* a custom matcher, and *ignore* paths
    of parameters that do not count, applied to recorded and sent parameters alike; *models* tell what parameters are in
    protocols other than AWS JSON; *age* is the release to play as; *on_play* is told the position of each play. Equal
    calls play in recorded order, one that says ``repeat: 40`` forty times; after the last one a call is a miss unless
    that recording says ``repeat: true``.
    """

    def __init__(
        self,
        cassette: Cassette,
        name: str,
        *,
        normalise: Normalise | None = None,
        ignore: Sequence[str] = (),
        models: Models | None = None,
        fix: str = "",
        age: Aging | None = None,
        on_play: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._on_play = on_play
        self.name = name
        self.interactions = cassette.interactions
        self._fix = fix or "make the call that was recorded, or record this one with bototape record"
        self._groups = Groups(self.interactions, normalise=normalise, ignore=ignore, models=models)
        self._played: list[int] = []
        self._missed: list[Asked] = []
        self._age = age
        self._numbers: dict[int, int] | None = None
        self._aged: dict[int, tuple[Interaction, tuple[str, ...]]] = {}

    def play(self, request: Request, call: Call | None = None, *, keep: bool = False) -> Interaction:
        """
        Return the recording that answers *request*, and count it as played; with *keep* it stays to be played.

        *call*, where the client told it, names the members to leave out of the comparison. Raises NoMatch.
        """
        __tracebackhide__ = True
        way = route(request)
        group = self._groups.of(request, way, call)
        if self._age is not None:
            self._refuse(request, way, call, group)
        slot = self._slot(request, way, group, call)
        position = self._taken(slot, group, request, call, keep=keep)
        if not isinstance(position, int):
            raise self._miss(request, way, call, group, position)
        found = self.interactions[position] if self._age is None else self._as_then(position, request, way, call, group)
        if not keep:
            self._count(position)
        return found

    def find(self, request: Request, call: Call | None = None) -> Interaction | None:
        """Return what `play` returns, or None where it would raise: the reasons of a miss take their time."""
        way = route(request)
        group = self._groups.of(request, way, call)
        position = self._taken(self._slot(request, way, group, call), group, request, call, keep=False)
        if not isinstance(position, int):
            return None
        self._count(position)
        return self.interactions[position]

    def _count(self, position: int) -> None:
        self._played.append(position)
        self._on_play(position)

    def _slot(self, request: Request, way: Route, group: Group, call: Call | None) -> Slot | None:
        slots = group.slots.get(self._groups.key(request, way, group))
        if slots is None:
            return None
        # That of the client comes first.
        return (slots.get(call.region) if call and call.region else None) or in_region(slots, places(call, request))

    def _taken(
        self, slot: Slot | None, group: Group, request: Request, call: Call | None, *, keep: bool
    ) -> int | Slot | None:
        """Return the position that *slot* gives, or one for any parameters; else the slot that has no more."""
        position = None if slot is None else slot.take(keep=keep)
        if position is None and ANY in group.slots:
            slot = in_region(group.slots[ANY], places(call, request)) or slot
            position = None if slot is None else slot.take(keep=keep)
        return slot if position is None else position

    @property
    def played(self) -> Counter[int]:
        """How often each recording was played, by its position from 0."""
        return Counter(self._played)

    @property
    def play_count(self) -> int:
        """How many recordings were played, one more each time."""
        return len(self._played)

    def number(self, interaction: Interaction) -> int:
        """Return the number, from 1, of an *interaction* that was played."""
        if self._numbers is None:
            # Two threads may both make it, alike.
            self._numbers = {id(each): number for number, each in enumerate(self.interactions, 1)}
        found = self._numbers.get(id(interaction))
        return found or next((at + 1 for at, (each, _) in list(self._aged.items()) if each is interaction), 0)

    @property
    def unplayed(self) -> list[int]:
        """The positions, from 0, of the recordings that were never played."""
        played = self.played
        return [position for position in range(len(self.interactions)) if position not in played]

    def _refuse(self, request: Request, way: Route, call: Call | None, group: Group) -> None:
        """Raise NoMatch for what the release that is played could not have answered, whatever was recorded."""
        told = self._groups.call(call, request, group)
        reasons = self._age.refuses(told, request) if self._age and told else ()
        if reasons:
            raise self._not_then(request, way, call, reasons, told)

    def _as_then(self, position: int, request: Request, way: Route, call: Call | None, group: Group) -> Interaction:
        """Return a recording as the release has it that is played; raises NoMatch where it could not have said that."""
        told = self._groups.call(call, request, group)
        if self._age is None or told is None:
            return self.interactions[position]
        if position not in self._aged:
            # Two threads may both make it, alike.
            self._aged[position] = self._age.answer(told, self.interactions[position], position + 1)
        found, reasons = self._aged[position]
        if reasons:
            raise self._not_then(request, way, call, reasons, told)
        return found

    def _not_then(
        self, request: Request, way: Route, call: Call | None, reasons: tuple[str, ...], told: Call | None
    ) -> NoMatch:
        name = (call.name if call else way.operation) or group_key(request, way)
        region = next(places(call, request), "")
        release = self._age.release if self._age else ""
        reason, fix = f"not in release {release}", _FIX_THEN
        if self._age and told and not self._age.tells(told):
            reason, fix = f"not known of release {release}", _FIX_UNTOLD.format(told.name, release)
        return NoMatch(name, self._summary(), reasons, fix, region=region, reason=reason)

    def _summary(self) -> str:
        count = len(self.interactions)
        return f"{self.name} ({count} interaction{'' if count == 1 else 's'}, {len(self._played)} played)"

    def listed(self) -> list[Listed]:
        """Return what each recording is, in order."""
        from bototape.replay.listing import listed  # noqa: PLC0415 - for who explains a cassette

        return listed(self._groups)

    def plays(self, position: int) -> list[tuple[int, int | None]]:
        """Return the numbers of the recordings that equal calls get, and how often each plays; see `listing.plays`."""
        from bototape.replay.listing import plays  # noqa: PLC0415 - as above

        return plays(self._groups, position)

    def _miss(self, request: Request, way: Route, call: Call | None, group: Group, slot: Slot | None) -> NoMatch:
        from bototape.replay.misses import Asked, explain  # noqa: PLC0415 - a suite that passes misses nothing

        name = (call.name if call else way.operation) or group_key(request, way)
        sent = self._groups.parameters(request, way, group)
        asked = Asked(sent, tuple(places(call, request)), group, slot, self._groups.typed(call, group))
        played = self.played
        found = explain(self._groups, asked, played, list(self._missed))
        self._missed.append(asked)
        return NoMatch(name, self._summary(), found.lines, self._fix, found.closest, asked.region)
