"""
Play a cassette: find the recording of a call by its key, in recorded order, and explain a miss.

Lock-free and safe under threads: a recording is taken with one ``deque.popleft``, so no two calls get the same one.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from bototape.errors import NoMatch
from bototape.interaction import Call, Cassette, Interaction, Request
from bototape.match import Difference, Normalise, call_key, differences, group_key, parameters
from bototape.wire.route import Route, route

__all__ = ["Player"]

_CLOSEST = 3
_MOST_DIFFERENCES = 6


class _Slot:
    """The recordings of one call in one region: those not yet played, and the one that may repeat."""

    __slots__ = ("repeat", "size", "waiting")

    def __init__(self) -> None:
        self.waiting: deque[int] = deque()
        self.repeat: int | None = None
        self.size = 0


class _Group(NamedTuple):
    """
    All recordings of one operation: parameters by position, slots by call key and region, keys by body.

    *without* are the members that do not count, told by the first client that calls or by a recording: one list for
    recorded and sent parameters, so that a client that cannot tell (over HTTP) matches as well.
    """

    without: tuple[str, ...]
    recorded: dict[int, dict[str, Any]]
    slots: dict[str, dict[str, _Slot]]
    keys: dict[bytes, str]


class Player:
    """
    Answers calls from one cassette.

    *name* is what messages call the cassette; *fix* what they advise; *normalise* a custom matcher, applied to
    recorded and sent parameters alike. Equal calls play in recorded order; after the last one a call is a miss
    unless that recording says ``repeat``.
    """

    def __init__(self, cassette: Cassette, name: str, *, normalise: Normalise | None = None, fix: str = "") -> None:
        self.name = name
        self.interactions = cassette.interactions
        self._fix = fix or "make the call that was recorded, or record this one with bototape record"
        self._normalise = normalise
        self._played: list[int] = []
        self._groups: dict[str, _Group] = {}
        self._members: dict[str, list[int]] = {}
        self._routes = [route(each.request) for each in cassette.interactions]
        for position, (each, way) in enumerate(zip(self.interactions, self._routes, strict=True)):
            self._members.setdefault(group_key(each.request, way), []).append(position)

    def play(self, request: Request, call: Call | None = None, *, keep: bool = False) -> Interaction:
        """
        Return the recording that answers *request*, and count it as played; with *keep* it stays to be played.

        *call*, where the client told it, names the members to leave out of the comparison. Raises NoMatch.
        """
        __tracebackhide__ = True
        way = route(request)
        key = group_key(request, way)
        group = self._group(key, call.idempotency if call else ())
        # botocore spells equal parameters alike, so that most bodies need not be decoded to be known.
        found = group.keys.get(request.body)
        if found is None:
            found = call_key(self._parameters(request, way, group.without))
        slot = _in_region(group.slots.get(found, {}), way.region)
        position = None
        if slot is not None:
            try:
                position = slot.waiting[0] if keep else slot.waiting.popleft()
            except IndexError:
                position = slot.repeat
        if position is None:
            raise self._miss(request, way, call, group, slot)
        if not keep:
            self._played.append(position)
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

    def _parameters(self, request: Request, way: Route, without: tuple[str, ...]) -> dict[str, Any]:
        found = parameters(request, way, without)
        return found if self._normalise is None else dict(self._normalise(found))

    def _group(self, key: str, idempotency: tuple[str, ...]) -> _Group:
        """Index the recordings of one operation when it is first called."""
        group = self._groups.get(key)
        if group is None:
            # Two threads may both build it; setdefault keeps one, and nothing was taken from the other.
            group = self._groups.setdefault(key, self._build(key, idempotency))
        return group

    def _build(self, key: str, idempotency: tuple[str, ...]) -> _Group:
        members = self._members.get(key, ())
        calls = (self.interactions[position].call for position in members)
        told = (name for call in calls if call for name in call.idempotency)
        group = _Group(tuple(dict.fromkeys((*idempotency, *told))), {}, {}, {})
        for position in members:
            each, way = self.interactions[position], self._routes[position]
            found = group.recorded[position] = self._parameters(each.request, way, group.without)
            region = (each.call.region if each.call else "") or way.region
            call = call_key(found)
            if way.protocol != "http":  # the body says it all
                group.keys[each.request.body] = call
            slot = group.slots.setdefault(call, {}).setdefault(region, _Slot())
            slot.waiting.append(position)
            slot.size += 1
            slot.repeat = position if each.call and each.call.repeat else None
        return group

    def _miss(self, request: Request, way: Route, call: Call | None, group: _Group, slot: _Slot | None) -> NoMatch:
        name = (call.name if call else way.operation) or group_key(request, way)
        sent = self._parameters(request, way, group.without)
        return NoMatch(name, self._summary(), tuple(self._explain(way, sent, group, slot)), self._fix)

    def _summary(self) -> str:
        return f"{self.name} ({len(self.interactions)} interactions, {len(self.played)} played)"

    def _explain(self, way: Route, sent: dict[str, Any], group: _Group, slot: _Slot | None) -> Iterator[str]:
        if slot is not None:
            times = "once" if slot.size == 1 else f"{slot.size} times"
            yield f"recorded {times} and played {times}; the last recording does not say repeat"
            return
        if not group.recorded:
            operations = Counter(each.operation or each.protocol for each in self._routes)
            listed = ", ".join(f"{name} ({count})" for name, count in sorted(operations.items())) or "nothing"
            yield f"recorded operations: {listed}"
            return
        yield from self._closest(way, sent, group.recorded)

    def _closest(self, way: Route, sent: dict[str, Any], recorded: Mapping[int, dict[str, Any]]) -> Iterator[str]:
        """Name the recordings that differ least; those that differ alike share a line."""
        scored = [(tuple(differences(found, sent)), position) for position, found in recorded.items()]
        scored.sort(key=lambda each: (len(each[0]), each[1]))
        alike: dict[str, list[int]] = {}
        for found, position in scored:
            alike.setdefault(_listed(found, self._region(position), way.region), []).append(position)
        for text, positions in list(alike.items())[:_CLOSEST]:
            verb = "differs" if len(positions) == 1 else "differ"
            yield f"closest: {self._numbers(positions)} {verb} in {text}"
        if any(_is_pseudonym(each.recorded) and not _is_pseudonym(each.sent) for each in scored[0][0]):
            yield "hint: the recording holds pseudonyms; a real identifier was sent, not its recorded form"

    def _numbers(self, positions: list[int]) -> str:
        played = self.played
        count = sum(position in played for position in positions)
        state = (
            "played" if count == len(positions) else f"{count} of {len(positions)} played" if count else "not played"
        )
        more = len(positions) - _CLOSEST
        shown = ", ".join(f"#{position + 1}" for position in positions[:_CLOSEST])
        return f"{shown}{f' and {more} more' if more > 0 else ''} ({state})"

    def _region(self, position: int) -> str:
        call = self.interactions[position].call
        return (call.region if call else "") or self._routes[position].region


def _in_region(slots: Mapping[str, _Slot], region: str) -> _Slot | None:
    """Prefer the region sent, then recordings that tell none; a request that tells none takes the only one."""
    if region in slots:
        return slots[region]
    if "" in slots:
        return slots[""]
    return next(iter(slots.values())) if len(slots) == 1 and not region else None


def _listed(found: Sequence[Difference], recorded_region: str, region: str) -> str:
    if not found:
        return f"region: {recorded_region!r} recorded, {region!r} sent"
    more = len(found) - _MOST_DIFFERENCES
    tail = f"; and {more} more" if more > 0 else ""
    return "; ".join(str(each) for each in found[:_MOST_DIFFERENCES]) + tail


def _is_pseudonym(shown: str | None) -> bool:
    marks = ("123456789012", "111122223333", "EXAMPLE", "example-role-", "example-user-", "amzn-s3-demo-bucket")
    return shown is not None and any(mark in shown for mark in marks)
