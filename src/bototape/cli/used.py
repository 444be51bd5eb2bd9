"""What ``--only-used`` names: cassettes, scenarios and lists, read once, their usage told per service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from bototape import reads, recordings, usage
from bototape.errors import CassetteMissing, CassetteUnreadable, UsageError
from bototape.recordings import Recording
from bototape.scenario.files import CASSETTES, SCENARIOS, is_cassette, is_scenario
from bototape.shapes import Service
from bototape.usage import Usage
from bototape.wire.codec import Codec

__all__ = ["ONLY_USED", "Sources", "sources"]

#: The option of every command that can be limited to what is used.
ONLY_USED = click.option(
    "--only-used",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Only what is used by this: a cassette, a scenario, a directory of them, what tests read (a file of pytest "
    "--bototape-usage), or a list of service.Operation[.side[.Member…]] lines; may be repeated.",
)


@dataclass(frozen=True, slots=True)
class Sources:
    """What was named: *recordings*, *plans* (service, operation, parameters) of scenarios, and the *lists*."""

    recordings: tuple[Recording, ...]
    plans: tuple[tuple[str, str, Mapping[str, Any]], ...]
    lists: Usage

    def services(self) -> list[str]:
        """Return the services that any of it uses, sorted."""
        planned = {service for service, _, _ in self.plans}
        return sorted({*(name for each in self.recordings for name in each.services), *planned, *self.lists.services})

    def operations(self, service: str) -> set[str]:
        """Return the operations of *service* that any of it uses."""
        called = {each.operation for one in self.recordings for each in one.of(service) if each.operation}
        planned = {operation for name, operation, _ in self.plans if name == service}
        return called | planned

    def usage(self, service: str, models: Sequence[Service], *, known: bool = True) -> Usage:
        """
        Return what is used of *service*, as *models* (the older first) read it.

        Raises UsageError for a place in a list that no model has; unless they do not know all there is (*known*).
        """
        planned = (
            usage.of_parameters(service, operation, models, parameters)
            for name, operation, parameters in self.plans
            if name == service
        )
        codecs = [Codec(each) for each in models]
        found = Usage.union([self.lists, *(each.usage(service, codecs) for each in self.recordings), *planned])
        missing = usage.unknown(found, service, models) if known else []
        if missing:
            line = found.lines[service, missing[0]]
            raise UsageError(
                f"cannot use the list {line}: neither release has {service}.{missing[0]}", _near(missing[0], models)
            )
        return found


def _near(place: str, models: Sequence[Service]) -> str:
    import difflib  # noqa: PLC0415 - only on the way out

    operation = place.partition(".")[0]
    names = {each for model in models for each in model.operations}
    near = difflib.get_close_matches(operation, sorted(names - {operation}), 1)
    known = operation in names
    return f"did you mean {near[0]}?" if near and not known else "correct the line, or drop it"


def sources(paths: Iterable[Path]) -> Sources:
    """
    Return what *paths* name: YAML files are cassettes or scenarios, directories all of both below them, others lists.

    A list may be one of places, or what tests were seen to read.

    Raises CassetteMissing for a path that is not there, UsageError for one that is nothing of the kind, and what
    reading a cassette or scenario raises.
    """
    found: list[Recording] = []
    plans: list[tuple[str, str, Mapping[str, Any]]] = []
    lists: list[Usage] = []
    for path in _files(paths):
        if path.suffix in SCENARIOS and is_scenario(_content(path)):
            plans += _planned(path)
        elif path.suffix not in CASSETTES:
            lists.append(_listed(path))
        else:
            found.append(recordings.read(path))
    _say_unread(found)
    return Sources(tuple(found), tuple(plans), Usage.union(lists))


def _say_unread(found: Sequence[Recording]) -> None:
    for each in found:
        unread = sum(not call.operation for call in each.calls)
        if unread:
            calls = f"{unread} call{'' if unread == 1 else 's'}"
            click.echo(
                f"bototape: warning: {each.path}: {calls} whose operation nothing tells: what they use is not known",
                err=True,
            )


def _files(paths: Iterable[Path]) -> list[Path]:
    found: dict[Path, None] = {}
    for each in paths:
        if not each.exists():
            raise CassetteMissing(str(each), "name a cassette, a scenario, a directory of them, or a list")
        found |= dict.fromkeys(_below(each) if each.is_dir() else [each])
    return list(found)


def _below(directory: Path) -> list[Path]:
    files = sorted(each for each in directory.rglob("*") if each.suffix in SCENARIOS and each.is_file())
    found = [each for each in files if _is_either(each)]
    if not found:
        raise UsageError(f"there is no cassette or scenario below {directory}", "record one, or name another directory")
    return found


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CassetteUnreadable(str(path), str(error.strerror), "name a file that this user may read") from error


def _is_either(path: Path) -> bool:
    content = _content(path)
    return is_scenario(content) or (path.suffix in CASSETTES and is_cassette(content))


def _listed(path: Path) -> Usage:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"cannot use the list {path}: it is not UTF-8 text", "save it as UTF-8") from error
    except OSError as error:
        raise UsageError(f"cannot use the list {path}: {error.strerror}", "name a readable file") from error
    if not reads.is_seen(text):
        return usage.listed(text, str(path))
    seen = reads.from_text(text, str(path))
    for gap in seen.gaps:
        click.echo(f"bototape: warning: {path}: {gap}: what was read there is not known", err=True)
    return usage.of_reads(seen)


def _planned(path: Path) -> list[tuple[str, str, Mapping[str, Any]]]:
    from bototape.scenario import parse  # noqa: PLC0415 - botocore and jsonschema are slow to import

    scenario = parse.load(path)
    return [(scenario.service, each.operation, each.parameters) for each in scenario.steps]
