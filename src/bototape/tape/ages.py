"""Releases to play as, from what is at hand: snapshots, the installed botocore, the cache, timelines. No network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from bototape import history, releases
from bototape.adapters import models
from bototape.age import Age, Point, Then
from bototape.errors import ModelUnavailable
from bototape.interaction import Cassette
from bototape.releases import cache as fetched
from bototape.releases import installed, snapshots, timeline
from bototape.releases.model import service_of

__all__ = ["age_of"]


def age_of(release: str, cassette: Cassette) -> Age:
    """
    Return the age of *release*, as `bototape.releases.load` takes it, to play *cassette* as.

    Raises ModelUnavailable where no model of a service in *cassette* is at hand.
    """
    known = _Models(release)
    for each in cassette.interactions:
        called = [(each.call.service, each.call.operation)] if each.call else models.calls(each.request)[:1]
        for service, operation in called:
            known.then(service, operation)
    recorded = cassette.provenance.release if cassette.provenance else ""
    version = installed.version() if release == "installed" else release
    return Age(version, known.then, models.codec, known.appeared, recorded)


class _Models:
    """The models of one release, each read once."""

    def __init__(self, release: str) -> None:
        self._release = release
        self.candidates = cache(self._candidates)
        self.appeared = cache(self._appeared)

    def then(self, service: str, operation: str) -> Then | None:
        """Return *service* as the release has it, from what knows *operation* if anything does; None if it lacks it."""
        found = self.candidates(service)
        if None in found:
            return None
        known = (each for each in found if each and _knows(each, operation))
        return next(known, found[0])

    def _candidates(self, service: str) -> Sequence[Then | None]:
        found: list[Then | None] = []
        try:
            model = releases.load(self._release, service)
            found.append(Then(model.service, model.absent if model.tracked_only else None))
        except ModelUnavailable as error:
            if self._release in snapshots.paths(service, snapshots.roots(None)):  # there, and broken
                raise
            unavailable = error
        found.extend(_of_cache(self._release, service))
        found.extend(_of_timeline(self._release, service))
        if not found:
            raise ModelUnavailable(
                unavailable.what, unavailable.reason, f"bototape schemas add {self._release} --service {service}"
            )
        return found

    def _appeared(self, service: str, point: Point) -> str:
        try:
            found = history.appeared(service, [history.Point(*point)])
        except ModelUnavailable:
            return ""
        seen = next(iter(found.values()), None)
        if seen is None or not seen.after:
            return ""
        return (
            f"appeared in {seen.release.version}"
            if seen.exact
            else (f"appeared after {seen.after}, by {seen.release.version}")
        )


def _knows(then: Then, operation: str) -> bool:
    return operation in then.service.operations or then.absent is None or operation in then.absent


def _of_cache(release: str, service: str) -> Iterator[Then]:
    source = fetched.get(release, service)
    if source is not None:
        yield Then(service_of(source.files[snapshots.MODEL], f"{service} of release {release} in the cache"))


def _of_timeline(release: str, service: str) -> Iterator[Then | None]:
    """Yield *service* as the committed timeline has it: its tracked operations; None where the release lacks it."""
    line = timeline.known(service, snapshots.roots(None))
    row = line.row(release) if release[:1].isdigit() else None
    if row is None:
        return
    if not row.crc:
        yield None
    elif line.tracked:
        then = service_of(line.models()[row.version], f"the timeline of {service}")
        yield Then(then, tuple(each for each in line.tracked if each not in then.operations))
