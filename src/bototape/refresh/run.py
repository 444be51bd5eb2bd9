"""
Refresh one cassette from its scenario: recorded aside, checked, played once, compared, then swapped in; or not.

Until the swap nothing that was there is touched, and after a failure nothing is left of the recording.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from botocore.session import Session

from bototape import cassettes, ledger
from bototape.adapters import models
from bototape.adapters.botocore import release
from bototape.audit import audit
from bototape.capture.estate import Credentials, known_values
from bototape.check import Checker, Policy
from bototape.errors import BototapeError, CassetteMissing, LeakRefused, RecordingFailed
from bototape.finding import Finding, Severity, at_or_above
from bototape.interaction import Cassette
from bototape.recordings import recorded
from bototape.refresh import pending
from bototape.refresh.compare import KINDS, Hunk, Kind, compare
from bototape.refresh.excuses import Excuses
from bototape.refresh.journal import Journal, path_of
from bototape.refresh.prove import Unproven, prove
from bototape.refresh.restore import Restorer
from bototape.refresh.retries import once
from bototape.refresh.sources import newest
from bototape.refresh.swap import swap
from bototape.refresh.unkeyed import keep_names
from bototape.scenario import run as recording
from bototape.scenario.plan import Plan
from bototape.scenario.run import Progress, Settings, Target
from bototape.scrub.estate import joined
from bototape.scrub.pseudonyms import digest

__all__ = ["MEANING", "Outcome", "Rules", "State", "Told", "refresh", "settle", "there"]

#: What became of a cassette.
State = Literal["unchanged", "written", "withheld"]

#: The classes that change what a recording says: what ``--write`` accepts where nothing is said.
MEANING: tuple[Kind, ...] = tuple(each for each in KINDS if each != "update")


@dataclass(frozen=True, slots=True)
class Rules:
    """
    What decides on a recording: the classes that are *accepted*, what does not count, how it is checked.

    *schemas* is the directory of snapshots, None for the usual ones.
    """

    accepted: Collection[Kind] = MEANING
    excuses: Excuses = field(default_factory=Excuses)
    policy: Policy = field(default_factory=Policy)
    schemas: Path | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """Who hears of the way: each answer, that all steps are over, and how the clean-up went."""

    on_progress: Callable[[Progress], None] = lambda _: None
    on_note: Callable[[str], None] = lambda _: None
    sleep: Callable[[float], None] = time.sleep
    on_steps_end: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What came of one cassette: its *hunks*, of which *withheld* have a class that was not accepted.

    *is_kept* says that the recording waits for a review; *strange_ledger* that the ledger knew none of its values, of
    which *named* (by their places) of *values* have the names they had.
    """

    cassette: str
    source: str
    state: State
    hunks: tuple[Hunk, ...]
    answers: int
    withheld: tuple[Kind, ...] = ()
    strange_ledger: bool = False
    is_kept: bool = False
    named: int = 0
    values: int = 0


def refresh(
    plan: Plan, where: Target, session: Session, settings: Settings, rules: Rules, told: Told | None = None
) -> Outcome:
    """
    Record *plan* and put the recording in place of *where* if it is sound, says something else, and is accepted.

    Raises what `recording.run` raises, with the cassette's own name; `Unproven` for one that does not pass the check of
    the newest release at hand or does not play; and what `swap` raises. The cassette is then as it was.
    """
    told = told or Told()
    with (
        cassettes.held(where.cassette),
        tempfile.TemporaryDirectory(prefix="bototape-refresh-") as place,
        ExitStack() as until_swapped,
    ):
        before, old = cassettes.seen(where.cassette), there(where.cassette)
        aside = Target(Path(place) / where.cassette.name, Path(place) / "ledger.json")
        _copy(where.ledger, aside.ledger)

        def on_end() -> None:
            """Take the ledger as it is now; nobody else changes it before the swap."""
            until_swapped.enter_context(ledger.locked(where.ledger))
            _copy(where.ledger, aside.ledger)

        journal = _journal(plan, session, where, settings)
        if journal.finished:
            told.on_note(f"going on after {max(journal.finished)} of {len(plan.scenario.steps)} steps")
        done = _recorded(plan, session, aside, where, settings, told, journal, on_end)
        unknown = done.strange_ledger or not where.ledger.is_file()
        named = keep_names(aside, where, old, done.learned) if unknown else 0
        came = settle(aside, where, (old, before), session, rules)
        journal.drop()
    return replace(
        came,
        source=plan.scenario.path,
        answers=done.answers,
        strange_ledger=done.strange_ledger,
        named=named,
        values=len(done.learned),
    )


def settle(
    aside: Target, where: Target, before: tuple[Cassette, cassettes.Seen], session: Session, rules: Rules
) -> Outcome:
    """
    Put what was recorded *aside* in place of *where* if it is sound, says something else, and is accepted.

    *before* is the cassette that was there as the recording began, and what was `seen` of it. Raises `Unproven`, and
    what `swap` raises.
    """
    new = _without_retries(aside.cassette)
    refuse_unsound(new, where.cassette, rules, session)
    hunks = tuple(compare(before[0], new, models, rules.excuses))
    withheld = tuple(each for each in KINDS if each not in rules.accepted and any(h.kind == each for h in hunks))
    state = _state(hunks, withheld)
    if state == "written":
        swap(aside.cassette, aside.ledger, where.cassette, where.ledger, before[1])
    pending.drop(where.cassette)
    kept = state == "withheld" and pending.keep(aside.cassette, aside.ledger, where.cassette, where.ledger, before[1])
    return Outcome(str(where.cassette), "", state, hunks, len(new.interactions), withheld, is_kept=kept)


