"""
Which releases changed the model of a service: an index of release, date and CRC, so that no other need be read.

What is known of a service is the committed ``schemas/<service>/timeline.jsonl`` and the user's own walks, in the
cache. A committed timeline also holds the models of the tracked operations, as what changed from row to row.
"""

from __future__ import annotations

import contextlib
import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from bototape.errors import ModelUnavailable
from bototape.releases import cache
from bototape.releases.model import VersionKey, json_object, natural

__all__ = ["FILE", "UNREAD", "Row", "Timeline", "committed", "compact", "keep", "kept", "known", "parse", "text"]

#: The name of a committed timeline.
FILE = "timeline.jsonl"

#: Stands for the CRC of a release whose wheel cannot be read.
UNREAD = "?"

_KEPT = re.compile(r"(?P<version>\d\S*) (?P<date>\d{4}-\d\d-\d\d|-) (?P<crc>[0-9a-f]{8}|[-?]) (?P<after>\d\S*|-) \.")


@dataclass(frozen=True, slots=True)
class Row:
    """
    One release: *crc* is that of the model's file in its wheel, 8 hex digits, or empty when it lacks the service.

    *after* is the release published right before it if that was read too, so that what is new in this one came
    with it; else empty. *changed* are the operations and shapes of tracked operations that are new or different here:
    ``{"operations": {name: JSON or None}, "shapes": …, "metadata": …}``, None for what went.
    """

    version: str
    date: str
    crc: str
    after: str = ""
    changed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Timeline:
    """
    The releases of *service* whose model differs from that of the one before, oldest first.

    All releases from the first row to *last*, of day *date*, were read; the row before a release has its model.
    *tracked* are the operations whose models the rows hold; none for a timeline of the user's own.
    """

    service: str
    rows: tuple[Row, ...] = ()
    last: str = ""
    date: str = ""
    tracked: tuple[str, ...] = ()

    def covers(self, version: str) -> bool:
        """Tell whether *version* lies between the first row and the last release read."""
        return bool(self.rows) and natural(self.rows[0].version) <= natural(version) <= natural(self.last)

    def row(self, version: str) -> Row | None:
        """Return the row that has the model of *version*, or None when that was not read."""
        if not self.covers(version):
            return None
        return self.rows[bisect_right(self.rows, natural(version), key=_age) - 1]

    def models(self) -> dict[str, dict[str, Any]]:
        """Return the model, cut to the tracked operations, that each row has: those of no change share one object."""
        found: dict[str, dict[str, Any]] = {}
        model: dict[str, Any] = {"metadata": {}, "operations": {}, "shapes": {}}
        for row in self.rows if self.tracked else ():
            if row.changed:
                model = {part: _applied(model[part], row.changed.get(part, {})) for part in model}
            found[row.version] = model
        return found


def _applied(old: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**old, **changed}.items() if value is not None}


def compact(service: str, rows: Iterable[Row]) -> Timeline:
    """Return the timeline of *rows*, one per release that was read: those whose CRC is not that of the row before."""
    ordered = sorted(rows, key=_age)
    differ = [each for before, each in pairwise(ordered) if each.crc != before.crc]
    if not ordered:
        return Timeline(service)
    return Timeline(service, (ordered[0], *differ), ordered[-1].version, ordered[-1].date)


def text(timeline: Timeline) -> str:
    """Return *timeline* as it is committed: a line about it, then a line for each row."""
    head = {
        "timeline": 1,
        "service": timeline.service,
        "last": timeline.last,
        "date": timeline.date,
        "tracked": list(timeline.tracked),
    }
    return "".join(json.dumps(each, separators=(",", ":")) + "\n" for each in (head, *map(_as_json, timeline.rows)))


def _as_json(row: Row) -> dict[str, Any]:
    found = {"version": row.version, "date": row.date, "crc": row.crc, "after": row.after, "changed": row.changed}
    return {key: value for key, value in found.items() if value or key == "crc"}


