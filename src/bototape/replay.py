"""
Play a cassette: find the recording of a call by its key, in recorded order, and explain a miss.

A call is looked for among the recordings of its operation, told by the client, the wire or the models, and compared
with them by the operation's model or, where there is none, by what the wire tells.

Lock-free and safe under threads: a recording is taken with one ``deque.popleft``, so no two calls get the same one.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from bototape.errors import NoMatch, WireError
from bototape.interaction import Call, Cassette, Interaction, Request
from bototape.match import (
    Difference,
    Modelled,
    Normalise,
    call_key,
    differences,
    group_key,
    ignoring,
    modelled,
    parameters,
)
from bototape.wire.codec import Codec
from bototape.wire.route import Route, route

__all__ = ["Models", "Player"]

_CLOSEST = 3
_MOST_DIFFERENCES = 6

#: Ends botocore's names of what is no region: ``aws-global``, ``aws-cn-global`` (``partitions.json``).
_GLOBAL = "-global"


class Models(Protocol):
    """What is known of services, by botocore's names."""

    def codec(self, service: str) -> Codec | None:
        """Return what reads the messages of *service*, or None when no model of it is at hand."""

    def calls(self, request: Request) -> Sequence[tuple[str, str]]:
        """Return the service and operation that *request* is for; several if it may be any of them, none if unknown."""


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

    *without* are the members that do not count, told by the first client that calls or by a recording; *model* reads
    the parameters, None where none is known or needed. Both are one for recorded and sent parameters, so that a client
    that cannot tell (over HTTP) matches as well.
    """

    without: tuple[str, ...]
    model: Modelled | None
    recorded: dict[int, dict[str, Any]]
    slots: dict[str, dict[str, _Slot]]
    keys: dict[bytes, str]


class Player:
    """
    Answers calls from one cassette.

    *name* is what messages call the cassette; *fix* what they advise; *normalise* a custom matcher, and *ignore* paths
    of parameters that do not count, applied to recorded and sent parameters alike; *models* tell what parameters are in
    protocols other than AWS JSON. Equal calls play in recorded order; after the last one a call is a miss unless that
    recording says ``repeat``.
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
    ) -> None:
        self.name = name
        self.interactions = cassette.interactions
        self._fix = fix or "make the call that was recorded, or record this one with bototape record"
        self._normalise = normalise
        self._ignore = tuple(ignore)
        self._models = models
        self._played: list[int] = []
        self._groups: dict[str, _Group] = {}
        self._routes = [route(each.request) for each in cassette.interactions]
        self._members: dict[str, list[int]] = {}
        for position, way in enumerate(self._routes):
            if way.target:
                self._members.setdefault(way.target, []).append(position)
        self._untargeted: _Untargeted | None = None

    def play(self, request: Request, call: Call | None = None, *, keep: bool = False) -> Interaction:
        """
        Return the recording that answers *request*, and count it as played; with *keep* it stays to be played.

        *call*, where the client told it, names the members to leave out of the comparison. Raises NoMatch.
        """
        __tracebackhide__ = True
        way = route(request)
        group = self._group(way.target or self._found(request, way, call), call)
        # botocore spells equal parameters alike, so that most bodies need not be decoded to be known.
        found = group.keys.get(request.body)
        if found is None:
            found = call_key(self._parameters(request, way, group))
        slot = _in_region(group.slots.get(found, {}), _places(call, way))
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

    def _parameters(self, request: Request, way: Route, group: _Group) -> dict[str, Any]:
        found = _modelled(request, group.model) if group.model else None
        if found is None:
            found = parameters(request, way, group.without)
        if self._ignore:
            found = ignoring(found, self._ignore)
        return found if self._normalise is None else dict(self._normalise(found))

    def _found(self, request: Request, way: Route, call: Call | None) -> str:
        """Return the group of a request whose target is not on the wire: its operation's, else its path's."""
        if self._untargeted is None:
            # Two threads may both build it, alike.
            self._untargeted = self._find_untargeted()
        names, paths = self._untargeted
        told = [call.name] if call else self._calls(request)
        path = group_key(request, way)
        known = next((each for each in (*told, path) if each in names), None)
        if known:
            return known
        at_path = paths.get(path, set())
        if not told and len(at_path) == 1:  # only the recording of that path knows the operation
            return next(iter(at_path))
        return told[0] if told else path

    def _calls(self, request: Request) -> list[str]:
        return [".".join(each) for each in self._models.calls(request)] if self._models else []

    def _find_untargeted(self) -> _Untargeted:
        """Sort the recordings without a target on the wire by operation, those of no known one by method and path."""
        names: dict[str, list[int]] = {}
        paths: dict[str, set[str]] = {}
        for position, (each, way) in enumerate(zip(self.interactions, self._routes, strict=True)):
            if way.target:
                continue
            path = group_key(each.request, way)
            name = each.call.name if each.call else next(iter(self._calls(each.request)), path)
            names.setdefault(name, []).append(position)
            paths.setdefault(path, set()).add(name)
        return _Untargeted(names, paths)

    def _group(self, key: str, call: Call | None) -> _Group:
        """Index the recordings of one operation when it is first called."""
        group = self._groups.get(key)
        if group is None:
            # Two threads may both build it; setdefault keeps one, and nothing was taken from the other.
            group = self._groups.setdefault(key, self._build(key, call))
        return group

    def _build(self, key: str, call: Call | None) -> _Group:
        members = self._members.get(key) or (self._untargeted.names.get(key) if self._untargeted else None) or []
        calls = [call, *(self.interactions[position].call for position in members)]
        without = tuple(dict.fromkeys(name for each in calls if each for name in each.idempotency))
        protocols = {self._routes[position].protocol for position in members}
        model = self._model(key, calls, without) if protocols - {"json"} else None
        group = _Group(without, model, {}, {}, {})
        for position in members:
            each, way = self.interactions[position], self._routes[position]
            found = group.recorded[position] = self._parameters(each.request, way, group)
            name = call_key(found)
            if way.protocol != "http":  # the body says it all
                group.keys[each.request.body] = name
            slot = group.slots.setdefault(name, {}).setdefault(self._region(position), _Slot())
            slot.waiting.append(position)
            slot.size += 1
            slot.repeat = position if each.call and each.call.repeat else None
        return group

    def _model(self, key: str, calls: Sequence[Call | None], without: tuple[str, ...]) -> Modelled | None:
        told = next(((each.service, each.operation) for each in calls if each), None)
        if told is None:
            service, _, operation = key.partition(".")  # as the models named it, if they did
            told = service, operation
        codec = self._models.codec(told[0]) if self._models and all(told) else None
        return modelled(codec, told[1], without) if codec else None

    def _miss(self, request: Request, way: Route, call: Call | None, group: _Group, slot: _Slot | None) -> NoMatch:
        name = (call.name if call else way.operation) or group_key(request, way)
        sent = self._parameters(request, way, group)
        region = next(iter(_places(call, way)), "")
        return NoMatch(name, self._summary(), tuple(self._explain(region, sent, group, slot)), self._fix)

    def _summary(self) -> str:
        return f"{self.name} ({len(self.interactions)} interactions, {len(self.played)} played)"

    def _explain(self, region: str, sent: dict[str, Any], group: _Group, slot: _Slot | None) -> Iterator[str]:
        if slot is not None:
            times = "once" if slot.size == 1 else f"{slot.size} times"
            yield f"recorded {times} and played {times}; the last recording does not say repeat"
            return
        if not group.recorded:
            operations = Counter(map(self._named, range(len(self.interactions))))
            listed = ", ".join(f"{name} ({count})" for name, count in sorted(operations.items())) or "nothing"
            yield f"recorded operations: {listed}"
            return
        yield from self._closest(region, sent, group.recorded)

    def _closest(self, region: str, sent: dict[str, Any], recorded: Mapping[int, dict[str, Any]]) -> Iterator[str]:
        """Name the recordings that differ least; those that differ alike share a line."""
        scored = [(tuple(differences(found, sent)), position) for position, found in recorded.items()]
        scored.sort(key=lambda each: (len(each[0]), each[1]))
        alike: dict[str, list[int]] = {}
        for found, position in scored:
            alike.setdefault(_listed(found, self._region(position), region), []).append(position)
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

    def _named(self, position: int) -> str:
        call, way = self.interactions[position].call, self._routes[position]
        return (call.operation if call else "") or way.operation or group_key(self.interactions[position].request, way)

    def _region(self, position: int) -> str:
        call = self.interactions[position].call
        return next(iter(_places(call, self._routes[position])), "")


