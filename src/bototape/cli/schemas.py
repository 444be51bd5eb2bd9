"""``bototape schemas``: the committed models: add one, follow the newest, list them, prove them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from bototape import releases
from bototape.cli.network import OFFLINE, index_unless
from bototape.diff import changes, rules
from bototape.errors import UsageError
from bototape.finding import Severity
from bototape.releases import Index, Model, installed, natural, pins, snapshots, wheel
from bototape.releases.wheel import Source
from bototape.report import render
from bototape.shapes import cut, parse

__all__ = ["command"]

_SCHEMAS = click.option(
    "--schemas", type=click.Path(path_type=Path), help="Directory of snapshots, instead of ./schemas and our own."
)
_WRITTEN_TO = click.option(
    "--schemas",
    type=click.Path(path_type=Path),
    default=Path("schemas"),
    show_default=True,
    help="Directory of snapshots to write to.",
)


@click.group("schemas")
def command() -> None:
    """Add, update, list and verify snapshots: models of one release, cut down to the tracked operations."""


@command.command("add")
@click.argument("release")
@click.option("--service", required=True, help="botocore's name of the service, such as sagemaker.")
@click.option(
    "--operations",
    default="tracked",
    show_default=True,
    help='Operations to keep, comma-separated; "tracked" takes those of schemas/tracked.toml.',
)
@click.option(
    "--wheel",
    "wheel_file",
    type=click.Path(path_type=Path),
    help="The wheel of that botocore; without it the package index is asked that your pip is configured for.",
)
@_WRITTEN_TO
@OFFLINE
def add(release: str, *, service: str, operations: str, wheel_file: Path | None, schemas: Path, offline: bool) -> int:
    """Write the snapshot of botocore RELEASE (1.28.0, a date, "installed" or "latest"), replacing one that exists."""
    index = index_unless(offline)
    names = _tracked(service, schemas) if operations == "tracked" else _named(operations)
    known = snapshots.paths(service, _places(schemas))
    version = installed.version() if release == "installed" else releases.published(release, service, index, known)
    source = wheel.source(wheel_file, service) if wheel_file else releases.source(version, service, index, known)
    if source.release.version != version:
        raise UsageError(
            f"cannot add {version}: {wheel_file} is botocore {source.release.version}",
            f"bototape schemas add {source.release.version} …",
        )
    _write(source, names, schemas)
    return 0


@command.command("update")
@click.option("--service", help="Only this service; without it, every service that has a snapshot.")
@click.option("--dry-run", is_flag=True, help="Write nothing; only tell what changed.")
@_WRITTEN_TO
@OFFLINE
def update(*, service: str | None, dry_run: bool, schemas: Path, offline: bool) -> int:
    """Add the snapshot of the newest release if a tracked shape changed since the newest one, and tell what did."""
    index = index_unless(offline)
    places = _places(schemas)
    services = [service] if service else sorted({each.parents[1].name for each in snapshots.snapshots(places)})
    for each in services:
        _update(each, schemas, index, dry_run=dry_run)
    if not services:
        raise UsageError(f"there is no snapshot below {schemas}", "bototape schemas add RELEASE --service SERVICE")
    return 0


def _update(service: str, schemas: Path, index: Index | None, *, dry_run: bool) -> None:
    known = snapshots.paths(service, _places(schemas))
    pinned = releases.load("pinned", service, schemas if schemas.is_dir() else None)
    newest = releases.published("latest", service, index, known)
    if natural(newest) <= natural(pinned.release.version):
        click.echo(f"{service}: {pinned.release} is pinned, and {newest} is the newest release")
        return
    source = releases.source(newest, service, index, known)
    names = _tracked(service, schemas)
    if not pins.changed(list(known.values())[-1], pins.contents(source, names)):
        click.echo(f"{service}: nothing tracked changed from {pinned.release} to {source.release}; nothing to add")
        return
    both = {*pinned.service.operations, *pinned.absent}
    findings = rules.judge(changes.detect(pinned.service, parse(cut(source.files[snapshots.MODEL], both)), service))
    click.echo(f"{service}: {pinned.release} → {source.release}")
    click.echo(render(findings, "text", None), nl=False)
    if dry_run:
        click.echo("nothing written: --dry-run")
    else:
        _write(source, names, schemas)


def _places(schemas: Path) -> list[Path]:
    return snapshots.roots(schemas if schemas.is_dir() else None)


def _tracked(service: str, schemas: Path) -> tuple[str, ...]:
    return snapshots.tracked(service, _places(schemas))


def _write(source: Source, names: Sequence[str], schemas: Path) -> None:
    directory = pins.add(source, names, schemas)
    model = snapshots.read(directory)
    files = [each for each in directory.iterdir() if each.is_file()]
    size = f"{len(files)} files, {sum(each.stat().st_size for each in files) / 1000:.0f} kB"
    click.echo(f"wrote {directory}: {model.name} {model.release}, {_operations(model)}, {size}")
    if model.absent:
        click.echo(f"not in that release: {', '.join(model.absent)}")


def _operations(model: Model) -> str:
    count = len(model.service.operations)
    return f"{count} operation{'' if count == 1 else 's'}"


def _named(operations: str) -> tuple[str, ...]:
    names = tuple(each.strip() for each in operations.split(",") if each.strip())
    if not names:
        raise UsageError("--operations names none", 'give names such as DescribeAutoMLJob, or "tracked"')
    return names


def _found(schemas: Path | None) -> list[Path]:
    """Return the snapshots there are; having looked at none is not the same as having found nothing wrong."""
    found = list(snapshots.snapshots(snapshots.roots(schemas)))
    if not found:
        place = f"below {schemas}" if schemas else "in ./schemas, and this installation has none of its own"
        raise UsageError(f"there is no snapshot {place}", "bototape schemas add RELEASE --service SERVICE")
    return found


@command.command("list")
@_SCHEMAS
def list_(*, schemas: Path | None) -> int:
    """Print the snapshots: service, release, date, how many operations, where."""
    for directory in _found(schemas):
        model = snapshots.read(directory)
        click.echo(f"{model.name}  {model.release}  {_operations(model)}  {directory}")
    return 0


@command.command("verify")
@_SCHEMAS
def verify(*, schemas: Path | None) -> int:
    """Compile every snapshot's schemas anew and compare; exit 1 if a file is not what its source gives."""
    directories = _found(schemas)
    findings = [found for each in directories for found in pins.verify(each)]
    click.echo(render(findings, "text", Severity.ERROR), nl=False)
    click.echo(f"{len(directories)} snapshot{'' if len(directories) == 1 else 's'} verified")
    return 1 if findings else 0
