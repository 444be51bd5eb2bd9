"""``bototape history``: when each part of an API came, and what changed or went since."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from bototape import releases
from bototape.cli.network import OFFLINE, announce, index_unless
from bototape.cli.reports import put
from bototape.errors import ModelUnavailable, UsageError
from bototape.history import Axis, Step, document, events, picture, span, split, table, trace
from bototape.releases import Index, installed, snapshots, timeline
from bototape.releases.timeline import Timeline
from bototape.releases.walk import walk

__all__ = ["command"]


@click.command("history")
@click.argument("target")
@click.option("--release", default="", help=f"Whose members are listed, instead of the newest's: {releases.SPECS}.")
@click.option("--all", "whole", is_flag=True, help="Also list what changed or went, in all releases.")
@click.option("--since", default="", metavar="RELEASE", help="Also list what changed or went after this release.")
@click.option("--expand", is_flag=True, help="List every member, also those that came with what they are in.")
@click.option("--format", "fmt", type=click.Choice(["table", "json", "svg"]), default="table", show_default=True)
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write it here, not to stdout.")
@click.option(
    "--schemas",
    type=click.Path(path_type=Path),
    help="Directory of snapshots and timelines, instead of ./schemas and our own.",
)
@OFFLINE
def command(
    target: str,
    *,
    release: str,
    whole: bool,
    since: str,
    expand: bool,
    fmt: str,
    output: Path | None,
    schemas: Path | None,
    offline: bool,
) -> int:
    """
    Tell in which release each member and enum value of TARGET first appeared.

    TARGET is a service (sagemaker), an operation (sagemaker.DescribeAutoMLJob) or a member
    (sagemaker.DescribeAutoMLJob.output.BestCandidate). First appearances are found by bisection. With --all or --since,
    the lists of files of all wheels in question are read once, and kept, to find the releases that changed the service;
    how many requests that takes is said first. Interrupted, it goes on where it stopped.
    """
    if whole and since:
        raise UsageError("--all and --since: give one of them", "--since begins after a release, --all with the first")
    service, place = split(target)
    places = snapshots.roots(schemas)
    known = timeline.known(service, places)
    index = index_unless(offline, say=lambda _: None)
    newest, begin = (_version(each, service, index, places) for each in (release, since))
    sources = _Sources(service, places, known, index)
    axis = sources.axis(place, newest, begin, walked=whole or bool(since))
    steps = span(axis, begin, newest) if whole or since else []
    _announce(axis, steps)
    heard = _counting()
    history = trace(axis, newest, heard=heard)
    changes = events(axis, history.place, steps, heard=heard) if whole or since else None
    heard(None)
    if fmt == "json":
        text = document.render(history, changes, begin)
    else:
        text = (picture if fmt == "svg" else table).render(history, changes, begin, expand=expand)
    put(text, output)
    return 0


def _version(spec: str, service: str, index: Index | None, places: Sequence[Path]) -> str:
    """Return the version that *spec* stands for; empty stays empty."""
    if not spec:
        return ""
    if spec == "installed":
        return installed.version()
    found = snapshots.paths(service, places)
    if spec == "pinned":
        return releases.load(spec, service, places[0] if places else None).release.version
    return releases.published(spec, service, index, found)


@dataclass(frozen=True, slots=True)
class _Sources:
    """What is known of a service, and whom to ask for more."""

    service: str
    places: Sequence[Path]
    known: Timeline
    index: Index | None

    def axis(self, place: str, release: str, since: str, *, walked: bool) -> Axis:
        """Return the releases to look at; with *walked* after looking into the wheels of all of them."""
        if self.index is None:
            if self.known.last:
                announce(f"{self.service}: releases up to {self.known.last} only, as the network is not used")
            return self._made(place, self.known, (), None)
        announce("looking up the releases in the package index")
        try:
            published = self.index.versions()
        except (ModelUnavailable, UsageError) as error:
            if not self.known.last:
                raise
            announce(f"releases up to {self.known.last} only: {error}")
            return self._made(place, self.known, (), None)
        if not walked:
            return self._made(place, self.known, published, self.index)
        if not self.known.rows:  # of a service that does not exist, no release need be looked into
            releases.source(release or published[-1], self.service, self.index)
        found = walk(self.service, self.places, self.index, since, announce=announce, progress=_progress)
        for each in found.unread:
            announce(f"{each.what} could not be read: {each.reason}")
        return self._made(place, found.timeline, found.published, self.index)

    def _made(self, place: str, known: Timeline, published: Sequence[str], index: Index | None) -> Axis:
        return Axis(self.service, place, known, self.places, index=index, published=published)


def _announce(axis: Axis, steps: Sequence[Step]) -> None:
    if axis.index is None:
        return
    if steps and (count := axis.to_read(steps)):
        announce(f"reading {count} models of {axis.service} from the package index: two or three requests each")
    elif not steps and axis.to_read(axis.steps):
        most = max(1, (len(axis.steps) - 1).bit_length()) + 1
        announce(f"reading models of {axis.service} from the package index: at most {most} for each member")


def _progress(done: int, wanted: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r  {done} of {wanted} wheels", nl=done == wanted, err=True)


def _counting() -> Callable[[Step | None], None]:
    """Return what shows the models that are looked at, on a terminal; None ends the line."""
    seen = 0

    def heard(step: Step | None) -> None:
        nonlocal seen
        if sys.stderr.isatty():
            seen += 1
            click.echo(f"\r  model {seen}: {step.version:<12}" if step else "\r\x1b[K", nl=False, err=True)

    return heard
