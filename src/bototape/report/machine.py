"""The report for programs: JSON, version 1, as ``report.schema.json`` beside this module says."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from importlib import resources
from typing import Any

from bototape.finding import Finding, Severity
from bototape.report.context import Context
from bototape.report.place import fingerprint
from bototape.report.plain import title_of

__all__ = ["VERSION", "dumps", "render", "schema"]

#: Grows when a key changes its meaning or goes away; new keys do not count.
VERSION = 1

#: What JSON lets stand as it is, and terminals do not: delete and C1 controls, lone surrogates, separators of lines,
#: and what turns the direction of text. (C0 controls are always escaped.)
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def render(findings: Sequence[Finding], gate: Severity | None, context: Context) -> str:
    """
    Return ``{"version", "title", "findings", "ignored", "counts", "gate"}``: the text's data, with nothing left out.

    ``counts`` has every severity, ``gate`` is its word or ``never``; an ignored finding has its ``reason`` as well.
    """
    counts = Counter(each.severity for each in findings)
    return dumps(
        {
            "version": VERSION,
            "title": title_of(context.title),
            "findings": [_finding(each) for each in findings],
            "ignored": [_finding(each) | {"reason": reason} for each, reason in context.ignored],
            "counts": {each.label: counts[each] for each in sorted(Severity, reverse=True)},
            "gate": gate.label if gate is not None else "never",
        }
    )


def _finding(finding: Finding) -> dict[str, object]:
    return finding.as_dict() | {"fingerprint": fingerprint(finding)}


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of this report, as a new value."""
    text = resources.files("bototape.report").joinpath("report.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def dumps(value: object, *, indent: int | None = 2) -> str:
    """
    Return *value* as JSON that any UTF-8 stream and any build log can carry, ending in a newline.

    What does not print is escaped, and so is what would open a workflow command in a log of GitHub's.
    """
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    text = _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    return text.replace("##[", "#\\u0023[") + "\n"
