"""Coverage as a picture: SVG that needs nothing else, a row for each operation, a cell for each kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from bototape.coverage.count import KINDS, Covered, Service

__all__ = ["heatmap"]

_ROW, _CELL, _TOP, _MARGIN, _CHARACTER, _TITLE = 18, 72, 40, 16, 6.7, 8.5

#: The opacity of a cell of which all is exercised: text on it keeps a contrast of 4.5, in the dark as well.
_STRONGEST = 0.65

_STYLE = """
svg { font: 11px ui-monospace, Consolas, Menlo, monospace; }
text { fill: #24292f; } .title { font-size: 14px; font-weight: 600; } .none { fill: #eaeef2; } .cell { fill: #1a7f37; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; } .none { fill: #22272e; } .cell { fill: #2ea043; }
}
"""


def heatmap(services: Sequence[Service]) -> str:
    """
    Return the picture as text, on the ground of whatever page shows it.

    The more of a kind is exercised, the stronger its cell; where there is nothing to exercise, there is a dash.
    """
    blocks = [(each, _rows(each)) for each in services]
    label = max((len(row.operation) for _, rows in blocks for row in rows), default=0) * _CHARACTER
    title = max((len(_title(each)) for each in services), default=0) * _TITLE
    width = round(2 * _MARGIN + max(label + len(KINDS) * _CELL, title))
    body: list[str] = []
    top = _MARGIN
    for service, rows in blocks:
        body += _block(service, rows, top, label)
        top += _TOP + _ROW * len(rows) + _MARGIN
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{top}" viewBox="0 0 {width} {top}">'
    return "\n".join((head, f"<style>{_STYLE}</style>", *body, "</svg>", ""))


def _rows(service: Service) -> list[Covered]:
    return [each for each in service.operations if each.calls]


def _title(service: Service) -> str:
    return f"{service.name} {service.release}: {service.share:.0%} exercised"


def _block(service: Service, rows: Sequence[Covered], top: int, label: float) -> Iterator[str]:
    yield f'<text class="title" x="{_MARGIN}" y="{top + 12}">{escape(_title(service))}</text>'
    for at, kind in enumerate(KINDS):
        yield f'<text x="{_MARGIN + label + at * _CELL + 8:.0f}" y="{top + _TOP - 8}">{kind}</text>'
    for number, row in enumerate(rows):
        y = top + _TOP + number * _ROW
        yield f'<text x="{_MARGIN}" y="{y + 12}">{escape(row.operation)}</text>'
        for at, kind in enumerate(KINDS):
            yield from _cell(row.tallies[kind].share, str(row.tallies[kind]), _MARGIN + label + at * _CELL, y)


def _cell(share: float | None, text: str, x: float, y: int) -> Iterator[str]:
    place = f'x="{x + 4:.0f}" y="{y}" width="{_CELL - 4}" height="{_ROW - 2}"'
    if share is not None:
        yield f'<rect class="none" {place}/>'
        yield f'<rect class="cell" {place} opacity="{share * _STRONGEST:.2f}"/>'
    yield f'<text x="{x + 8:.0f}" y="{y + 12}">{text}</text>'
