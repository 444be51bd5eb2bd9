"""``bototape show``: an operation as a release has it, laid out as boto3's reference does."""

from __future__ import annotations

from pathlib import Path

import click

from bototape import reference, releases
from bototape.cli.network import OFFLINE, index_unless
from bototape.cli.reports import put
from bototape.errors import UsageError
from bototape.history import split
from bototape.history.points import canonical, operation_of
from bototape.releases import Index, Model, installed, snapshots
from bototape.releases.model import service_of
from bototape.report.plain import one_line

__all__ = ["command"]


@click.command("show")
@click.argument("target")
@click.option("--release", default="installed", show_default=True, help=f"Which release: {releases.SPECS}.")
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write it here, not to stdout.")
@click.option(
    "--schemas", type=click.Path(path_type=Path), help="Directory of snapshots, instead of ./schemas and our own."
)
@OFFLINE
def command(target: str, *, release: str, output: Path | None, schemas: Path | None, offline: bool) -> int:
    """
    Show request and response syntax, constraints and errors of TARGET, such as sagemaker.DescribeAutoMLJob.

    It is laid out as boto3's reference, which shows the newest release alone. Of a service, its operations are listed.
    """
    service, place = split(target)
    index = index_unless(offline)
    model = releases.load(release, service, schemas, index=index)
    if model.tracked_only and place and operation_of(place) not in (*model.service.operations, *model.absent):
        model = _whole(model, index)
    put(_listed(model) if not place else _page(model, place), output)
    return 0


def _whole(model: Model, index: Index | None) -> Model:
    """Return the whole model that the snapshot *model* was cut from."""
    source = releases.source(model.release.version, model.name, index, [model.release.version])
    raw = source.files[snapshots.MODEL]
    return Model(model.name, source.release, service_of(raw, f"{model.name} {model.release}"), raw)


def _listed(model: Model) -> str:
    if model.tracked_only:
        count = len(model.service.operations)
        click.echo(f"{model.name} {model.release}: {count} tracked operations only", err=True)
    return "".join(f"{name}\n" for name in sorted(model.service.operations))


def _page(model: Model, place: str) -> str:
    name = operation_of(place)
    found = canonical(model.service, place, model.name, str(model.release))
    if found != name:
        raise UsageError(f"cannot show {found}: it is not an operation", f"bototape show {model.name}.{name}")
    title = f"{model.name}.{name} in botocore {model.release}"
    text = reference.page(model.service, name, installed.method_name(name), title)
    return "".join(f"{one_line(line)}\n" for line in text.splitlines())
