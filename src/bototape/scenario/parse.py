"""Scenario files to `Scenario` values; whatever is wrong is told with its line."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import jmespath
import jmespath.exceptions

from bototape.errors import ScenarioInvalid
from bototape.scenario import problems, text
from bototape.scenario.model import DEFAULT_INTERVAL_S, DEFAULT_MAX_POLLS, Lines, Scenario, Step, Until
from bototape.scenario.problems import Problem, did_you_mean
from bototape.scenario.references import references

__all__ = ["load", "parse"]


def load(path: Path) -> Scenario:
    """
    Return the scenario in the file *path*.

    Raises `ScenarioInvalid`, with the line, for a file that is missing, unreadable or not a scenario.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise ScenarioInvalid(str(path), 0, "there is no such file") from None
    except OSError as error:
        raise ScenarioInvalid(str(path), 0, f"the file cannot be read: {error.strerror}") from error
    try:
        return parse(raw.decode("utf-8"), str(path))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ScenarioInvalid(str(path), line, "not UTF-8 text", "save the file as UTF-8") from None


def parse(source: str, path: str) -> Scenario:
    """
    Return the scenario in the text *source*; *path* is its file, for messages and the cassette's default name.

    Raises `ScenarioInvalid` with the first thing wrong, by line.
    """
    value, lines = text.read(source, path)
    _refuse(path, problems.find(value, lines))
    scenario = _scenario(value, lines, path)
    _refuse(path, sorted([*_expressions(scenario), *_references(scenario)]))
    return scenario


def _refuse(path: str, found: list[Problem]) -> None:
    if found:
        raise ScenarioInvalid(path, found[0].line, found[0].reason, found[0].fix)


def _scenario(value: Mapping[str, Any], lines: Lines, path: str) -> Scenario:
    return Scenario(
        path=path,
        service=value["service"],
        region=value["region"],
        cassette=value.get("cassette", posixpath.splitext(Path(path).name)[0] + ".yaml"),
        steps=tuple(_step(each, index, lines, "steps") for index, each in enumerate(value["steps"])),
        description=value.get("description", ""),
        allow_mutations=tuple(value.get("allow_mutations", ())),
        cleanup=tuple(_step(each, index, lines, "cleanup") for index, each in enumerate(value.get("cleanup", ()))),
        lines=lines,
    )


def _step(value: Mapping[str, Any], index: int, lines: Lines, section: Literal["steps", "cleanup"]) -> Step:
    return Step(
        number=index + 1,
        line=lines.of(section, index),
        operation=value["operation"],
        parameters=value.get("parameters", {}),
        paginate=value.get("paginate", False),
        max_pages=_whole(value.get("max_pages")),
        until=tuple(_until(expression, wanted) for expression, wanted in value.get("until", {}).items()),
        interval_seconds=value.get("interval_seconds", DEFAULT_INTERVAL_S),
        max_polls=int(value.get("max_polls", DEFAULT_MAX_POLLS)),
        expect_error=value.get("expect_error"),
        save=tuple(value.get("save", {}).items()),
        repeat=value.get("repeat", False),
        section=section,
    )


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)  # JSON Schema counts 2.0 as an integer


def _until(expression: str, wanted: Any) -> Until:
    return Until(expression, tuple(wanted) if isinstance(wanted, list) else (wanted,))


def _expressions(scenario: Scenario) -> list[Problem]:
    found = []
    for step in scenario.calls:
        for key, name, expression in [
            *(("until", each.expression, each.expression) for each in step.until),
            *(("save", name, expression) for name, expression in step.save),
        ]:
            try:
                jmespath.compile(expression)
            except jmespath.exceptions.JMESPathError:
                line = scenario.lines.of(*step.place, key, name)
                reason = f"{step.called}, {key}: {expression!r} is not a JMESPath expression"
                found.append(Problem(line, reason, "quote names with other characters: '\"a-b\".c'"))
    return found


def _references(scenario: Scenario) -> list[Problem]:
    known: set[str] = set()
    found = []
    for step in scenario.calls:
        for path, name in references(step.parameters):
            if name is None or name not in known:
                line = scenario.lines.of(*step.place, "parameters", *path)
                found.append(Problem(line, *_bad_reference(problems.where(("parameters", *path)), step, name, known)))
        known |= {name for name, _ in step.save}
    return found


def _bad_reference(place: str, step: Step, name: str | None, known: set[str]) -> tuple[str, str]:
    if name is None:
        return f"{step.called}, {place}: '${{' begins no reference", "write ${name}, or $${ for the text itself"
    fix = did_you_mean(name, known) or "add it to the 'save' of a step before this one"
    return f"{step.called}, {place}: no earlier step saves {name!r}", fix
