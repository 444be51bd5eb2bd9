"""
A cassette's text without some of its recordings.

Lines are cut out, so that what stays is as its tool or its author wrote it, comments included. A text in which that
does not leave the same recordings (one aliases another's header, all stand on one line) is written anew in its format.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bototape.cleaning import read_tree, text_like
from bototape.errors import CassetteUnreadable
from bototape.interaction import Interaction
from bototape.jsontext import is_document
from bototape.record import sent_at

__all__ = ["without"]

_LIST = re.compile(r"[\"']?interactions[\"']?[ \t]*:[ \t]*\r?")
_DATE = re.compile(r"^(?P<before>  date: \")\d{4}-\d\d-\d\d(?P<after>\")", re.MULTILINE)


def without(text: str, positions: Collection[int], where: str) -> str:
    """
    Return the cassette *text* without the recordings at *positions*, from 0.

    The date of one of ours is that of its last answer still. Raises CassetteUnreadable, CassetteUnwritable.
    """
    tree, cassette = read_tree(text, where)
    kept = [each for at, each in enumerate(cassette.interactions) if at not in positions]
    entries = [each for at, each in enumerate(tree["interactions"]) if at not in positions]
    wanted = {**tree, "interactions": entries, **_dated(tree, cassette.interactions, kept)}
    cut = (
        None if is_document(text) or not kept else _dated_text(_cut(text, positions, len(tree["interactions"])), wanted)
    )
    if cut is not None and _is(cut, wanted, where):
        return cut
    return text_like(wanted, text, where)


def _is(text: str, wanted: Mapping[str, Any], where: str) -> bool:
    try:
        return read_tree(text, where)[0] == wanted
    except CassetteUnreadable:
        return False


def _dated(tree: Mapping[str, Any], before: Sequence[Interaction], after: Sequence[Interaction]) -> dict[str, Any]:
    """Return the mark of ours with the day of the last answer, where that went by the answers."""
    mark = tree.get("bototape")
    was, now = (max((day for each in found if (day := _day(each))), default="") for found in (before, after))
    if not isinstance(mark, Mapping) or not now or was == now or mark.get("date") != was:
        return {}
    return {"bototape": {**mark, "date": now}}


def _day(interaction: Interaction) -> str:
    sent = sent_at(interaction.response)
    return sent.date().isoformat() if sent else ""


def _dated_text(text: str | None, wanted: Mapping[str, Any]) -> str | None:
    mark = wanted.get("bototape")
    if text is None or not isinstance(mark, Mapping) or not mark.get("date"):
        return text
    return _DATE.sub(rf"\g<before>{mark['date']}\g<after>", text, count=1)


def _cut(text: str, positions: Collection[int], count: int) -> str | None:
    """Return *text* without the lines of *positions*; None where its *count* entries do not begin a line each."""
    lines = text.split("\n")
    start = next((number for number, line in enumerate(lines, 1) if _LIST.fullmatch(line)), None)
    if start is None:
        return None
    ends = (number for number in range(start, len(lines)) if lines[number].strip() and lines[number][0] not in " -#")
    end = next(ends, len(lines) - 1)
    begins = [number for number in range(start, end) if lines[number].startswith("- ")]
    if len(begins) != count:
        return None
    spans = zip(begins, [*begins[1:], end], strict=True)
    gone = {number for at, span in enumerate(spans) if at in positions for number in range(*span)}
    return "\n".join(line for number, line in enumerate(lines) if number not in gone)
