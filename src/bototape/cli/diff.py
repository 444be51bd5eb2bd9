"""``bototape diff``: what changed between two releases, and how bad it is."""

from __future__ import annotations

import contextlib
import difflib
import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from bototape import config, releases, usage
from bototape.cli import used
from bototape.cli.ignoring import Ignoring, ignore_options
from bototape.cli.network import OFFLINE, index_unless
from bototape.cli.pictures import drawn
from bototape.cli.reports import Outlet, outlet_options, put
from bototape.cli.used import ONLY_USED, Sources
from bototape.diff import apichanges, rules
from bototape.diff.changes import Change
from bototape.diff.compare import compare, known
from bototape.errors import UsageError
from bototape.finding import Finding
from bototape.releases import Index, Model, Release
from bototape.releases.everything import everything
from bototape.shapes import Service, cut, parse

__all__ = ["command"]

#: Services that a title names one by one.
_MOST_NAMED = 3


@click.command("diff")
@click.argument("old")
@click.argument("new")
@click.option("--service", "services", multiple=True, help="botocore's name, such as sagemaker; may be repeated.")
@click.option("--all-services", is_flag=True, help="Every service that either release has.")
@click.option("--operation", "operations", multiple=True, help="Compare only this operation; may be repeated.")
@click.option(
    "--axis",
    type=click.Choice(["code", "fixture", "both"]),
    default="both",
    show_default=True,
    help="Judge the effect on calling code, on recordings, or the worse of the two.",
)
@ONLY_USED
@click.option("--documentation", is_flag=True, help="What changed in the texts as well; snapshots have none.")
@outlet_options(
    gate=["breaking", "dangerous", "info"],
    default="breaking",
    more=["apichanges"],
    note="apichanges lays out additions as the public API change pages do, and always exits 0.",
)
@ignore_options
@click.option(
    "--schemas", type=click.Path(path_type=Path), help="Directory of snapshots, instead of ./schemas and our own."
)
@OFFLINE
def command(
    old: str,
    new: str,
    *,
    services: tuple[str, ...],
    all_services: bool,
    operations: tuple[str, ...],
    axis: rules.Axis,
    only_used: tuple[Path, ...],
    documentation: bool,
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
    Compare the API of services in release OLD with that in release NEW.

    A release is a botocore version, a date (the newest release on or before it), "installed", "pinned" (the newest
    snapshot), "latest" (the newest published), a directory of models in botocore's layout, or CHECKOUT@TAG. Only the
    operations that both sides know about are compared. Without --service, it is the services that --only-used uses.
    """
    outlet = Outlet(fmt, output, also, anchor, expand, fail_on)
    outlet.refuse()
    ignoring = Ignoring(ignore_file, config.load())
    sources = used.sources(only_used) if only_used else None
    names = _names(services, operations, sources, all_services=all_services)
    with _sides(old, new, names, schemas, index_unless(offline)) as sides:
        if fmt == "apichanges":
            return _pages(sides, operations, output)
        findings: list[Finding] = []
        versions: dict[str, str] = {}
        newest: dict[str, Release] = {}
        title = ""
        for name in sides.names if sources is None else [each for each in sides.names if each in sources.services()]:
            before, after = sides.old(name), sides.new(name)
            scope = _scope(before, after, operations)
            found = compare(before, after, scope if operations else None, documentation=documentation)
            findings += rules.judge(found, axis) if sources is None else _used(found, before, after, sources, axis)
            told = [each.release for each in (before, after) if each]
            newest[name], versions[name] = told[-1], told[-1].version
            title = " → ".join(map(str, told)) if len(told) > 1 else title
    shown = ignoring.sift(sorted(findings, key=rules.worst_first), versions)
    subject = ", ".join(versions) if len(versions) <= _MOST_NAMED else f"{len(versions)} services"
    picture = functools.partial(drawn, shown, newest, schemas)
    return ignoring.code(outlet.write(shown, f"{subject} {title}", ignoring.hidden, picture), strict=strict_ignores)


def _names(
    services: Sequence[str], operations: Sequence[str], sources: Sources | None, *, all_services: bool
) -> list[str] | None:
    """Return the services to compare, None for all."""
    if all_services:
        if services or operations:
            raise UsageError(
                "--all-services leaves nothing for --service and --operation to choose", "drop one of them"
            )
        return None
    names = [*dict.fromkeys(services)] or (sources.services() if sources else [])
    if not names:
        fix = "--service SERVICE, --all-services, or --only-used cassettes"
        raise UsageError("nothing names a service" if sources is None else "nothing used is a call of AWS", fix)
    if operations and len(names) > 1:
        raise UsageError("--operation belongs to one service", "name it with --service")
    return names


@dataclass(frozen=True, slots=True)
class _Sides:
    """The services to compare, and how to load one of the older and of the newer release: None if it lacks it."""

    names: tuple[str, ...]
    old: Callable[[str], Model | None]
    new: Callable[[str], Model | None]


@contextlib.contextmanager
def _sides(old: str, new: str, names: list[str] | None, schemas: Path | None, index: Index | None) -> Iterator[_Sides]:
    if names is not None:
        load = functools.partial(releases.load, schemas=schemas, index=index)
        yield _Sides(tuple(names), functools.partial(load, old), functools.partial(load, new))
        return
    with everything(old, schemas, index=index) as before, everything(new, schemas, index=index) as after:
        either = sorted({*before.services, *after.services})
        yield _Sides(tuple(either), before.get, after.get)


def _used(
    found: Sequence[Change], old: Model | None, new: Model | None, sources: Sources, axis: rules.Axis
) -> list[Finding]:
    """Return the judgement of what meets anything used."""
    models = [each for each in (old, new) if each]
    name, services = models[0].name, [each.service for each in models]
    using = sources.usage(name, services, known=not any(each.tracked_only for each in models))
    scope = known(*models)
    if scope is not None and (left := sorted(using.operations(name) - scope)):
        click.echo(f"{name}: used, but not compared: {', '.join(left)}", err=True)
    return usage.seated(rules.judge(usage.limit(found, using, name, services[0], services[-1]), axis))


def _scope(old: Model | None, new: Model | None, operations: Sequence[str]) -> frozenset[str] | None:
    """
    Return the operations that both sides can speak about and that are wanted, None for all.

    Says on stderr when a snapshot limits the comparison; raises UsageError for a wanted one that neither knows.
    """
    if old is None or new is None:
        return None
    scope = known(old, new)
    if scope is not None:
        found = f"{old.name} {old.release} and {new.release}: {len(scope)} tracked operations only"
        click.echo(found, err=True)
    if not operations:
        return scope
    among = scope if scope is not None else {*old.service.operations, *new.service.operations}
    for each in operations:
        if each not in among:
            near = difflib.get_close_matches(each, sorted(among), 1)
            fix = f"did you mean {near[0]}?" if near else "name an operation that both sides know about"
            raise UsageError(f"cannot compare operation {each}: it is not among the {len(among)} compared", fix)
    return frozenset(operations)


def _pages(sides: _Sides, operations: Sequence[str], output: Path | None) -> int:
    """Write the published page of each service, one below the other."""
    pages = []
    for name in sides.names:
        old, new = sides.old(name), sides.new(name)
        if old is None or new is None:
            continue
        scope = _scope(old, new, operations)
        before, after = (_limited(each, scope) for each in (old, new))
        pages.append(apichanges.page(before, after, new.release.date.replace("-", "/") or "unknown date"))
    text = "\n".join(filter(None, pages))
    put(text, output)
    if not text:
        click.echo("no page: no operation is new and none gained anything", err=True)
    return 0


def _limited(model: Model, scope: frozenset[str] | None) -> Service:
    if scope is None or model.service.operations.keys() <= scope:
        return model.service
    return parse(cut(model.raw, scope))
