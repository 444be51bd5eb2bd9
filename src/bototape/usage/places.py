"""
The places that recordings, planned calls and lists use.

A *place* is written as a change's is (`bototape.diff.changes`): ``DescribeAutoMLJob.output.BestCandidate``, with ``[]``
for a list's element, ``{}`` for a map's value and ``{key}`` for its key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bototape.errors import UsageError, WireError
from bototape.interaction import Interaction
from bototape.reads import Seen
from bototape.shapes import Service, Shape
from bototape.wire.codec import Codec, is_error

__all__ = ["Usage", "listed", "of_interaction", "of_parameters", "of_reads", "of_request"]

_LINE = re.compile(
    r"(?P<service>[a-z0-9][a-z0-9-]*)\."
    r"(?P<place>[A-Za-z]\w*(?:\.(?:input|output|error)(?:\.[^.\[\]{}\s]+|\[\]|\{\}|\{key\})*)?)"
)


@dataclass(frozen=True, slots=True)
class Usage:
    """
    What is used, by service: *places*, and the places used *whole*, with everything below them.

    *lines* says where a list names a place (``ops.txt:3``), for messages; recordings have no lines.
    """

    places: Mapping[str, frozenset[str]] = field(default_factory=dict)
    whole: Mapping[str, frozenset[str]] = field(default_factory=dict)
    lines: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def union(cls, parts: Iterable[Usage]) -> Usage:
        """Return what is used by any of *parts*; of several lines that name one place the first counts."""
        places: dict[str, set[str]] = {}
        whole: dict[str, set[str]] = {}
        lines: dict[tuple[str, str], str] = {}
        for each in parts:
            for joined, mine in ((places, each.places), (whole, each.whole)):
                for service, found in mine.items():
                    joined.setdefault(service, set()).update(found)
            lines = {**each.lines, **lines}
        return cls(_frozen(places), _frozen(whole), lines)

    @property
    def services(self) -> tuple[str, ...]:
        """The services of which anything is used, sorted."""
        return tuple(sorted({*self.places, *self.whole}))

    def of(self, service: str) -> frozenset[str]:
        """Return every place of *service*, those used whole included."""
        return self.places.get(service, frozenset()) | self.whole.get(service, frozenset())

    def operations(self, service: str) -> frozenset[str]:
        """Return the operations of *service* of which anything is used."""
        return frozenset(each.partition(".")[0] for each in self.of(service))


def _frozen(sets: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    return {service: frozenset(found) for service, found in sets.items()}


def of_interaction(name: str, operation: str, codecs: Sequence[Codec], interaction: Interaction) -> Usage:
    """
    Return what a recorded call of *operation* of the service *name* uses: members sent, and members answered.

    The first of *codecs* whose model has the operation reads it. What none can read is used whole: hiding a change is
    worse than showing one.
    """
    codec = next((each for each in codecs if operation in each.service.operations), None)
    if codec is None:
        return Usage(whole={name: frozenset({operation})})
    model = codec.service
    modeled = model.operations[operation]
    protocol = interaction.call.protocol if interaction.call else None
    request, response = interaction.request, interaction.response
    places = {operation, f"{operation}.input"}
    try:
        places |= _places(model, f"{operation}.input", modeled.input, codec.decode_request(modeled, request, protocol))
        decoded = codec.decode_response(modeled, response, protocol)
    except WireError:
        return Usage(whole={name: frozenset({operation})})
    if not is_error(response):
        places |= _places(model, f"{operation}.output", modeled.output, decoded.instance)
    elif decoded.error:
        places |= _places(model, f"{operation}.error.{decoded.error}", decoded.error, decoded.instance)
    return Usage({name: frozenset(places)})


def of_request(operation: str, model: Service, parameters: Mapping[str, object]) -> set[str]:
    """Return the places of *operation* that a call with *parameters* uses before it is answered."""
    return {operation, *_places(model, f"{operation}.input", model.operations[operation].input, parameters)}


def of_reads(seen: Seen) -> Usage:
    """Return what tests were *seen* to use: the members they sent, and those they read of the answers."""
    places: dict[str, set[str]] = {}
    whole: dict[str, set[str]] = {}
    for joined, found in ((places, seen.read | seen.sent), (whole, seen.whole)):
        for each in found:
            service, _, place = each.partition(".")
            joined.setdefault(service, set()).add(place)
    return Usage(_frozen(places), _frozen(whole))


def of_parameters(name: str, operation: str, models: Sequence[Service], parameters: Mapping[str, object]) -> Usage:
    """
    Return what a planned call of *operation* uses: the *parameters*, and the whole of its answers.

    Nothing tells which part of an answer the reader of its recording will want.
    """
    model = next((each for each in models if operation in each.operations), None)
    if model is None:
        return Usage(whole={name: frozenset({operation})})
    root = model.operations[operation].input
    places = {operation, f"{operation}.input", *_places(model, f"{operation}.input", root, parameters)}
    return Usage({name: frozenset(places)}, {name: frozenset({f"{operation}.output", f"{operation}.error"})})


def _places(model: Service, way: str, root: str | None, instance: object) -> set[str]:
    found = {way}
    if root is not None:
        _walk(model.shapes, model.shapes[root], instance, way, found)
    return found


def _walk(shapes: Mapping[str, Shape], shape: Shape, value: object, way: str, found: set[str]) -> None:
    """Add the places below *way* where *value* has something; members the model lacks are places as well."""
    for step, below, each in _steps(shapes, shape, value):
        found.add(way + step)
        if below is not None:
            _walk(shapes, below, each, way + step, found)


def _steps(shapes: Mapping[str, Shape], shape: Shape, value: object) -> Iterator[tuple[str, Shape | None, object]]:
    if shape.type == "structure" and isinstance(value, Mapping):
        for name, each in value.items():
            member = shape.members.get(name)
            yield f".{name}", shapes[member.shape] if member else None, each
    elif shape.type == "map" and isinstance(value, Mapping) and shape.value:
        for each in value.values():
            yield "{}", shapes[shape.value.shape], each
        if value:
            yield "{key}", None, None
    elif shape.type == "list" and isinstance(value, list | tuple) and shape.element:
        for each in value:
            yield "[]", shapes[shape.element.shape], each


def listed(text: str, path: str) -> Usage:
    """
    Return what the lines of *text* name: ``service.Operation[.side[.Member…]]``, each with all below it.

    Empty lines and what follows ``#`` do not count. Raises UsageError, with *path* and line, for any other line and
    for a list that names nothing.
    """
    whole: dict[str, set[str]] = {}
    lines: dict[tuple[str, str], str] = {}
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.partition("#")[0].strip()
        if not line:
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise UsageError(
                f"cannot use the list {path}:{number}: expected service.Operation[.side[.Member…]], found {line!r}",
                "such as sagemaker.DescribeAutoMLJob or sagemaker.DescribeAutoMLJob.output.BestCandidate",
            )
        whole.setdefault(match["service"], set()).add(match["place"])
        lines[match["service"], match["place"]] = f"{path}:{number}"
    if not whole:
        raise UsageError(f"cannot use the list {path}: it names nothing", "one service.Operation a line")
    return Usage(whole=_frozen(whole), lines=lines)
