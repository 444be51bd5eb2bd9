"""``bototape check``: hold recordings against the API of a release."""

from __future__ import annotations

from pathlib import Path

import click

from bototape import cassettes, releases
from bototape.check import PROFILES, Checker, not_checked, service_name
from bototape.cli.network import OFFLINE, index_unless
from bototape.cli.paths import cassette_paths
from bototape.cli.reports import FORMAT, show
from bototape.errors import ModelUnavailable
from bototape.finding import Finding, at_or_above
from bototape.interaction import Interaction
from bototape.report import Format, gate_of

__all__ = ["command"]


@click.command("check")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH…")
@click.option(
    "--release",
    default="installed",
    show_default=True,
    help=f"What to check against: {releases.SPECS}.",
)
@click.option("--service", default="", help="Service of the calls in cassettes of other tools that do not tell.")
@click.option(
    "--profile",
    type=click.Choice(PROFILES),
    default="default",
    show_default=True,
    help="How strictly responses are judged; requests always are.",
)
@FORMAT
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info", "never"]),
    default="error",
    show_default=True,
    help="Exit 1 if a finding is at least this severe.",
)
@click.option(
    "--schemas", type=click.Path(path_type=Path), help="Directory of snapshots, instead of ./schemas and our own."
)
@OFFLINE
def command(
    paths: tuple[Path, ...],
    *,
    release: str,
    service: str,
    profile: str,
    fmt: Format,
    fail_on: str,
    schemas: Path | None,
    offline: bool,
) -> int:
    """Check every request, response and error in the cassettes at PATH… (files or directories) against a release."""
    checkers = _Checkers(release, profile, schemas, index_unless(offline))
    findings: list[Finding] = []
    files = cassette_paths(paths)
    count = 0
    for path in files:
        for number, each in enumerate(cassettes.read(path).interactions, 1):
            findings += checkers.interaction(each, number, str(path), service)
            count += 1
    checkers.refuse_nothing()
    click.echo(f"checked {_counted(len(files), 'cassette')}, {_counted(count, 'interaction')}{checkers}", err=True)
    gate = gate_of(fail_on)
    show(findings, fmt, gate, title="bototape check", fold=True)
    return 1 if gate is not None and at_or_above(findings, gate) else 0


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


class _Checkers:
    """One checker per service, made when the first of its calls is met; a service without a model is reported."""

    def __init__(self, release: str, profile: str, schemas: Path | None, index: releases.Index | None) -> None:
        self.release = release
        self.profile = profile
        self.schemas = schemas
        self.index = index
        self.found: dict[str, Checker] = {}
        self.missing: dict[str, ModelUnavailable] = {}
        self.models: list[str] = []

    def __str__(self) -> str:
        return f": {', '.join(self.models)}" if self.models else ""

    def interaction(self, each: Interaction, number: int, where: str, service: str) -> list[Finding]:
        """Return what is wrong with one call; *service* is that of a call that does not tell."""
        name = each.call.service if each.call else service or service_name(each.request)
        if not name:
            reason = "it names no AWS service; name one with --service"
            return [not_checked(each, number, where, self.release, reason)]
        checker = self._of(name)
        if checker is None:
            return [not_checked(each, number, where, self.release, f"{name}: {self.missing[name].reason}")]
        return checker.interaction(each, number, where)

    def refuse_nothing(self) -> None:
        """Raise the first ModelUnavailable when no service at all had a model: the release is the likely mistake."""
        if self.missing and not self.found:
            raise next(iter(self.missing.values()))

    def _of(self, name: str) -> Checker | None:
        if name not in self.found and name not in self.missing:
            try:
                self._load(name)
            except ModelUnavailable as error:
                self.missing[name] = error
        return self.found.get(name)

    def _load(self, name: str) -> None:
        model = releases.load(self.release, name, self.schemas, index=self.index)
        absent = model.absent if model.tracked_only else None
        self.found[name] = Checker(model.service, str(model.release), self.profile, absent=absent)
        limits = ", tracked operations only" if model.tracked_only else ""
        self.models.append(f"{name} {model.release}{limits}")
