"""
Models that were fetched once, in the user's cache: ``models/<release>/<service>``.

An entry is one line with the SHA-256 of what follows, gzip of a JSON object. It appears whole, by a rename, so several
processes may fill one cache; what does not match its digest counts as absent and is fetched again.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import os
import re
import tempfile
import zlib
from pathlib import Path

import platformdirs

from bototape.releases.model import Release, natural
from bototape.releases.snapshots import MODEL
from bototape.releases.wheel import Source

__all__ = ["VARIABLE", "directory", "get", "put", "versions"]

#: The environment variable that puts the cache elsewhere.
VARIABLE = "BOTOTAPE_CACHE"

_HEAD = b"bototape model 1 sha256 "
_VERSION = re.compile(r"\d[0-9A-Za-z.+!]*")


def directory() -> Path:
    """Return the cache's directory, which may not be there yet."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else Path(platformdirs.user_cache_dir("bototape"))


def _path(version: str, service: str) -> Path:
    return directory() / "models" / version / f"{service}.json.gz"


def versions(service: str) -> list[str]:
    """Return the releases that the cache has *service* of, oldest first."""
    found = {each.parent.name for each in directory().glob(f"models/*/{service}.json.gz")}
    return sorted(found, key=natural)


def get(version: str, service: str) -> Source | None:
    """Return *service* in release *version*, or None when the cache has it not, or not as it was written."""
    if not _VERSION.fullmatch(version):
        return None
    try:
        head, _, packed = _path(version, service).read_bytes().partition(b"\n")
        if head != _HEAD + hashlib.sha256(packed).hexdigest().encode():
            return None
        found = json.loads(gzip.decompress(packed))
        files = found["files"]
        if (found["version"], found["service"]) != (version, service) or not isinstance(files[MODEL], dict):
            return None
        return Source(service, found["apiVersion"], Release(version, found["date"]), files)
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError):
        return None


def put(source: Source) -> str:
    """Keep *source*; return why that was not possible, else nothing. A cache that fails is no reason to fail."""
    if not _VERSION.fullmatch(source.release.version):
        return f"{source.release.version!r} is not a version"
    content = {
        "service": source.service,
        "apiVersion": source.api_version,
        "version": source.release.version,
        "date": source.release.date,
        "files": dict(source.files),
    }
    packed = gzip.compress(json.dumps(content, separators=(",", ":")).encode(), compresslevel=6, mtime=0)
    path = _path(source.release.version, source.service)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, _HEAD + hashlib.sha256(packed).hexdigest().encode() + b"\n" + packed)
    except OSError as error:
        return f"{path}: {error.strerror}"
    return ""


def _write(path: Path, content: bytes) -> None:
    number, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
