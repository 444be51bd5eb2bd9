"""
XML values of a shape: elements to member-named instances and back, for every protocol that has XML bodies.

Sources: Smithy, "XML bindings" (``xmlFlattened``, ``xmlName``, ``xmlAttribute``, ``xmlNamespace``) and "AWS restXml
protocol"; botocore's models put ``xmlName`` into ``locationName``, and a shape's traits hold for the members that
lack them. ``wrapper`` says nothing about the bytes, here as in botocore.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from bototape.errors import WireError
from bototape.shapes import Member, Shape
from bototape.wire import scalars, traits, xmlbody, xmlwrite
from bototape.wire.instance import Key, Reading, Spot
from bototape.wire.xmlbody import Element, Placed, local

__all__ = ["XmlFormat"]

#: Structures that are not an element of the document but its root's text; Smithy, "s3UnwrappedXmlOutput trait".
_UNWRAPPED = frozenset({"GetBucketLocationOutput"})

_Names = Mapping[str, str]
_Read = Callable[[Element, _Names], Any]


class _Malformed(Exception):
    """An element is not what its shape asks for; becomes a WireError where the root is known."""

    def __init__(self, element: Element, why: str) -> None:
        super().__init__(element, why)
        self.element = element
        self.why = why


class _LocalNames(dict[str, str]):
    """Names without their namespace, each taken apart once a document."""

    def __missing__(self, name: str) -> str:
        found = self[name] = local(name)
        return found


class _Entry(NamedTuple):
    """What an element of a structure is: the member's *name*, the reader of its value or of one repetition of it."""

    name: str
    read: _Read
    add: Callable[[dict[str, Any], str, Any], None] | None


class _Table(NamedTuple):
    """A structure's members by element name, by attribute name, and model names that are others on the wire."""

    elements: Mapping[str, _Entry]
    attributes: Mapping[str, str]
    spelt: Mapping[str, str]


