"""Where the points of an API first appeared."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bototape.errors import ModelUnavailable, ServiceUnknown
from bototape.history.axis import Axis, Step
from bototape.history.points import Point, below, canonical, has, operation_of
from bototape.history.search import first_seen
from bototape.releases import Release, installed, natural, snapshots, timeline
from bototape.shapes import Service

__all__ = ["Appearance", "Appearing", "History", "appeared", "trace"]


@dataclass(frozen=True, slots=True)
class Appearance:
    """
    Where *point* first appeared: *release* has it, *after* lacks it.

    With *exact*, no release lies between the two. No *after*: *release* is the oldest that is known.
    """

    point: Point
    release: Release
    after: str
    exact: bool


@dataclass(frozen=True, slots=True)
class History:
    """Where all that *release* has of *place* in *service* first appeared: oldest first, then as in the model."""

    service: str
    place: str
    release: Release
    appearances: tuple[Appearance, ...]

    @property
    def name(self) -> str:
        """``sagemaker.DescribeAutoMLJob.output``."""
        return f"{self.service}.{self.place}".rstrip(".")


def trace(axis: Axis, release: str = "", *, heard: Callable[[Step], None] = lambda _: None) -> History:
    """
    Return where everything that *axis* is about first appeared, as of *release* (empty: the newest that is known).

    *heard* is told of each release whose model is looked at. Raises UsageError when that release lacks the place,
    ModelUnavailable when it is older than the service or no model of it can be had.
    """
    known = _known(axis, release)
    newest, version = known[-1], release or axis.newest(known[-1]).version
    heard(newest)
    try:
        model = axis.demand(newest)
    except ServiceUnknown as error:
        raise ServiceUnknown(f"{axis.service} of release {version}", error.reason, error.fix) from error
    if axis.place and not model.operations:
        model = axis.operations(newest)
    place = canonical(model, axis.place, axis.service, version) if axis.place else ""
    seen = _seen(axis, below(model, place), known, heard)
    found = sorted(seen.values(), key=lambda each: natural(each.release.version))
    label = axis.named(release, newest) if release else axis.newest(newest)
    return History(axis.service, place, label, tuple(found))


def _known(axis: Axis, release: str) -> list[Step]:
    steps = axis.until(release) if release else axis.steps
    found = [each for each in steps if axis.is_known(each)]
    if not found:
        installed.find(axis.service)
    if not found or (release and found[-1] != steps[-1]):
        what = f"{axis.service} of release {release}" if release else f"the history of {axis.service}"
        raise ModelUnavailable(what, "it is not at hand, and the network is not used", "drop --offline")
    return found


def _seen(
    axis: Axis, points: Collection[Point], known: Sequence[Step], heard: Callable[[Step], None]
) -> dict[Point, Appearance]:
    def present(step: Step, wanted: Collection[Point]) -> list[Point]:
        if step is not known[-1]:
            heard(step)
        model = axis.model(step)
        return [each for each in wanted if has(model, each)]

    return {point: _appearance(axis, point, known, at) for point, at in first_seen(points, known, present).items()}


def _appearance(axis: Axis, point: Point, known: Sequence[Step], at: int) -> Appearance:
    if not at:
        return Appearance(point, axis.release(known[0]), "", exact=False)
    step, before = known[at], known[at - 1]
    return Appearance(point, axis.release(step), axis.end(before), exact=axis.is_exact(step, before))


def appeared(
    service: str, points: Iterable[Point], *, schemas: Path | None = None, release: str = ""
) -> dict[Point, Appearance]:
    """
    Return where *points* of one operation of *service* first appeared, from what is at hand: no network is used.

    *schemas* is the directory of snapshots and timelines, as for `bototape.releases.load`; *release* the newest to
    look at. What no release at hand has is left out.
    """
    wanted = list(points)
    places = snapshots.roots(schemas)
    if not wanted:
        return {}
    axis = Axis(service, wanted[0].place, timeline.known(service, places), places)
    try:
        known = _known(axis, release)
    except ModelUnavailable:
        return {}
    return _seen(axis, wanted, known, lambda _: None)


class Appearing:
    """
    Where points of *service* first appeared, asked one after the other: what was read is kept. No network is used.

    *schemas* is the directory of snapshots and timelines, as for `bototape.releases.load`.
    """

    def __init__(self, service: str, schemas: Path | None = None) -> None:
        self._service = service
        self._places = snapshots.roots(schemas)
        self._timeline = timeline.known(service, self._places)
        self._axes: dict[str, Axis] = {}
        self._models: dict[tuple[str, str], Service] = {}

    def of(self, point: Point) -> Appearance | None:
        """Return where *point* first appeared, or None where no release at hand has it."""
        operation = operation_of(point.place)
        axis = self._axes.get(operation)
        if axis is None:
            axis = self._axes[operation] = Axis(self._service, operation, self._timeline, self._places)
        for release in ([self._timeline.last] if self._timeline.rows else []) + [""]:
            try:
                known = _known(axis, release)
            except ModelUnavailable:
                continue
            found = first_seen([point], known, lambda step, wanted: self._present(axis, step, wanted))
            if point in found:
                return _appearance(axis, point, known, found[point])
        return None

    def _present(self, axis: Axis, step: Step, wanted: Collection[Point]) -> list[Point]:
        key = (axis.place, step.version)
        if key not in self._models:
            self._models[key] = axis.model(step)
        return [each for each in wanted if has(self._models[key], each)]
