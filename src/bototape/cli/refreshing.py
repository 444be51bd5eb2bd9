"""The work of ``bototape refresh``: what is due, and recording it, one cassette after the other."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from bototape.cli.leave import MAX_DURATION_S
from bototape.errors import BototapeError
from bototape.refresh import account, fromtests
from bototape.refresh.fromtests import Tests
from bototape.refresh.plan import Entry, Plan, entry, unowned
from bototape.refresh.run import Outcome, Rules, Told, refresh
from bototape.refresh.sources import Source, Standing
from bototape.scenario import run as recording
from bototape.scenario.run import Progress, Settings
from bototape.scenario.steps import Interrupted

__all__ = ["Work", "planned", "stderr"]


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


@dataclass
class Work:
    """
    Recording what is due with botocore's *session*.

    *settings* and *rules* are alike for all, *accounts* those that may be recorded. *say* is told of the way. What
    fails is told at once and kept in *failures*; the next one is recorded all the same.
    """

    session: Any
    settings: Settings
    rules: Rules
    accounts: tuple[str, ...]
    say: Callable[[str], None]
    done: list[Outcome] = field(default_factory=list)
    failures: list[BototapeError] = field(default_factory=list)

    def refresh(self, sources: Sequence[Source], plan: Plan) -> None:
        """Record those of *sources* that are due; only Ctrl-C ends it early."""
        for source, each in zip(sources, plan.entries, strict=True):
            if not each.is_due:
                self._leave(each)
                continue
            try:
                self.done.append(self._one(source))
            except Interrupted:
                raise
            except BototapeError as error:
                self._failed(error)

    def _leave(self, each: Entry) -> None:
        """Say what is due and will not be recorded, for a reason that the user can do something about."""
        if each.refused and each.reasons:
            flags = " ".join(f"--allow {each.service}.{name}" for name in each.refused)
            self.say(f"bototape: {each.cassette} is left out: it changes the account; {flags} if that is meant")
        elif not each.source and each.reasons:
            self.say(f"bototape: {each.cassette} is left out: no scenario makes it")

    def _one(self, source: Source) -> Outcome:
        if source.scenario is None or source.target is None:
            raise AssertionError("what nothing makes is never due")
        plan = source.scenario
        self.say(f"recording {plan.scenario.path}")
        caller = recording.caller(plan, self.session, self.settings)
        endpoint = recording.endpoint_of(plan, self.session, self.settings)
        account.refuse(caller, self.accounts, endpoint.kind, mutates=bool(plan.mutations))
        settings = recording.with_estate(self.settings, caller)
        told = Told(self._progress, lambda line: self.say(f"  {line}"))
        done = refresh(plan, source.target, self.session, settings, self.rules, told)
        if done.strange_ledger:
            self.say(f"note: {source.target.ledger} was made with another key, so all values got new pseudonyms")
        return done

    def _progress(self, progress: Progress) -> None:
        step = progress.step
        if progress.state == "done":
            count = f"{progress.answers} answer{'' if progress.answers == 1 else 's'}"
            self.say(f"  {step.number}/{len(progress.scenario.steps)} {step.operation}: {count}")

    def refresh_tests(
        self, tests: Sequence[str], root: Path, allowed: Sequence[str], told: Mapping[str, str | None]
    ) -> None:
        """Run *tests* in record mode with the environment *told*, and settle what they recorded below *root*."""
        region = told.get("AWS_DEFAULT_REGION") or self.session.get_config_variable("region") or "us-east-1"
        caller, endpoint = recording.anyone(self.session, region, self.settings)
        account.refuse(caller, self.accounts, endpoint.kind, mutates=bool(allowed))
        with tempfile.TemporaryDirectory(prefix="bototape-refresh-") as place:
            into = Path(place).resolve()
            run, command = Tests.before(into, root), fromtests.command(tests)
            self.say(f"running pytest {' '.join(command[3:])}")
            try:
                limit = self.settings.budget.max_duration_s or MAX_DURATION_S
                run.run(command, fromtests.environment(os.environ, into, allowed, told), limit, self.say)
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
