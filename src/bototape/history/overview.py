"""The operations of a report in one picture: when each came, and what changed in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from bototape.history import picture
from bototape.history.axis import Axis
from bototape.history.changed import Event, events, span
from bototape.history.trace import Appearance, History, trace
from bototape.releases import Release, natural, snapshots, timeline

__all__ = ["overview"]


def overview(service: str, operations: Iterable[str], release: Release, schemas: Path | None = None) -> str:
    """
    Return the SVG of *operations* of *service* up to *release*, of those that the service's timeline tracks.

    *schemas* is the directory of snapshots and timelines, as for `bototape.releases.load`. Empty when it tracks none
    of them or ends before *release*: nothing is looked up in the network.
    """
    places = snapshots.roots(schemas)
    known = timeline.known(service, places)
    wanted = [each for each in dict.fromkeys(operations) if each in known.tracked]
    if not wanted or natural(known.last) < natural(release.version):
        return ""
    came: list[Appearance] = []
    changes: list[Event] = []
    for name in wanted:
        axis = Axis(service, name, known, places)
        steps = [each for each in span(axis) if natural(each.version) <= natural(release.version)]
        if steps:
            changes += events(axis, name, steps)
            found = trace(axis, steps[-1].version).appearances
            came += [each for each in found if each.point.place == name]
    came.sort(key=lambda each: (each.release.date, each.point.place))
    history = History(service, "", replace(release), tuple(came))
    return picture.render(history, changes, "", expand=True)