def parse(content: bytes, what: str) -> Timeline:
    """
    Return the timeline that *content* holds.

    Raises ModelUnavailable, naming *what* and the line, when it is truncated, edited or of another format.
    """
    fix = "restore it from version control"
    lines = content.splitlines()
    if not lines or not content.endswith(b"\n"):
        raise ModelUnavailable(what, "it is truncated", fix)
    head, *rows = (json_object(line, f"{what}:{number}", fix) for number, line in enumerate(lines, 1))
    if head.get("timeline") != 1:
        raise ModelUnavailable(
            what, f"it is of format {head.get('timeline')!r}; this bototape reads 1", "update bototape"
        )
    try:
        found = tuple(_row(each) for each in rows)
        timeline = Timeline(head["service"], found, head["last"], head["date"], tuple(head["tracked"]))
    except (KeyError, TypeError) as error:
        raise ModelUnavailable(
            what, f"a row is not as bototape writes it: {type(error).__name__}: {error}", fix
        ) from error
    keys = [natural(each.version) for each in found]
    if not found or any(one >= other for one, other in pairwise(keys)) or natural(timeline.last) < keys[-1]:
        raise ModelUnavailable(what, "its rows are not in the order of releases", fix)
    return timeline


def _row(found: Mapping[str, Any]) -> Row:
    row = Row(found["version"], found["date"], found["crc"], found.get("after", ""), found.get("changed", {}))
    if not all(isinstance(each, str) for each in (row.version, row.date, row.crc, row.after)):
        raise TypeError("no text")
    if not isinstance(row.changed, dict) or not all(isinstance(each, dict) for each in row.changed.values()):
        raise TypeError("no object")
    return row


def known(service: str, places: Sequence[Path]) -> Timeline:
    """
    Return what is known of *service* without the network: the committed timeline of the first of *places*, and walks.

    Of walks, what joins the committed timeline, else the newest releases without a hole. It has no rows when nothing
    is known. Raises ModelUnavailable for a committed timeline that cannot be read.
    """
    base = committed(service, places)
    joined = list(_joined(kept(service), base))
    if not base.rows:
        return compact(service, joined)
    end = replace(base.rows[-1], version=base.last, date=base.date, after="", changed={})
    rows = {each.version: each for each in (end, *joined, *base.rows)}
    return replace(compact(service, rows.values()), tracked=base.tracked)


def _joined(walked: Mapping[str, Row], base: Timeline) -> Sequence[Row]:
    newer = sorted((each for each in walked.values() if not base.rows or _is_newer(each.version, base.last)), key=_age)
    runs = _runs(newer)
    if not runs:
        return ()
    run = runs[0] if base.rows else runs[-1]
    if base.rows and (not run[0].after or _is_newer(run[0].after, base.last)):
        return ()
    unread = {each.version for each in run if each.crc == UNREAD}
    read = ({each.version for each in run} | {base.last}) - unread
    return [each if each.after in read else replace(each, after="") for each in run if each.crc != UNREAD]


def _runs(rows: Sequence[Row]) -> list[list[Row]]:
    """Split *rows*, in their order, where a release between two of them was not looked into."""
    runs: list[list[Row]] = []
    for row in rows:
        if runs and row.after and not _is_newer(row.after, runs[-1][-1].version):
            runs[-1].append(row)
        else:
            runs.append([row])
    return runs


def _is_newer(one: str, other: str) -> bool:
    """Tell whether release *one* comes after release *other*."""
    return natural(one) > natural(other)


def _age(row: Row) -> VersionKey:
    return natural(row.version)


def committed(service: str, places: Sequence[Path]) -> Timeline:
    """Return the timeline in the first of *places* that has one; raises ModelUnavailable when it cannot be read."""
    for path in (each / service / FILE for each in places):
        if path.is_file():
            try:
                content = path.read_bytes()
            except OSError as error:
                raise ModelUnavailable(str(path), f"it is not readable: {error.strerror}", "restore it") from error
            return parse(content, str(path))
    return Timeline(service)


def _file(service: str) -> Path:
    return cache.directory() / "timelines" / f"{service}.txt"


def kept(service: str) -> dict[str, Row]:
    """Return the rows that walks have kept, by version; a line that is damaged counts as not there."""
    try:
        lines = _file(service).read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return {}
    found = (match.groupdict() for match in map(_KEPT.fullmatch, lines) if match)
    return {
        each["version"]: Row(each["version"], each["date"].strip("-"), each["crc"].strip("-"), each["after"].strip("-"))
        for each in found
    }


def keep(service: str, row: Row) -> None:
    """
    Add *row*, its *after* taken as told. A cache that fails is no reason to fail.

    A line is one write, with an end of its own: one that was cut off spoils neither itself nor the next.
    """
    path = _file(service)
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="ascii", newline="\n") as file:
            file.write(f"\n{row.version} {row.date or '-'} {row.crc or '-'} {row.after or '-'} .")
