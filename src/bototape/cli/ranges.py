"""``bototape check --releases``: the range of releases that each cassette is good for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from bototape import recordings, releases
from bototape.check import Policy
from bototape.errors import ModelUnavailable, UsageError
from bototape.finding import Finding, Severity
from bototape.history import Axis
from bototape.recordings import Recording
from bototape.releases import Index, installed, snapshots, timeline
from bototape.releases.walk import walk
from bototape.report import gate_of
from bototape.validity import Ends, Models, common, reported, spans

__all__ = ["Range", "ranged"]


@dataclass(frozen=True, slots=True)
class Range:
    """Two releases as the command line names them, and where models come from."""

    first: str
    last: str
    schemas: Path | None
    index: Index | None

    @classmethod
    def parse(cls, text: str, schemas: Path | None, index: Index | None) -> Range:
        """Return the range that *text* (``1.20.40..latest``) names; raises UsageError for another form."""
        first, dots, last = text.partition("..")
        if not (dots and first and last) or ".." in last:
            raise UsageError(f"--releases: expected FIRST..LAST, found {text!r}", "such as --releases 1.20.40..latest")
        return cls(first, last, schemas, index)

    def versions(self, service: str) -> Ends:
        """Return both ends as versions."""
        return self._version(self.first, service), self._version(self.last, service)

    def _version(self, spec: str, service: str) -> str:
        if spec == "installed":
            return installed.version()
        if spec == "pinned":
            return releases.load(spec, service, self.schemas).release.version
        return releases.published(spec, service, self.index, snapshots.paths(service, snapshots.roots(self.schemas)))


def ranged(files: Sequence[Path], wanted: Range, judged: Policy, fail_on: str) -> list[Finding]:
    """Return the spans of the cassettes *files* over the releases *wanted*; *fail_on* is what makes one invalid."""
    gate = gate_of(fail_on) or Severity.ERROR
    read = [recordings.read(each) for each in files]
    used = {(each.service, each.operation) for one in read for each in one.calls if each.operation}
    found: dict[tuple[str, str], Models | None] = {}
    ends: dict[str, Ends] = {}
    missing: list[ModelUnavailable] = []
    for service in sorted({name for name, _ in used}):
        operations = sorted(operation for name, operation in used if name == service)
        try:
            both = wanted.versions(service)
            found |= _models(service, operations, both, wanted, judged)
            ends[service] = both
        except ModelUnavailable as error:
            missing.append(error)
            click.echo(f"bototape: warning: {service} is not checked: {error}", err=True)
    if missing and not any(found.values()):
        raise missing[0]
    return [each for one in read for each in _reported(one, found, ends, gate)]


def _reported(
    recording: Recording,
    found: Mapping[tuple[str, str], Models | None],
    ends: Mapping[str, Ends],
    gate: Severity,
) -> list[Finding]:
    own = {each: ends[each] for each in recording.services if each in ends}
    services = ", ".join(recording.services)
    if not own:
        return reported(recording, (), services)
    shared = common(own.values())
    told = ", ".join(f"{each} {first}..{last}" for each, (first, last) in own.items())
    if shared is None:
        return reported(recording, (), services, f"its services have no release in common: {told}")
    if any(each != shared for each in own.values()):
        _say(f"{recording.path}: checked over the releases that its services have in common: {told}")
    return reported(recording, spans(recording, found, shared, lambda each: _breaks(each, gate)), services)


def _breaks(finding: Finding, gate: Severity) -> bool:
    """Tell whether *finding* makes a recording invalid: it reaches the gate, or the release lacks the operation."""
    return finding.severity >= gate or finding.rule == "operation-unknown"


def _models(
    service: str, operations: Sequence[str], ends: Ends, wanted: Range, judged: Policy
) -> dict[tuple[str, str], Models | None]:
    places = snapshots.roots(wanted.schemas)
    known, published = timeline.known(service, places), tuple[str, ...]()
    if wanted.index is not None and not (known.covers(ends[0]) and known.covers(ends[1])):
        walked = walk(service, places, wanted.index, ends[0], announce=_say, progress=lambda _done, _wanted: None)
        known, published = walked.timeline, walked.published
    found: dict[tuple[str, str], Models | None] = {}
    for each in operations:
        axis = Axis(service, each, known, places, index=wanted.index, published=published)
        found[service, each] = Models(axis, *ends, judged)
    return found


def _say(line: str) -> None:
    click.echo(f"bototape: {line}", err=True)
