"""
The recordings of a cassette by operation, each operation indexed when it is first called.

Lock-free: two threads may both index an operation, alike; one of the results is kept, and nothing was taken from the
other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from bototape import match
from bototape.errors import WireError
from bototape.interaction import Call, Interaction, Request
from bototape.match import call_key, group_key, parameters
from bototape.replay.slot import Slot
from bototape.wire.route import Route, route, told_region

if TYPE_CHECKING:
    from bototape.match import Modelled, Normalise, Typed
    from bototape.wire.codec import Codec

__all__ = ["ANY", "Group", "Groups", "Models", "in_region", "places"]

#: Stands for the call key of recordings whose parameters nobody kept; no call key is spelled so.
ANY = "*"

#: Is in every request in which a secret was replaced.
_SCRUBBED = b"SCRUBBED"

#: Ends botocore's names of what is no region: ``aws-global``, ``aws-cn-global`` (``partitions.json``).
_GLOBAL = "-global"


class Models(Protocol):
    """What is known of services, by botocore's names."""

    def codec(self, service: str) -> Codec | None:
        """Return what reads the messages of *service*, or None when no model of it is at hand."""

    def calls(self, request: Request) -> Sequence[tuple[str, str]]:
        """Return the service and operation that *request* is for; several if it may be any of them, none if unknown."""


class Group(NamedTuple):
    """
    All recordings of one operation: parameters by position, slots by call key and region, keys by body.

    *equal* are the positions of each slot, in recorded order. *hidden* are the paths of parameters that were secret in
    one of them: nobody knows what was sent there, so they do not count.

    *without* are the members that do not count, told by the first client that calls or by a recording; *model* reads
    the parameters, None where none is known or needed. Both are one for recorded and sent parameters, so that a client
    that cannot tell (over HTTP) matches as well.
    """

    without: tuple[str, ...]
    model: Modelled | None
    recorded: dict[int, dict[str, Any]]
    slots: dict[str, dict[str, Slot]]
    keys: dict[bytes, str]
    equal: dict[tuple[str, str], list[int]]
    hidden: tuple[str, ...] = ()


