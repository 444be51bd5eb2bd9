"""
Scenario text to plain values, each with its line.

Only what JSON can say is read: plain scalars by the JSON-like core rules of YAML 1.2 (section 10.3), so that
``012345678910`` and ``2026-11-20`` stay text and ``no`` is not false; no anchors, tags or second documents.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import yaml

from bototape.errors import ScenarioInvalid
from bototape.scenario.model import Lines, Path

__all__ = ["read"]

#: Nesting no scenario needs; deeper text is refused before it exhausts Python's stack.
_MAX_DEPTH = 60

_SURROGATE = re.compile("[\ud800-\udfff]")

_PREFIX = "tag:yaml.org,2002:"
_SCALARS = {
    "null": (re.compile(r"^(?:~|null|Null|NULL|)$"), ("~", "n", "N", "")),
    "bool": (re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), tuple("tTfF")),
    "int": (re.compile(r"^-?(?:0|[1-9][0-9]*)$"), tuple("-0123456789")),
    "float": (re.compile(r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$"), tuple("-0123456789")),
}
_READ: dict[str, Callable[[str], Any]] = {
    "str": lambda text: text,
    "null": lambda _: None,
    "bool": lambda text: text.lower() == "true",
    "int": int,
    "float": float,
}


class _Refused(Exception):
    def __init__(self, line: int, reason: str, fix: str = "") -> None:
        super().__init__(reason)
        self.line, self.reason, self.fix = line, reason, fix


class _Loader(yaml.SafeLoader):
    """Composes nodes only; constructs nothing."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - the base class keeps its table this way
    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]  # PyYAML's stubs leave it bare
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _Refused(line, "anchors and aliases are not read here", "write the value out")
        if self.depth >= _MAX_DEPTH:
            raise _Refused(line, f"values are nested more than {_MAX_DEPTH} deep")
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


for _name, (_pattern, _first) in _SCALARS.items():
    _Loader.add_implicit_resolver(_PREFIX + _name, _pattern, list(_first))


def read(text: str, path: str) -> tuple[Any, Lines]:
    """
    Return the value of the one document in *text*, and the line of each part of it.

    Raises `ScenarioInvalid` for text that is not such a document; *path* is named there.
    """
    at: dict[Path, int] = {}
    try:
        node = _compose(text)
        at[()] = node.start_mark.line + 1
        return _value(node, (), at), Lines(at)
    except _Refused as refused:
        raise ScenarioInvalid(path, refused.line, refused.reason, refused.fix) from None


def _compose(text: str) -> yaml.Node:
    try:
        loader = _Loader(text)
        try:
            node: yaml.Node | None = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _Refused(line, f"not YAML: the character U+{error.character:04X} is not allowed") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        raise _Refused(line, f"not YAML: {error.problem or error.context}") from None
    if node is None:
        raise _Refused(0, "the file is empty", "docs/scenarios.md shows what goes into it")
    return node


def _value(node: yaml.Node, path: Path, at: dict[Path, int]) -> Any:
    kind = node.tag.removeprefix(_PREFIX)
    if isinstance(node, yaml.MappingNode) and kind == "map":
        return _mapping(node, path, at)
    if isinstance(node, yaml.SequenceNode) and kind == "seq":
        for index, each in enumerate(node.value):
            at[*path, index] = each.start_mark.line + 1
        return [_value(each, (*path, index), at) for index, each in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode) and kind in _READ:
        return _READ[kind](_whole_characters(node))
    raise _Refused(
        node.start_mark.line + 1,
        f"the tag {node.tag.replace(_PREFIX, '!!')} is not read here",
        "write a plain value",
    )


def _mapping(node: yaml.MappingNode, path: Path, at: dict[Path, int]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise _Refused(line, "a key must be a plain name")
        name = _whole_characters(key)
        if name in found:
            first = at[*path, name]
            raise _Refused(line, f"the key {name!r} is there twice, first in line {first}", "keep one of them")
        at[*path, name] = line
        found[name] = _value(value, (*path, name), at)
    return found


def _whole_characters(node: yaml.ScalarNode) -> str:
    """Join surrogate pairs: JSON escapes a character beyond U+FFFF as two, and PyYAML leaves them apart."""
    text = str(node.value)
    if not _SURROGATE.search(text):
        return text
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise _Refused(node.start_mark.line + 1, "half a surrogate pair is no character") from None
