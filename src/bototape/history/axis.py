"""
The releases along which the history of a service is told, and their models.

A model comes from wherever it costs least: the committed timeline, a snapshot, the installed botocore, the cache, and
last the package index. A release whose model is the same as one at hand needs no other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bototape import releases
from bototape.errors import ModelUnavailable, ServiceUnknown
from bototape.history.points import limited, operation_of
from bototape.releases import Index, cache, installed, layout, natural, snapshots
from bototape.releases.model import Release, service_of
from bototape.releases.timeline import Row, Timeline
from bototape.shapes import Service, parse

__all__ = ["Axis", "Step"]

_NOTHING = Service({}, {}, {})


@dataclass(frozen=True, slots=True)
class Step:
    """
    One release that may have brought something.

    *after* is the release right before it, empty when that is not known. *row* is its row of the timeline, if any.
    """

    version: str
    date: str = ""
    after: str = ""
    row: Row | None = None


class Axis:
    """
    The releases of *service*, as far as *place* is concerned, and the models of its operation.

    *published* are all releases, oldest first, where the package index has told them.
    """

    def __init__(
        self,
        service: str,
        place: str,
        timeline: Timeline,
        places: Sequence[Path],
        *,
        index: Index | None = None,
        published: Sequence[str] = (),
    ) -> None:
        self.service = service
        self.place = place
        self.timeline = timeline
        self.index = index
        self.published = published
        self._snapshots = snapshots.paths(service, places)
        self._dates: dict[str, str] = {}
        self._read = 0

    @property
    def read(self) -> int:
        """How many models were read from the package index."""
        return self._read

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The releases that may have brought something, oldest first: those known to differ, those not looked into."""
        known = {each.version: Step(each.version, each.date, each.after, each) for each in self.timeline.rows}
        before = dict(zip(self.published[1:], self.published, strict=False))
        versions = {*known, *(each for each in self.published if not self.timeline.covers(each))}
        versions |= {each for each in self._at_hand if not self.timeline.covers(each)}
        found = [known.get(each) or Step(each, after=before.get(each, "")) for each in versions]
        return tuple(sorted((self._joined(each, before) for each in found), key=lambda each: natural(each.version)))

    @staticmethod
    def _joined(step: Step, before: dict[str, str]) -> Step:
        return step if step.after else Step(step.version, step.date, before.get(step.version, ""), step.row)

    @cached_property
    def _at_hand(self) -> frozenset[str]:
        """Releases with a model that needs no network."""
        found = {*cache.versions(self.service)}
        name = operation_of(self.place)
        for version, path in self._snapshots.items():
            model = snapshots.read(path)
            if name in model.service.operations or name in model.absent:
                found.add(version)
        if self._is_installed:
            found.add(installed.version())
        return frozenset(found)

    @cached_property
    def _is_installed(self) -> bool:
        return layout.newest(installed.data_directory(), self.service) is not None

    @cached_property
    def _tracked(self) -> dict[str, Service]:
        if operation_of(self.place) not in self.timeline.tracked:
            return {}
        made: dict[int, Service] = {}
        raw = self.timeline.models()
        return {version: made.setdefault(id(each), limited(parse(each), self.place)) for version, each in raw.items()}

    def is_known(self, step: Step) -> bool:
        """Tell whether the model of *step* can be had."""
        return self.index is not None or (step.row is not None and not step.row.crc) or bool(self._source(step))

    def _source(self, step: Step) -> str:
        """Return a release at hand that has the model of *step*, or an empty string."""
        if step.version in self._tracked or step.version in self._at_hand:
            return step.version
        return self._same.get(step.version, "")

    @cached_property
    def _same(self) -> dict[str, str]:
        """Return, by the version of a row, the newest release at hand that has its model."""
        ordered = sorted(self._at_hand, key=natural)
        rows = ((self.timeline.row(each), each) for each in ordered)
        return {row.version: each for row, each in rows if row}

    def model(self, step: Step) -> Service:
        """Return the model of *step*: the operation of the place alone, nothing where the release lacks the service."""
        if step.row is not None and not step.row.crc:
            return _NOTHING
        if step.version in self._tracked:
            return self._tracked[step.version]
        version = self._source(step) or step.version
        try:
            return limited(self._whole(version), self.place)
        except ServiceUnknown:
            return _NOTHING

    def has_service(self, step: Step) -> bool:
        """Tell whether the release of *step* has the service at all."""
        if step.row is not None:
            return bool(step.row.crc)
        try:
            self._whole(self._source(step) or step.version)
        except ServiceUnknown:
            return False
        return True

    def _whole(self, version: str) -> Service:
        name = operation_of(self.place)
        if version in self._snapshots:
            model = snapshots.read(self._snapshots[version])
            if name in model.service.operations or name in model.absent:
                self._dates[version] = model.release.date
                return model.service
        if version == installed.version() and self._is_installed:
            return installed.model(self.service).service
        self._read += version not in self._at_hand
        source = releases.source(version, self.service, self.index, self._snapshots)
        self._dates[version] = source.release.date
        return service_of(source.files[snapshots.MODEL], f"{self.service} of release {version}")

    def release(self, step: Step) -> Release:
        """Return the release of *step*, with its date where one is known."""
        row = self.timeline.row(step.version)
        date = step.date or (row.date if row and row.version == step.version else "")
        return Release(step.version, date or self._dates.get(step.version, ""))

    def is_exact(self, step: Step, before: Step) -> bool:
        """Tell whether no release that may differ from *before* lies between it and *step*."""
        row = self.timeline.row(step.after) if step.after else None
        return before.version == step.after or (row is not None and row == before.row)

    def until(self, version: str) -> tuple[Step, ...]:
        """
        Return the steps up to the one that has the model of release *version*.

        Raises ModelUnavailable when no step is that old.
        """
        found = tuple(each for each in self.steps if natural(each.version) <= natural(version))
        if not found:
            oldest = f"the oldest known of {self.service} is {self.steps[0].version}" if self.steps else "none is known"
            raise ModelUnavailable(f"{self.service} of release {version}", oldest, "name a later release")
        return found