class Groups:
    """The recordings *interactions* by operation; *normalise*, *ignore* and *models* as of a `Player`."""

    def __init__(
        self,
        interactions: Sequence[Interaction],
        *,
        normalise: Normalise | None = None,
        ignore: Sequence[str] = (),
        models: Models | None = None,
    ) -> None:
        self.interactions = interactions
        self._normalise = normalise
        self._ignore = tuple(ignore)
        self._models = models
        self._groups: dict[str, Group] = {}
        self._routes = [route(each.request) for each in interactions]
        self._members: dict[str, list[int]] = {}
        for position, way in enumerate(self._routes):
            if way.target:
                self._members.setdefault(way.target, []).append(position)
        self._untargeted: _Untargeted | None = None

    def of(self, request: Request, way: Route, call: Call | None) -> Group:
        """Return the recordings of the operation that *request* calls."""
        key = way.target or self._found(request, way, call)
        group = self._groups.get(key)
        if group is None:
            group = self._groups.setdefault(key, self._build(key, call))
        return group

    def key(self, request: Request, way: Route, group: Group) -> str:
        """Return the call key of *request* among the recordings of *group*."""
        # botocore spells equal parameters alike, so that most bodies need not be decoded to be known.
        found = group.keys.get(request.body)
        return call_key(self.parameters(request, way, group)) if found is None else found

    def parameters(self, request: Request, way: Route, group: Group) -> dict[str, Any]:
        """Return the parameters of *request* that count."""
        found = _modelled(request, group.model) if group.model else None
        if found is None:
            found = parameters(request, way, group.without)
        if self._ignore or group.hidden:
            found = match.ignoring(found, (*self._ignore, *group.hidden))
        return found if self._normalise is None else dict(self._normalise(found))

    def name(self, position: int) -> str:
        """Return the operation of a recording, or what stands for it."""
        call, way = self.interactions[position].call, self._routes[position]
        return (call.operation if call else "") or way.operation or group_key(self.interactions[position].request, way)

    def region(self, position: int) -> str:
        """Return the region a recording goes by, empty where there is none."""
        return next(places(self.interactions[position].call, self.interactions[position].request), "")

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

    def _build(self, key: str, call: Call | None) -> Group:
        members = self._members.get(key) or (self._untargeted.names.get(key) if self._untargeted else None) or []
        calls = [call, *(self.interactions[position].call for position in members)]
        without = tuple(dict.fromkeys(name for each in calls if each for name in each.idempotency))
        protocols = {self._routes[position].protocol for position in members}
        model = self._model(key, calls, without) if protocols - {"json"} else None
        group = Group(without, model, {}, {}, {}, {})
        group = group._replace(hidden=self._hidden(members, group))
        for position in members:
            each, way = self.interactions[position], self._routes[position]
            found = group.recorded[position] = self.parameters(each.request, way, group)
            is_any = each.call is not None and each.call.any_parameters
            name = ANY if is_any else call_key(found)
            if way.protocol != "http" and not is_any:  # the body says it all
                group.keys[each.request.body] = name
            self.fill(group.slots.setdefault(name, {}), position)
            group.equal.setdefault((name, self.region(position)), []).append(position)
        return group

    def _hidden(self, members: Sequence[int], group: Group) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for position in members:
            each, way = self.interactions[position], self._routes[position]
            if _SCRUBBED in each.request.body or any(_SCRUBBED.decode() in value for _, value in each.request.headers):
                found |= dict.fromkeys(match.secrets(self.parameters(each.request, way, group)))
        return tuple(found)

    def fill(self, slots: dict[str, Slot], position: int) -> None:
        """Put a recording into the slot of its region among *slots*, those of equal calls."""
        call = self.interactions[position].call
        slots.setdefault(self.region(position), Slot()).add(position, call.repeat if call else False)

    @property
    def compares_parameters(self) -> bool:
        """Whether what is compared are the parameters themselves, not what a custom matcher makes of them."""
        return self._normalise is None

    def call(self, call: Call | None, request: Request | None, group: Group) -> Call | None:
        """Return *call*, or else the call that recordings of *group* are, or that *request* may be by the models."""
        calls = (call, *(self.interactions[position].call for position in group.recorded))
        told = next((each for each in calls if each), None)
        if told is not None or request is None or self._models is None:
            return told
        return next((Call(*each) for each in self._models.calls(request)), None)

    def typed(self, call: Call | None, group: Group) -> Typed:
        """Return what is known of the input of the operation of *call*, or else of the recordings in *group*."""
        told = self.call(call, None, group)
        codec = self._models.codec(told.service) if self._models and told else None
        operation = codec.service.operations.get(told.operation) if codec and told else None
        if codec is None or operation is None or operation.input is None:
            return match.Typed()
        return match.Typed(codec.service.shapes[operation.input], codec.service.shapes)

    def _model(self, key: str, calls: Sequence[Call | None], without: tuple[str, ...]) -> Modelled | None:
        told = next(((each.service, each.operation) for each in calls if each), None)
        if told is None:
            service, _, operation = key.partition(".")  # as the models named it, if they did
            told = service, operation
        codec = self._models.codec(told[0]) if self._models and all(told) else None
        return match.modelled(codec, told[1], without) if codec else None


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


def places(call: Call | None, request: Request) -> Iterator[str]:
    """Yield the regions a call may go by, the client's first: services of all regions are signed for one of them."""
    if call and call.region and not call.region.endswith(_GLOBAL):
        yield call.region
    told = told_region(request)
    if told and not told.endswith(_GLOBAL):
        yield told


def in_region(slots: Mapping[str, Slot], places: Iterable[str]) -> Slot | None:
    """Prefer the regions sent, then recordings that tell none; a request that tells none takes the only one."""
    is_told = False
    for each in places:
        if each in slots:
            return slots[each]
        is_told = True
    if "" in slots:
        return slots[""]
    return next(iter(slots.values())) if len(slots) == 1 and not is_told else None
