"""Where the points of an API first appeared."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bototape.errors import ModelUnavailable, ServiceUnknown
from bototape.history.axis import Axis, Step
from bototape.history.points import Point, below, canonical, has
from bototape.history.search import first_seen
from bototape.releases import Release, natural, snapshots, timeline

__all__ = ["Appearance", "History", "appeared", "trace"]


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
    newest, version = known[-1], release or known[-1].version
    if not axis.has_service(newest):
        raise _absent(axis, version)
    heard(newest)
    model = axis.model(newest)
    place = canonical(model, axis.place, f"{axis.service} {version}") if axis.place else ""
    seen = _seen(axis, below(model, place), known, heard)
    found = sorted(seen.values(), key=lambda each: natural(each.release.version))
    return History(axis.service, place, axis.release(newest), tuple(found))


def _known(axis: Axis, release: str) -> list[Step]:
    found = [each for each in (axis.until(release) if release else axis.steps) if axis.is_known(each)]
    if not found:
        what = f"the history of {axis.service}{f' until {release}' if release else ''}"
        raise ModelUnavailable(what, "no release of it is at hand, and the network is not used", "drop --offline")
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
    return Appearance(point, axis.release(step), before.version, exact=axis.is_exact(step, before))


def _absent(axis: Axis, release: str) -> ServiceUnknown:
    first = next((each for each in axis.steps if axis.is_known(each) and axis.has_service(each)), None)
    came = f"it appeared in {axis.release(first)}" if first else "no release at hand has it"
    return ServiceUnknown(f"{axis.service} of release {release}", f"that release has no such service: {came}")


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
