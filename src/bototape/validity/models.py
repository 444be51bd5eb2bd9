"""The models of one operation over a range of releases, each distinct one once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bototape.check import Checker, Policy
from bototape.errors import ModelUnavailable
from bototape.finding import Finding
from bototape.history import Axis, Step
from bototape.recordings import Recorded
from bototape.releases import Release, natural
from bototape.releases.model import VersionKey
from bototape.shapes import Service

__all__ = ["Models", "Version"]

#: A finding that decides whether a recording is valid.
Breaks = Callable[[Finding], bool]


@dataclass(frozen=True, slots=True)
class Version:
    """
    A release from which on an operation may be another than before.

    *model* is the number of its model, counted among the distinct ones; None when the model is not at hand. *after* is
    the release published right before it, empty where that is not known.
    """

    release: Release
    after: str
    model: int | None


class Models:
    """
    The distinct models of one operation from release *first* to *last* on *axis*, with a checker for each.

    Raises ModelUnavailable when one of the two is no release that is known.
    """

    def __init__(self, axis: Axis, first: str, last: str, policy: Policy) -> None:
        self._axis = axis
        self._policy = policy
        self._distinct: list[tuple[Mapping[str, Any], Service]] = []
        self._checkers: list[Checker] = []
        self._found: dict[tuple[int, str, int], list[Finding]] = {}
        until = axis.until(last)
        begin = axis.until(first)[-1]
        # The first has the model of a release before, and the name of the one that was asked for.
        named = axis.release(begin) if begin.version == first else Release(first)
        later = until[until.index(begin) + 1 :]
        self.versions = (self._version(begin, named), *(self._version(each, axis.release(each)) for each in later))
        self._ages = [natural(each.release.version) for each in self.versions]

    def _version(self, step: Step, release: Release) -> Version:
        model: int | None = None
        if self._axis.is_known(step):
            try:
                model = self._number(step, release)
            except ModelUnavailable:
                model = None
        # Reading a model may tell the day of its release.
        return Version(self._axis.release(step) if release.version == step.version else release, step.after, model)

    def _number(self, step: Step, release: Release) -> int:
        """Return the number of the model of *step*, a new one if there was none like it."""
        service, metadata = self._axis.model(step), self._axis.metadata(step)
        for number in range(len(self._distinct) - 1, -1, -1):  # mostly it is that of the release before
            if self._distinct[number] == (metadata, service):
                return number
        self._distinct.append((metadata, service))
        whole = Service(metadata or self._any_metadata(), service.operations, service.shapes)
        checker = Checker(whole, str(release), name=self._axis.service, policy=self._policy)
        self._checkers.append(checker)
        return len(self._distinct) - 1

    def _any_metadata(self) -> Mapping[str, Any]:
        """Return the metadata of a later release: a release without the service has none, and its calls are known."""
        newest = [each for each in self._axis.steps if self._axis.is_known(each)][-1]
        return self._axis.metadata(newest)

    def broken(self, model: int, call: Recorded, where: str, breaks: Breaks) -> list[Finding]:
        """Return what *breaks* the recorded *call* of the cassette at *where* under the *model* of that number."""
        key = (model, where, call.number)
        if key not in self._found:
            checker = self._checkers[model]
            found = checker.interaction(call.interaction, call.number, where, call.operation)
            self._found[key] = [each for each in found if breaks(each)]
        return self._found[key]

    def at(self, age: VersionKey) -> Version:
        """Return the newest of the versions that is not newer than the release of that *age*, else the oldest."""
        return self.versions[max(0, bisect_right(self._ages, age) - 1)]
