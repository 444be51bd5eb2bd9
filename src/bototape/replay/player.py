"""The player of one cassette: lock-free, and safe under threads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from bototape.errors import NoMatch
from bototape.interaction import Call, Cassette, Interaction, Request
from bototape.match import Normalise, group_key
from bototape.replay.groups import ANY, Group, Groups, Models, in_region, places
from bototape.replay.listing import Listed, listed, plays
from bototape.replay.misses import Asked, explain
from bototape.replay.slot import Slot
from bototape.wire.route import Route, route

__all__ = ["Player"]


class Player:
    """
    Answers calls from one cassette.

    *name* is what messages call the cassette; *fix* what they advise; *normalise* a custom matcher, and *ignore* paths
    of parameters that do not count, applied to recorded and sent parameters alike; *models* tell what parameters are in
    protocols other than AWS JSON; *on_play* is told the position of each play. Equal calls play in recorded order, one
    that says ``repeat: 40`` forty times; after the last one a call is a miss unless that recording says
    ``repeat: true``.
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
        on_play: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._on_play = on_play
        self.name = name
        self.interactions = cassette.interactions
        self._fix = fix or "make the call that was recorded, or record this one with bototape record"
        self._groups = Groups(self.interactions, normalise=normalise, ignore=ignore, models=models)
        self._played: list[int] = []
        self._missed: list[Asked] = []

    def play(self, request: Request, call: Call | None = None, *, keep: bool = False) -> Interaction:
        """
        Return the recording that answers *request*, and count it as played; with *keep* it stays to be played.

        *call*, where the client told it, names the members to leave out of the comparison. Raises NoMatch.
        """
        __tracebackhide__ = True
        way = route(request)
        group = self._groups.of(request, way, call)
        at = places(call, way)
        slot = self._slot(request, way, group, at)
        found = self._taken(slot, group, at, keep=keep)
        if isinstance(found, Interaction):
            return found
        raise self._miss(request, way, call, group, found)

    def find(self, request: Request, call: Call | None = None) -> Interaction | None:
        """Return what `play` returns, or None where it would raise: the reasons of a miss take their time."""
        way = route(request)
        group, at = self._groups.of(request, way, call), places(call, way)
        found = self._taken(self._slot(request, way, group, at), group, at, keep=False)
        return found if isinstance(found, Interaction) else None

    def _slot(self, request: Request, way: Route, group: Group, at: Sequence[str]) -> Slot | None:
        return in_region(group.slots.get(self._groups.key(request, way, group), {}), at)

    def _taken(self, slot: Slot | None, group: Group, at: Sequence[str], *, keep: bool) -> Interaction | Slot | None:
        """Return the recording that *slot* gives, or one for any parameters; else the slot that has no more."""
        position = None if slot is None else slot.take(keep=keep)
        if position is None and ANY in group.slots:
            slot = in_region(group.slots[ANY], at) or slot
            position = None if slot is None else slot.take(keep=keep)
        if position is None:
            return slot
        if not keep:
            self._played.append(position)
            self._on_play(position)
        return self.interactions[position]

    @property
    def played(self) -> Counter[int]:
        """How often each recording was played, by its position from 0."""
        return Counter(self._played)

    @property
    def unplayed(self) -> list[int]:
        """The positions, from 0, of the recordings that were never played."""
        played = self.played
        return [position for position in range(len(self.interactions)) if position not in played]

    def listed(self) -> list[Listed]:
        """Return what each recording is, in order."""
        return listed(self._groups)

    def plays(self, position: int) -> list[tuple[int, int | None]]:
        """Return the numbers of the recordings that equal calls get, and how often each plays; see `listing.plays`."""
        return plays(self._groups, position)

    def _miss(self, request: Request, way: Route, call: Call | None, group: Group, slot: Slot | None) -> NoMatch:
        name = (call.name if call else way.operation) or group_key(request, way)
        sent = self._groups.parameters(request, way, group)
        asked = Asked(sent, places(call, way), group, slot, self._groups.typed(call, group))
        played = self.played
        found = explain(self._groups, asked, played, list(self._missed))
        self._missed.append(asked)
        summary = f"{self.name} ({len(self.interactions)} interactions, {played.total()} played)"
        return NoMatch(name, summary, found.lines, self._fix, found.closest, asked.region)
