"""Cassette files: missing is not unreadable, and a file is replaced whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bototape import yamltext
from bototape.cassettes.text import from_text, grouped
from bototape.cassettes.tree import tree
from bototape.errors import CassetteMissing, CassetteUnreadable, CassetteUnwritable, LeakRefused
from bototape.interaction import Cassette

if TYPE_CHECKING:
    from bototape.finding import Finding

__all__ = ["put", "read", "text_of", "write"]


def read(path: Path) -> Cassette:
    """Return the cassette at *path*; raises CassetteMissing if there is no file, else CassetteUnreadable."""
    return from_text(text_of(path), str(path))


def text_of(path: Path) -> str:
    """Return the text of the file at *path*; raises as `read` does."""
    where = str(path)
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise CassetteMissing(where, "check the path, or record the cassette") from error
    except OSError as error:
        raise CassetteUnreadable(where, _said(error), "name a file that this user may read") from error
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        fix = "save it as UTF-8, restore it from version control, or record it again"
        raise CassetteUnreadable(where, f"byte {error.start} is not UTF-8 text", fix, line) from error


def write(path: Path, cassette: Cassette, leaks: Callable[[str], Sequence[Finding]]) -> None:
    """
    Replace the file at *path* by *cassette*, or leave it as it is and raise.

    The text is read back with both YAML readers and compared, then shown to *leaks*; only a text without a finding
    reaches the disk, first as ``.NAME.XXXXXXXX.tmp`` beside the file. Missing directories are made. A link is
    followed. The file's mode is the process's umask's.

    Raises LeakRefused with the place of each finding, CassetteUnwritable for anything else.
    """
    text = _proven(path, cassette)
    if findings := leaks(text):
        raise LeakRefused(str(path), tuple(f"{each.where}: {each.message}" for each in findings))
    put(path, text)


def put(path: Path, text: str) -> None:
    """
    Replace the file at *path* by *text* as `write` does; what the text says is the caller's to prove.

    Raises CassetteUnwritable; the file is then as it was.
    """
    try:
        _replace(Path(os.path.realpath(path)), text.encode())
    except OSError as error:
        fix = "check the space and the permissions there, then try again"
        raise CassetteUnwritable(str(path), _said(error), fix) from error


def _proven(path: Path, cassette: Cassette) -> str:
    where = str(path)
    written = tree(cassette)
    try:
        text = yamltext.dump(written)
        yamltext.prove(text, written)
        back = from_text(text, where)
    except ValueError as error:
        raise CassetteUnwritable(where, str(error), "leave the value out, or report it with its kind") from error
    except CassetteUnreadable as error:
        raise CassetteUnwritable(where, f"it could not be read again: {error.reason}", "correct the value") from error
    if back != grouped(cassette):
        raise CassetteUnwritable(where, "it would not read back as what was recorded", "report this as a bug")
    return text


def _replace(path: Path, data: bytes) -> None:
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(None, "the file is write-protected")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.parent / f".{path.name[:60]}.{secrets.token_hex(4)}.tmp"  # 60 characters: at most 240 of 255 bytes
    try:
        _store(temporary, data)
        os.replace(temporary, path)  # noqa: PTH105  # Path.replace would be the same call under a name nobody searches for
    except BaseException:  # Ctrl-C as well
        temporary.unlink(missing_ok=True)
        raise
    _sync_directory(path.parent)


def _store(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_directory(path: Path) -> None:
    """Make the rename durable; where directories cannot be opened or synced, the file is in place all the same."""
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _said(error: OSError) -> str:
    return error.strerror[:1].lower() + error.strerror[1:] if error.strerror else type(error).__name__
