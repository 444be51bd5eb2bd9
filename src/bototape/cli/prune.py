"""``bototape prune``: drop the recordings that no test plays, on the evidence of a whole run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bototape import cassettes, config, evidence
from bototape.cli.paths import cassette_paths
from bototape.errors import BototapeError, CassetteUnwritable, EvidenceUnusable, UsageError
from bototape.evidence import Evidence
from bototape.scenario.files import SCENARIOS, is_scenario

if TYPE_CHECKING:
    from bototape.pruning import Verdict

__all__ = ["command"]

#: Where the plugin leaves it, unless it is told otherwise.
_USUAL = Path(".pytest_cache/d/bototape/evidence.json")
_WHOLE = "run all tests, and let them pass: pytest"
_MOST_SHOWN = 5


@click.command("prune")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH…]")
@click.option("--write", is_flag=True, help="Replace the files; without it nothing is written.")
@click.option("--orphans", is_flag=True, help="Cassettes that no test opens as well: with --write they are removed.")
@click.option(
    "--evidence",
    "told",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help=f"What the tests played: the file of pytest --bototape-evidence. [default: {_USUAL}]",
)
@click.option("--skipped-ok", is_flag=True, help="Tests without a marker that were skipped play none of the cassettes.")
def command(paths: tuple[Path, ...], *, write: bool, orphans: bool, told: Path | None, skipped_ok: bool) -> int:
    """
    Drop the recordings that no test plays from the cassettes at PATH…, by default those of the project.

    Goes by the last run of pytest, from its root directory, which must have been whole: all tests, all passed. Exits 1
    when there is something to prune and nothing was written; 3 when that run is no evidence, or a cassette changed
    since it, or could not be read or written.
    """
    from bototape import pruning  # noqa: PLC0415 - help needs none of it

    found = _evidence(told or _USUAL, skipped_ok=skipped_ok)
    files = cassette_paths(paths or _configured())
    owners = _owners(files)
    report = _Report(write=write, orphans=orphans)
    for each in files:
        try:
            verdict = pruning.judge(each, _name(each), found, owners)
            if write:
                _put(verdict, found, orphans=orphans)
        except BototapeError as error:
            report.trouble(error)
        else:
            report.tell(verdict)
    report.sum()
    return report.code()


def _configured() -> Sequence[Path]:
    found = config.load().cassettes
    if not any(each.exists() for each in found):
        raise UsageError("nothing names a cassette, and there is no ./cassettes", "bototape prune tests/cassettes")
    return found


def _name(path: Path) -> str:
    """Return what the evidence calls the cassette at *path*."""
    absolute = path.absolute()
    here = Path.cwd()
    return absolute.relative_to(here).as_posix() if absolute.is_relative_to(here) else absolute.as_posix()


def _evidence(path: Path, *, skipped_ok: bool) -> Evidence:
    """Return the evidence at *path*; raises EvidenceUnusable if its run was not whole, or tests changed since."""
    try:
        found = evidence.from_text(path.read_text(encoding="utf-8"), str(path))
    except FileNotFoundError:
        raise EvidenceUnusable(str(path), ("there is no such file",), f"{_WHOLE}, in this directory") from None
    except (OSError, UnicodeDecodeError) as error:
        raise EvidenceUnusable(str(path), (f"it cannot be read: {error}",), _WHOLE) from None
    reasons = _shortened(found.gaps)
    if found.skipped and not skipped_ok:
        reasons += _shortened([f"{each} was skipped: which cassettes it plays is not known" for each in found.skipped])
    reasons += _shortened([f"{each} changed since" for each, digest in found.files.items() if _digest(each) != digest])
    if reasons:
        fix = _WHOLE if found.gaps or not found.skipped else f"{_WHOLE}; or --skipped-ok if they play none"
        raise EvidenceUnusable(str(path), tuple(reasons), fix)
    if found.played and not any(Path(each).exists() for each in (*found.played, *found.files)):
        raise EvidenceUnusable(str(path), ("nothing it names is here",), "prune in pytest's root directory")
    return found


def _shortened(reasons: Sequence[str]) -> list[str]:
    more = len(reasons) - _MOST_SHOWN
    return [*reasons[:_MOST_SHOWN], *([f"and {more} more"] if more > 0 else [])]


def _digest(path: str) -> str:
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return ""


def _owners(files: Sequence[Path]) -> Mapping[Path, str]:
    """Return which of *files* scenarios record: those in ``scenarios`` beside them, or above, up to here."""
    from bototape.scenario import parse, run  # noqa: PLC0415 - botocore and jsonschema are slow to import

    here = Path.cwd()
    above = {each.absolute().parent for each in files}
    above |= {one for each in above for one in each.parents if one.is_relative_to(here)}
    beside = [each / "scenarios" for each in above if (each / "scenarios").is_dir()]
    found: dict[Path, str] = {}
    there = sorted(path for place in beside for path in place.rglob("*") if path.suffix in SCENARIOS)
    for each in (path for path in there if path.is_file() and is_scenario(path.read_bytes())):
        try:
            target = run.target(parse.load(each), None)
        except BototapeError as error:
            raise UsageError(f"cannot tell what {each} records: {error}", "correct the scenario") from error
        found[target.cassette.resolve()] = f"the scenario {_name(each)} records it"
    return found


def _put(verdict: Verdict, found: Evidence, *, orphans: bool) -> None:
    """Write what is left of the cassette, or remove it; refuses one that changed since it was judged."""
    path = verdict.path
    if verdict.state == "prunable":
        with cassettes.held(path):
            cassettes.refuse_changed(path, bytes.fromhex(found.played[_name(path)].sha256))
            cassettes.put(path, verdict.text)
    elif verdict.state == "orphaned" and orphans:
        try:
            path.unlink()
        except OSError as error:
            raise CassetteUnwritable(str(path), f"it cannot be removed: {error.strerror}", "remove it") from error


class _Report:
    """Tells of one cassette after the other, and what all come to."""

    def __init__(self, *, write: bool, orphans: bool) -> None:
        self._write = write
        self._orphans = orphans
        self._files = self._dropped = self._pruned = self._removed = self._failed = self._left = 0

    def trouble(self, error: BototapeError) -> None:
        """Tell of a file that could not be read or written."""
        self._files += 1
        self._failed += 1
        click.echo(f"bototape: {error}", err=True)

    def tell(self, verdict: Verdict) -> None:
        """Tell what is dropped of one cassette, or why nothing is."""
        self._files += 1
        count = f"{verdict.count} recording{'' if verdict.count == 1 else 's'}"
        if verdict.state == "prunable":
            self._pruned += 1
            self._dropped += len(verdict.unplayed)
            numbers = ", ".join(f"#{each}" for each in verdict.unplayed)
            click.echo(f"{verdict.path}: {len(verdict.unplayed)} of {count} never played: {numbers}")
        elif verdict.state == "orphaned":
            self._removed += 1
            click.echo(f"{verdict.path}: orphaned: {verdict.why} ({count})")
        elif verdict.state == "left":
            self._left += 1
            click.echo(f"{verdict.path}: left alone: {verdict.why}")
        elif verdict.state == "stale":
            self._failed += 1
            click.echo(f"bototape: {verdict.path}: left alone: {verdict.why}\n  fix: {_WHOLE}", err=True)
        for number, repeat, times in verdict.fewer:
            click.echo(
                f"{verdict.path}: info: #{number} says repeat: {repeat}, and no test plays it more than {times} times"
            )

    def sum(self) -> None:
        """Tell what all of it comes to."""
        files = _counted(self._files, "cassette")
        verb = "dropped" if self._write else "would drop"
        removed = "removed" if self._write else "would remove"
        told = []
        if self._dropped:
            told.append(f"{verb} {_counted(self._dropped, 'recording')} from {self._pruned} of {files}")
        if self._removed:
            orphans = _counted(self._removed, "orphaned cassette")
            told.append(f"{removed} {orphans}" if self._orphans else f"{orphans}: --orphans removes them")
        click.echo("; ".join(told) or f"nothing to prune in {files}")
        if self._is_something and not self._write:
            click.echo("nothing was written; give --write to do it")

    @property
    def _is_something(self) -> bool:
        return bool(self._dropped or (self._orphans and self._removed))

    def code(self) -> int:
        """Return the exit code."""
        if self._failed:
            return 3
        return 1 if self._is_something and not self._write else 0


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
