"""``bototape drift``: what changed since the pinned release that is used, and how each cassette stands."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from bototape import config, releases
from bototape.check import Policy
from bototape.cli import used
from bototape.cli.ignoring import Ignoring, ignore_options, today
from bototape.cli.judging import excused, judging_options, policy
from bototape.cli.network import OFFLINE, index_unless
from bototape.cli.pictures import drawn
from bototape.cli.reports import Outlet, outlet_options
from bototape.cli.used import ONLY_USED, Sources
from bototape.config import Config
from bototape.diff.rules import Axis, worst_first
from bototape.drift import STATES, Pair, changed, standing
from bototape.errors import BototapeError, ModelUnavailable, ServiceUnknown, UsageError
from bototape.finding import Finding
from bototape.recordings import Recording
from bototape.releases import Index, Model, installed, natural

__all__ = ["command"]


@click.command("drift")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH…]")
@click.option(
    "--against",
    default="",
    help='The newer release; by default "latest", or "installed" where the network is not used.',
)
@click.option(
    "--pinned",
    default="",
    help="The older release; by default the newest snapshot, else the oldest release a cassette was recorded with.",
)
@click.option(
    "--axis",
    type=click.Choice(["code", "fixture", "both"]),
    default="both",
    show_default=True,
    help="Judge the effect on calling code, on recordings, or the worse of the two.",
)
@ONLY_USED
@click.option("--all-changes", is_flag=True, help="Changes of what is not used as well.")
@click.option("--max-age", type=click.IntRange(min=1), metavar="DAYS", help="Tell which cassettes are older than this.")
@judging_options
@outlet_options(gate=["breaking", "dangerous", "info"], default="breaking")
@ignore_options
@click.option(
    "--schemas", type=click.Path(path_type=Path), help="Directory of snapshots, instead of ./schemas and our own."
)
@OFFLINE
def command(
    paths: tuple[Path, ...],
    *,
    against: str,
    pinned: str,
    axis: Axis,
    only_used: tuple[Path, ...],
    all_changes: bool,
    max_age: int | None,
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
    """
    Tell what changed since the pinned release that the cassettes at PATH… use, and how each of them stands.

    A cassette is fresh, stale but valid, invalid, or orphaned: it calls what is gone. PATH… are cassettes or
    directories, by default those of [tool.bototape] in pyproject.toml, else ./cassettes. Releases are named as for
    diff. Nothing is recorded.
    """
    outlet = Outlet(fmt, output, also, anchor, expand, fail_on)
    outlet.refuse()
    settings = config.load()
    ignoring = Ignoring(ignore_file, settings)
    judged = policy(settings.check, profile, severities, errata)
    held = used.sources(paths or _configured(settings))
    using = None if all_changes else used.sources(only_used) if only_used else held
    pairs = _pairs(held, using, _Releases(pinned, against, schemas, index_unless(offline)), judged)
    findings: list[Finding] = []
    for name, pair in pairs.items():
        whole = not (pair.pinned.tracked_only or (pair.newer and pair.newer.tracked_only))
        findings += changed(pair, using.usage(name, pair.services, known=whole) if using else None, axis)
    states = [_standing(each, pairs, max_age or settings.max_age) for each in held.recordings]
    findings += [found for each in states for found in each]
    _say_states([each[0] for each in states])
    versions = {name: each.release.partition(" ")[0] for name, each in pairs.items()}
    shown = ignoring.sift(sorted(findings, key=worst_first), versions)
    newest = {name: each.newer.release for name, each in pairs.items() if each.newer}
    picture = functools.partial(drawn, shown, newest, schemas)
    hidden = (*ignoring.hidden, *excused(each.now for each in pairs.values() if each.now))
    return ignoring.code(outlet.write(shown, _title(pairs), hidden, picture), strict=strict_ignores)


def _title(pairs: Mapping[str, Pair]) -> str:
    return "; ".join(f"drift of {name} {each.pinned.release} → {each.release}" for name, each in pairs.items())


def _configured(settings: Config) -> Sequence[Path]:
    if settings.cassettes == Config().cassettes and not settings.cassettes[0].exists():
        raise UsageError(
            "nothing names a cassette, and there is no ./cassettes",
            'name them, or set cassettes = ["tests/cassettes"] in [tool.bototape] of pyproject.toml',
        )
    return settings.cassettes


def _standing(recording: Recording, pairs: dict[str, Pair], max_age: int | None) -> list[Finding]:
    return standing(recording, pairs, today(), max_age)


def _say_states(states: Sequence[Finding]) -> None:
    told = [dict(each.evidence)["state"] for each in states]
    for each, state in zip(states, told, strict=True):
        click.echo(f"  {state:<9}  {each.where}", err=True)
    counts = Counter(told)
    listed = ", ".join(f"{counts[each]} {each}" for each in reversed([*STATES]) if counts[each])
    count = len(states)
    click.echo(f"{count} cassette{'' if count == 1 else 's'}{': ' if listed else ''}{listed}", err=True)


@dataclass(frozen=True, slots=True)
class _Releases:
    """The two releases as the command line names them, and where models come from."""

    pinned: str
    against: str
    schemas: Path | None
    index: Index | None

    def older(self, service: str, held: Sources) -> Model:
        """Return the pinned model: as named, of the newest snapshot, or of the oldest release recorded with."""
        spec = self.pinned or releases.default(service, held.operations(service), self.schemas)
        if spec == "installed" and not self.pinned:
            spec = _oldest(service, held.recordings)
        if not spec:
            fix = f"bototape schemas add RELEASE --service {service}, or name a release with --pinned"
            raise ModelUnavailable(f"the pinned release of {service}", "no snapshot and no cassette tells it", fix)
        return self._load(spec, service)

    def newer(self, service: str) -> tuple[str, Model | None]:
        """Return the newer release as text, and its model unless it has no such service."""
        spec = self.against or ("latest" if self.index else "installed")
        version = installed.version() if spec == "installed" else spec
        if spec == "latest":
            spec = version = releases.published(spec, service, self.index)
        try:
            model = self._load(spec, service)
        except ServiceUnknown:
            return version, None
        return str(model.release), model

    def _load(self, spec: str, service: str) -> Model:
        return releases.load(spec, service, self.schemas, index=self.index)


def _oldest(service: str, recordings: Sequence[Recording]) -> str:
    told = (
        each.cassette.provenance.release
        for each in recordings
        if each.cassette.provenance and each.cassette.provenance.release and service in each.services
    )
    return min(told, key=natural, default="")


def _pairs(held: Sources, using: Sources | None, both: _Releases, judged: Policy) -> dict[str, Pair]:
    """Return a pair per service; one without a model is told of on stderr, unless there is none with one."""
    services = sorted({*held.services(), *(using.services() if using else ())})
    found: dict[str, Pair] = {}
    missing: list[BototapeError] = []
    for name in services:
        try:
            pinned = both.older(name, held)
            release, newer = both.newer(name)
        except ModelUnavailable as error:
            missing.append(error)
            click.echo(f"bototape: warning: {name} is not looked at: {error}", err=True)
            continue
        _refuse_backwards(name, pinned, release)
        found[name] = Pair(name, pinned, newer, release, judged)
        limits = "" if found[name].scope is None else ", tracked operations only"
        click.echo(f"{name}: pinned {pinned.release}, against {release}{limits}", err=True)
    if missing and not found:
        raise missing[0]
    return found


def _refuse_backwards(name: str, pinned: Model, release: str) -> None:
    old, new = pinned.release.version, release.partition(" ")[0]
    if old[:1].isdigit() and new[:1].isdigit() and natural(new) < natural(old):
        raise UsageError(
            f"cannot tell the drift of {name}: {release} is older than the pinned {pinned.release}",
            "name a newer release with --against, or an older one with --pinned",
        )
