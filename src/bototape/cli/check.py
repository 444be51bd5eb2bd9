"""``bototape check``: hold recordings against the API of a release."""

from __future__ import annotations

from pathlib import Path

import click

from bototape import cassettes, config, releases
from bototape.check import Checker, Policy, not_checked
from bototape.cli.ignoring import Ignoring, ignore_options
from bototape.cli.judging import excused, judging_options, policy
from bototape.cli.network import OFFLINE, index_unless
from bototape.cli.paths import cassette_paths
from bototape.cli.ranges import Range, ranged
from bototape.cli.reports import Outlet, outlet_options
from bototape.errors import ModelUnavailable
from bototape.finding import Finding
from bototape.history import Appearing, Point
from bototape.interaction import Interaction
from bototape.recordings import recorded
from bototape.report.place import fingerprint

__all__ = ["command"]


@click.command("check")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH…")
@click.option(
    "--release",
    default="installed",
    show_default=True,
    help=f"What to check against: {releases.SPECS}.",
)
@click.option(
    "--releases",
    "span",
    default="",
    metavar="FIRST..LAST",
    help="Tell for which of these releases each cassette is valid, and what breaks at each edge.",
)
@click.option("--service", default="", help="Service of the calls in cassettes of other tools that do not tell.")
@judging_options
@outlet_options(
    gate=["error", "warning", "info"],
    default="error",
    expand="Show every place of a fault, not the first and how many more there are.",
)
@ignore_options
@click.option(
    "--schemas", type=click.Path(path_type=Path), help="Directory of snapshots, instead of ./schemas and our own."
)
@OFFLINE
def command(
    paths: tuple[Path, ...],
    *,
    release: str,
    span: str,
    service: str,
    profile: str | None,
    severities: tuple[str, ...],
    errata: tuple[Path, ...],
    fail_on: str,
    fmt: str,
    output: Path | None,
    also: tuple[str, ...],
    expand: bool,
    anchor: str,
    ignore_file: Path | None,
    strict_ignores: bool,
    schemas: Path | None,
    offline: bool,
) -> int:
    """Check every request, response and error in the cassettes at PATH… (files or directories) against a release."""
    outlet = Outlet(fmt, output, also, anchor, expand=True, fail_on=fail_on)
    outlet.refuse()
    settings = config.load()
    ignoring = Ignoring(ignore_file, settings)
    judged = policy(settings.check, profile, severities, errata)
    index = index_unless(offline)
    wanted = Range.parse(span, schemas, index) if span else None
    files = cassette_paths(paths)
    if wanted:
        found = ranged(files, wanted, judged, fail_on)
        return outlet.write(found, f"bototape check of {span}")
    checkers = Checkers(release, judged, schemas, index, service)
    findings: list[Finding] = []
    count = 0
    for path in files:
        for number, each in enumerate(cassettes.read(path).interactions, 1):
            findings += checkers.interaction(each, number, str(path))
            count += 1
    checkers.refuse_nothing()
    click.echo(f"checked {_counted(len(files), 'cassette')}, {_counted(count, 'interaction')}{checkers}", err=True)
    shown = ignoring.sift(_known(findings) if ignoring.entries else findings, checkers.versions)
    hidden = (*ignoring.hidden, *excused(checkers.found.values()))
    return ignoring.code(outlet.write(shown, "bototape check", hidden, fold=not expand), strict=strict_ignores)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _known(findings: list[Finding]) -> list[Finding]:
    """Return *findings* with the fingerprints by which an ignore file may name them."""
    return [
        Finding(
            each.where, each.rule, each.severity, each.message, (*each.evidence, ("fingerprint", fingerprint(each)))
        )
        for each in findings
    ]


class Checkers:
    """
    One checker per service, made when the first of its calls is met; a service without a model is reported.

    *service* is that of calls that do not tell.
    """

    def __init__(
        self, release: str, judged: Policy, schemas: Path | None, index: releases.Index | None, service: str = ""
    ) -> None:
        self.release = release
        self.policy = judged
        self.schemas = schemas
        self.index = index
        self.service = service
        self.found: dict[str, Checker] = {}
        self.missing: dict[str, ModelUnavailable] = {}
        self.models: list[str] = []
        self.versions: dict[str, str] = {}
        self._appearing: dict[str, Appearing] = {}

    def __str__(self) -> str:
        return f": {', '.join(self.models)}" if self.models else ""

    def interaction(self, each: Interaction, number: int, where: str) -> list[Finding]:
        """Return what is wrong with one call."""
        if each.call or not self.service:
            call = recorded(number, each)
            name, operation = call.service, call.operation
        else:
            name, operation = self.service, ""
        if not name:
            reason = "it names no AWS service; name one with --service"
            return [not_checked(each, number, where, self.release, reason)]
        checker = self._of(name)
        if checker is None:
            return [not_checked(each, number, where, self.release, f"{name}: {self.missing[name].reason}")]
        return checker.interaction(each, number, where, operation)

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
        self.found[name] = Checker(
            model.service,
            str(model.release),
            name=name,
            absent=absent,
            policy=self.policy,
            appeared=lambda place, value: self._appeared(name, place, value),
        )
        limits = ", tracked operations only" if model.tracked_only else ""
        self.models.append(f"{name} {model.release}{limits}")
        self.versions[name] = model.release.version

    def _appeared(self, service: str, place: str, value: str) -> str:
        """Return the release in which *place* or its *value* appeared, as far as is known without the network."""
        if service not in self._appearing:
            self._appearing[service] = Appearing(service, self.schemas)
        found = self._appearing[service].of(Point(place, value))
        if found is None or not found.after:
            return ""
        return f"{found.release}" if found.exact else f"{found.release} or after {found.after}"
