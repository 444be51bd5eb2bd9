"""
The report for the log of a GitHub Actions step: workflow commands, which become annotations.

Source: GitHub, "Workflow commands for GitHub Actions", and the escaping of ``packages/core/src/command.ts`` in
actions/toolkit; a step shows 10 errors and 10 warnings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bototape.finding import Finding, Severity
from bototape.report.context import Context
from bototape.report.entries import Entry, entries
from bototape.report.place import place_of
from bototape.report.plain import clipped, counted, neutral, one_line, summary

__all__ = ["LIMIT", "render"]

#: Annotations of one kind that a step shows; further ones are dropped without a word.
LIMIT = 10

#: Lines of one annotation, and characters of each of them and of a title.
_MOST = 20
_LONGEST = 500

_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}


@dataclass(slots=True)
class _Note:
    """One annotation: the findings of one operation, or of one interaction or line of a file."""

    level: str
    title: str
    path: str
    line: int
    told: list[Entry] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(each.count for each in self.told)


def render(findings: Sequence[Finding], gate: Severity | None, context: Context, *, fold: bool = False) -> str:
    """
    Return commands, worst first: errors for what is at or above *gate*, warnings for the rest down to warning.

    One for each operation or interaction, ten of a kind at most: where there are more, the tenth counts them. What is
    information only has no annotation. The last line is no command: the counts and the gate.
    """
    notes: dict[tuple[str, ...], _Note] = {}
    for each in entries(findings, fold=fold):
        if level := _level(each.first.severity, gate):
            place = place_of(each.first)
            path, line = (place.path, place.line) if place.path else context.at
            title = f"{place.group}{'' if place.path or not place.item else '.'}{place.item}"
            key = (level, place.group, place.item)
            notes.setdefault(key, _Note(level, title, path, line)).told.append(each)
    lines = [_command(each) for level in ("error", "warning") for each in _capped(notes.values(), level)]
    return "".join(f"{each}\n" for each in [*lines, summary(findings, gate, len(context.ignored), neutral(findings))])


def _level(severity: Severity, gate: Severity | None) -> str:
    if gate is not None and severity >= gate:
        return "error"
    return "warning" if severity >= Severity.WARNING else ""


def _capped(notes: Iterable[_Note], level: str) -> list[_Note]:
    alike = [each for each in notes if each.level == level]
    if len(alike) <= LIMIT:
        return alike
    left = alike[LIMIT - 1 :]
    more = sum(each.count for each in left)
    return [*alike[: LIMIT - 1], _Note(level, f"… and {counted(more, 'more finding')}", "", 0)]


def _command(note: _Note) -> str:
    place = {"file": one_line(note.path), "line": str(note.line) if note.line else ""}
    properties = {**place, "title": clipped(one_line(note.title), _LONGEST) or "bototape"}
    given = ",".join(f"{key}={_escaped(value, _PROPERTY)}" for key, value in properties.items() if value)
    return f"::{note.level} {given}::{_escaped(_text(note), _DATA)}"


def _text(note: _Note) -> str:
    if not note.told:
        return f"{note.title}: a step shows {LIMIT} annotations of a kind; the summary and the other formats have all"
    lines = [_line(each) for each in note.told[:_MOST]]
    left = sum(each.count for each in note.told[_MOST:])
    return "\n".join([*lines, *([f"… and {left} more"] if left else [])])


def _line(entry: Entry) -> str:
    places = f" ({entry.places})" if entry.places else ""
    said = f"{entry.first.severity.label}  {one_line(entry.first.where)}{places}: {one_line(entry.message)}"
    return f"{clipped(said, _LONGEST)} [{one_line(entry.first.rule)}]"


def _escaped(text: str, table: Mapping[str, str]) -> str:
    return "".join(table.get(each, each) for each in text)