class XmlFormat:
    """
    XML for the shapes of one service, its root in *namespace*.

    With *rest*, members bound to header, URI or status are not in the body. Elements the model lacks are kept: text
    as a string, children as a dict, repeated ones as a list; of attributes it lacks those of structures are kept as
    ``@name``. Of text between elements nothing is kept, it is white space in every protocol. An element that may not
    be repeated and is, is a list of what each says (lists and maps are joined).
    """

    media_type = "application/xml"

    def __init__(self, shapes: Mapping[str, Shape], *, namespace: str | None = None, rest: bool = False) -> None:
        self.shapes = shapes
        self._namespace = namespace
        self._rest = rest
        self._readers: dict[tuple[str, str, bool], _Read] = {}

    def read(self, content: bytes, shape: Shape, reading: Reading, member: Member | None = None) -> object:
        """
        Return the instance of *shape* that *content* is; empty content is an empty structure.

        The root may have any name.
        """
        if not content:
            return {}
        return self.convert(xmlbody.parse(content, reading), shape, reading, member)

    def convert(self, root: Element, shape: Shape | None, reading: Reading, member: Member | None = None) -> object:
        """Return the instance of *shape* that the element *root* is; without a shape all that it holds."""
        names = _LocalNames()
        if shape is None:
            return _whole(root, names)
        if shape.name in _UNWRAPPED and not len(root):
            return self._unwrapped(root, shape)
        try:
            value = self._reader(shape, member, reading.located)(root, names)
        except _Malformed as error:
            raise reading.fail(error.why, xmlbody.place(root, error.element)) from None
        if shape.type in ("structure", "map") and not isinstance(value, dict):
            raise reading.fail("expected elements, found text", f"/{names[root.tag]}")
        return value

    def write(self, instance: object, shape: Shape, member: Member | None = None) -> bytes:
        """Return the document whose root is *instance* of *shape*, named as the shape or *member* says."""
        name = str(traits.trait(member, shape, "locationName", shape.name))
        if shape.name in _UNWRAPPED and isinstance(instance, dict):
            name = next(iter(shape.members))
            instance = instance.get(name) or ""
        return (xmlwrite.DECLARATION + self.element(name, instance, shape, member, self._namespace)).encode("utf-8")

    def element(
        self,
        name: str,
        instance: object,
        shape: Shape | None,
        member: Member | None = None,
        namespace: str | None = None,
    ) -> str:
        """Return the element *name* that is *instance* of *shape*, or of none. Raises WireError."""
        return xmlwrite.write(name, instance, shape, self.shapes, member=member, namespace=namespace, rest=self._rest)

    def _unwrapped(self, root: Element, shape: Shape) -> dict[str, Any]:
        name = next(iter(shape.members))
        return {name: _leaf(root)} if _is_text(root) else {}

    def _reader(self, shape: Shape, member: Member | None, located: bool) -> _Read:  # noqa: FBT001 - a key of the table of readers
        timestamp_format = str(traits.trait(member, shape, "timestampFormat", scalars.ISO))
        key = (shape.name, timestamp_format, located)
        reader = self._readers.get(key)
        if reader is None:
            reader = self._readers[key] = self._compiled(shape, timestamp_format, located)
        return reader

    def _inner(self, member: Member, located: bool) -> _Read:  # noqa: FBT001 - as above
        return self._reader(self.shapes[member.shape], member, located)

    def _compiled(self, shape: Shape, timestamp_format: str, located: bool) -> _Read:  # noqa: FBT001 - as above
        if shape.type == "structure":
            return _whole if shape.traits.get("document") else self._structure(shape, located)
        if shape.type == "list" and shape.element:
            return self._list(shape.element, located)
        if shape.type == "map" and shape.key and shape.value:
            return self._map(shape, located)
        convert = None if located else scalars.converter(shape.type, timestamp_format)
        return _scalar(convert) if convert else _whole if located else _text

    def _structure(self, shape: Shape, located: bool) -> _Read:  # noqa: FBT001 - as above
        table: _Table | None = None

        def read(element: Element, names: _Names) -> Any:
            nonlocal table
            if table is None:  # late, since a shape may hold itself
                table = self._table(shape, located)
            entries = table.elements
            found: dict[str, Any] = {}
            for child in element:
                name = names[child.tag]
                entry = entries.get(name)
                if entry is None:
                    if name in table.spelt:
                        raise _Malformed(child, f"{name!r} must be spelt {table.spelt[name]!r}")
                    _repeat(found, name, _whole(child, names))
                elif entry.add is not None:
                    entry.add(found, entry.name, entry.read(child, names))
                elif entry.name in found:
                    _repeat(found, entry.name, entry.read(child, names))
                else:
                    found[entry.name] = entry.read(child, names)
            _add_attributes(found, element, table.attributes)
            return found if found or not _is_text(element) else _leaf(element)

        return read

    def _table(self, shape: Shape, located: bool) -> _Table:  # noqa: FBT001 - as above
        elements: dict[str, _Entry] = {}
        attributes, spelt = {}, {}
        others: list[tuple[str, _Entry]] = []
        for member in traits.in_body(shape, rest=self._rest):
            inner = self.shapes[member.shape]
            first, *more = traits.names(member, self.shapes)
            if traits.trait(member, inner, "xmlAttribute"):
                attributes[first.rpartition(":")[2]] = member.name
            else:
                entry = self._entry(member, inner, located)
                if first not in elements or entry.add is _append:  # S3 has an element that is a list's and another's
                    elements[first] = entry
                others += [(each, entry) for each in more]
            spelt[member.name] = first
        for name, entry in others:
            elements.setdefault(name, entry)
        return _Table(elements, attributes, {name: wire for name, wire in spelt.items() if name not in elements})

    def _entry(self, member: Member, shape: Shape, located: bool) -> _Entry:  # noqa: FBT001 - as above
        if shape.type not in ("list", "map"):
            return _Entry(member.name, self._inner(member, located), None)
        if not traits.is_flattened(member, shape):
            return _Entry(member.name, self._inner(member, located), _join)
        if shape.type == "list" and shape.element:
            return _Entry(member.name, self._inner(shape.element, located), _append)
        pair = self._pair(shape, located)
        return _Entry(member.name, lambda element, names: dict([pair(element, names)]), _join)

    def _list(self, element: Member, located: bool) -> _Read:  # noqa: FBT001 - as above
        inner: _Read | None = None

        def read(each: Element, names: _Names) -> Any:
            nonlocal inner
            if inner is None:
                inner = self._inner(element, located)
            if _is_text(each):
                return _leaf(each)
            return [inner(child, names) for child in each]

        return read

    def _map(self, shape: Shape, located: bool) -> _Read:  # noqa: FBT001 - as above
        pair = self._pair(shape, located)

        def read(element: Element, names: _Names) -> Any:
            if _is_text(element):
                return _leaf(element)
            found: dict[str, Any] = {}
            for each in element:
                _put(found, *pair(each, names))
            return found

        return read

    def _pair(self, shape: Shape, located: bool) -> Callable[[Element, _Names], tuple[str, Any]]:  # noqa: FBT001 - as above
        key, value = shape.key, shape.value
        if key is None or value is None:  # no model has such a map
            raise WireError(f"the shape {shape.name}", "it is a map without key and value")
        key_name = str(traits.trait(key, self.shapes[key.shape], "locationName", "key"))
        value_name = str(traits.trait(value, self.shapes[value.shape], "locationName", "value"))
        inner: _Read | None = None

        def read(element: Element, names: _Names) -> tuple[str, Any]:
            nonlocal inner
            if inner is None:
                inner = self._inner(value, located)
            sides = {names[each.tag]: each for each in element}
            if len(element) != len(sides) or sides.keys() != {key_name, value_name}:
                found = " and ".join(f"<{names[each.tag]}>" for each in element) or "none"
                raise _Malformed(element, f"expected one <{key_name}> and one <{value_name}>, found {found[:100]}")
            return _key(sides[key_name]), inner(sides[value_name], names)

        return read


