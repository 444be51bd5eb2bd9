"""Text that is safe to print: findings quote models and recordings, which may hold anything."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from bototape.finding import Finding, Severity, at_or_above

__all__ = ["clipped", "counted", "neutral", "one_line", "stands_for", "summary", "title_of"]

_UNPRINTABLE = re.compile(r"[^ -~]")

#: Opens a workflow command of GitHub's runner anywhere in a line (actions/runner, ActionCommand.TryParse).
_COMMAND = "##["


def one_line(text: str) -> str:
    r"""
    Return *text* with what does not print as Python writes it (``\n``, ``\x1b``, ``\u202e``): always one line.

    Line breaks, control characters and escape sequences, lone surrogates and bidirectional overrides do not print.
    """
    if not text.isprintable():
        text = _UNPRINTABLE.sub(_shown, text)
    return text.replace(_COMMAND, "##\\[")


def _shown(match: re.Match[str]) -> str:
    character = match[0]
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")


def clipped(text: str, limit: int) -> str:
    """Return *text*, cut to *limit* characters, of which the last is then an ellipsis."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def counted(number: int, noun: str) -> str:
    """Return the number with its noun, such as ``1 finding`` or ``2 findings``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def title_of(title: str) -> str:
    """Return the heading of a report: *title* on one line, or what it is."""
    return clipped(one_line(title), 200) or "bototape report"


def stands_for(finding: Finding) -> int:
    """Return how many findings *finding* stands for: those folded into it, or itself alone."""
    count = dict(finding.evidence).get("count", "")
    return int(count) if count.isascii() and count.isdigit() else 1


def neutral(findings: Iterable[Finding]) -> int:
    """Return how many of *findings* are neutral."""
    return sum(stands_for(each) for each in findings if each.severity is Severity.NEUTRAL)


def summary(findings: Sequence[Finding], gate: Severity | None, ignored: int, unlisted: int) -> str:
    """
    Return the counts and the gate; *unlisted* is how many of the neutral ones are not in the report.

    A finding that stands for many (`bototape.diff.collapse`) counts as many, so that all formats tell the same.
    """
    counts: Counter[Severity] = Counter()
    for each in findings:
        counts[each.severity] += stands_for(each)
    number = "" if unlisted == counts[Severity.NEUTRAL] else f"{unlisted} "
    note = {Severity.NEUTRAL: f" ({number}not listed)"} if unlisted else {}
    parts = ", ".join(f"{counts[each]} {each.label}{note.get(each, '')}" for each in sorted(counts, reverse=True))
    above = sum(map(stands_for, at_or_above(findings, gate))) if gate is not None else 0
    reached = "never" if gate is None else f"{gate.label}: {above} at or above"
    left = f"; {ignored} ignored" if ignored else ""
    return f"{counted(counts.total(), 'finding')}{': ' if parts else ''}{parts}; gate {reached}{left}"
