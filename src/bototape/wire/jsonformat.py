"""
JSON values of a shape: member names to wire names and back, for every protocol that has JSON bodies.

Sources: Smithy, "AWS JSON 1.0/1.1 protocol" and "AWS restJson1 protocol", shape serialization; botocore's models put
Smithy's ``jsonName`` into ``locationName``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from bototape.jsontext import pointer
from bototape.shapes import Member, Shape
from bototape.wire import jsonbody
from bototape.wire.instance import Path, Reading, Spot, kind

__all__ = ["TYPE", "JsonFormat"]

#: Member that names the type of an object; part of the protocol, of no shape.
TYPE = "__type"

#: The way down to a value, innermost first: ``(way, key)``, None at the root.
_Way = tuple[Any, str | int] | None

_Read = Callable[[Any, _Way, Reading], Any]


class _Table(NamedTuple):
    """
    A structure's members by wire name, each with its name and the reader of its value (None: it stays as it is).

    *inner* are those with a reader. *spelt* is what a model name is on the wire, where that differs: without one, a
    structure can be read in place.
    """

    members: Mapping[str, tuple[str, _Read | None]]
    inner: tuple[tuple[str, _Read], ...]
    spelt: Mapping[str, str]


class JsonFormat:
    """
    JSON for the shapes of one service. With *rest*, members bound to header, URI or status are not in the body.

    Reading walks no subtree in which nothing can change; what changes is a name that differs on the wire, a null, and
    ``__type``.
    """

    def __init__(self, shapes: Mapping[str, Shape], *, rest: bool, media_type: str = "application/json") -> None:
        self.media_type = media_type
        self._shapes = shapes
        self._rest = rest
        self._readers: dict[tuple[str, bool], _Read | None] = {}
        self._changing: dict[str, bool] = {}

    def read(self, content: bytes, shape: Shape, reading: Reading, member: Member | None = None) -> object:
        """Return the instance of *shape* that *content* is; empty content is an empty structure."""
        del member  # a payload's own name is nowhere in JSON
        if not content:
            return {}
        value = jsonbody.locate(content, reading) if reading.located else jsonbody.parse(content, reading)
        if not isinstance(value, dict) and shape.type in ("structure", "map") and not shape.traits.get("document"):
            found = value.value if isinstance(value, Spot) else value
            raise reading.fail(f"expected a JSON object, found {kind(found)}")
        every = reading.located or b"null" in content or TYPE.encode() in content
        return self.convert(value, shape, reading, every=every)

    def convert(self, value: object, shape: Shape, reading: Reading, *, every: bool = True) -> object:
        """
        Return the instance of *shape* that the JSON *value* is.

        Without *every* the caller knows that *value* holds no null and no ``__type``. What *value* holds is used up.
        """
        reader = self._reader(shape.name, every)
        return reader(value, None, reading) if reader else value

    def write(self, instance: object, shape: Shape, member: Member | None = None) -> bytes:
        """Return *instance* of *shape* as compact JSON."""
        del member
        return jsonbody.dump(self.revert(instance, shape), Reading("the instance", drops_nulls=False))

    def revert(self, instance: object, shape: Shape) -> object:
        """Return the JSON value that *instance* of *shape* is on the wire."""
        if isinstance(instance, dict):
            if shape.type == "structure" and not shape.traits.get("document"):
                return dict(self._reverted(instance, shape))
            if shape.type == "map" and shape.value:
                inner = self._shapes[shape.value.shape]
                return {key: self.revert(each, inner) for key, each in instance.items()}
        elif isinstance(instance, list) and shape.type == "list" and shape.element:
            inner = self._shapes[shape.element.shape]
            return [self.revert(each, inner) for each in instance]
        return instance

    def _reverted(self, instance: dict[str, Any], shape: Shape) -> Iterator[tuple[str, object]]:
        for name, each in instance.items():
            member = shape.members.get(name)
            if member is None:
                yield name, each
            elif not self._is_elsewhere(member):
                yield member.wire_name, self.revert(each, self._shapes[member.shape])

    def _is_elsewhere(self, member: Member) -> bool:
        return self._rest and "location" in member.traits

    def _in_body(self, shape: Shape) -> Iterable[Member]:
        return [each for each in shape.members.values() if not self._is_elsewhere(each)]

    def _changes(self, name: str) -> bool:
        """Tell whether below the shape *name* a member is called otherwise on the wire."""
        known = self._changing.get(name)
        if known is None:
            seen, todo = {name}, [name]
            known = False
            while todo and not known:
                shape = self._shapes[todo.pop()]
                known = any(each.wire_name != each.name for each in self._in_body(shape))
                for each in shape.children():
                    if each.shape not in seen:
                        seen.add(each.shape)
                        todo.append(each.shape)
            self._changing[name] = known
        return known

    def _reader(self, name: str, every: bool) -> _Read | None:  # noqa: FBT001 - a key of the table of readers
        key = (name, every)
        if key not in self._readers:
            self._readers[key] = None if not every and not self._changes(name) else self._compiled(name, every)
        return self._readers[key]

    def _compiled(self, name: str, every: bool) -> _Read | None:  # noqa: FBT001 - as above
        shape = self._shapes[name]
        if shape.traits.get("document"):
            return None
        if shape.type == "structure":
            return self._structure(shape, every)
        if shape.type == "list" and shape.element:
            return self._list(shape.element.shape, every)
        if shape.type == "map" and shape.value:
            return self._map(shape.value.shape, every, sparse=bool(shape.traits.get("sparse")))
        return None

    def _structure(self, shape: Shape, every: bool) -> _Read:  # noqa: FBT001 - as above
        table: _Table | None = None

        def read(value: Any, way: _Way, reading: Reading) -> Any:
            nonlocal table
            if not isinstance(value, dict):
                return value
            if table is None:  # late, since a shape may hold itself
                table = self._table(shape, every)
            if not table.spelt and not reading.located and not (every and _is_special(value)):
                for key, inner in table.inner:
                    each = value.get(key)
                    if each is not None:
                        value[key] = inner(each, (way, key), reading)
                return value
            members = table.members
            drops = reading.drops_nulls
            found: dict[str, Any] = {}
            for key, each in value.items():
                if each is None and drops:
                    reading.nulls.append(pointer((*_path(way), key)))
                    continue
                member = members.get(key)
                if member is not None:
                    name, changed = member
                    found[name] = changed(each, (way, key), reading) if changed else each
                elif key in table.spelt:
                    at = pointer((*_path(way), key))
                    raise reading.fail(f"{str(key)!r} must be spelt {table.spelt[key]!r}", at)
                elif key != TYPE or not drops:
                    found[key] = each
            return found

        return read

    def _table(self, shape: Shape, every: bool) -> _Table:  # noqa: FBT001 - as above
        members = {each.wire_name: (each.name, self._reader(each.shape, every)) for each in self._in_body(shape)}
        spelt = {each.name: each.wire_name for each in self._in_body(shape) if each.name not in members}
        inner = tuple((wire, reader) for wire, (_, reader) in members.items() if reader)
        return _Table(members, inner, spelt)

    def _list(self, element: str, every: bool) -> _Read | None:  # noqa: FBT001 - as above
        def read(value: Any, way: _Way, reading: Reading) -> Any:
            inner = self._reader(element, every)
            if inner is None or not isinstance(value, list):
                return value
            return [inner(each, (way, at), reading) for at, each in enumerate(value)]

        return read

    def _map(self, element: str, every: bool, *, sparse: bool) -> _Read:  # noqa: FBT001 - as above
        def read(value: Any, way: _Way, reading: Reading) -> Any:
            if not isinstance(value, dict):
                return value
            inner = self._reader(element, every)
            found: dict[str, Any] = {}
            for key, each in value.items():
                if each is None and reading.drops_nulls and not sparse:
                    reading.nulls.append(pointer((*_path(way), key)))
                else:
                    found[key] = inner(each, (way, key), reading) if inner else each
            return found

        return read


def _is_special(value: dict[str, Any]) -> bool:
    return None in value.values() or TYPE in value


def _path(way: _Way) -> Path:
    steps: list[str | int] = []
    while way is not None:
        way, step = way
        steps.append(step)
    return tuple(reversed(steps))
