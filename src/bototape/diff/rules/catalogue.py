"""The catalogue of rules for readers: as lines, as one entry, as JSON values, as a page of the documentation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bototape.diff.rules.record import Direction, Rule, Verdict
from bototape.finding import Severity

__all__ = ["as_dict", "entry", "page", "table"]

#: The sides as readers know them.
_WORDS: Mapping[Direction, str] = {
    "whole": "operation or service",
    "input": "request",
    "output": "response",
    "error": "error",
}


def as_dict(rule: Rule) -> dict[str, object]:
    """Return *rule* as JSON-ready values: ``severities`` by side, each with ``code`` and ``fixture``; keys stable."""
    return {
        "id": rule.id,
        "mirror": rule.mirror,
        "severities": {
            side: {"code": each.code.label, "fixture": each.fixture.label} for side, each in rule.severities.items()
        },
        "message": rule.message,
        "why": rule.why,
        "fix": rule.fix,
    }


def table(rules: Iterable[Rule]) -> str:
    """Return one line per rule: id, worst severity for code and for recordings, and the message without values."""
    rows = [(each.id, *(worst.label for worst in _worst(each)), _bare(each.message)) for each in rules]
    heads = ("rule", "code", "fixture", "what")
    widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(3)]
    lines = (
        "  ".join((*(f"{text:<{width}}" for text, width in zip(row, widths, strict=False)), row[3]))
        for row in (heads, *rows)
    )
    return "".join(f"{each}\n" for each in lines)


def entry(rule: Rule) -> str:
    """Return all of *rule* as text."""
    sides = [f"  {_WORDS[side]}: code {each.code.label}, fixture {each.fixture.label}" for side, each in _sides(rule)]
    mirror = rule.mirror if rule.mirror != rule.id else "itself"
    lines = (
        f"{rule.id}: {_shown(rule.message)}",
        *sides,
        f"  why: {rule.why}",
        f"  fix: {rule.fix}",
        f"  mirror: {mirror}",
    )
    return "".join(f"{each}\n" for each in lines)


def page(rules: Iterable[Rule], examples: Mapping[str, str]) -> str:
    """Return the page of *rules* in Markdown, each with its heading and the message of its id in *examples*."""
    return "".join(f"\n{_section(each, examples[each.id])}" for each in sorted(rules, key=lambda each: each.id))


def _section(rule: Rule, example: str) -> str:
    rows = [f"| {_WORDS[side]} | {each.code.label} | {each.fixture.label} |" for side, each in _sides(rule)]
    mirror = f" The other way round: [{rule.mirror}](#{rule.mirror})." if rule.mirror != rule.id else ""
    lines = (
        f"### {rule.id}",
        "",
        rule.why,
        "",
        "| met in | code | fixture |",
        "|---|---|---|",
        *rows,
        "",
        f"Says: `{example.replace('`', chr(39))}`. Fix: {rule.fix}.{mirror}",
    )
    return "".join(f"{each}\n" for each in lines)


def _sides(rule: Rule) -> list[tuple[Direction, Verdict]]:
    return [(side, rule.severities[side]) for side in _WORDS if side in rule.severities]


def _worst(rule: Rule) -> tuple[Severity, Severity]:
    verdicts = rule.severities.values()
    return max(each.code for each in verdicts), max(each.fixture for each in verdicts)


def _shown(message: str) -> str:
    return message.replace("!r", "").replace("{old}", "OLD").replace("{new}", "NEW")


def _bare(message: str) -> str:
    """Return *message* up to its values in brackets or behind a colon."""
    return _shown(message).partition(" (")[0].partition(": ")[0]
