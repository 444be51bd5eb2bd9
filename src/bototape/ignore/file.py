"""The ignore file as text: read with the line of whatever is wrong, and added to without touching the rest."""

from __future__ import annotations

import contextlib
import datetime as dt
import difflib
import json
import os
import re
import tempfile
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bototape.errors import UsageError
from bototape.ignore.entries import Entry

__all__ = ["DAYS", "NAME", "append", "load", "made", "parse"]

#: The ignore file of a project, in its top directory.
NAME = "bototape-ignore.toml"

#: Days that a new entry lasts unless it says otherwise.
DAYS = 90

_PLACE = ("kind", "service", "path")
_KEYS = ("fingerprint", *_PLACE, "reason", "until")
_FORMS = {
    "fingerprint": (re.compile(r"[0-9a-f]{12}"), "12 hex digits, as reports show them"),
    "kind": (re.compile(r"[a-z][a-z0-9-]*"), "the id of a rule, such as enum-value-added"),
    "service": (re.compile(r"[a-z0-9][a-z0-9.-]*"), "botocore's name of a service, such as sagemaker"),
    "path": (re.compile(r"\S+"), "a place, * for any characters: DescribeAutoMLJob.output.*"),
    "reason": (re.compile(r".*\S.*", re.DOTALL), "why the finding may stay"),
    "until": (re.compile(r"\d{4}-\d{2}-\d{2}|\d+(?:\.\d+)+[0-9A-Za-z.+]*"), "a day (2027-03-01) or a release (1.45.0)"),
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_AT = re.compile(r"\(at line (\d+), column \d+\)|\(at end of document\)")
_HEADER = re.compile(r"^[ \t]*\[\[[ \t]*ignore[ \t]*\]\]", re.MULTILINE)


def load(path: Path, kinds: Collection[str] = (), *, named: bool = True) -> tuple[Entry, ...]:
    """
    Return the entries of the ignore file at *path*; *kinds* are the ids there are, any if empty.

    Raises UsageError, with the line, for what is no such file; a missing one is no error unless the user *named* it.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        if not named:
            return ()
        raise UsageError(f"cannot use the ignore file {path}: there is no such file", _HELP) from None
    except UnicodeDecodeError as error:
        raise UsageError(f"cannot use the ignore file {path}: it is not UTF-8 text", "save it as UTF-8") from error
    except OSError as error:
        raise UsageError(f"cannot use the ignore file {path}: {error.strerror}", "name a readable file") from error
    return parse(text, str(path), kinds)


_HELP = "bototape ignore add FINGERPRINT --reason TEXT makes one"


def parse(text: str, path: str, kinds: Collection[str] = ()) -> tuple[Entry, ...]:
    """Return the entries that *text*, the content of *path*, holds; raises as `load`."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        match = _AT.search(str(error))
        line = f":{match[1] or text.count(chr(10)) + 1}" if match else ""
        raise UsageError(
            f"cannot use {path}{line}: it is not TOML: {_AT.sub('', str(error)).strip()}", _SHAPE
        ) from None
    except RecursionError:
        raise UsageError(f"cannot use {path}: it nests too deep", _SHAPE) from None
    tables = found.pop("ignore", [])
    if found:
        raise UsageError(
            f"cannot use {path}{_line(text, next(iter(found)))}: unknown key {next(iter(found))!r}", _SHAPE
        )
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        raise UsageError(f"cannot use {path}{_line(text, 'ignore')}: expected tables [[ignore]]", _SHAPE)
    starts = [match.start() for match in _HEADER.finditer(text)]
    if len(starts) != len(tables):
        starts = [0] * len(tables)
    ends = [*starts[1:], len(text)] if starts else []
    return tuple(
        _entry(table, _Source(path, text, start, end), kinds)
        for table, start, end in zip(tables, starts, ends, strict=True)
    )


_SHAPE = 'an entry is [[ignore]], then fingerprint (or kind, service and path), reason, and until = "2027-03-01"'


def _line(text: str, key: str) -> str:
    match = re.search(rf"^[ \t]*\[*[ \t]*\"?{re.escape(key)}\b", text, re.MULTILINE)
    return f":{text.count(chr(10), 0, match.start()) + 1}" if match else ""


@dataclass(frozen=True, slots=True)
class _Source:
    """Where an entry stands: the characters *start* to *end* of *text*, the content of *path*."""

    path: str
    text: str
    start: int
    end: int

    def line(self, key: str = "") -> int:
        """Return the line of *key* of the entry, or of its header."""
        wanted = re.compile(rf"^[ \t]*\"?{re.escape(key)}\"?[ \t]*=", re.MULTILINE)
        match = wanted.search(self.text, self.start, self.end) if key else None
        return self.text.count("\n", 0, match.start() if match else self.start) + 1

    def refuse(self, key: str, reason: str, fix: str) -> UsageError:
        """Return the error that the entry is wrong at *key*."""
        return UsageError(f"cannot use {self.path}:{self.line(key)}: {reason}", fix)


def made(values: Mapping[str, str], kinds: Collection[str] = ()) -> Entry:
    """Return the entry that *values* make, as if the file had it; raises UsageError as `load` does."""
    return parse(_text({key: value for key, value in values.items() if value}), "the entry", kinds)[0]


def _entry(table: Mapping[str, Any], source: _Source, kinds: Collection[str]) -> Entry:
    for key, value in table.items():
        if key not in _KEYS:
            near = difflib.get_close_matches(key, _KEYS, 1)
            fix = f"did you mean {near[0]}?" if near else f"the keys are {', '.join(_KEYS)}"
            raise source.refuse(key, f"unknown key {key!r}", fix)
        form, meaning = _FORMS[key]
        text = value.isoformat() if key == "until" and type(value) is dt.date else value
        if not isinstance(text, str) or not form.fullmatch(text) or not _is_day_or_release(key, text):
            raise source.refuse(key, f"{key}: expected {meaning}; found {json.dumps(value, default=str)}", meaning)
    _refuse_incomplete(table, source)
    if kinds and table.get("kind", next(iter(kinds))) not in kinds:
        near = difflib.get_close_matches(table["kind"], sorted(kinds), 1)
        fix = f"did you mean {near[0]}?" if near else "bototape rules lists the kinds there are"
        raise source.refuse("kind", f"there is no kind {table['kind']!r}", fix)
    texts = {key: str(value) for key, value in table.items()}
    if "path" in texts:  # in reports a place begins with its service
        texts["path"] = texts["path"].removeprefix(f"{texts['service']}.")
    return Entry(**texts, line=source.line())


def _is_day_or_release(key: str, text: str) -> bool:
    if key != "until" or not _DAY.fullmatch(text):
        return True
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _refuse_incomplete(table: Mapping[str, Any], source: _Source) -> None:
    if "reason" not in table:
        raise source.refuse("", "expected a reason, found none", 'reason = "why the finding may stay"')
    if "fingerprint" in table:
        extra = [key for key in ("kind", "path") if key in table]
        if extra:
            raise source.refuse(extra[0], f"{extra[0]} has no effect beside a fingerprint", "keep one of them")
    elif missing := [key for key in _PLACE if key not in table]:
        found = ", ".join(key for key in _PLACE if key in table) or "none of them"
        raise source.refuse(
            "", f"expected a fingerprint, or kind, service and path; found {found}", f"add {', '.join(missing)}"
        )


def append(path: Path, one: Entry) -> None:
    """
    Add *one* to the ignore file at *path*, which is made if there is none; what it holds stays as it is.

    Raises UsageError when the file is no ignore file, has the same entry, or cannot be written; it is then as it was.
    """
    for each in load(path, named=False):
        if (each.fingerprint, each.kind, each.service, each.path) == (one.fingerprint, one.kind, one.service, one.path):
            raise UsageError(f"{path}:{each.line} ignores {one} already", "change that entry, or remove it")
    try:
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        _replace(path, f"{old}{_gap(old)}{_text(_values(one))}")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}", "check the permissions there") from error


def _gap(text: str) -> str:
    return "" if not text or text.endswith("\n\n") else "\n" if text.endswith("\n") else "\n\n"


def _values(one: Entry) -> dict[str, str]:
    return {key: value for key in _KEYS if (value := getattr(one, key))}


def _text(values: Mapping[str, str]) -> str:
    lines = (f"{key} = {_quoted(value)}" for key, value in values.items())
    return "".join(f"{each}\n" for each in ("[[ignore]]", *lines))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _replace(path: Path, text: str) -> None:
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(number, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(name).replace(path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
