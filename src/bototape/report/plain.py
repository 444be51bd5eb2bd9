"""Text that is safe to print: findings quote models and recordings, which may hold anything."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from bototape.finding import Finding, Severity, at_or_above

__all__ = ["clipped", "counted", "one_line", "summary", "title_of"]

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


def summary(findings: Sequence[Finding], gate: Severity | None, ignored: int, *, unlisted: bool) -> str:
    """Return the counts and the gate; with *unlisted*, that neutral findings are not in the report."""
    counts = Counter(each.severity for each in findings)
    note = {Severity.NEUTRAL: " (not listed)"} if unlisted else {}
    parts = ", ".join(f"{counts[each]} {each.label}{note.get(each, '')}" for each in sorted(counts, reverse=True))
    reached = "never" if gate is None else f"{gate.label}: {len(at_or_above(findings, gate))} at or above"
    left = f"; {ignored} ignored" if ignored else ""
    return f"{counted(len(findings), 'finding')}{': ' if parts else ''}{parts}; gate {reached}{left}"
