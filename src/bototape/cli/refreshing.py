"""The work of ``bototape refresh``: what is due, and recording it, one cassette after the other or several at once."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import click

from bototape.cli import progress
from bototape.cli.leave import MAX_DURATION_S
from bototape.cli.progress import Teller
from bototape.errors import BototapeError
from bototape.refresh import account, fromtests
from bototape.refresh.callers import Callers
from bototape.refresh.fromtests import Tests
from bototape.refresh.owners import Owners, calls
from bototape.refresh.plan import Entry, Plan, entry, of_tests, unowned
from bototape.refresh.run import Outcome, Rules, Told, refresh
from bototape.refresh.sources import Source, Standing
from bototape.refresh.workers import Result, Task, Workers, can_go_on_at_once
from bototape.scenario import run as recording
from bototape.scenario.run import Settings
from bototape.scenario.steps import Interrupted

__all__ = ["Work", "planned", "planned_tests", "stderr"]


def planned(sources: Sequence[Source], standing: Standing, allowed: Collection[str], *, everything: bool) -> Plan:
    """Return what is to be done about *sources*; *allowed* operations may change the account."""

    def one(source: Source) -> Entry:
        recorded, found = standing.of(source.cassette)
        if source.scenario is None:
            return unowned(str(source.cassette), found)
        return entry(
            source.scenario.scenario,
            str(source.cassette),
            source.scenario.mutations,
            recorded,
            found,
            asked=source.asked or everything,
            allowed=allowed,
        )

    return Plan(tuple(map(one, sources)))


def planned_tests(
    owners: Owners, below: Path | None, standing: Standing, session: Any, allowed: Collection[str]
) -> Plan:
    """Return what is to be done about the cassettes that *owners* know, and any others *below* that directory."""
    known = {fromtests.near(each): tests for each, tests in owners.tests.items()}
    others = fromtests.cassettes_below(below) if below else ()
    entries = []
    for cassette in sorted({*known, *map(fromtests.near, others)}):
        recorded, found = standing.of(cassette)
        if cassette in known:
            made = calls(recorded, session)
            is_there = recorded is not None
            entry = of_tests(str(cassette), known[cassette], made, found, is_there=is_there, allowed=allowed)
        else:
            entry = unowned(str(cassette), found)
        entries.append(entry)
    return Plan(tuple(entries), from_tests=True)


@dataclass
class Work:
    """
    Recording what is due with botocore's *session*, which is of *profile*.

    *settings* and *rules* are alike for all, *accounts* those that may be recorded. *say* is told of the way. What
    fails is told at once and kept in *failures*; the next one is recorded all the same. At most *jobs* go on at once.
    """

    session: Any
    settings: Settings
    rules: Rules
    accounts: tuple[str, ...]
    say: Callable[[str], None]
    profile: str | None = None
    jobs: int = 1
    done: list[Outcome] = field(default_factory=list)
    failures: list[BototapeError] = field(default_factory=list)

    def refresh(self, sources: Sequence[Source], plan: Plan) -> None:
        """Record those of *sources* that are due; only Ctrl-C ends it early, and what was done till then is kept."""
        callers = Callers(self.session, self.settings, self.accounts)
        tasks = []
        for source, each in zip(sources, plan.entries, strict=True):
            if each.is_due:
                tasks += self._task(source, callers)
            else:
                self._leave(each)
        together = min(self.jobs, len(tasks)) > 1 and can_go_on_at_once(self.session)
        results: dict[int, Result] = {}
        try:
            with progress.shown(self.say, together=together) as display:
                if together:
                    self._together(tasks, display, results)
                else:
                    self._one_by_one(tasks, display, results)
        finally:
            came = [results[number] for number in sorted(results)]
            self.done += (each for each in came if isinstance(each, Outcome))
            self.failures += (each for each in came if isinstance(each, BototapeError))

    def _leave(self, each: Entry) -> None:
        """Say what is due and will not be recorded, for a reason that the user can do something about."""
        if each.refused and each.reasons:
            self.say(f"bototape: {each.cassette} is left out: it changes the account; {each.leave} if that is meant")
        elif not each.source and each.reasons:
            self.say(f"bototape: {each.cassette} is left out: no scenario makes it")

    def _task(self, source: Source, callers: Callers) -> list[Task]:
        if source.scenario is None or source.target is None:
            raise AssertionError("what nothing makes is never due")
        try:
            settings = callers.settings_of(source.scenario)
        except BototapeError as error:
            self._failed(error)
            return []
        return [Task(source.scenario, source.target, settings)] if settings else []

    def _one_by_one(self, tasks: Sequence[Task], display: Teller, results: dict[int, Result]) -> None:
        for number, task in enumerate(tasks):
            display.begins(task)
            told = Told(partial(display.goes_on, task), partial(display.notes, task))
            try:
                results[number] = refresh(task.plan, task.where, self.session, task.settings, self.rules, told)
            except Interrupted as error:
                display.ends(task, error)
                raise
            except BototapeError as error:
                results[number] = error
            display.ends(task, results[number])

    def _together(self, tasks: Sequence[Task], display: Teller, results: dict[int, Result]) -> None:
        with tempfile.TemporaryDirectory(prefix="bototape-refresh-") as place:
            budget = self.settings.budget.shared(Path(place) / "requests")
            shared = [replace(each, settings=replace(each.settings, budget=budget)) for each in tasks]
            workers = Workers(shared, self.jobs, self.profile, self.rules, display, results)
            try:
                workers.run()
            except KeyboardInterrupt:
                stopped = [results[each] for each in sorted(results) if isinstance(results[each], Interrupted)]
                for each in stopped[1:]:
                    display.say(f"bototape: {each}")
                if stopped and isinstance(stopped[0], Interrupted):
                    raise stopped[0] from None
                raise

    def refresh_tests(
        self, tests: Sequence[str], root: Path, allowed: Sequence[str], told: Mapping[str, str | None]
    ) -> None:
        """Run *tests* in record mode with the environment *told*, and settle what they recorded below *root*."""
        region = told.get("AWS_DEFAULT_REGION") or self.session.get_config_variable("region") or "us-east-1"
        caller, endpoint = recording.anyone(self.session, region, self.settings)
        account.refuse(caller, self.accounts, endpoint.kind, mutates=bool(allowed))
        with tempfile.TemporaryDirectory(prefix="bototape-refresh-") as place:
            into = Path(place).resolve() / "recorded"
            into.mkdir()
            budget = self.settings.budget.shared(Path(place).resolve() / "requests")
            run, command = Tests.before(into, root), fromtests.command(tests)
            self.say(f"running pytest {' '.join(command[3:])}")
            try:
                limit = self.settings.budget.max_duration_s or MAX_DURATION_S
                run.run(command, fromtests.environment(os.environ, into, allowed, budget, told), limit, self.say)
            except BototapeError as error:
                self._failed(error)
            for each in run.recorded():
                try:
                    self.done.append(run.settle(each, self.session, self.rules))
                except BototapeError as error:
                    self._failed(error)

    def _failed(self, error: BototapeError) -> None:
        self.say(f"bototape: {error}")
        self.failures.append(error)

    def code(self) -> int:
        """Return the exit code: that of the first failure, else 1 where a difference was not accepted."""
        if self.failures:
            return max(each.exit_code for each in self.failures)
        return 1 if any(each.state == "withheld" for each in self.done) else 0


def stderr(line: str) -> None:
    """Say *line* on stderr: stdout is the report's."""
    click.echo(line, err=True)
