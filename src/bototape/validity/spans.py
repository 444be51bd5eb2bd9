"""A recording over a range of releases: the spans in which it is valid, and what is wrong in the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from bototape.finding import Finding, Severity
from bototape.recordings import Recorded, Recording
from bototape.releases import Release, natural
from bototape.validity.models import Breaks, Models, Version

__all__ = ["RULES", "Ends", "Span", "common", "reported", "spans"]

#: The ids of the findings about ranges.
RULES = ("cassette-valid", "cassette-not-valid", "cassette-unchecked")

#: The first and the last release of a range.
Ends = tuple[str, str]

#: So many faults are told of each span.
_TOLD = 3


@dataclass(frozen=True, slots=True)
class Span:
    """
    A run of releases, *first* to *last*, under which a recording is the same.

    It is valid if nothing *broken* is in it, and *known* if there was a model of everything it calls. *last* is empty
    where the release before the next span is not known; then *before* is the release the next span begins with.
    """

    first: Release
    last: str
    before: str
    broken: tuple[Finding, ...]
    known: bool = True

    def __str__(self) -> str:
        end = f"..{self.last}" if self.last else f".. before {self.before}"
        return f"{self.first}{end}" if self.last != self.first.version else str(self.first)


def spans(
    recording: Recording, models: Mapping[tuple[str, str], Models | None], ends: Ends, breaks: Breaks
) -> list[Span]:
    """
    Return the spans of *recording* between the releases *ends*, both included, oldest first.

    *models* are by service and operation, None for one of which no model can be had. All others begin no later than
    the first of *ends*, end no earlier than the last, and one of them begins with the first.
    """
    first, last = map(natural, ends)
    calls = [each for each in recording.calls if models.get((each.service, each.operation))]
    known = len(calls) == len(recording.calls)
    edges: dict[str, Version] = {}
    for each in calls:
        for version in _of(models, each).versions:
            if not first <= natural(version.release.version) <= last:
                continue
            held = edges.get(version.release.version)
            if held is None or not (held.after and held.release.date):
                edges[version.release.version] = version
    found = [_span(recording, calls, models, edges[each], breaks, known=known) for each in sorted(edges, key=natural)]
    return list(_joined(found, edges, ends[1]))


def common(ends: Iterable[Ends]) -> Ends | None:
    """Return what the ranges *ends* of several services have in common, None for nothing."""
    told = list(ends)
    first = max((each for each, _ in told), key=natural, default="")
    last = min((each for _, each in told), key=natural, default="")
    return (first, last) if told and natural(first) <= natural(last) else None


def _of(models: Mapping[tuple[str, str], Models | None], call: Recorded) -> Models:
    found = models[call.service, call.operation]
    if found is None:
        raise KeyError(call.operation)
    return found


def _span(
    recording: Recording,
    calls: Sequence[Recorded],
    models: Mapping[tuple[str, str], Models | None],
    edge: Version,
    breaks: Breaks,
    *,
    known: bool,
) -> Span:
    broken: list[Finding] = []
    age = natural(edge.release.version)
    for each in calls:
        of_call = _of(models, each)
        number = of_call.at(age).model
        if number is None:
            known = False
        else:
            broken += of_call.broken(number, each, str(recording.path), breaks)
    return Span(edge.release, "", "", tuple(broken), known)


def _joined(found: Sequence[Span], edges: Mapping[str, Version], last: str) -> Iterator[Span]:
    """Join spans that follow each other and tell the same, and give each its end."""
    runs: list[Span] = []
    for each in found:
        if not runs or _told(each) != _told(runs[-1]):
            runs.append(each)
    for here, after in zip(runs, [*runs[1:], None], strict=True):
        if after is None:
            yield Span(here.first, last, "", here.broken, here.known)
        else:
            version = after.first.version
            yield Span(here.first, edges[version].after, version, here.broken, here.known)


def _told(span: Span) -> tuple[object, ...]:
    return span.known, tuple((each.where, each.rule, dict(each.evidence).get("place")) for each in span.broken)


def reported(
    recording: Recording, found: Sequence[Span], services: str, why: str = "there is no model"
) -> list[Finding]:
    """
    Return *found*, the spans of *recording*, as findings: invalid ones are errors, valid ones information.

    *why* tells the reason where there are none.
    """
    if not found:
        return [_finding(recording, "cassette-unchecked", Severity.INFO, f"not checked: {why}", services)]
    return [_about(recording, each, services) for each in found]


def _about(recording: Recording, span: Span, services: str) -> Finding:
    if span.broken:
        faults = [f"{_place(recording, each)}: {each.message} [{each.rule}]" for each in span.broken]
        more = f"; and {len(faults) - _TOLD} more" if len(faults) > _TOLD else ""
        message = f"not valid in {services} {span}: {'; '.join(faults[:_TOLD])}{more}"
        return _finding(recording, "cassette-not-valid", Severity.ERROR, message, services, span)
    if not span.known:
        message = f"not checked in {services} {span}: there is no model of some of its calls"
        return _finding(recording, "cassette-unchecked", Severity.INFO, message, services, span)
    return _finding(recording, "cassette-valid", Severity.INFO, f"valid in {services} {span}", services, span)


def _place(recording: Recording, finding: Finding) -> str:
    return finding.where.removeprefix(str(recording.path))


def _finding(
    recording: Recording, rule: str, severity: Severity, message: str, services: str, span: Span | None = None
) -> Finding:
    first = span.first.version if span else ""
    evidence = (
        ("service", services),
        ("from", first),
        ("to", span.last if span else ""),
        ("before", span.before if span else ""),
        ("faults", str(len(span.broken)) if span else "0"),
        ("fingerprint", sha256(f"{rule}:{recording.path}:{first}".encode()).hexdigest()[:12]),
    )
    return Finding(str(recording.path), rule, severity, message, evidence)
