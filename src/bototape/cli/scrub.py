"""``bototape scrub``: clean cassettes that are stored already, whoever recorded them."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bototape import cassettes, config, ledger
from bototape.cli.paths import cassette_paths
from bototape.errors import BototapeError, UsageError

if TYPE_CHECKING:
    from bototape.cleaning import Cleaned, Cleaner

__all__ = ["command"]

_LEDGER = "ledger.json"
_MOST_SHOWN = 20


@click.command("scrub")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH…")
@click.option("--write", is_flag=True, help="Replace the files; without it nothing is written.")
@click.option(
    "--estate",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.json",
    help="Whose account was recorded: these values are looked for in every spelling.",
)
@click.option(
    "--ledger",
    "ledger_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Remember pseudonyms here; by default in the nearest ledger.json, else in a new one beside PATH….",
)
def command(paths: tuple[Path, ...], *, write: bool, estate: Path | None, ledger_file: Path | None) -> int:
    """
    Scrub the cassettes at PATH…, files or directories of them: ours, vcrpy's and pytest-recording's.

    Tells by file what is replaced, by kind and count, and never a value. What one file tells of accounts and people
    is looked for in all of them. Exits 1 when there is something to replace and nothing was written, or when the audit
    finds something left; 3 when a file could not be read or written.
    """
    # Late: help needs none of it.
    from bototape.capture.estate import load  # noqa: PLC0415
    from bototape.cleaning import Cleaner  # noqa: PLC0415
    from bototape.scrub.estate import Estate, joined  # noqa: PLC0415

    named = joined(load(estate) if estate else Estate(), config.load().estate or Estate())
    files = _files(paths)
    where = ledger_file or _nearest(paths)
    report = _Report(write=write)
    with _key(where, write=write) as (key, known):
        cleaner = Cleaner(named, key, known)
        cleaner.learn(files)
        for each in files:
            with report.trouble():
                cleaned = cleaner.clean(each)
                if write:
                    _put(cleaned, cleaner, where, key)
                report.tell(cleaned)
    report.sum(cleaner.counts, where)
    return report.code()


def _files(paths: Sequence[Path]) -> list[Path]:
    """Return the cassettes that *paths* name; JSON ones below a directory, too."""
    found: dict[Path, None] = {}
    for each in paths:
        own = sorted(path for path in each.rglob("*.json") if _is_json_cassette(path)) if each.is_dir() else []
        try:
            found |= dict.fromkeys(cassette_paths([each]))
        except UsageError:
            if not own:
                raise
        found |= dict.fromkeys(own)
    return list(found)


def _is_json_cassette(path: Path) -> bool:
    if not path.is_file():
        return False
    content = path.read_bytes()
    return b'"interactions"' in content and b'"request"' in content


def _nearest(paths: Sequence[Path]) -> Path:
    """Return the ledger in the directory that all *paths* share, or the nearest above it up to here, or a new one."""
    directories = [os.path.abspath(each if each.is_dir() else each.parent) for each in paths]  # noqa: PTH100 - links stay
    try:
        shared = Path(os.path.commonpath(directories))
    except ValueError:  # on several drives
        raise UsageError("cannot tell where the ledger is: PATH… share no directory", "give --ledger FILE") from None
    here = Path.cwd()
    above = [each for each in (shared, *shared.parents) if each.is_relative_to(here)] or [shared]
    found = next((each / _LEDGER for each in above if (each / _LEDGER).is_file()), shared / _LEDGER)
    return found.relative_to(here) if found.is_relative_to(here) else found


@contextmanager
def _key(where: Path, *, write: bool) -> Iterator[tuple[bytes, Mapping[str, str]]]:
    """Give the key and the entries of the ledger at *where*, locked; a dry run takes any key, and leaves nothing."""
    if not write:
        yield secrets.token_bytes(32), {}
        return
    key = ledger.key()
    with ledger.locked(where):
        known = ledger.load(where)
        if known and ledger.own_mark(key) not in ledger.marks(where):
            click.echo(
                f"note: {where} was made with another key, so it recognises no value and all get new pseudonyms\n"
                f"  fix: set {ledger.VARIABLE} to the key it was made with",
                err=True,
            )
        yield key, known


def _put(cleaned: Cleaned, cleaner: Cleaner, where: Path, key: bytes) -> None:
    """Write the file; the ledger first: a pseudonym that it does not know could be given to another value later."""
    if cleaned.text is None:
        return
    if cleaner.learned:
        ledger.save(where, cleaner.learned, ledger.own_mark(key))
    cassettes.put(cleaned.path, cleaned.text)


class _Report:
    """Tells of one file after the other, and what all come to."""

    def __init__(self, *, write: bool) -> None:
        self._write = write
        self._files = self._changed = self._left = self._failed = 0

    @contextmanager
    def trouble(self) -> Iterator[None]:
        """Tell of a file that could not be read or written, and go on with the next."""
        try:
            yield
        except BototapeError as error:
            self._files += 1
            self._failed += 1
            click.echo(f"bototape: {error}", err=True)

    def tell(self, cleaned: Cleaned) -> None:
        """Tell what was replaced in one file, what was not looked into, and what is left."""
        self._files += 1
        if cleaned.text is not None:
            self._changed += 1
            click.echo(f"{cleaned.path}: {_changes(cleaned)}")
        for opaque in cleaned.opaque:
            click.echo(f"{cleaned.path}: {opaque}")
        if cleaned.left:
            self._left += 1
            for each in cleaned.left[:_MOST_SHOWN]:
                click.echo(f"{each.where}: left: {each.message}")
            if len(cleaned.left) > _MOST_SHOWN:
                click.echo(f"{cleaned.path}: and {len(cleaned.left) - _MOST_SHOWN} more; bototape audit tells all")

    def sum(self, counts: Mapping[str, int], where: Path) -> None:
        """Tell how many files changed, and how many values were replaced."""
        files = f"{self._files} cassette{'' if self._files == 1 else 's'}"
        if not self._changed:
            click.echo(f"nothing to scrub in {files}")
            return
        verb = "scrubbed" if self._write else "would scrub"
        click.echo(f"{verb} {self._changed} of {files}: {_listed(counts) or 'no value'}")
        if not self._write:
            click.echo("nothing was written; give --write to replace them")
        elif where.is_file():
            click.echo(f"their pseudonyms are in {where}")

    def code(self) -> int:
        """Return the exit code."""
        if self._failed:
            return 3
        return 1 if self._left or (self._changed and not self._write) else 0


def _changes(cleaned: Cleaned) -> str:
    replaced = _listed(cleaned.replaced)
    dropped = _listed(cleaned.dropped)
    parts = [replaced, f"without the headers {dropped}" if dropped else ""]
    return "; ".join(filter(None, parts)) or "digests made true"


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in counts.items())
