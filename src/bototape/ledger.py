"""
The committed map of keyed digests to pseudonyms, and the key that is never committed.

The file is JSON, one entry a line, sorted by digest, so that two branches merge line by line. Without the key nothing
can be learned from it; with it, a value that was seen before keeps its pseudonym. ``keys`` are marks of the keys that
its entries were made with, to tell a lost key from a new account.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import re
import secrets
import stat
import tempfile
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import platformdirs

from bototape.errors import LedgerUnusable, UsageError

try:
    import fcntl
except ImportError:  # Windows has none
    fcntl = None  # type: ignore[assignment]  # a module, or nothing

__all__ = ["VARIABLE", "key", "load", "locked", "marks", "own_mark", "restored", "save"]

#: The environment variable that holds the key a team shares.
VARIABLE = "BOTOTAPE_SCRUB_KEY"

_FORMAT = 1

#: The ledger is no secret: everybody who may read the repository may read it.
_READABLE = 0o644
_DIGEST = re.compile(r"[0-9a-f]{16}")
_FEWEST_CHARACTERS = 16
_KEY = re.compile(rb"[0-9a-f]{64}\n?")
_RESTORE = "restore it from version control; it is never overwritten while it cannot be read"


def load(path: Path) -> dict[str, str]:
    """
    Return the entries of the ledger at *path*, digest → pseudonym; none when there is no file yet.

    Raises `LedgerUnusable` when the file cannot be read, is no ledger, or gives one pseudonym to two values.
    """
    return _read(path)[0]


def marks(path: Path) -> tuple[str, ...]:
    """Return the marks (`own_mark`) of the keys that the ledger at *path* was made with; raises as `load` does."""
    return _read(path)[1]


def own_mark(secret: bytes) -> str:
    """Return what a ledger says of the key *secret*: 16 hex digits that tell it from others and no more."""
    return hmac.new(secret, b"bototape ledger", hashlib.sha256).hexdigest()[:16]


def _read(path: Path) -> tuple[dict[str, str], tuple[str, ...]]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}, ()
    except (OSError, UnicodeDecodeError) as error:
        raise LedgerUnusable(str(path), getattr(error, "strerror", None) or "it is not UTF-8 text", _RESTORE) from error
    try:
        found = json.loads(text, object_pairs_hook=lambda members: _unique(members, path))
    except (ValueError, RecursionError) as error:
        raise LedgerUnusable(str(path), f"it is not JSON: {error}", _RESTORE) from error
    entries = _entries(found, path)
    _refuse_collisions(entries, path)
    return entries, _marks(found, path)


def _marks(found: Mapping[str, object], path: Path) -> tuple[str, ...]:
    told = found.get("keys", [])
    if not isinstance(told, list) or not all(isinstance(each, str) and _DIGEST.fullmatch(each) for each in told):
        raise LedgerUnusable(str(path), "its keys are not marks of 16 hex digits", _RESTORE)
    return tuple(told)


def save(path: Path, entries: Mapping[str, str], mark: str = "") -> None:
    """
    Add *entries* (digest → pseudonym) to the ledger at *path*: the union of both, sorted, replaced at once.

    *mark* names the key they were made with. Raises `LedgerUnusable`, leaving the file as it is, when it cannot be
    read or written, when it knows a digest by another pseudonym, or when a pseudonym would stand for two values.
    """
    known, keys = _read(path)
    for digest, pseudonym in entries.items():
        if known.get(digest, pseudonym) != pseudonym:
            raise LedgerUnusable(str(path), f"{digest} is {known[digest]!r} there and {pseudonym!r} here", _MERGE)
    merged = dict(sorted({**known, **entries}.items()))
    _refuse_collisions(merged, path)
    if merged != known:
        made_with = {"keys": sorted({*keys, mark} - {""})} if mark or keys else {}
        _write(path, json.dumps({"format": _FORMAT, **made_with, "pseudonyms": merged}, indent=2) + "\n")


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """
    Keep other recordings of this machine away from the ledger at *path*; raises `LedgerUnusable` if that fails.

    It is the ledger's directory that is locked, so that no other file is left behind. Where directories cannot be
    locked (Windows, some network file systems) nothing is: `save` refuses what does not go together all the same.
    Inside of a block of the same thread there is nothing to wait for.
    """
    directory = os.path.realpath(path.parent)
    if directory in _mine():
        yield
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path.parent, os.O_RDONLY) if fcntl else None
    except OSError as error:
        raise LedgerUnusable(str(path), f"its directory cannot be used: {error.strerror}", _WRITABLE) from error
    try:
        if fcntl and handle is not None:
            with contextlib.suppress(OSError):
                fcntl.flock(handle, fcntl.LOCK_EX)
        _mine().add(directory)
        yield
    finally:
        _mine().discard(directory)
        if handle is not None:
            os.close(handle)


_local = threading.local()


def _mine() -> set[str]:
    """Return the directories that this thread has locked."""
    found: set[str] = _local.__dict__.setdefault("locked", set())
    return found


@contextlib.contextmanager
def restored(path: Path) -> Iterator[None]:
    """Put the ledger at *path* back as it was, if the block fails: what it would remember was never written."""
    before = path.read_bytes() if path.is_file() else None
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError, LedgerUnusable):
            if before is None and path.is_file():
                path.unlink()
            elif before is not None and path.read_bytes() != before:
                _write(path, before.decode("utf-8"))
        raise


_WRITABLE = "make its directory writable"
_MERGE = (
    "two recordings were made apart: keep the ledger's entry, and record the newer cassette again, "
    "so that it takes the next free pseudonym"
)


def _unique(members: list[tuple[str, object]], path: Path) -> dict[str, object]:
    found = dict(members)
    if len(found) != len(members):
        raise LedgerUnusable(str(path), "an entry is in it twice", _MERGE)
    return found


def _entries(found: object, path: Path) -> dict[str, str]:
    if not isinstance(found, dict) or found.get("format") != _FORMAT or not isinstance(found.get("pseudonyms"), dict):
        raise LedgerUnusable(str(path), f"it is not a ledger of format {_FORMAT}", _RESTORE)
    entries = found["pseudonyms"]
    for digest, pseudonym in entries.items():
        if not _DIGEST.fullmatch(digest) or not isinstance(pseudonym, str) or not pseudonym:
            raise LedgerUnusable(str(path), f"entry {digest[:16]!r} is not 16 hex digits and a pseudonym", _RESTORE)
    return dict(entries)


def _refuse_collisions(entries: Mapping[str, str], path: Path) -> None:
    owner: dict[str, str] = {}
    for digest, pseudonym in entries.items():
        other = owner.setdefault(pseudonym, digest)
        if other != digest:
            raise LedgerUnusable(str(path), f"{pseudonym!r} stands for two values, {other} and {digest}", _MERGE)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(_READABLE)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise LedgerUnusable(str(path), f"it cannot be written: {error.strerror}", _WRITABLE) from error


def key() -> bytes:
    """
    Return the key of the digests: `VARIABLE` when it is set, else the file in the user's configuration directory.

    White space around the variable's text does not count: secret stores add it. The file is made at first use,
    readable by its owner only; its text in the variable is the same key. Raises `UsageError` when the variable is
    too short, when others may read the file, or when it holds no key; the key is never shown.
    """
    told = os.environ.get(VARIABLE, "").strip()
    if told:
        if len(told) < _FEWEST_CHARACTERS:
            raise UsageError(
                f"cannot use {VARIABLE}: it has fewer than {_FEWEST_CHARACTERS} characters",
                "use a random one, such as: python -c 'import secrets; print(secrets.token_hex(32))'",
            )
        return told.encode()
    path = platformdirs.user_config_path("bototape") / "scrub.key"
    try:
        return _stored(path)
    except FileNotFoundError:
        return _created(path)
    except OSError as error:
        raise UsageError(f"cannot read the scrub key {path}: {error.strerror}", f"set {VARIABLE}") from error


def _stored(path: Path) -> bytes:
    with path.open("rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise UsageError(f"cannot use the scrub key {path}: others may read it", f"chmod 600 {path}")
        found = file.read()
    if not _KEY.fullmatch(found):
        raise UsageError(
            f"cannot use the scrub key {path}: it does not hold 64 hex digits",
            "restore it, or remove it to have a new one made; values recorded before then get new pseudonyms",
        )
    return found.strip()


def _created(path: Path) -> bytes:
    """Make the key file; of two processes at once, one makes it and both use it."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".scrub.key.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_hex(32).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):  # another process was first: its key counts
                os.link(temporary, path)
        finally:
            Path(temporary).unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make the scrub key {path}: {error.strerror}", f"set {VARIABLE}") from error
    return _stored(path)
