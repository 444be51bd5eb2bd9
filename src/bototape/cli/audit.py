"""``bototape audit``: look for identifiers that are left in recordings and other files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePath

import click

from bototape.audit import audit, audit_text, estate_values
from bototape.audit.kinds import KINDS
from bototape.audit.known import SHORTEST
from bototape.audit.policy import Policy, parse
from bototape.cli.githistory import versions
from bototape.cli.ignoring import today
from bototape.cli.reports import FORMATS, coloured, put
from bototape.errors import BototapeError, CassetteMissing, CassetteUnreadable, UsageError
from bototape.finding import Finding, at_or_above
from bototape.report import Context, Format, gate_of, render
from bototape.report.place import fingerprint

__all__ = ["POLICY", "command"]

#: The policy of a project, in its top directory.
POLICY = Path("bototape-audit.toml")

_TREES = frozenset({".yaml", ".yml", ".json"})
_TEXTS = frozenset({".txt", ".log", ".md", ".rst", ".xml", ".html", ".har", ".jsonl", ".ndjson", ".csv", ".ipynb"})


@click.command("audit")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH…")
@click.option("--format", "fmt", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write the report here, not to stdout.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info", "never"]),
    default="error",
    show_default=True,
    help="Exit 1 if a finding is at least this severe: error is a credential or an identity, warning a name or an "
    "address, info a request id or data that could not be opened. A credential or a capability (T0, T1) fails always.",
)
@click.option(
    "--known-from",
    type=click.Path(path_type=Path),
    metavar="ESTATE.json",
    help="Values of the account that was recorded, to be found in every spelling. They are never shown.",
)
@click.option(
    "--policy",
    "policy_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"How severe each tier is, and what may stay until when; by default ./{POLICY}, if it is there.",
)
@click.option(
    "--git-history",
    is_flag=True,
    help="Read every version of the files that git has, and the messages of the commits, as well.",
)
def command(
    paths: tuple[Path, ...],
    *,
    fmt: Format,
    output: Path | None,
    fail_on: str,
    known_from: Path | None,
    policy_file: Path | None,
    git_history: bool,
) -> int:
    """
    Look for identifiers left in PATH… (cassettes, other files, directories of them), by place and never by value.

    In a directory all YAML, JSON and text files are read. Exits 3 when a file could not be: it is not clean.
    """
    policy = _policy(policy_file)
    auditor = _Auditor(tuple(_known(known_from)), policy.public(today()))
    files = list(dict.fromkeys(_files(paths, past=git_history)))
    for path in files:
        auditor.read(path)
    count = f"{auditor.count} file{'' if auditor.count == 1 else 's'}"
    if git_history:
        wanted = _TREES | _TEXTS
        names = {each.name for each in paths}
        for each in versions(paths, lambda path: path.suffix.lower() in wanted or path.name in names):
            auditor.take(each.where, each.name, each.data)
        if not (auditor.count or auditor.unread):
            named = ", ".join(map(str, paths))
            raise UsageError(f"there is no YAML, JSON or text file in the history of {named}", "name another path")
        count = f"{count}, {auditor.count} with the history"
    judged = policy.judge([(each, fingerprint(each)) for each in auditor.findings], today())
    gate = gate_of(fail_on)
    click.echo(f"audited {count}", err=True)
    context = Context(title="audit", ignored=judged.hidden)
    put(render(judged.shown, fmt, gate, colour=output is None and coloured(), context=context), output)
    for one in judged.unused:
        click.echo(f"bototape: warning: {policy_file or POLICY}: nothing to allow any more: {one}", err=True)
    for error in auditor.unread:
        click.echo(f"bototape: {error}", err=True)
    if auditor.unread:
        return 3
    reached = gate is not None and at_or_above(judged.shown, gate)
    return 1 if reached or any(_is_hard(each) for each in judged.shown) else 0


def _is_hard(finding: Finding) -> bool:
    """Tell whether *finding* is a credential or a capability, which fails whatever the gate is."""
    return finding.rule in KINDS and KINDS[finding.rule].tier in ("T0", "T1")


@dataclass(slots=True)
class _Auditor:
    """Audits one text after the other; what cannot be read is kept as an error. Equal contents are read once."""

    known: tuple[str, ...]
    public: frozenset[tuple[str, str]]
    findings: list[Finding] = field(default_factory=list)
    unread: list[BototapeError] = field(default_factory=list)
    count: int = 0
    contents: set[tuple[bool, bytes]] = field(default_factory=set)

    def read(self, path: Path) -> None:
        """Audit the file at *path*, whether another has the same content or not."""
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            self.unread.append(CassetteMissing(str(path), "name a file or a directory that exists"))
        except OSError as error:
            self.unread.append(CassetteUnreadable(str(path), error.strerror or type(error).__name__))
        else:
            self._audit(str(path), path, data)

    def take(self, where: str, name: PurePath, data: bytes) -> None:
        """Audit the content of a file that was called *name*, unless the same was audited before."""
        if self._key(name, data) not in self.contents:
            self._audit(where, name, data)

    @staticmethod
    def _key(name: PurePath, data: bytes) -> tuple[bool, bytes]:
        return name.suffix.lower() in _TREES, sha256(data).digest()

    def _audit(self, where: str, name: PurePath, data: bytes) -> None:
        key = self._key(name, data)
        self.contents.add(key)
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            reason = f"it is not UTF-8 (byte {error.start + 1})"
            self.unread.append(CassetteUnreadable(where, reason, "convert it, or take it out of the audit"))
            return
        is_tree, _ = key
        self.findings += (audit if is_tree else audit_text)(text, where=where, known=self.known, public=self.public)
        self.count += 1


def _policy(named: Path | None) -> Policy:
    path = named or POLICY
    try:
        return parse(path.read_bytes().decode("utf-8"), str(path))
    except FileNotFoundError:
        if named is None:
            return Policy({})
        raise UsageError(f"cannot use the policy {path}: there is no such file", "name another") from None
    except OSError as error:
        raise UsageError(f"cannot use the policy {path}: {error.strerror}", "name a readable file") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"cannot use the policy {path}: it is not UTF-8 text", "save it as UTF-8") from error


def _files(paths: Iterable[Path], *, past: bool) -> Iterator[Path]:
    """Yield the files named, and those below the directories named; hidden ones are not looked for."""
    for path in paths:
        if not path.is_dir():
            if path.exists() or not past:  # else the history tells whether there was one
                yield path
            continue
        found = [each for each in sorted(path.rglob("*")) if each.suffix.lower() in _TREES | _TEXTS and each.is_file()]
        visible = [each for each in found if not any(part.startswith(".") for part in each.relative_to(path).parts)]
        if not visible and not past:
            raise UsageError(f"there is no YAML, JSON or text file below {path}", "name a file, or another directory")
        yield from visible


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
