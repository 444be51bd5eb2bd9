"""
The report for a step's summary or a comment: Markdown as GitHub renders it, of at most 64 kB.

Whatever a finding quotes is data: it cannot start a link, a heading, HTML, a mention or a reference. Source: GitHub
Flavored Markdown, section 2.4 (backslash escapes) and section 6.3 (code spans, whose content is literal).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bototape.finding import Finding, Severity
from bototape.report.context import Context
from bototape.report.entries import Entry, entries
from bototape.report.place import affected, place_of
from bototape.report.plain import clipped, counted, neutral, one_line, summary, title_of

__all__ = ["LIMIT", "render"]

#: Bytes of UTF-8. A comment on GitHub has at most 65,536 characters; the rest is for whoever embeds the report.
LIMIT = 64_000

#: Kept free for the last line, which counts what found no room.
_RESERVE = 300

#: A count of findings that is at least as long as any.
_MANY = 10**9

#: Characters of a place or a message, and operations named of those that a change reaches.
_LONGEST = 500
_NAMED = 8

_WORST = {
    Severity.BREAKING: "Breaking",
    Severity.ERROR: "Errors",
    Severity.DANGEROUS: "Dangerous",
    Severity.WARNING: "Warnings",
}
#: Sections of what is information only, by the rule's id: those about a limit of values, then by its ending.
_LIMITS = re.compile(r"(?:minimum|maximum|pattern|length|value)-.*|.*-mismatch")
_NEW = re.compile(r".*-(?:added|introduced)")
_SECTIONS = (*_WORST.values(), "Added", "Deprecated", "Constraints", "Other")

_SPECIAL = re.compile(r"[\\`*_\[\]<>#~|&@$]|:(?=//)|(?<=\bGH)-|\bwww\.")
_QUOTED = re.compile(r"(?<!\w)(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")(?!\w)")


@dataclass(frozen=True, slots=True)
class _Item:
    """One line, and the two headings it stands under."""

    group: str
    section: str
    rank: tuple[bool, str]
    text: str
    entry: Entry


def render(findings: Sequence[Finding], gate: Severity | None, context: Context, *, fold: bool = False) -> str:
    """
    Return a section for each service or file, the one with the worst finding first.

    In it are breaking, dangerous, added, deprecated and other findings, those about operations before those about
    members. What does not fit is the least severe, and is counted in the last line. Neutral findings are not listed.
    """
    counts = summary(findings, gate, len(context.ignored), neutral(findings))
    head = f"# {_prose(title_of(context.title))}\n\n{_prose(counts)}\n"
    items = [_item(each) for each in entries(findings, fold=fold)]
    items += [_ignored(each, why) for each, why in context.ignored]
    kept = _fitting(items, LIMIT - _RESERVE - _size(head))
    return head + _body(kept) + _truncated(items[len(kept) :])


def _item(entry: Entry) -> _Item:
    place = place_of(entry.first)
    places = f" ({entry.places})" if entry.places else ""
    said = f"{_code(_spot(entry))}{places}: {_prose(clipped(entry.message, _LONGEST))} ({_code(entry.first.rule)})"
    return _Item(
        place.group, _section(entry.first), (bool(place.rest), entry.first.where), f"{said}{_reach(entry)}", entry
    )


def _spot(entry: Entry) -> str:
    """Return the place within its section."""
    place = place_of(entry.first)
    inside = entry.first.where.removeprefix(place.group)
    return clipped(inside.lstrip(". ") if not place.path else inside.lstrip() or place.group, _LONGEST)


def _reach(entry: Entry) -> str:
    operations = affected(entry.first)
    if operations in ((), (place_of(entry.first).item,)):
        return ""
    named = ", ".join(_code(each) for each in operations[:_NAMED])
    more = f" and {len(operations) - _NAMED} more" if len(operations) > _NAMED else ""
    return f"; affects {counted(len(operations), 'operation')}: {named}{more}"


def _section(finding: Finding) -> str:
    if finding.severity in _WORST:
        return _WORST[finding.severity]
    if finding.rule.startswith("deprecation-"):
        return "Deprecated"
    if _LIMITS.fullmatch(finding.rule):
        return "Constraints"
    return "Added" if _NEW.fullmatch(finding.rule) else "Other"


def _ignored(finding: Finding, why: str) -> _Item:
    where, message, reason = (clipped(each, _LONGEST) for each in (finding.where, finding.message, why))
    text = f"{_code(where)}: {_prose(message)} ({_code(finding.rule)}); ignored because {_prose(reason)}"
    return _Item("", "Ignored", (False, ""), text, Entry(finding))


def _fitting(items: Sequence[_Item], room: int) -> list[_Item]:
    """Return as many of *items*, from the first on, as fit into *room* bytes with the headings they need."""
    groups: set[str] = set()
    sections: set[tuple[str, str]] = set()
    for number, each in enumerate(items):
        room -= _size(_line(each))
        if each.group not in groups:
            room -= _size(_heading(each.group))
        if (each.group, each.section) not in sections:
            room -= _size("".join(_around(each.section, _MANY)))
        if room < 0:
            return [*items[:number]]
        groups.add(each.group)
        sections.add((each.group, each.section))
    return [*items]


def _body(items: Sequence[_Item]) -> str:
    groups: dict[str, dict[str, list[_Item]]] = {}
    for each in items:
        groups.setdefault(each.group, {}).setdefault(each.section, []).append(each)
    return "".join(_group(name, sections) for name, sections in groups.items())


def _group(name: str, sections: dict[str, list[_Item]]) -> str:
    order = [each for each in (*_SECTIONS, "Ignored") if each in sections]
    return _heading(name) + "".join(_listed(each, sections[each]) for each in order)


def _heading(group: str) -> str:
    return f"\n## {_prose(clipped(group, _LONGEST))}\n" if group else ""


def _listed(section: str, items: list[_Item]) -> str:
    before, after = _around(section, sum(each.entry.count for each in items))
    return f"{before}{''.join(map(_line, sorted(items, key=lambda each: each.rank)))}{after}"


def _around(section: str, count: int) -> tuple[str, str]:
    """Return what stands before and after the lines of a section: those of what is information only are folded."""
    if section in _WORST.values():
        return f"\n### {section}\n\n", ""
    return f"\n<details><summary>{section} ({count})</summary>\n\n", "\n</details>\n"


def _line(item: _Item) -> str:
    return f"- {item.text}\n"


def _truncated(left: Sequence[_Item]) -> str:
    if not left:
        return ""
    counts: Counter[str] = Counter()
    for each in left:
        counts["ignored" if each.section == "Ignored" else each.entry.first.severity.label] += each.entry.count
    words = ", ".join(f"{number} {word}" for word, number in counts.items())
    return f"\n… and {counted(counts.total(), 'more finding')} that found no room here: {words}.\n"


def _size(text: str) -> int:
    return len(text.encode())


def _code(text: str) -> str:
    """Return *text* as a code span; in it nothing has a meaning, and longer rows of backticks close it."""
    text = one_line(text)
    longest = max((len(each) for each in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text.startswith(("`", " ")) or text.endswith(("`", " ")) or not text else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _prose(text: str) -> str:
    """Return *text* with its quoted values as code, and the rest literal."""
    text = one_line(text)
    parts: list[str] = []
    done = 0
    for match in _QUOTED.finditer(text):
        value = match[0][1:-1]
        parts += (_literal(text[done : match.start()]), _code(value) if value.strip() else _literal(match[0]))
        done = match.end()
    return "".join([*parts, _literal(text[done:])])


def _literal(text: str) -> str:
    return _SPECIAL.sub(_meant, text)


def _meant(match: re.Match[str]) -> str:
    found = match[0]
    if found == "www.":
        return "www\\."
    # GitHub looks for mentions and references in the text that is left when escapes are resolved.
    return f"\\{found}\u200b" if found in "@#-" else f"\\{found}"
