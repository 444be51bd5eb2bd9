"""
The releases along which the history of a service is told, and their models.

A model comes from wherever it costs least: the committed timeline, a snapshot, the installed botocore, the cache, and
last the package index. A release whose model is the same as one at hand needs no other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from bototape import releases
from bototape.errors import ModelUnavailable, ServiceUnknown
from bototape.history.points import limited, operation_of
from bototape.releases import Index, cache, installed, layout, natural, snapshots
from bototape.releases.model import Release, neighbours, service_of
from bototape.releases.timeline import Row, Timeline
from bototape.shapes import Service

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
        self._parsed: dict[int, Service] = {}
        self._read = 0

    def to_read(self, steps: Sequence[Step]) -> int:
        """Return how many of the models of *steps* only the package index has."""
        return sum(not self._is_at_hand(each) for each in steps)

    @property
    def read(self) -> int:
        """How many models were read from the package index."""
        return self._read

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The releases that may have brought something, oldest first: those known to differ, those not looked into."""
        before = dict(zip(self.published[1:], self.published, strict=False))
        known = {each.version: Step(each.version, each.date, each.after, each) for each in self.timeline.rows}
        for first in self.timeline.rows[:1]:  # what lies before it was not walked; between others, it may be unread
            known[first.version] = Step(first.version, first.date, before.get(first.version, ""), first)
        others = {each for each in (*self.published, *self._at_hand) if not self.timeline.covers(each)}
        found = [*known.values(), *(Step(each, after=before.get(each, "")) for each in others)]
        return tuple(sorted(found, key=lambda each: natural(each.version)))

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
    def _tracked(self) -> dict[str, dict[str, Any]]:
        """Return the models that the timeline holds of the operation, by the version of their row."""
        return self.timeline.models() if operation_of(self.place) in self.timeline.tracked else {}

    def _of_timeline(self, version: str) -> Service:
        raw = self._tracked[version]
        if id(raw) not in self._parsed:
            read = service_of(raw, f"{self.service} of release {version} in its timeline", "restore the timeline")
            self._parsed[id(raw)] = limited(read, self.place)
        return self._parsed[id(raw)]

    def is_known(self, step: Step) -> bool:
        """Tell whether the model of *step* can be had."""
        return self.index is not None or self._is_at_hand(step)

    def _is_at_hand(self, step: Step) -> bool:
        return (step.row is not None and not step.row.crc) or bool(self._source(step))

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
        try:
            return self.demand(step)
        except ServiceUnknown:
            return _NOTHING

    def demand(self, step: Step) -> Service:
        """Return the model of *step*; raises ServiceUnknown where the release lacks the service."""
        if step.row is not None and not step.row.crc:
            first = next((each for each in self.timeline.rows if each.crc), None)
            came = f"it appeared in {Release(first.version, first.date)}" if first else "none that is known has it"
            raise ServiceUnknown(f"{self.service} of release {self.end(step)}", f"it has no such service: {came}")
        if step.version in self._tracked:
            return self._of_timeline(step.version)
        return limited(self._whole(self._source(step) or step.version), self.place)

    def operations(self, step: Step) -> Service:
        """Return the model of *step* with all its operations, or all that are known."""
        if step.version in self._tracked:
            return service_of(self._tracked[step.version], f"the timeline of {self.service}")
        return self._whole(self._source(step) or step.version)

    def metadata(self, step: Step) -> Mapping[str, Any]:
        """Return the metadata of the service in *step*; nothing where the release lacks it."""
        if step.row is not None and not step.row.crc:
            return {}
        if step.version in self._tracked:
            found: Mapping[str, Any] = self._tracked[step.version]["metadata"]
            return found
        return self._whole(self._source(step) or step.version).metadata

    def end(self, step: Step) -> str:
        """Return the newest release that is known to have the model of *step*."""
        if step.row is None:
            return step.version
        rows = self.timeline.rows
        following = rows[rows.index(step.row) + 1 :]
        return (following[0].after or step.version) if following else self.timeline.last

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
        return Release(step.version, step.date or self._dates.get(step.version, ""))

    def named(self, version: str, step: Step) -> Release:
        """Return release *version*, which has the model of *step*, with its date where one is known."""
        if version == step.version:
            return self.release(step)
        if version == self.timeline.last:
            return Release(version, self.timeline.date)
        return snapshots.read(self._snapshots[version]).release if version in self._snapshots else Release(version)

    def newest(self, step: Step) -> Release:
        """Return the newest release that is known to have the model of *step*."""
        is_last = step.row is not None and step.row == self.timeline.rows[-1]
        return Release(self.timeline.last, self.timeline.date) if is_last else self.release(step)

    def is_exact(self, step: Step, before: Step) -> bool:
        """Tell whether no release that may differ from *before* lies between it and *step*."""
        row = self.timeline.row(step.after) if step.after else None
        return before.version == step.after or (row is not None and row == before.row)

    def until(self, version: str) -> tuple[Step, ...]:
        """
        Return the steps up to the one that has the model of release *version*.

        Raises ModelUnavailable, with its neighbours, when there is no such release.
        """
        found = tuple(each for each in self.steps if natural(each.version) <= natural(version))
        if not found or (found[-1].version != version and not self.timeline.covers(version)):
            what = "the package index has" if self.published else "known without the network are"
            near = (
                " and ".join(
                    neighbours(version, filter(None, [*(each.version for each in self.steps), self.timeline.last]))
                )
                or "none"
            )
            reason = f"there is no such release; {what} {near}"
            raise ModelUnavailable(f"{self.service} of release {version}", reason, "name another release")
        return found
