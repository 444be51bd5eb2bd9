"""
Make and prove snapshots: the same source gives the same bytes.

Compiled schemas follow from ``service-2.json`` alone; `verify` makes them again and compares.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bototape.errors import ModelUnavailable, UsageError
from bototape.finding import Finding, Severity
from bototape.releases import snapshots
from bototape.releases.snapshots import MODEL, RELEASE, SOURCES
from bototape.releases.wheel import Source
from bototape.schema import compile_schema
from bototape.shapes import Service, cut, parse

__all__ = ["add", "changed", "contents", "schemas", "verify"]


def contents(source: Source, operations: Sequence[str]) -> dict[str, str]:
    """
    Return the files of the snapshot of *source* cut down to *operations*, text by name.

    Raises UsageError when the release has none of them.
    """
    model = cut(source.files[MODEL], operations)
    present = [each for each in operations if each in model["operations"]]
    if not present:
        raise UsageError(f"botocore {source.release} has none of the operations: {', '.join(operations)}")
    sources = {MODEL: _text(model), **_companions(source, present)}
    about = {
        "service": source.service,
        "apiVersion": source.api_version,
        "version": source.release.version,
        "date": source.release.date,
        "operations": present,
        "absent": [each for each in operations if each not in present],
        "sha256": {name: snapshots.digest(text.encode()) for name, text in sources.items()},
    }
    return {RELEASE: _text(about), **sources, **schemas(parse(model))}


def _companions(source: Source, operations: Iterable[str]) -> dict[str, str]:
    kept = frozenset(operations)
    found: dict[str, str] = {}
    if paginators := source.files.get("paginators-1.json"):
        pages = {name: each for name, each in paginators["pagination"].items() if name in kept}
        found["paginators-1.json"] = _text({**paginators, "pagination": pages})
    if waiters := source.files.get("waiters-2.json"):
        waits = {name: each for name, each in waiters["waiters"].items() if each["operation"] in kept}
        found["waiters-2.json"] = _text({**waiters, "waiters": waits})
    return found


def schemas(service: Service) -> dict[str, str]:
    """Return the compiled schemas of all operations of *service*: ``<Operation>.<side>.schema.json`` and its text."""
    found = {}
    for name, operation in sorted(service.operations.items()):
        for side in ("input", "output", "error"):
            if side != "error" or operation.errors:
                found[f"{name}.{side}.schema.json"] = _text(compile_schema(service, operation, side))
    return found


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, indent=2) + "\n"


def add(source: Source, operations: Sequence[str], place: Path) -> Path:
    """
    Write the snapshot of *source* below *place*, whole or not at all, and return its directory.

    A snapshot of the same release is replaced. Raises UsageError when it cannot be written; an older one is kept.
    """
    files = contents(source, operations)
    target = place / source.service / source.api_version / source.release.version
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".new-") as scratch:
            _put(files, Path(scratch), target)
    except OSError as error:
        raise UsageError(f"cannot write {target}: {error.strerror}", "an older snapshot there is as it was") from error
    return target


def _put(files: Mapping[str, str], scratch: Path, target: Path) -> None:
    made, old = scratch / "made", scratch / "old"
    made.mkdir()
    for name, text in files.items():
        (made / name).write_text(text, encoding="utf-8", newline="\n")
    if target.exists():
        target.rename(old)
    try:
        made.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise


def changed(directory: Path, files: Mapping[str, str]) -> bool:
    """Tell whether operations, shapes, paginators or waiters in *files* differ from the snapshot in *directory*."""
    return any(_compared(files.get(name)) != _compared(_read(directory / name)) for name in SOURCES)


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _compared(text: str | None) -> dict[str, Any]:
    return {key: value for key, value in json.loads(text or "{}").items() if key not in ("metadata", "version")}


def verify(directory: Path) -> list[Finding]:
    """Return what is wrong with the snapshot in *directory*: sources edited, schemas missing, changed or left over."""
    try:
        service = snapshots.read(directory, alone=True).service
    except ModelUnavailable as error:
        return [Finding(str(directory), "snapshot-unusable", Severity.ERROR, f"{error.what}: {error.reason}")]
    wanted = schemas(service)
    found = {each.name: each for each in directory.glob("*.schema.json")}
    findings = _edited(directory)
    for name in sorted({*wanted, *found}):
        where = str(directory / name)
        if name not in found:
            findings.append(Finding(where, "schema-missing", Severity.ERROR, "the schema is missing"))
        elif name not in wanted:
            findings.append(Finding(where, "schema-left-over", Severity.ERROR, "no operation needs this schema"))
        elif found[name].read_text(encoding="utf-8") != wanted[name]:
            message = f"the schema is not what {MODEL} compiles to"
            findings.append(Finding(where, "schema-differs", Severity.ERROR, message))
    return findings


def _edited(directory: Path) -> list[Finding]:
    about = json.loads((directory / RELEASE).read_bytes())
    return [
        Finding(str(directory / name), "snapshot-edited", Severity.ERROR, f"its digest is not the one in {RELEASE}")
        for name, digest in sorted(about["sha256"].items())
        if not (directory / name).is_file() or snapshots.digest((directory / name).read_bytes()) != digest
    ]
