"""
What stands at a path while it is recorded: one recording at a time, and none over what changed meanwhile.

The lock is a file in the user's temporary directory, so that no other file is left beside the cassettes. Where files
cannot be locked (Windows) nothing is; that the file changed is found all the same, before it is written.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from bototape.errors import CassetteUnreadable, CassetteUnwritable

try:
    import fcntl
except ImportError:  # Windows has none
    fcntl = None  # type: ignore[assignment]  # a module, or nothing

__all__ = ["Seen", "held", "refuse_changed", "refuse_unwritable", "seen"]

#: What a file holds, as far as it must be told from anything else; None for no file.
Seen = bytes | None

#: How long another process may go on recording the file, in seconds, and how often it is looked.
PATIENCE = 60.0
_PAUSE = 0.05

_lock = threading.Lock()
_held: set[Path] = set()


def seen(path: Path) -> Seen:
    """Return what the file at *path* holds now, to compare later; raises CassetteUnreadable."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise CassetteUnreadable(str(path), reason, "name a file that this user may read") from error


def refuse_changed(path: Path, before: Seen) -> None:
    """Raise CassetteUnwritable if the file at *path* is not what was *seen* there before."""
    now = seen(path)
    if now == before:
        return
    what = "appeared" if before is None else "is gone" if now is None else "changed"
    reason = f"the file {what} while it was recorded: an editor, a checkout or another recording was at it"
    raise CassetteUnwritable(str(path), reason, "look at it, then record again; what is there now was left alone")


def refuse_unwritable(path: Path) -> None:
    """Raise CassetteUnwritable if there is no way to write *path*: better said before a recording than after it."""
    target = Path(os.path.realpath(path))
    fix = "make it writable, or record elsewhere"
    if target.exists() and not os.access(target, os.W_OK):
        raise CassetteUnwritable(str(path), "the file is write-protected", fix)
    nearest = next(each for each in target.parents if each.exists())
    if not nearest.is_dir():
        raise CassetteUnwritable(str(path), f"{nearest} is no directory", "record elsewhere")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise CassetteUnwritable(str(path), f"the directory {nearest} is write-protected", fix)


@contextlib.contextmanager
def held(path: Path, *, patience: float | None = None) -> Iterator[None]:
    """
    Record *path* alone while the block runs.

    Waits *patience* seconds (`PATIENCE`) for another process to end its recording, then raises CassetteUnwritable; at
    once where this process itself records it.
    """
    target = Path(os.path.realpath(path))
    with _lock:
        if target in _held:
            reason = "another tape of this process records it"
            raise CassetteUnwritable(str(path), reason, "let the first tape end, or name another cassette")
        _held.add(target)
    try:
        handle = _locked(target, path, PATIENCE if patience is None else patience)
        try:
            yield
        finally:
            if handle is not None:
                os.close(handle)
    finally:
        with _lock:
            _held.discard(target)


def _locked(target: Path, path: Path, patience: float) -> int | None:
    """Return the open lock file of *target*, or None where there are no locks."""
    if fcntl is None:
        return None
    directory = Path(tempfile.gettempdir()) / f"bototape-{os.getuid()}"
    name = hashlib.sha256(os.fsencode(target)).hexdigest()[:32]
    try:
        directory.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(directory / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError:
        return None  # no temporary directory of our own: `refuse_changed` still finds the other recording
    try:
        _wait(handle, path, patience)
    except BaseException:
        os.close(handle)
        raise
    return handle


def _wait(handle: int, path: Path, patience: float) -> None:
    end = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                owner = os.pread(handle, 20, 0).decode("ascii", "replace").strip() or "?"
                reason = f"process {owner} is recording it, and was not done in {patience:g} s"
                raise CassetteUnwritable(str(path), reason, "wait for it, or record another cassette") from None
            time.sleep(_PAUSE)
        except OSError:
            return  # a file system without locks
        else:
            os.truncate(handle, 0)
            os.pwrite(handle, str(os.getpid()).encode(), 0)
            return
