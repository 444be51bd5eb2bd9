"""
The validating engine, jsonschema-rs, and the one place that knows its ways.

Patterns run in linear time. Those with look-around or back references cannot; only they run on the backtracking
matcher, in a validator of their own, because that matcher reads ``x+y*x+`` wrongly (0.60.3 lets ``x`` pass).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jsonschema_rs

from bototape.schema import NOT_CHECKED

__all__ = ["Engine"]

#: Bytes that one compiled pattern may take: ``{1,8192}`` needs more than the engine allows by itself.
_SIZE = 128 * 2**20

_LINEAR = jsonschema_rs.RegexOptions(size_limit=_SIZE)
_BACKTRACKING = jsonschema_rs.FancyRegexOptions(size_limit=_SIZE)
_LOOKS = re.compile(r"\(\?(?:=|!|<=|<!)|\\[1-9]")

_Json = Mapping[str, Any]
_Options = jsonschema_rs.RegexOptions | jsonschema_rs.FancyRegexOptions


class Engine:
    """
    A compiled schema, ready to validate many instances.

    *not_checked* names what it leaves out: the schema's own list, and patterns the engine turned out not to read.
    """

    def __init__(self, schema: _Json) -> None:
        self.not_checked: list[dict[str, str]] = list(schema.get(NOT_CHECKED, ()))
        bare = {key: value for key, value in schema.items() if key != NOT_CHECKED}
        looks = any(_LOOKS.search(each) for each in _patterns(bare))
        plain = _keeping(bare, lambda each: not _LOOKS.search(each)) if looks else bare
        self._validators = [self._built(plain, _LINEAR)]
        if looks:
            only = _keeping(bare, lambda each: bool(_LOOKS.search(each)))
            self._validators.append(self._built(only, _BACKTRACKING))

    def is_valid(self, instance: object) -> bool:
        """Tell whether *instance* has no error, and the schema is checked whole. Raises ValueError as `errors`."""
        return not self.not_checked and all(each.is_valid(instance) for each in self._validators)

    def errors(self, instance: object) -> Iterator[Any]:
        """
        Yield the engine's errors of *instance*, which must be what ``json.loads`` returns.

        Most instances are valid, and to find that out takes half the time of looking for errors.
        """
        first, *rest = self._validators
        if not first.is_valid(instance):
            yield from first.iter_errors(instance)
        for each in rest:
            if not each.is_valid(instance):
                yield from (error for error in each.iter_errors(instance) if _is_about_pattern(error))

    def _built(self, schema: _Json, options: _Options) -> Any:
        try:
            return _build(schema, options)
        except ValueError:
            unread = {each for each in set(_patterns(schema)) if not _reads(each, options)}
            self.not_checked.extend({"shape": "", "pattern": each} for each in sorted(unread))
            return _build(_keeping(schema, lambda each: each not in unread), options)


def _build(schema: _Json, options: _Options) -> Any:
    return jsonschema_rs.Draft202012Validator(dict(schema), pattern_options=options, offline=True)


def _reads(pattern: str, options: _Options) -> bool:
    try:
        _build({"pattern": pattern}, options)
    except ValueError:
        return False
    return True


def _is_about_pattern(error: Any) -> bool:
    kind = error.kind
    inner = kind.error.kind if kind.name == "propertyNames" else kind
    return bool(inner.name == "pattern")


def _patterns(schema: object) -> Iterator[str]:
    if isinstance(schema, Mapping):
        for key, value in schema.items():
            if key == "pattern" and isinstance(value, str):
                yield value
            else:
                yield from _patterns(value)
    elif isinstance(schema, list):
        for each in schema:
            yield from _patterns(each)


def _keeping(schema: Any, wanted: Callable[[str], bool]) -> Any:
    if isinstance(schema, Mapping):
        return {
            key: _keeping(value, wanted)
            for key, value in schema.items()
            if not (key == "pattern" and isinstance(value, str) and not wanted(value))
        }
    return [_keeping(each, wanted) for each in schema] if isinstance(schema, list) else schema
