"""The report for a terminal: one line per finding, then one line of counts."""

from __future__ import annotations

from collections.abc import Sequence

from bototape.finding import Finding, Severity
from bototape.report.context import Context
from bototape.report.entries import Entry, entries, is_storm
from bototape.report.plain import neutral, one_line, summary

__all__ = ["render"]

#: Width of the longest severity word, so that places stand below each other.
_WIDTH = max(len(each.label) for each in Severity)

#: Parameters of SGR (ECMA-48, section 8.3.117): bold red, yellow, cyan; faint for what is read last.
_COLOURS = {
    Severity.BREAKING: "1;31",
    Severity.ERROR: "1;31",
    Severity.DANGEROUS: "33",
    Severity.WARNING: "33",
    Severity.INFO: "36",
}
_FAINT = "2"


def render(
    findings: Sequence[Finding], gate: Severity | None, context: Context, *, fold: bool = False, colour: bool = False
) -> str:
    """
    Return one line per finding (severity, place, message, rule in brackets), worst first, then counts and gate.

    Findings that follow each other and differ in one value only, such as the new values of one enum, share a
    line. With *fold*, so do findings that say the same of several places: the first place stands, the others are
    counted. Neutral findings are counted and not listed, but those that stand for many. With *colour*, severities
    have one.
    """
    lines = [_line(each, colour=colour) for each in entries(findings, fold=fold, neutral=context.neutral, storms=True)]
    unlisted = 0 if context.neutral else neutral(each for each in findings if not is_storm(each))
    return "".join(f"{each}\n" for each in [*lines, summary(findings, gate, len(context.ignored), unlisted)])


def _line(entry: Entry, *, colour: bool) -> str:
    first = entry.first
    places = f" ({entry.places})" if entry.places else ""
    word, rule = f"{first.severity.label:<{_WIDTH}}", f"[{one_line(first.rule)}]"
    if colour and first.severity in _COLOURS:
        word, rule = _in(_COLOURS[first.severity], word), _in(_FAINT, rule)
    return f"{word}  {one_line(first.where)}{places}: {one_line(entry.message)} {rule}"


def _in(colour: str, text: str) -> str:
    return f"\x1b[{colour}m{text}\x1b[0m"
