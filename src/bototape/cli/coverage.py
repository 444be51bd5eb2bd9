"""``bototape coverage``: what of an API the cassettes exercise."""

from __future__ import annotations

import json
from pathlib import Path

import click

from bototape import config, recordings, releases
from bototape.cli.network import OFFLINE, index_unless
from bototape.cli.paths import cassette_paths
from bototape.cli.reports import put
from bototape.coverage import Service, as_dict, covered, findings, heatmap, table
from bototape.errors import ModelUnavailable, UsageError
from bototape.report import Context, render

__all__ = ["command"]


@click.command("coverage")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH…]")
@click.option(
    "--release",
    default="",
    help=f"Of which API; by default the newest snapshot that has what is called, else installed: {releases.SPECS}.",
)
@click.option("--format", "fmt", type=click.Choice(["table", "json", "html"]), default="table", show_default=True)
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write it here, not to stdout.")
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    default=0,
    metavar="PERCENT",
    help="Exit 1 if less of a service is exercised.",
)
@click.option(
    "--schemas", type=click.Path(path_type=Path), help="Directory of snapshots, instead of ./schemas and our own."
)
@OFFLINE
def command(
    paths: tuple[Path, ...],
    *,
    release: str,
    fmt: str,
    output: Path | None,
    fail_under: float,
    schemas: Path | None,
    offline: bool,
) -> int:
    """
    Tell which operations, members, enum values, errors and pages the cassettes at PATH… exercise.

    PATH… are cassettes or directories, by default those of [tool.bototape] in pyproject.toml, else ./cassettes. Of a
    snapshot, the tracked operations count.
    """
    read = [recordings.read(each) for each in cassette_paths(paths or config.load().cassettes)]
    found: list[Service] = []
    missing: list[ModelUnavailable] = []
    for name in sorted({service for each in read for service in each.services}):
        try:
            called = {call.operation for each in read for call in each.of(name) if call.operation}
            spec = release or releases.default(name, called, schemas)
            model = releases.load(spec, name, schemas, index=index_unless(offline))
        except ModelUnavailable as error:
            missing.append(error)
            click.echo(f"bototape: warning: {name} is not counted: {error}", err=True)
        else:
            found.append(covered(model, (call for each in read for call in each.of(name))))
    if missing and not found:
        raise missing[0]
    if not found:
        raise UsageError("the cassettes hold no call of AWS", "name others")
    put(_text(found, fmt), output)
    return 1 if any(each.share * 100 < fail_under for each in found) else 0


def _text(found: list[Service], fmt: str) -> str:
    if fmt == "json":
        return json.dumps({"coverage": 1, "services": [as_dict(each) for each in found]}, indent=2) + "\n"
    if fmt == "html":
        alt = "Heat map: how much of each operation the recordings exercise"
        context = Context(title="bototape coverage", picture=heatmap(found), alt=alt)
        return render(findings(found), "html", None, context=context)
    return table(found)
