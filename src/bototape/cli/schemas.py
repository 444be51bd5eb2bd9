"""``bototape schemas``: the committed models: add one, list them, prove them."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from bototape.errors import UsageError
from bototape.finding import Severity
from bototape.releases import Model, installed, pins, snapshots, wheel
from bototape.report import render

__all__ = ["command"]

_SCHEMAS = click.option(
    "--schemas", type=click.Path(path_type=Path), help="Directory of snapshots, instead of ./schemas and our own."
)


@click.group("schemas")
def command() -> None:
    """Add, list and verify snapshots: models of one release, cut down to the tracked operations."""


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
    help="The wheel of that botocore; without it pip downloads the wheel, configured as yours is.",
)
@click.option(
    "--schemas",
    type=click.Path(path_type=Path),
    default=Path("schemas"),
    show_default=True,
    help="Directory of snapshots to write to.",
)
def add(release: str, *, service: str, operations: str, wheel_file: Path | None, schemas: Path) -> int:
    """Write the snapshot of botocore RELEASE (1.28.0, or "installed"), replacing one that exists."""
    version = installed.version() if release == "installed" else release
    places = snapshots.roots(schemas if schemas.is_dir() else None)
    names = snapshots.tracked(service, places) if operations == "tracked" else _named(operations)
    with tempfile.TemporaryDirectory() as scratch:
        source = wheel.source(wheel_file or wheel.download(version, Path(scratch)), service)
        if source.release.version != version:
            raise UsageError(
                f"cannot add {version}: {wheel_file} is botocore {source.release.version}",
                f"bototape schemas add {source.release.version} …",
            )
        directory = pins.add(source, names, schemas)
    model = snapshots.read(directory)
    files = [each for each in directory.iterdir() if each.is_file()]
    size = sum(each.stat().st_size for each in files)
    click.echo(
        f"wrote {directory}: {service} {model.release}, {_operations(model)}, {len(files)} files, {size / 1000:.0f} kB"
    )
    if model.absent:
        click.echo(f"not in that release: {', '.join(model.absent)}")
    return 0


def _operations(model: Model) -> str:
    count = len(model.service.operations)
    return f"{count} operation{'' if count == 1 else 's'}"


def _named(operations: str) -> tuple[str, ...]:
    names = tuple(each.strip() for each in operations.split(",") if each.strip())
    if not names:
        raise UsageError("--operations names none", 'give names such as DescribeAutoMLJob, or "tracked"')
    return names


@command.command("list")
@_SCHEMAS
def list_(*, schemas: Path | None) -> int:
    """Print the snapshots: service, release, date, how many operations, where."""
    for directory in snapshots.snapshots(snapshots.roots(schemas)):
        model = snapshots.read(directory)
        click.echo(f"{model.name}  {model.release}  {_operations(model)}  {directory}")
    return 0


@command.command("verify")
@_SCHEMAS
def verify(*, schemas: Path | None) -> int:
    """Compile every snapshot's schemas anew and compare; exit 1 if a file is not what its source gives."""
    directories = list(snapshots.snapshots(snapshots.roots(schemas)))
    findings = [found for each in directories for found in pins.verify(each)]
    click.echo(render(findings, "text", Severity.ERROR), nl=False)
    click.echo(f"{len(directories)} snapshots verified")
    return 1 if findings else 0
