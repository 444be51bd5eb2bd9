"""``bototape audit``: look for identifiers that are left in recordings and other files."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import click

from bototape.audit import audit, audit_text, estate_values
from bototape.audit.known import SHORTEST
from bototape.cli.reports import FORMAT, show
from bototape.errors import BototapeError, CassetteMissing, CassetteUnreadable, UsageError
from bototape.finding import Finding, at_or_above
from bototape.report import Format, gate_of

__all__ = ["command"]

_TREES = frozenset({".yaml", ".yml", ".json"})
_TEXTS = frozenset({".txt", ".log", ".md", ".rst", ".xml", ".html", ".har", ".jsonl", ".ndjson", ".csv", ".ipynb"})


@click.command("audit")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH…")
@FORMAT
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info", "never"]),
    default="error",
    show_default=True,
    help="Exit 1 if a finding is at least this severe: error is a credential or an identity, warning a name or an "
    "address, info a request id or data that could not be opened.",
)
@click.option(
    "--known-from",
    type=click.Path(path_type=Path),
    metavar="ESTATE.json",
    help="Values of the account that was recorded, to be found in every spelling. They are never shown.",
)
def command(paths: tuple[Path, ...], *, fmt: Format, fail_on: str, known_from: Path | None) -> int:
    """
    Look for identifiers left in PATH… (cassettes, other files, directories of them), by place and never by value.

    In a directory all YAML, JSON and text files are read. Exits 3 when a file could not be: it is not clean.
    """
    known = _known(known_from)
    findings: list[Finding] = []
    unread: list[BototapeError] = []
    files = list(dict.fromkeys(_files(paths)))
    for path in files:
        try:
            findings += _audited(path, known)
        except (CassetteMissing, CassetteUnreadable) as error:
            unread.append(error)
    count = len(files) - len(unread)
    click.echo(f"audited {count} file{'' if count == 1 else 's'}", err=True)
    gate = gate_of(fail_on)
    show(findings, fmt, gate, title="bototape audit")
    for each in unread:
        click.echo(f"bototape: {each}", err=True)
    if unread:
        return 3
    return 1 if gate is not None and at_or_above(findings, gate) else 0


def _files(paths: Iterable[Path]) -> Iterable[Path]:
    """Yield the files named, and those below the directories named; hidden ones are not looked for."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = [each for each in sorted(path.rglob("*")) if each.suffix.lower() in _TREES | _TEXTS and each.is_file()]
        visible = [each for each in found if not any(part.startswith(".") for part in each.relative_to(path).parts)]
        if not visible:
            raise UsageError(f"there is no YAML, JSON or text file below {path}", "name a file, or another directory")
        yield from visible


def _audited(path: Path, known: list[str]) -> list[Finding]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise CassetteMissing(str(path), "name a file or a directory that exists") from None
    except OSError as error:
        raise CassetteUnreadable(str(path), error.strerror or type(error).__name__) from error
    except UnicodeDecodeError as error:
        reason = f"it is not UTF-8 (byte {error.start + 1})"
        raise CassetteUnreadable(str(path), reason, "convert it, or take it out of the audit") from error
    return (audit if path.suffix.lower() in _TREES else audit_text)(text, where=str(path), known=known)


def _known(path: Path | None) -> list[str]:
    if path is None:
        return []
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read the estate {path}: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"cannot read the estate {path}: it is not JSON") from error
    if not isinstance(found, dict):
        raise UsageError(f"cannot read the estate {path}: it is not a JSON object", 'write {"account": "…"}')
    values = estate_values(found)
    short = [number for number, each in enumerate(values, 1) if len(each) < SHORTEST]
    if short:
        raise UsageError(
            f"cannot look for value {short[0]} of the estate {path}: it has fewer than {SHORTEST} characters",
            "it would be found everywhere; leave it out, or give a longer one",
        )
    return values
