"""
A history as a picture: SVG that needs nothing else, light or dark as its reader is.

A lane for each thing, from the day it came to the day of the newest release; a diamond for each change on the lane of
the thing that changed, or of what that is in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from html import escape

from bototape.finding import Severity
from bototape.history.changed import Event
from bototape.history.lines import Line, folded, unfolded
from bototape.history.points import is_below
from bototape.history.table import said
from bototape.history.trace import History
from bototape.report.plain import one_line

__all__ = ["render"]

_LANE, _TOP, _PLOT, _MARGIN = 18, 64, 560, 16
_CHARACTER = 6.7
_LONGEST_LABEL = 78
_VERSION_WIDTH = 62

#: More lanes than this are no picture; those left out are counted.
_MOST = 120
_MOST_YEARS = 12

#: Where a picture stands that has no date at all.
_SOME_DAY = "2015-06-22"

_STYLE = """
svg { font: 11px ui-monospace, Consolas, Menlo, monospace; background: #fff; }
text { fill: #24292f; } .quiet { fill: #6e7781; } .title { font-size: 14px; font-weight: 600; }
.grid { stroke: #d8dee4; } .bar { stroke: #8ab4d8; stroke-width: 4; stroke-linecap: round; } .came { fill: #0969da; }
.vague { stroke-dasharray: 1 5; } .breaking { fill: #cf222e; } .dangerous { fill: #bf6a02; } .info { fill: #57606a; }
@media (prefers-color-scheme: dark) {
svg { background: #0d1117; } text { fill: #e6edf3; } .quiet { fill: #8b949e; } .grid { stroke: #30363d; }
.bar { stroke: #1f4b77; } .came { fill: #58a6ff; } .breaking { fill: #ff7b72; } .dangerous { fill: #e3a04b; }
.info { fill: #a5adb8; }
}
"""


def render(history: History, changes: Sequence[Event] | None, since: str, *, expand: bool) -> str:
    """
    Return the picture as text; lanes end with the last date in the history.

    Neutral changes, and what came with a release of unknown date, are left out.
    """
    lines = [each for each in (unfolded if expand else folded)(history.appearances) if each.release.date]
    left_out = max(0, len(lines) - _MOST)
    lanes = lines[:_MOST]
    marks = [each for each in changes or () if each.finding.severity > Severity.NEUTRAL and each.release.date]
    known = (*(each.release for each in lanes), *(each.release for each in marks), history.release)
    dates = [each.date for each in known if each.date] or [_SOME_DAY]
    axis = _Axis(min(dates), max(dates), max((len(_label(each)) for each in lanes), default=0))
    body = [*_head(history, changes, since, left_out), *_grid(axis, len(lanes))]
    for number, line in enumerate(lanes):
        body += _lane(line, number, axis)
    body += [each for event in marks for each in _mark(event, lanes, axis)]
    height = _TOP + max(1, len(lanes)) * _LANE + _MARGIN
    title = _text(f"History of {history.name}")
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {axis.width:g} {height}" width="{axis.width:g}" '
        f'height="{height}" role="img">'
    )
    return "\n".join([head, f"<title>{title}</title>", f"<style>{_STYLE}</style>", *body, "</svg>", ""])


def _text(text: str) -> str:
    """Return *text* as it may stand in XML, which has no control characters, escaped or not."""
    return escape(one_line(text))


class _Axis:
    """Days to places on the picture."""

    def __init__(self, first: str, last: str, characters: int) -> None:
        self.first = dt.date.fromisoformat(first)
        self.last = max(dt.date.fromisoformat(last), self.first + dt.timedelta(days=1))
        self.left = _MARGIN + characters * _CHARACTER + 8
        self.width = round(self.left + _PLOT + _VERSION_WIDTH + _MARGIN)

    def at(self, date: dt.date) -> float:
        """Return where *date* is, in pixels from the left."""
        part = (date - self.first).days / (self.last - self.first).days
        return round(self.left + part * _PLOT, 1)

    def of(self, date: str) -> float:
        """Return where the day *date* is."""
        return self.at(dt.date.fromisoformat(date))

    def years(self) -> Iterator[dt.date]:
        """Yield the beginnings of years on the picture; of long histories every other or fifth one."""
        every = next(step for step in (1, 2, 5, 10, 100) if (self.last.year - self.first.year) / step <= _MOST_YEARS)
        for year in range(self.first.year + 1, self.last.year + 1):
            if year % every == 0:
                yield dt.date(year, 1, 1)


def _head(history: History, changes: Sequence[Event] | None, since: str, left_out: int) -> Iterator[str]:
    yield f'<text class="title" x="{_MARGIN}" y="24">{_text(history.name)}</text>'
    about = f"as of {history.release}"
    if changes is not None:
        about += f"; diamonds: changes {f'after {since}' if since else 'since the first release'}, by severity"
    if left_out:
        about += f"; {left_out} more not shown"
    yield f'<text class="quiet" x="{_MARGIN}" y="42">{_text(about)}</text>'


def _grid(axis: _Axis, lanes: int) -> Iterator[str]:
    bottom = _TOP + max(1, lanes) * _LANE
    for year in axis.years():
        x = axis.at(year)
        yield f'<line class="grid" x1="{x:g}" y1="{_TOP - 4}" x2="{x:g}" y2="{bottom}"/>'
        yield f'<text class="quiet" x="{x:g}" y="{_TOP - 8}" text-anchor="middle">{year.year}</text>'


def _lane(line: Line, number: int, axis: _Axis) -> Iterator[str]:
    y = _TOP + number * _LANE + _LANE / 2
    x, end = axis.of(line.release.date), axis.at(axis.last)
    vague = "" if line.exact else " vague"
    known = "" if line.exact else f", or earlier, after {line.after}" if line.after else ", or earlier"
    yield "<g>"
    yield f"<title>{_text(f'{said(line)}: {line.release}{known}')}</title>"
    yield f'<text x="{axis.left - 8:g}" y="{y + 4:g}" text-anchor="end">{_text(_label(line))}</text>'
    yield f'<line class="bar{vague}" x1="{x:g}" y1="{y:g}" x2="{end:g}" y2="{y:g}"/>'
    yield f'<circle class="came" cx="{x:g}" cy="{y:g}" r="4"/>'
    yield f'<text class="quiet" x="{end + 8:g}" y="{y + 4:g}">{_text(line.release.version)}</text>'
    yield "</g>"


def _label(line: Line) -> str:
    """Return what a lane shows: the end of what is said, which tells it from its neighbours."""
    text = said(line).partition(".")[2] or said(line)
    if len(line.values) > 1 and len(text) > _LONGEST_LABEL:
        text = f"{line.place.partition('.')[2]} = {line.values[0]!r} and {len(line.values) - 1} more"
    return text if len(text) <= _LONGEST_LABEL else f"…{text[1 - _LONGEST_LABEL :]}"


def _mark(event: Event, lanes: Sequence[Line], axis: _Axis) -> Iterator[str]:
    place = event.finding.where.partition(".")[2]
    on = [number for number, each in enumerate(lanes) if not each.values and is_below(place, each.place)]
    if not on:
        return
    number = max(on, key=lambda each: len(lanes[each].place))
    if lanes[number].place == place and lanes[number].release == event.release:
        return  # the dot says it
    x, y = axis.of(event.release.date), _TOP + number * _LANE + _LANE / 2
    text = f"{event.release} {event.finding.severity.label}: {place}: {event.finding.message}"
    yield (
        f'<path class="{event.finding.severity.label}" d="M{x:g} {y - 5:g}l5 5l-5 5l-5 -5z">'
        f"<title>{_text(text)}</title></path>"
    )
