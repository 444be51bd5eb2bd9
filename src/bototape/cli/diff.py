"""``bototape diff``: what changed between two releases, and how bad it is."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from bototape import config, releases, usage
from bototape.cli import used
from bototape.cli.ignoring import Ignoring, ignore_options
from bototape.cli.network import OFFLINE, index_unless
from bototape.cli.pairs import chosen, known, limited, tracked_only
from bototape.cli.reports import Outlet, outlet_options, put, worst_first
from bototape.cli.used import ONLY_USED, Sources
from bototape.diff import apichanges, changes, rules
from bototape.errors import UsageError
from bototape.finding import Finding
from bototape.releases import Index, Model
from bototape.releases.everything import everything

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
    fail_on: str,
    fmt: str,
    output: Path | None,
    also: tuple[str, ...],
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
    outlet = Outlet(fmt, output, also, anchor, fail_on)
    outlet.refuse()
    ignoring = Ignoring(ignore_file, config.load())
    sources = used.sources(only_used) if only_used else None
    names = _names(services, operations, sources, all_services=all_services)
    with _sides(old, new, names, schemas, index_unless(offline)) as sides:
        if fmt == "apichanges":
            return _pages(sides, operations, output)
        findings: list[Finding] = []
        versions: dict[str, str] = {}
        title = ""
        for name in sides.names if sources is None else [each for each in sides.names if each in sources.services()]:
            pair = sides.old(name), sides.new(name)
            findings += _compared(*pair, operations, sources, axis)
            versions[name] = pair[1].release.version
            title = f"{pair[0].release} → {pair[1].release}"
    shown = ignoring.sift(worst_first(findings), versions)
    subject = ", ".join(versions) if len(versions) <= _MOST_NAMED else f"{len(versions)} services"
    return ignoring.code(outlet.write(shown, f"{subject} {title}", ignoring.hidden), strict=strict_ignores)


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
    """The services to compare, and how to load one of the older and of the newer release."""

    names: tuple[str, ...]
    old: Callable[[str], Model]
    new: Callable[[str], Model]


@contextlib.contextmanager
def _sides(old: str, new: str, names: list[str] | None, schemas: Path | None, index: Index | None) -> Iterator[_Sides]:
    if names is not None:
        load = functools.partial(releases.load, schemas=schemas, index=index)
        yield _Sides(tuple(names), functools.partial(load, old), functools.partial(load, new))
        return
    with everything(old, schemas, index=index) as before, everything(new, schemas, index=index) as after:
        both = sorted({*before.services} & {*after.services})
        yield _Sides(tuple(both), before.load, after.load)


def _compared(
    old: Model, new: Model, operations: Sequence[str], sources: Sources | None, axis: rules.Axis
) -> list[Finding]:
    scope = _scope(old, new, operations)
    before, after = (each.service if scope is None else limited(each, scope) for each in (old, new))
    found = changes.detect(before, after, old.name)
    if sources is not None:
        whole = not tracked_only(old, new)
        using = sources.usage(old.name, (old.service, new.service), known=whole)
        found = usage.limit(found, using, old.name, before, after)
        if scope is not None and not operations and (left := sorted(using.operations(old.name) - scope)):
            click.echo(f"{old.name}: used, but not compared: {', '.join(left)}", err=True)
    return usage.seated(rules.judge(found, axis))


def _scope(old: Model, new: Model, operations: Sequence[str]) -> set[str] | None:
    """
    Return the operations that both sides can speak about and that are wanted, None for all.

    A snapshot knows its operations and the tracked ones its release lacks; of any other it cannot tell whether
    it existed. Says on stderr when that limits the comparison.
    """
    scope = known(old, new)
    if scope is not None:
        found = f"{old.name} {old.release} and {new.release}: {len(scope)} tracked operations only"
        click.echo(found, err=True)
    if operations:
        return chosen(operations, scope if scope is not None else {*old.service.operations, *new.service.operations})
    return scope


def _pages(sides: _Sides, operations: Sequence[str], output: Path | None) -> int:
    """Write the published page of each service, one below the other."""
    pages = []
    for name in sides.names:
        old, new = sides.old(name), sides.new(name)
        scope = _scope(old, new, operations)
        before, after = (each.service if scope is None else limited(each, scope) for each in (old, new))
        pages.append(apichanges.page(before, after, new.release.date.replace("-", "/") or "unknown date"))
    text = "\n".join(filter(None, pages))
    put(text, output)
    if not text:
        click.echo("no page: no operation is new and none gained anything", err=True)
    return 0
