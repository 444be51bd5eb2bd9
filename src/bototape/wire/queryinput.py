"""
Inputs of the query and EC2 protocols: flat, dotted names to the instance of a shape.

Sources: Smithy, "AWS query protocol" and "AWS EC2 query protocol", request serialization; botocore's
``QuerySerializer`` and ``EC2Serializer``, which are what sends them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from bototape.shapes import Member, Shape
from bototape.wire import scalars, traits
from bototape.wire.form import Pair
from bototape.wire.instance import DEPTH, Key, Part, Reading, Spot

__all__ = ["Field", "InputReader"]

_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)


class Field(NamedTuple):
    """A `Pair` of a form and the part of the request that the form is."""

    pair: Pair
    part: Part


class _Node:
    """What is named by one prefix: its own field, and the nodes one dot further."""

    __slots__ = ("field", "kids")

    def __init__(self) -> None:
        self.field: Field | None = None
        self.kids: dict[str, _Node] = {}


class _Names(NamedTuple):
    """A structure's members by the name they are sent under; *spelt*: model names that are not."""

    members: Mapping[str, Member]
    spelt: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Run:
    """One reading and the *spare* of the structure around: what the model lacks, by the rest of its dotted name."""

    reading: Reading
    spare: dict[str, Any]


#: A member of which every field was spare.
_NOTHING = object()


class InputReader:
    """
    Reads the inputs of one service. *is_ec2*: names are capitalised, and all lists flat.

    A name the model lacks is a member of the innermost structure that holds it, under what is left of its dots. Of
    fields of one name the last one counts; one that has both a value and members is refused.
    """

    def __init__(self, shapes: Mapping[str, Shape], *, is_ec2: bool) -> None:
        self._shapes = shapes
        self._is_ec2 = is_ec2
        self._tables: dict[str, _Names] = {}

    def names(self, shape: Shape) -> Mapping[str, Member]:
        """Return the members of the structure *shape* by the name they are sent under."""
        return self._table(shape).members

    def read(self, fields: Iterable[Field], shape: Shape, reading: Reading) -> dict[str, Any]:
        """Return the instance of the structure *shape* that *fields* say. Raises WireError."""
        root = _Node()
        for each in fields:
            _plant(root, each, reading)
        return self._structure(root, shape, reading)

    def _structure(self, node: _Node, shape: Shape, reading: Reading) -> dict[str, Any]:
        table = self._table(shape)
        found: dict[str, Any] = {}
        run = _Run(reading, {})
        for name, kid in node.kids.items():
            member = table.members.get(name)
            if member is None or member.name in found:
                if name in table.spelt:
                    raise reading.fail(f"{name!r} must be spelt {table.spelt[name]!r}")
                _spill(kid, name, run)
                continue
            value = self._value(kid, member, name, run)
            if value is not _NOTHING:
                found[member.name] = value
        return {**found, **run.spare}

    def _value(self, node: _Node, member: Member, name: str, run: _Run) -> Any:
        shape = self._shapes[member.shape]
        if not node.kids:
            return self._alone(node.field, member, shape, run.reading) if node.field else _NOTHING
        if node.field and shape.type in ("structure", "list", "map"):
            raise run.reading.fail(f"{node.field.pair.name!r} has both a value and members")
        if shape.type == "structure":
            return self._structure(node, shape, run.reading)
        if shape.type == "list" and shape.element:
            return self._list(node, member, shape, name, run)
        if shape.type == "map":
            return self._map(node, member, shape, name, run)
        _spill_kids(node, name, run)
        return self._alone(node.field, member, shape, run.reading) if node.field else _NOTHING

    def _alone(self, field: Field, member: Member, shape: Shape, reading: Reading) -> Any:
        if not field.pair.value and shape.type in ("structure", "list", "map"):
            return [] if shape.type == "list" else {}  # how the query protocol sends an empty list
        if reading.located:
            return _spot(field)
        convert = scalars.converter(shape.type, str(traits.trait(member, shape, "timestampFormat", scalars.ISO)))
        return convert(field.pair.value) if convert else field.pair.value

    def _list(self, node: _Node, member: Member, shape: Shape, name: str, run: _Run) -> Any:
        element = shape.element
        if element is None:  # so the caller found
            return _NOTHING
        steps: tuple[str, ...] = ()
        if not self._is_ec2 and not traits.is_flattened(member, shape):
            own = str(traits.trait(element, self._shapes[element.shape], "locationName", "member"))
            steps = (own, "member")
        values = (self._value(kid, element, way, run) for way, kid in _numbered(_below(node, steps, name, run), run))
        found = [each for each in values if each is not _NOTHING]
        return found or _NOTHING

    def _map(self, node: _Node, member: Member, shape: Shape, name: str, run: _Run) -> Any:
        key, value = shape.key, shape.value
        if key is None or value is None:  # no model has such a map
            return _NOTHING
        key_name = str(traits.trait(key, self._shapes[key.shape], "locationName", "key"))
        value_name = str(traits.trait(value, self._shapes[value.shape], "locationName", "value"))
        found: dict[str, Any] = {}
        steps = () if traits.is_flattened(member, shape) else ("entry",)
        for way, kid in _numbered(_below(node, steps, name, run), run):
            field = kid.kids[key_name].field if key_name in kid.kids else None
            if field is None or value_name not in kid.kids or len(kid.kids) > 2 or kid.kids[key_name].kids:  # noqa: PLR2004 - a key and a value
                _spill(kid, way, run)  # not one key and one value
                continue
            text = Key(field.pair.value, _spot(field)) if run.reading.located else field.pair.value
            inner = self._value(kid.kids[value_name], value, f"{way}.{value_name}", run)
            if inner is not _NOTHING:
                found.pop(text, None)  # of equal keys the last one counts, its place as well
                found[text] = inner
        return found or _NOTHING

    def _table(self, shape: Shape) -> _Names:
        table = self._tables.get(shape.name)
        if table is None:
            members: dict[str, Member] = {}
            every = [(each, self._sent(each)) for each in shape.members.values()]
            for member, names in every:
                members.setdefault(names[0], member)
            for member, names in every:
                for name in names[1:]:
                    members.setdefault(name, member)
            spelt = {member.name: names[0] for member, names in every if member.name not in members}
            table = self._tables[shape.name] = _Names(members, spelt)
        return table

    def _sent(self, member: Member) -> tuple[str, ...]:
        if not self._is_ec2:
            return traits.names(member, self._shapes)
        shape = self._shapes[member.shape]
        query_name = traits.trait(member, shape, "queryName")
        wire_name = traits.trait(member, shape, "locationName")
        if query_name:
            return (str(query_name),)
        return (_capitalised(str(wire_name)),) if wire_name else (member.name, _capitalised(member.name))


