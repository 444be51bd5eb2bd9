"""``bototape import``: turn what other tools recorded into cassettes, scrubbed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bototape import cassettes, config, ledger
from bototape.cli.paths import cassette_paths
from bototape.errors import BototapeError, UsageError

if TYPE_CHECKING:
    from bototape.cleaning import Cleaner
    from bototape.importers import Imported

__all__ = ["command"]

_LEDGER = "ledger.json"
#: The files that cassetter writes.
_CASSETTER = frozenset({".toml", ".yaml", ".yml"})


def _options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add what all importers take."""
    out = click.option(
        "--out",
        required=True,
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help="Write the cassettes and their ledger into this directory. No file there is replaced.",
    )
    estate = click.option(
        "--estate",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE.json",
        help="Whose account was recorded: these values are looked for in every spelling.",
    )
    return out(estate(function))


@click.group("import")
def command() -> None:
    """
    Turn what other tools recorded into cassettes, scrubbed and audited.

    What one file tells of accounts and people is looked for in all of them. Nothing is written that still holds an
    identifier. Exits 3 when something could not be read or written; the rest is imported all the same.
    """


@command.command("placebo")
@click.argument("directory", type=click.Path(path_type=Path), metavar="DIR")
@_options
def _placebo(directory: Path, out: Path, estate: Path | None) -> int:
    """
    Import what placebo recorded into DIR (its data_path) and below it: a cassette for each directory.

    placebo keeps no requests: an answer is for whatever parameters, in recorded order, and the last one repeats.
    """
    from bototape.importers import placebo  # noqa: PLC0415 - botocore is slow to import, and help does without

    return _import(
        [(each, out / _inside(each, directory).with_suffix(".yaml")) for each in placebo.directories(directory)],
        placebo.read,
        out,
        estate,
    )


@command.command("har")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@_options
def _har(files: tuple[Path, ...], out: Path, estate: Path | None) -> int:
    """Import the calls of AWS in each HAR file, as browsers and proxies export them, into a cassette of its name."""
    from bototape.importers import har  # noqa: PLC0415 - see above

    def read(path: Path) -> Imported:
        return har.read(cassettes.text_of(path), str(path))

    return _import([(each, out / f"{each.stem}.yaml") for each in files], read, out, estate)


@command.command("vcr")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH…")
@_options
def _vcr(paths: tuple[Path, ...], out: Path, estate: Path | None) -> int:
    """
    Import the cassettes of vcrpy and pytest-recording at PATH…, files or directories; they keep their names.

    To clean them where they are, and let vcrpy go on playing them, there is bototape scrub.
    """
    from bototape.importers import vcrs  # noqa: PLC0415 - see above

    sources: list[tuple[Path, Path]] = []
    for each in paths:
        root = each if each.is_dir() else each.parent
        sources += [(path, out / path.relative_to(root)) for path in cassette_paths([each])]
    return _import(sources, vcrs.read, out, estate)


@command.command("cassetter")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH…")
@_options
def _cassetter(paths: tuple[Path, ...], out: Path, estate: Path | None) -> int:
    """Import what cassetter recorded at PATH…, files (YAML or TOML) or directories; cassettes keep their names."""
    from bototape.importers import cassetters  # noqa: PLC0415 - see above

    sources: list[tuple[Path, Path]] = []
    for each in paths:
        root = each if each.is_dir() else each.parent
        files = sorted(path for path in each.rglob("*") if path.suffix in _CASSETTER) if each.is_dir() else [each]
        if not files:
            raise UsageError(f"cannot import {each}: there is no YAML or TOML below it", "name another directory")
        sources += [(path, (out / path.relative_to(root)).with_suffix(".yaml")) for path in files]
    return _import(sources, cassetters.read, out, estate)


def _inside(directory: Path, root: Path) -> Path:
    """Return what a cassette of *directory* is called: its path below *root*, or the name of *root* itself."""
    return directory.relative_to(root) if directory != root else Path(root.resolve().name)


def _import(
    sources: Sequence[tuple[Path, Path]], read: Callable[[Path], Imported], out: Path, estate: Path | None
) -> int:
    # Late: help needs none of it.
    from bototape.capture.estate import load  # noqa: PLC0415
    from bototape.cleaning import Cleaner  # noqa: PLC0415
    from bototape.scrub.estate import Estate, joined  # noqa: PLC0415

    _refuse_existing(sources)
    failed = 0
    found: list[tuple[Path, Path, Imported]] = []
    for source, target in sources:
        with _told() as trouble:
            found.append((source, target, read(source)))
        failed += len(trouble)
    named = joined(load(estate) if estate else Estate(), config.load().estate or Estate())
    where, key = out / _LEDGER, ledger.key()
    with ledger.locked(where):
        cleaner = Cleaner(named, key, ledger.load(where))
        cleaner.learn_from(each.cassette for _, _, each in found)
        for source, target, each in found:
            with _told() as trouble:
                _write(source, target, each, cleaner, where, ledger.own_mark(key))
            failed += len(trouble)
    click.echo(f"imported {len(sources) - failed} of {len(sources)} into {out}")
    return 3 if failed else 0


def _write(source: Path, target: Path, imported: Imported, cleaner: Cleaner, where: Path, mark: str) -> None:
    from bototape.audit import audit  # noqa: PLC0415 - see above
    from bototape.finding import Finding, Severity, at_or_above  # noqa: PLC0415
    from bototape.record import readable  # noqa: PLC0415

    if not imported.cassette.interactions:
        why = "; ".join(imported.notes) or "it is empty"
        raise UsageError(f"cannot import {source}: it holds no call of AWS ({why})")
    cassette, counts = cleaner.scrubbed(imported.cassette)
    cassette = type(cassette)(tuple(map(readable, cassette.interactions)), cassette.provenance)
    known = tuple(value for _, value in cleaner.estate.known())

    def leaks(text: str) -> Sequence[Finding]:
        """Audit the proven text; if nothing is left in it, remember its pseudonyms before it is in place."""
        left = at_or_above(audit(text, where=str(target), known=known), Severity.ERROR)
        if not left and cleaner.learned:
            ledger.save(where, cleaner.learned, mark)
        return left

    cassettes.write(target, cassette, leaks)
    click.echo(f"{source} -> {target}: {_counted(len(cassette.interactions))}; scrubbed: {_listed(counts)}")
    for each in imported.notes:
        click.echo(f"  {each}")


def _refuse_existing(sources: Sequence[tuple[Path, Path]]) -> None:
    seen: dict[Path, Path] = {}
    for source, target in sources:
        if target.exists():
            raise UsageError(
                f"cannot import {source}: {target} is there already", "give another --out, or take it away"
            )
        other = seen.setdefault(target, source)
        if other != source:
            raise UsageError(f"{other} and {source} would both become {target}", "import them with different --out")


@contextmanager
def _told() -> Iterator[list[BototapeError]]:
    """Tell of one file that could not be imported, and go on."""
    trouble: list[BototapeError] = []
    try:
        yield trouble
    except BototapeError as error:
        trouble.append(error)
        click.echo(f"bototape: {error}", err=True)


def _counted(count: int) -> str:
    return f"{count} interaction{'' if count == 1 else 's'}"


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in counts.items()) or "nothing"
