"""What the user named, as scenarios and the cassettes they make; and how each cassette stands today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from botocore.session import Session

from bototape import recordings, releases
from bototape.check import Policy
from bototape.drift import Pair, standing
from bototape.errors import (
    CassetteMissing,
    CassetteUnreadable,
    ModelUnavailable,
    ServiceUnknown,
    UsageError,
)
from bototape.finding import Finding
from bototape.recordings import Recording
from bototape.releases import Model, installed, natural
from bototape.scenario import parse, plan, run
from bototape.scenario.files import CASSETTES, SCENARIOS, is_cassette, is_scenario

__all__ = ["Source", "Standing", "find", "newest"]


@dataclass(frozen=True, slots=True)
class Source:
    """
    A cassette and what makes it: *scenario* as it can be run, and its *target*; None for a cassette nothing makes.

    *asked* says that the user named one of the two, and not a directory they are in.
    """

    cassette: Path
    scenario: plan.Plan | None
    target: run.Target | None
    asked: bool


def find(paths: Iterable[Path], session: Session) -> list[Source]:
    """
    Return what *paths* name: scenarios and cassettes as they are, directories as all of them below, sorted.

    Raises CassetteMissing for a path that is not there, UsageError where there is nothing of the kind or two scenarios
    make one cassette, and ScenarioInvalid for one that cannot be run.
    """
    found: dict[Path, Source] = {}
    for each in paths:
        if not each.exists():
            raise CassetteMissing(str(each), "name a scenario, a cassette, or a directory of them")
        for source in _below(each, session) if each.is_dir() else [_named(each, session)]:
            _add(found, source)
    return list(found.values())


def _add(found: dict[Path, Source], source: Source) -> None:
    key = source.cassette.resolve()
    known = found.get(key)
    if known is None or known.scenario is None or (source.asked and not known.asked):
        found[key] = source
    elif source.scenario and Path(known.scenario.scenario.path).resolve() != _path(source).resolve():
        reason = f"{known.scenario.scenario.path} and {_path(source)} would write the same cassette {source.cassette}"
        raise UsageError(reason, "name different cassettes in them")


def _path(source: Source) -> Path:
    return Path(source.scenario.scenario.path) if source.scenario else source.cassette


def _below(directory: Path, session: Session) -> Iterator[Source]:
    files = sorted(each for each in directory.rglob("*") if each.suffix in SCENARIOS and each.is_file())
    scenarios = [each for each in files if each.parent.name == "scenarios" and _is_scenario(each)]
    owners = [_of(each, session, asked=False) for each in scenarios]
    made = {each.cassette.resolve() for each in owners}
    yaml = (each for each in files if each.suffix in CASSETTES)
    others = [each for each in yaml if each.resolve() not in made and is_cassette(_content(each))]
    if not owners and not others:
        raise UsageError(f"there is no scenario or cassette below {directory}", "write one (docs/scenarios.md)")
    yield from owners
    yield from (_owner(each, session, asked=False) for each in others)


def _named(path: Path, session: Session) -> Source:
    return _of(path, session, asked=True) if _is_scenario(path) else _owner(path, session, asked=True)


def _of(path: Path, session: Session, *, asked: bool) -> Source:
    planned = plan.plan(parse.load(path), session)
    where = run.target(planned.scenario)
    return Source(where.cassette, planned, where, asked)


def _owner(cassette: Path, session: Session, *, asked: bool) -> Source:
    """Return *cassette* with the scenario that makes it: one in a directory ``scenarios`` beside or above it."""
    absolute = cassette.resolve()
    for above in absolute.parents:
        for each in sorted((above / "scenarios").glob("*")):
            if each.suffix in SCENARIOS and each.is_file() and _is_scenario(each):
                source = _of(_as_named(each, cassette, absolute), session, asked=asked)
                if source.cassette.resolve() == absolute:
                    return source
    return Source(cassette, None, None, asked)


def _as_named(scenario: Path, cassette: Path, absolute: Path) -> Path:
    """Spell *scenario* as the user spelled *cassette*."""
    here = Path.cwd()
    is_relative = not cassette.is_absolute() and scenario.is_relative_to(here) and absolute.is_relative_to(here)
    return scenario.relative_to(here) if is_relative else scenario


def _is_scenario(path: Path) -> bool:
    return is_scenario(_content(path))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CassetteUnreadable(str(path), str(error.strerror), "name a file that this user may read") from error


class Standing:
    """
    How cassettes stand on *today* in the newest release at hand; *max_age* is in days, None for any.

    *policy* judges them, as for `bototape check`.
    """

    def __init__(
        self, today: dt.date, max_age: int | None, schemas: Path | None = None, policy: Policy | None = None
    ) -> None:
        self._today = today
        self._max_age = max_age
        self._schemas = schemas
        self._policy = policy or Policy()
        self._pairs: dict[tuple[str, str], Pair | None] = {}

    def of(self, cassette: Path) -> tuple[Recording | None, Sequence[Finding]]:
        """Return the recording, None if there is none yet, and what is to be said of it."""
        try:
            recording = recordings.read(cassette)
        except CassetteMissing:
            return None, ()
        provenance = recording.cassette.provenance
        with_ = provenance.release if provenance else ""
        pairs = {name: self._pair(name, with_) for name in recording.services}
        known = {name: pair for name, pair in pairs.items() if pair}
        return recording, standing(recording, known, self._today, self._max_age)

    def _pair(self, service: str, recorded_with: str) -> Pair | None:
        key = service, recorded_with
        if key not in self._pairs:
            newer = newest(service, self._schemas)
            pinned = _at_hand(recorded_with, service, self._schemas) or newer
            known = newer and pinned and Pair(service, pinned, newer, str(newer.release), self._policy)
            self._pairs[key] = known or None
        return self._pairs[key]


def newest(service: str, schemas: Path | None = None) -> Model | None:
    """Return the newest model of *service* that is at hand: a snapshot's or that of the installed botocore."""
    known = [each.version for each in releases.releases(service, schemas)]
    best = max((*known, installed.version()), key=natural)
    return _at_hand(best, service, schemas) or _at_hand("installed", service, schemas)


@cache
def _at_hand(spec: str, service: str, schemas: Path | None) -> Model | None:
    if not spec:
        return None
    try:
        return releases.load(spec, service, schemas)
    except (ModelUnavailable, ServiceUnknown):
        return None