def _capitalised(name: str) -> str:
    return name[:1].upper() + name[1:]


def _plant(root: _Node, field: Field, reading: Reading) -> None:
    name = field.pair.name
    if name.count(".") >= DEPTH:
        raise reading.fail(f"a name nests deeper than {DEPTH} levels")
    node = root
    for step in name.split("."):
        kid = node.kids.get(step)
        if kid is None:
            kid = node.kids[step] = _Node()
        node = kid
    node.field = field


def _below(node: _Node, steps: tuple[str, ...], name: str, run: _Run) -> list[tuple[str, _Node]]:
    """Return the kids of *node*, or of its first kid among *steps*; the other kids are spare."""
    step = next((each for each in steps if each in node.kids), None)
    if not steps:
        return [(f"{name}.{key}", kid) for key, kid in node.kids.items()]
    for key, kid in node.kids.items():
        if key != step or kid.field:
            _spill(kid, f"{name}.{key}", run)
    if step is None or node.kids[step].field:
        return []
    return [(f"{name}.{step}.{key}", kid) for key, kid in node.kids[step].kids.items()]


def _numbered(kids: Iterable[tuple[str, _Node]], run: _Run) -> Iterator[tuple[str, _Node]]:
    """Yield what is numbered, in the order of its numbers, which may have gaps; the rest is spare."""
    numbered = []
    for way, kid in kids:
        number = way.rpartition(".")[2]
        if _NUMBER.fullmatch(number):
            numbered.append((int(number), way, kid))
        else:
            _spill(kid, way, run)
    numbered.sort(key=lambda each: each[0])
    yield from ((way, kid) for _, way, kid in numbered)


def _spill(node: _Node, name: str, run: _Run) -> None:
    todo = [(name, node)]
    while todo:
        way, here = todo.pop()
        if here.field:
            run.spare[way] = _spot(here.field) if run.reading.located else here.field.pair.value
        todo.extend((f"{way}.{key}", kid) for key, kid in reversed(here.kids.items()))


def _spill_kids(node: _Node, name: str, run: _Run) -> None:
    for key, kid in node.kids.items():
        _spill(kid, f"{name}.{key}", run)


def _spot(field: Field) -> Spot:
    pair = field.pair
    return Spot(field.part, pair.start, pair.end, "query" if field.part == "uri" else "form", pair.value)
