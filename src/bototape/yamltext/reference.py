"""
The reference reader: PyYAML's parser, resolver and scalar constructors, with a builder of our own.

PyYAML's C composer recurses, so that a file of 50 kB nested brackets ends the process, and it expands aliases without
limit. The builder works through the parser's events with a stack of its own: depth, aliases and tags are checked as
they come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

import yaml

from bototape.errors import BototapeError
from bototape.yamltext.scalars import MAPPING_TAGS, MERGE, SEQUENCE_TAGS, construct, refusal

__all__ = ["DEEPEST", "LOADER", "NotYaml", "line_of", "read"]

#: PyYAML's safe loader, libyaml's where it was built.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

#: Levels of nesting that are read; a cassette has seven.
DEEPEST = 100
_TOO_DEEP = f"nested deeper than {DEEPEST} levels"

#: Nodes and characters that aliases may expand a text to, beyond ten times its size.
_ROOM = 10_000_000

_NOTHING: Any = object()


class NotYaml(BototapeError):
    """A text is not YAML that may be read. ``line`` counts from 1; 0 = unknown. ``reason`` never shows a value."""

    exit_code: ClassVar[int] = 3
    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}" if self.line else self.reason


def read(text: str, loader: Any = LOADER) -> object:
    """Return the one document in *text*, None when there is none; raises `NotYaml`. *loader* is for tests."""
    builder = _Builder(text)
    for event in _events(text, loader):
        builder.take(event)
    return None if builder.root is _NOTHING else builder.root


def line_of(text: str, path: tuple[str | int, ...]) -> int:
    """Return the line of the value at *path* in *text* (one that `read` took), or of what holds it; 0 = unknown."""
    try:
        node = yaml.compose(text, Loader=LOADER)
    except yaml.YAMLError:
        return 0
    for step in path:
        inside = _child(node, step)
        if inside is None:
            break
        node = inside
    return int(node.start_mark.line) + 1 if node else 0


def _child(node: Any, step: str | int) -> Any:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step]
    return None


def _events(text: str, loader: Any) -> Iterator[yaml.Event]:
    try:
        parser = loader(text)
        while not isinstance(event := parser.get_event(), yaml.StreamEndEvent):
            yield event
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = ", ".join(filter(None, (error.context, error.problem)))
        # libyaml since 0.2.6 has a limit of its own, and looks so far ahead that it meets it first.
        too_deep = "maximum nesting depth" in reason
        raise NotYaml(mark.line + 1 if mark else 0, _TOO_DEEP if too_deep else reason) from error
    except (yaml.reader.ReaderError, UnicodeEncodeError) as error:
        raise NotYaml(_line_of_odd(text), "a character that YAML does not allow") from error


def _line_of_odd(text: str) -> int:
    odd = yaml.reader.Reader.NON_PRINTABLE.search(text)
    return text.count("\n", 0, odd.start()) + 1 if odd else 0


@dataclass(slots=True)
class _Open:
    """A container under construction; ``before`` is the size of the text's tree when it began."""

    value: Any
    event: yaml.CollectionStartEvent
    before: int
    key: Any = _NOTHING
    merged: list[dict[Any, Any]] = field(default_factory=list)


class _Builder:
    """Turns events into a tree."""

    def __init__(self, text: str) -> None:
        self.root: object = _NOTHING
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[object, int]] = {}
        self._size = 0  # nodes and characters; an alias counts as much as what it stands for
        self._largest = 10 * len(text) + _ROOM
        self._take: dict[type[yaml.Event], Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._start,
            yaml.SequenceStartEvent: self._start,
            yaml.MappingEndEvent: self._end,
            yaml.SequenceEndEvent: self._end,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._document,
        }

    def take(self, event: yaml.Event) -> None:
        if take := self._take.get(type(event)):
            take(event)

    def _document(self, event: yaml.Event) -> None:
        if self.root is not _NOTHING:
            raise _wrong(event, "a second document starts; one is expected")

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        value: object = event.value
        size = 1 + len(event.value)
        if event.implicit[0] or event.tag is not None:
            try:
                value = construct(event)
            except ValueError as error:
                raise _wrong(event, str(error)) from error
        self._size += size
        if event.anchor is not None:
            self._anchors[event.anchor] = value, size
        self._add(event, value)

    def _start(self, event: yaml.CollectionStartEvent) -> None:
        mapping = type(event) is yaml.MappingStartEvent
        if event.tag not in (MAPPING_TAGS if mapping else SEQUENCE_TAGS):
            raise _wrong(event, refusal(event.tag))
        if len(self._open) == DEEPEST:
            raise _wrong(event, _TOO_DEEP)
        if event.anchor is not None:
            self._anchors.pop(event.anchor, None)  # so that an alias inside it finds nothing
        self._open.append(_Open({} if mapping else [], event, self._size))
        self._size += 1

    def _end(self, event: yaml.CollectionEndEvent) -> None:
        closed = self._open.pop()
        begun = closed.event
        finish = (MAPPING_TAGS if type(event) is yaml.MappingEndEvent else SEQUENCE_TAGS)[begun.tag]
        value = closed.value
        if closed.merged:
            value = {key: each for part in (*closed.merged, value) for key, each in part.items()}
        try:
            value = finish(value)
        except ValueError as error:
            raise _wrong(begun, str(error)) from error
        if begun.anchor is not None:
            self._anchors[begun.anchor] = value, self._size - closed.before
        self._add(begun, value)

    def _alias(self, event: yaml.AliasEvent) -> None:
        if event.anchor not in self._anchors:
            raise _wrong(event, "an alias to nothing before it, or to what it is part of")
        value, size = self._anchors[event.anchor]
        self._size += size
        if self._size > self._largest:
            raise _wrong(event, f"aliases expand this file beyond {self._largest:,} characters")
        self._add(event, value)

    def _add(self, event: yaml.Event, value: Any) -> None:
        if not self._open:
            self.root = _no_merge(event, value)
            return
        top = self._open[-1]
        if type(top.value) is list:
            top.value.append(_no_merge(event, value))
        elif top.key is _NOTHING:
            top.key = _key(event, value)
        elif top.key is MERGE:
            top.merged += _mergeable(event, value)
            top.key = _NOTHING
        else:
            top.value[top.key] = _no_merge(event, value)
            top.key = _NOTHING


def _key(event: yaml.Event, value: Any) -> Any:
    try:
        hash(value)
    except TypeError as error:
        raise _wrong(event, "a mapping or a list stands as a key") from error
    return value


def _mergeable(event: yaml.Event, value: Any) -> list[dict[Any, Any]]:
    """Return the mappings to merge, the one that wins last."""
    parts = list(reversed(value)) if isinstance(value, list) else [value]
    if not all(isinstance(each, dict) for each in parts):
        raise _wrong(event, "only mappings can be merged with <<")
    return parts


def _no_merge(event: yaml.Event, value: Any) -> Any:
    if value is MERGE:
        raise _wrong(event, "<< stands where only a key can")
    return value


def _wrong(event: yaml.Event, reason: str) -> NotYaml:
    return NotYaml(event.start_mark.line + 1 if event.start_mark else 0, reason)
