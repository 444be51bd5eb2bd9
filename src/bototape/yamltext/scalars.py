"""Scalars and tags that may be read: YAML's own, and those of vcrpy's cassettes; none of them runs code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

__all__ = ["MAPPING_TAGS", "MERGE", "SEQUENCE_TAGS", "construct", "refusal"]

_YAML = "tag:yaml.org,2002:"
_CORE = SafeConstructor()

#: First character of a plain scalar → the tags it may mean and their patterns (YAML 1.1, as PyYAML resolves it).
_IMPLICIT: dict[str, list[tuple[str, Any]]] = yaml.SafeLoader.yaml_implicit_resolvers

#: Stands for the merge key ``<<``.
MERGE: Any = object()


def _text(node: yaml.ScalarNode) -> str:
    return str(node.value)


def _merge(node: yaml.ScalarNode) -> object:
    del node
    return MERGE


_SCALARS: dict[str, Callable[[Any], object]] = {
    f"{_YAML}binary": _CORE.construct_yaml_binary,
    f"{_YAML}bool": _CORE.construct_yaml_bool,
    f"{_YAML}float": _CORE.construct_yaml_float,
    f"{_YAML}int": _CORE.construct_yaml_int,
    f"{_YAML}merge": _merge,
    f"{_YAML}null": _CORE.construct_yaml_null,
    f"{_YAML}python/str": _text,
    f"{_YAML}python/unicode": _text,
    f"{_YAML}str": _text,
    f"{_YAML}timestamp": _CORE.construct_yaml_timestamp,
    f"{_YAML}value": _text,
}


def construct(event: yaml.ScalarEvent) -> object:
    """Return the value of a scalar that is not simply text; raises ValueError naming the tag, never the value."""
    tag = _implied(event.value) if event.implicit[0] else event.tag
    if tag is None or tag == "!":
        return event.value
    if tag not in _SCALARS:
        raise ValueError(refusal(tag))
    try:
        return _SCALARS[tag](yaml.ScalarNode(tag, event.value))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, yaml.YAMLError) as error:
        # PyYAML's constructors trust their resolver: !!bool maybe and 2020-13-45 end in errors of many kinds
        raise ValueError(f"not a valid {_short(tag)}") from error


def _implied(value: str) -> str | None:
    for tag, pattern in _IMPLICIT.get(value[:1], ()):
        if pattern.match(value):
            return tag
    return None


def _plain(value: object) -> object:
    return value


def _buffer(value: dict[str, Any]) -> object:
    """Return the content of a pickled BytesIO: ``state`` is (content, position, attributes)."""
    return _first(value.get("state") or (b"",))


def _iterated(value: dict[str, Any]) -> object:
    """Return the list a pickled iterator ran over: the first of ``args``."""
    return _first(value.get("args") or ([],))


def _first(values: object) -> object:
    if not isinstance(values, list | tuple):
        raise ValueError("not what vcrpy writes under this tag")
    return values[0]


#: Tags of mappings and sequences that are read, with what they make of the plain value; None and "!" are no tag.
#: Those of Python: what vcrpy wrote for bodies that were files or iterators (vcr/serializers/yamlserializer.py, 9.4).
MAPPING_TAGS: dict[str | None, Callable[[Any], object]] = {
    None: _plain,
    "!": _plain,
    f"{_YAML}map": _plain,
    f"{_YAML}python/object/new:_io.BytesIO": _buffer,
    f"{_YAML}python/object/apply:builtins.iter": _iterated,
}
SEQUENCE_TAGS: dict[str | None, Callable[[Any], object]] = {
    None: _plain,
    "!": _plain,
    f"{_YAML}seq": _plain,
    f"{_YAML}python/tuple": tuple,
}


def refusal(tag: str | None) -> str:
    """Return the sentence that refuses *tag*, spelled as one writes it (``!!python/name:os.system``)."""
    return f"the tag {_short(str(tag))} is not read"


def _short(tag: str) -> str:
    if tag.startswith(_YAML):
        return f"!!{tag.removeprefix(_YAML)}"
    return tag if tag.startswith("!") else f"!<{tag}>"