class _Untargeted(NamedTuple):
    """Recordings that name no target on the wire: positions by group, and the groups that have a method and path."""

    names: dict[str, list[int]]
    paths: dict[str, set[str]]


def _modelled(request: Request, model: Modelled) -> dict[str, Any] | None:
    """Return the parameters by *model*; None for a request made with another one, or by hand."""
    try:
        return model.parameters(request)
    except WireError:
        return None


def _places(call: Call | None, way: Route) -> list[str]:
    """Return the regions a call may go by, the client's first: services of all regions are signed for one of them."""
    return [each for each in (call.region if call else "", way.region) if each and not each.endswith(_GLOBAL)]


def _in_region(slots: Mapping[str, _Slot], places: Sequence[str]) -> _Slot | None:
    """Prefer the regions sent, then recordings that tell none; a request that tells none takes the only one."""
    for each in (*places, ""):
        if each in slots:
            return slots[each]
    return next(iter(slots.values())) if len(slots) == 1 and not places else None


def _listed(found: Sequence[Difference], recorded_region: str, region: str) -> str:
    if not found:
        return f"region: {recorded_region!r} recorded, {region!r} sent"
    more = len(found) - _MOST_DIFFERENCES
    tail = f"; and {more} more" if more > 0 else ""
    return "; ".join(str(each) for each in found[:_MOST_DIFFERENCES]) + tail


def _is_pseudonym(shown: str | None) -> bool:
    marks = ("123456789012", "111122223333", "EXAMPLE", "example-role-", "example-user-", "amzn-s3-demo-bucket")
    return shown is not None and any(mark in shown for mark in marks)
