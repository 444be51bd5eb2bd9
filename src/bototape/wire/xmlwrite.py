"""Instances of a shape to XML text. `XmlFormat` is the door; sources are named there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bototape.errors import WireError
from bototape.jsontext import pointer
from bototape.shapes import Member, Shape
from bototape.wire import scalars, traits, xmlbody
from bototape.wire.instance import DEPTH, Path, Reading, kind

__all__ = ["DECLARATION", "write"]

#: What a document starts with.
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

#: Names the model lacks must be ones every parser takes; those in the model are what they are.
_NAME = re.compile(r"[A-Za-z_][\w.\-]*", re.ASCII)

_WRITING = Reading("the instance", drops_nulls=False)


def write(
    name: str,
    instance: object,
    shape: Shape | None,
    shapes: Mapping[str, Shape],
    *,
    member: Member | None = None,
    namespace: str | None = None,
    rest: bool = False,
) -> str:
    """
    Return the element *name* that is *instance* of *shape*, or of none, declaring *namespace* as the default one.

    *member* is what names the shape, if anything does. Raises WireError.
    """
    writer = _Writer(shapes, rest=rest)
    writer.element(name, instance, shape, member, (), 1, {"xmlns": namespace} if namespace else {})
    return "".join(writer.out)


class _Writer:
    def __init__(self, shapes: Mapping[str, Shape], *, rest: bool) -> None:
        self.out: list[str] = []
        self._shapes = shapes
        self._rest = rest

    def element(
        self,
        name: str,
        value: object,
        shape: Shape | None,
        member: Member | None,
        path: Path,
        depth: int,
        attributes: Mapping[str, object] | None = None,
    ) -> None:
        if depth > DEPTH:
            raise _WRITING.fail(f"it nests deeper than {DEPTH} levels")
        given = {**(attributes or {}), **(_namespace(member, shape) if shape else {})}
        type_name = shape.type if shape else ""
        if isinstance(value, list) and type_name != "list":  # an element that was repeated and should not have been
            for at, each in enumerate(value):
                self.element(name, each, shape, member, (*path, at), depth, attributes)
        elif isinstance(value, list):
            self._list(name, value, shape, member, path, depth, given)
        elif isinstance(value, dict) and type_name == "map":
            self._map(name, value, shape, member, path, depth, given)
        elif isinstance(value, dict) and type_name != "list":
            self._structure(name, value, shape if type_name == "structure" else None, path, depth, given)
        elif type_name in _EXPECTED and not isinstance(value, str):
            raise self._fail(f"expected {_EXPECTED[type_name]}, found {kind(value)}", path)
        else:
            self._scalar(name, value, shape, member, path, given)

    def _structure(
        self, name: str, value: Mapping[str, Any], shape: Shape | None, path: Path, depth: int, given: dict[str, object]
    ) -> None:
        inside: list[tuple[str, str, Member | None, Shape | None]] = []
        body = {each.name for each in traits.in_body(shape, rest=self._rest)} if shape else frozenset()
        for key, each in value.items():
            member = shape.members.get(key) if shape else None
            if each is None or (member and key not in body):
                continue
            wire = traits.names(member, self._shapes)[0] if member else self._name(key, path)
            inner = self._shapes[member.shape] if member else None
            if traits.trait(member, inner, "xmlAttribute") if inner else key.startswith("@"):
                given[wire] = each
            else:
                inside.append((key, wire, member, inner))
        self._open(name, given, path)
        for key, wire, member, inner in inside:
            self.element(wire, value[key], inner, member, (*path, key), depth + 1)
        self.out.append(f"</{name}>")

    def _list(
        self,
        name: str,
        value: list[Any],
        shape: Shape | None,
        member: Member | None,
        path: Path,
        depth: int,
        given: Mapping[str, object],
    ) -> None:
        element = shape.element if shape else None
        if shape is None or element is None:
            raise self._fail("a list without an element in its model", path)
        inner = self._shapes[element.shape]
        if traits.is_flattened(member, shape):
            for at, each in enumerate(value):
                self.element(name, each, inner, element, (*path, at), depth, given)
            return
        each_name = str(traits.trait(element, inner, "locationName", "member"))
        self._open(name, given, path)
        for at, each in enumerate(value):
            self.element(each_name, each, inner, element, (*path, at), depth + 1)
        self.out.append(f"</{name}>")

    def _map(
        self,
        name: str,
        value: Mapping[str, Any],
        shape: Shape | None,
        member: Member | None,
        path: Path,
        depth: int,
        given: Mapping[str, object],
    ) -> None:
        key, inner = (shape.key, shape.value) if shape else (None, None)
        if shape is None or key is None or inner is None:
            raise self._fail("a map without key and value in its model", path)
        shapes = self._shapes
        key_name = str(traits.trait(key, shapes[key.shape], "locationName", "key"))
        value_name = str(traits.trait(inner, shapes[inner.shape], "locationName", "value"))
        flat = traits.is_flattened(member, shape)
        if not flat:
            self._open(name, given, path)
        for each, what in value.items():
            self._open(name if flat else "entry", given if flat else {}, path)
            self.element(key_name, each, shapes[key.shape], key, (*path, each), depth + 2)
            self.element(value_name, what, shapes[inner.shape], inner, (*path, each), depth + 2)
            self.out.append(f"</{name if flat else 'entry'}>")
        if not flat:
            self.out.append(f"</{name}>")

    def _scalar(
        self,
        name: str,
        value: object,
        shape: Shape | None,
        member: Member | None,
        path: Path,
        given: Mapping[str, object],
    ) -> None:
        text = self._spelt(value, shape, member, path)
        self._open(name, given, path)
        self.out.append(f"{text}</{name}>")

    def _spelt(self, value: object, shape: Shape | None, member: Member | None, path: Path) -> str:
        timestamp_format = str(traits.trait(member, shape, "timestampFormat", scalars.ISO)) if shape else ""
        try:
            return xmlbody.text(scalars.spell(value, shape.type if shape else "string", timestamp_format))
        except ValueError as error:
            raise self._fail(str(error), path) from None

    def _open(self, name: str, given: Mapping[str, object], path: Path) -> None:
        try:
            written = "".join(
                f' {key}="{xmlbody.attribute(scalars.spell(each, "string"))}"' for key, each in given.items()
            )
        except ValueError as error:
            raise self._fail(str(error), path) from None
        self.out.append(f"<{name}{written}>")

    def _name(self, key: str, path: Path) -> str:
        name = key.removeprefix("@")
        if not _NAME.fullmatch(name):
            raise self._fail(f"{key!r} is in no model and cannot be the name of an element", path)
        return name

    def _fail(self, why: str, path: Path) -> WireError:
        return _WRITING.fail(why, pointer(path))


_EXPECTED = {"structure": "an object", "list": "an array", "map": "an object"}


def _namespace(member: Member | None, shape: Shape) -> dict[str, object]:
    found = traits.trait(member, shape, "xmlNamespace")
    if isinstance(found, str):
        return {"xmlns": found}
    if not isinstance(found, Mapping):
        return {}
    prefix = found.get("prefix")
    return {f"xmlns:{prefix}" if prefix else "xmlns": found["uri"]}
