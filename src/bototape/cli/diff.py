"""``bototape diff``: what changed between two releases of a service, and how bad it is."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

import click

from bototape import releases
from bototape.cli.network import OFFLINE, index_unless
from bototape.diff import apichanges, changes, rules
from bototape.errors import UsageError
from bototape.finding import at_or_above
from bototape.releases import Model
from bototape.report import gate_of, render
from bototape.shapes import Service, cut, parse

__all__ = ["command"]


@click.command("diff")
@click.argument("old")
@click.argument("new")
@click.option("--service", required=True, help="botocore's name of the service, such as sagemaker.")
@click.option("--operation", "operations", multiple=True, help="Compare only this operation; may be repeated.")
@click.option(
    "--axis",
    type=click.Choice(["code", "fixture", "both"]),
    default="both",
    show_default=True,
    help="Judge the effect on calling code, on recordings, or the worse of the two.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["breaking", "dangerous", "info", "never"]),
    default="breaking",
    show_default=True,
    help="Exit 1 if a finding is at least this severe.",
)
@click.option(
    "--format",
    "fmt",
    type=click.Choice(["text", "json", "apichanges"]),
    default="text",
    show_default=True,
    help="apichanges lays out additions as the public API change pages do, and always exits 0.",
)
@click.option(
    "--schemas", type=click.Path(path_type=Path), help="Directory of snapshots, instead of ./schemas and our own."
)
@OFFLINE
def command(
    old: str,
    new: str,
    *,
    service: str,
    operations: tuple[str, ...],
    axis: rules.Axis,
    fail_on: str,
    fmt: str,
    schemas: Path | None,
    offline: bool,
) -> int:
    """
    Compare the API of a service in release OLD with that in release NEW.

    A release is a botocore version, a date (the newest release on or before it), "installed", "pinned" (the newest
    snapshot), "latest" (the newest published), a directory of models in botocore's layout, or CHECKOUT@TAG. Only the
    operations that both sides know about are compared.
    """
    index = index_unless(offline)
    models = releases.load(old, service, schemas, index=index), releases.load(new, service, schemas, index=index)
    before, after = _comparable(*models, operations)
    if fmt == "apichanges":
        return _page(before, after, models[1])
    findings = rules.judge(changes.detect(before, after, service), axis)
    gate = gate_of(fail_on)
    click.echo(render(findings, "json" if fmt == "json" else "text", gate), nl=False)
    return 1 if gate is not None and at_or_above(findings, gate) else 0


def _page(before: Service, after: Service, newer: Model) -> int:
    text = apichanges.page(before, after, newer.release.date.replace("-", "/") or "unknown date")
    click.echo(text, nl=False)
    if not text:
        click.echo("no page: no operation is new and none gained anything", err=True)
    return 0


def _comparable(old: Model, new: Model, wanted: Sequence[str]) -> tuple[Service, Service]:
    """
    Return both services, cut to the operations that both sides can speak about and that are *wanted*.

    A snapshot knows its operations and the tracked ones its release lacks; of any other it cannot tell whether
    it existed. Says on stderr when that limits the comparison.
    """
    scope = _known(old, new)
    if scope is not None:
        found = f"{old.name} {old.release} and {new.release}: {len(scope)} tracked operations only"
        click.echo(found, err=True)
    if wanted:
        scope = _chosen(wanted, scope if scope is not None else {*old.service.operations, *new.service.operations})
    if scope is None:
        return old.service, new.service
    return _limited(old, scope), _limited(new, scope)


def _known(old: Model, new: Model) -> set[str] | None:
    """Return the names both sides know about, or None for all."""
    limits = [{*each.service.operations, *each.absent} for each in (old, new) if each.tracked_only]
    return set.intersection(*limits) if limits else None


def _chosen(wanted: Sequence[str], known: set[str]) -> set[str]:
    for each in wanted:
        if each not in known:
            near = difflib.get_close_matches(each, sorted(known), 1)
            fix = f"did you mean {near[0]}?" if near else "name an operation that both sides know about"
            raise UsageError(f"cannot compare operation {each}: it is not among the {len(known)} compared", fix)
    return {*wanted}


def _limited(model: Model, scope: set[str]) -> Service:
    if model.service.operations.keys() <= scope:
        return model.service
    return parse(cut(model.raw, scope))