def _without_retries(aside: Path) -> Cassette:
    """Return what was recorded without the attempts that botocore made again: a burst is no part of the story."""
    whole = cassettes.read(aside)
    kept = once(whole)
    if kept != whole:
        cassettes.write(aside, kept, lambda text: at_or_above(audit(text, where=str(aside)), Severity.ERROR))
    return kept


def there(cassette: Path) -> Cassette:
    """Return the cassette that is there now, an empty one where there is none."""
    try:
        return cassettes.read(cassette)
    except CassetteMissing:
        return Cassette()


def _state(hunks: Sequence[Hunk], withheld: Collection[Kind]) -> State:
    """All or nothing: a spelling that nobody asked for is left alone, anything else that is not accepted is told."""
    if all(each.kind == "update" and "update" in withheld for each in hunks):
        return "unchanged"
    return "withheld" if set(withheld) - {"update"} else "written"


def _recorded(
    plan: Plan,
    session: Session,
    aside: Target,
    where: Target,
    settings: Settings,
    told: Told,
    journal: Journal,
    on_end: Callable[[], None],
) -> recording.Recorded:
    try:
        return recording.run(
            plan,
            session,
            aside,
            settings,
            on_progress=told.on_progress,
            on_note=told.on_note,
            sleep=told.sleep,
            journal=journal,
            on_steps_end=told.on_steps_end,
            on_end=on_end,
        )
    except BototapeError as error:
        raise _named(error, aside, where) from None


def _copy(path: Path, to: Path) -> None:
    if path.is_file():
        shutil.copyfile(path, to)


def _journal(plan: Plan, session: Session, where: Target, settings: Settings) -> Journal:
    """Return the journal of this recording, with what an earlier run of it left."""
    key = ledger.key()
    caller = recording.caller(plan, session, settings)
    head = {
        "journal": "2",
        "scenario": hashlib.sha256(Path(plan.scenario.path).read_bytes()).hexdigest(),
        "region": settings.region or plan.scenario.region,
        "endpoint": hashlib.sha256(recording.endpoint_of(plan, session, settings).url.encode()).hexdigest(),
        "account": digest(key, "account", caller.account),
        "release": release(),
    }
    known = known_values(joined(caller, settings.more), Credentials("", ""))

    def leaks(text: str) -> Sequence[Finding]:
        return at_or_above(audit(text, where="", known=known), Severity.ERROR)

    restorer = Restorer(key, joined(caller, settings.more).known())
    journal, names = Journal(path_of(where.cassette), head, leaks, restorer), ledger.load(where.ledger)
    journal.resume(plan, names)
    journal.settle(key, names, where.ledger)
    return journal


def _named(error: BototapeError, aside: Target, where: Target) -> BototapeError:
    """Let *error* name the files that were to be replaced, not the place where it was recorded."""
    names = {str(aside.cassette): str(where.cassette), str(aside.ledger): str(where.ledger)}
    if isinstance(error, RecordingFailed):
        error.cassette = str(where.cassette)
    elif isinstance(error, LeakRefused):
        error.path = str(where.cassette)
        error.places = tuple(each.replace(str(aside.cassette), str(where.cassette)) for each in error.places)
    elif getattr(error, "path", None) in names:
        setattr(error, "path", names[getattr(error, "path")])  # noqa: B009, B010 - of several classes
    return error


def refuse_unsound(new: Cassette, cassette: Path, rules: Rules, session: Session) -> None:
    """Raise `Unproven` unless *new* passes the check of the newest release at hand, and plays."""
    wrong = at_or_above(_checked(new, cassette, rules), Severity.ERROR)
    if wrong:
        faults = tuple(f"{each.where}: {each.message} [{each.rule}]" for each in wrong)
        fix = "record with a newer botocore; where AWS answers so and the model is wrong, add an erratum"
        raise Unproven(str(cassette), faults, fix)
    prove(new, cassette, models, session.get_component("data_loader"))


def _checked(new: Cassette, cassette: Path, rules: Rules) -> list[Finding]:
    found: list[Finding] = []
    checkers: dict[str, Checker | None] = {}
    for number, each in enumerate(new.interactions, 1):
        call = recorded(number, each)
        if call.service not in checkers:
            checkers[call.service] = _checker(call.service, rules)
        checker = checkers[call.service]
        found += checker.interaction(each, number, str(cassette), call.operation) if checker else []
    return found


def _checker(service: str, rules: Rules) -> Checker | None:
    model = newest(service, rules.schemas)
    if model is None:
        return None
    absent = model.absent if model.tracked_only else None
    return Checker(model.service, str(model.release), name=model.name, absent=absent, policy=rules.policy)
