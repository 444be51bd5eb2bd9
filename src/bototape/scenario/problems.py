"""What the JSON Schema finds wrong with a scenario, as sentences with a line and a way out."""

from __future__ import annotations

import difflib
import functools
import importlib.resources
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jsonschema

from bototape.scenario.model import Lines, Path

__all__ = ["KEYWORDS", "Problem", "did_you_mean", "find", "schema", "where"]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong: sorts by its line in the file."""

    line: int
    reason: str
    fix: str = ""


class Failure(NamedTuple):
    """
    What the validator says, without its own types.

    *wanted* is the keyword's value, *meaning* the description of the schema it stands in, *properties* what that
    schema knows; *way* leads from the top of the schema to the keyword.
    """

    path: Path
    keyword: str
    wanted: Any
    found: Any
    meaning: str
    properties: dict[str, Any]
    way: tuple[str | int, ...]


@functools.cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the scenario format, as shipped."""
    text = importlib.resources.files("bototape").joinpath("data/scenario.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def find(value: object, lines: Lines) -> list[Problem]:
    """Return what is wrong with the scenario *value*, by line; nothing when it is valid."""
    validator = jsonschema.Draft202012Validator(schema())
    failures = [_failure(each) for each in validator.iter_errors(value)]
    # A misspelt key is both unknown and missing: the unknown one shows the mistake.
    misspelt = {each.path for each in failures if each.keyword == "additionalProperties"}
    told = [each for each in failures if each.keyword != "required" or each.path not in misspelt]
    return sorted(KEYWORDS[each.keyword](each, lines) for each in told)


def _failure(error: Any) -> Failure:
    part = error.schema if isinstance(error.schema, dict) else {}
    return Failure(
        tuple(error.absolute_path),
        error.validator,
        error.validator_value,
        error.instance,
        str(part.get("description", "")),
        part.get("properties", {}),
        tuple(error.absolute_schema_path),
    )


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``did you mean 'x'?`` for the closest of *known*, or an empty string."""
    names = sorted(known)
    by_lower = {each.lower(): each for each in names}
    close = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return f"did you mean {by_lower[close[0]]!r}?" if close else ""


def where(path: Iterable[str | int]) -> str:
    """Return *path* in words: ``step 2, parameters.AutoMLJobName``."""
    parts = list(path)
    if len(parts) > 1 and parts[0] in ("steps", "cleanup") and isinstance(parts[1], int):
        rest = _dotted(parts[2:])
        clean = "clean-up " if parts[0] == "cleanup" else ""
        return f"{clean}step {parts[1] + 1}{', ' if rest else ''}{rest}"
    return _dotted(parts)


def _dotted(parts: Iterable[str | int]) -> str:
    text = "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in parts)
    return text.removeprefix(".")


def _at(error: Failure, lines: Lines, reason: str, fix: str = "") -> Problem:
    place = where(error.path)
    return Problem(lines.of(*error.path), f"{place}: {reason}" if place else reason, fix)


def _unknown_key(error: Failure, lines: Lines) -> Problem:
    known = error.properties
    extra = min((each for each in error.found if each not in known), key=lambda each: lines.of(*_under(error, each)))
    fix = did_you_mean(extra, known) or f"the keys here are {', '.join(known)}"
    reason = f"unknown key {extra!r}"
    place = where(error.path)
    return Problem(lines.of(*_under(error, extra)), f"{place}: {reason}" if place else reason, fix)


def _under(error: Failure, key: str) -> tuple[str | int, ...]:
    return (*error.path, key)


def _missing(error: Failure, lines: Lines) -> Problem:
    key = next(each for each in error.wanted if each not in error.found)
    meaning = error.properties[key]["description"]
    return _at(error, lines, f"the key {key!r} is missing", f"{key}: {meaning}")


def _needs(error: Failure, lines: Lines) -> Problem:
    needs: dict[str, list[str]] = error.wanted
    key, other = next(
        (key, each)
        for key, all_of in needs.items()
        for each in all_of
        if key in error.found and each not in error.found
    )
    place = where(error.path)
    return Problem(lines.of(*_under(error, key)), f"{place}: {key!r} has no effect without {other!r}", f"add {other!r}")


def _excluded(error: Failure, lines: Lines) -> Problem:
    *step, key = error.path
    other = str(error.way[-4])
    line = max(lines.of(*step, key), lines.of(*step, other))
    return Problem(line, f"{where(step)}: {other!r} and {key!r} exclude each other", "make two steps of it")


def _wrong_type(error: Failure, lines: Lines) -> Problem:
    wanted = error.wanted if isinstance(error.wanted, list) else [error.wanted]
    names = " or ".join(_NAMES[each] for each in wanted)
    return _at(error, lines, f"expected {names}, found {_found(error.found)}", error.meaning)


_NAMES = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


def _found(value: object) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return "nothing" if value is None else json.dumps(value)


def _not_so(error: Failure, lines: Lines) -> Problem:
    return _at(error, lines, f"{_found(error.found)} cannot be meant", error.meaning)


def _bad_name(error: Failure, lines: Lines) -> Problem:
    name = error.found
    fix = "a name has letters, digits and _, and does not begin with a digit"
    return Problem(lines.of(*_under(error, name)), f"{where(error.path)}: {name!r} is not a name", fix)


def _pattern(error: Failure, lines: Lines) -> Problem:
    return (_bad_name if "propertyNames" in error.way else _not_so)(error, lines)


def _too_small(error: Failure, lines: Lines) -> Problem:
    return _at(error, lines, f"expected {error.wanted} or more, found {error.found}", error.meaning)


def _empty(error: Failure, lines: Lines) -> Problem:
    return _at(error, lines, "is empty", error.meaning)


def _twice(error: Failure, lines: Lines) -> Problem:
    return _at(error, lines, "names something twice", error.meaning)


def _no_effect(error: Failure, lines: Lines) -> Problem:
    *step, key = error.path
    other = str(error.way[-4])
    reason = f"{where(step)}: {other!r} has no effect while {key!r} is {json.dumps(error.found)}"
    return Problem(lines.of(*step, other), reason, f"set {key!r} to {json.dumps(error.wanted)}")


#: One sentence maker per keyword of the schema that can fail by itself.
KEYWORDS: dict[str, Callable[[Failure, Lines], Problem]] = {
    "additionalProperties": _unknown_key,
    "const": _no_effect,
    "dependentRequired": _needs,
    "minItems": _empty,
    "minLength": _empty,
    "minProperties": _empty,
    "minimum": _too_small,
    "not": _excluded,
    "pattern": _pattern,
    "required": _missing,
    "type": _wrong_type,
    "uniqueItems": _twice,
}
