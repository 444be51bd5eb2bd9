"""
What a refresh would do, and why; pure: nothing is sent, read or written here.

A cassette is due when it is not there, older than the project wants, no more valid in the newest release at hand,
stale in it, or asked for by name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bototape.finding import Finding
from bototape.recordings import Recording
from bototape.scenario.model import Scenario

__all__ = ["DUE", "Call", "Entry", "Plan", "entry", "of_tests", "unowned"]

#: Findings of `bototape.drift` that make a cassette due, and what the table says of each.
DUE: Mapping[str, str] = {
    "cassette-orphaned": "orphaned",
    "cassette-invalid": "invalid",
    "cassette-stale": "stale",
    "cassette-old": "old",
}


@dataclass(frozen=True, slots=True)
class Call:
    """The calls of one *operation*: about *requests* of them, by the last recording; *mutates* the account or not."""

    operation: str
    requests: int
    mutates: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One cassette: what makes it, why it is due, and what that takes.

    *source* is the scenario's path, empty where nothing is known that makes it. *reasons* are (word, sentence) pairs;
    none says that it is not due. *refused* are the operations that change the account without leave. *tests* own the
    cassette, where tests are refreshed.
    """

    cassette: str
    source: str
    service: str = ""
    reasons: tuple[tuple[str, str], ...] = ()
    calls: tuple[Call, ...] = ()
    refused: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()

    @property
    def is_due(self) -> bool:
        """Whether a refresh would record it: something makes it, there is a reason, and nothing is refused."""
        return bool(self.source and self.reasons and not self.refused)

    @property
    def leave(self) -> str:
        """The options that would allow what is refused."""
        dotted = f"{self.service}." if self.service else ""
        return " ".join(f"--allow {dotted}{name}" for name in self.refused)

    @property
    def requests(self) -> int:
        """About how many requests that takes."""
        return sum(each.requests for each in self.calls)

    def as_dict(self) -> dict[str, object]:
        """Return it as JSON-ready values, keys stable."""
        return {
            "cassette": self.cassette,
            "source": self.source,
            "service": self.service,
            "due": self.is_due,
            "reasons": [{"why": word, "message": sentence} for word, sentence in self.reasons],
            "calls": [
                {"operation": each.operation, "requests": each.requests, "mutates": each.mutates} for each in self.calls
            ],
            "refused": list(self.refused),
            "tests": list(self.tests),
            "requests": self.requests,
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """All cassettes that were looked at, in order; *from_tests* says that tests make them, not scenarios."""

    entries: tuple[Entry, ...]
    from_tests: bool = False

    @property
    def due(self) -> tuple[Entry, ...]:
        """Those that a refresh would record."""
        return tuple(each for each in self.entries if each.is_due)

    @property
    def requests(self) -> int:
        """About how many requests they take."""
        return sum(each.requests for each in self.due)


def entry(
    scenario: Scenario,
    cassette: str,
    mutations: Collection[str],
    recording: Recording | None,
    standing: Iterable[Finding],
    *,
    asked: bool,
    allowed: Collection[str] = (),
) -> Entry:
    """
    Return what is to be done about the cassette of *scenario*.

    *mutations* are the operations of it that change the account, *allowed* those that may; *recording* is what is there
    now, and *standing* how it stands. *asked* says that the user named it.
    """
    reasons = [("asked", "asked for")] if asked else []
    if recording is None:
        reasons.append(("missing", "not recorded yet"))
    reasons += [(DUE[each.rule], each.message) for each in standing if each.rule in DUE]
    refused = tuple(each for each in mutations if not _is_allowed(scenario.service, each, allowed))
    calls = _calls(scenario, mutations, recording)
    return Entry(cassette, scenario.path, scenario.service, tuple(reasons), calls, refused)


def of_tests(
    cassette: str,
    tests: Sequence[str],
    calls: Sequence[Call],
    standing: Iterable[Finding],
    *,
    is_there: bool,
    allowed: Collection[str] = (),
) -> Entry:
    """
    Return what is to be done about the cassette that *tests* own: they are run, however it stands.

    *calls* are those that were recorded last time, with their services: ``sagemaker.StopAutoMLJob``.
    """
    reasons = [] if is_there else [("missing", "not recorded yet")]
    reasons += [(DUE[each.rule], each.message) for each in standing if each.rule in DUE]
    changing = [each.operation for each in calls if each.mutates]
    refused = tuple(each for each in changing if each not in allowed and each.partition(".")[2] not in allowed)
    return Entry(cassette, "tests", "", tuple(reasons or [("asked", "asked for")]), tuple(calls), refused, tuple(tests))


def unowned(cassette: str, standing: Sequence[Finding]) -> Entry:
    """Return what is known of a cassette that no scenario makes."""
    return Entry(cassette, "", reasons=tuple((DUE[each.rule], each.message) for each in standing if each.rule in DUE))


def _is_allowed(service: str, operation: str, allowed: Collection[str]) -> bool:
    return operation in allowed or f"{service}.{operation}" in allowed


def _calls(scenario: Scenario, mutations: Collection[str], recording: Recording | None) -> tuple[Call, ...]:
    """Count a call a step, or as many as were recorded last time: polls and pages."""
    steps = Counter(each.operation for each in scenario.calls)
    recorded: Counter[str] = Counter()
    for each in recording.of(scenario.service) if recording else ():
        repeat = each.interaction.call.repeat if each.interaction.call else False
        recorded[each.operation] += 1 if isinstance(repeat, bool) else repeat
    return tuple(Call(name, max(count, recorded[name]), name in mutations) for name, count in steps.items())