def _key(element: Element) -> str:
    if len(element):
        raise _Malformed(element, "expected the text of a map's key, found elements")
    leaf = _leaf(element)
    return Key(element.text or "", leaf) if isinstance(leaf, Spot) else leaf


def _leaf(element: Element) -> str | Spot:
    if isinstance(element, Placed):
        return Spot("body", element.start, element.end, "xml", element.text or "")
    return element.text or ""


def _is_text(element: Element) -> bool:
    text = element.text
    return text is not None and bool(text.strip()) and not len(element)


def _whole(element: Element, names: _Names) -> Any:
    """Return all that *element* holds, without a shape."""
    if not len(element):
        return _leaf(element)
    found: dict[str, Any] = {}
    for child in element:
        _repeat(found, names[child.tag], _whole(child, names))
    _add_attributes(found, element, {})
    return found


def _text(element: Element, names: _Names) -> Any:
    return _whole(element, names) if len(element) else element.text or ""


def _scalar(convert: Callable[[str], object]) -> _Read:
    def read(element: Element, names: _Names) -> Any:
        return _whole(element, names) if len(element) else convert(element.text or "")

    return read


def _add_attributes(found: dict[str, Any], element: Element, known: Mapping[str, str]) -> None:
    for key, value in element.items():
        name = local(key)
        found[known.get(name, f"@{name}")] = element.spots[name] if isinstance(element, Placed) else value


def _append(found: dict[str, Any], name: str, value: Any) -> None:
    found.setdefault(name, []).append(value)


def _put(found: dict[str, Any], key: str, value: Any) -> None:
    found.pop(key, None)  # of equal keys the last one counts, its place as well
    found[key] = value


def _join(found: dict[str, Any], name: str, value: Any) -> None:
    old = found.get(name)
    if isinstance(old, list) and isinstance(value, list):
        old.extend(value)
    elif isinstance(old, dict) and isinstance(value, dict):
        for key, each in value.items():
            _put(old, key, each)
    else:
        _repeat(found, name, value)


def _repeat(found: dict[str, Any], name: str, value: Any) -> None:
    old = found.get(name)
    if old is None:
        found[name] = value
    elif isinstance(old, list):
        old.append(value)
    else:
        found[name] = [old, value]
