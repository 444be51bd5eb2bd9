"""
Committed models: ``schemas/<service>/<api-version>/<release>/``, found, read and proved.

A snapshot is ``service-2.json`` cut down to the tracked operations, its paginators and waiters, the JSON Schemas
compiled from it, and ``release.json``, which says what it is and holds the digest of each source file.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bototape.errors import ModelUnavailable, UsageError
from bototape.releases.model import Model, Release, json_object, natural, service_of

__all__ = [
    "MODEL",
    "RELEASE",
    "SOURCES",
    "digest",
    "known",
    "paths",
    "read",
    "release",
    "roots",
    "snapshots",
    "tracked",
]

#: The file that says what a snapshot is.
RELEASE = "release.json"

#: The service model of a snapshot.
MODEL = "service-2.json"

#: The files of a snapshot that are taken from botocore; all others are compiled from them.
SOURCES = (MODEL, "paginators-1.json", "waiters-2.json")

#: The directory of snapshots inside the wheel, if the wheel has one.
_PACKAGED = "_schemas"

_TRACKED = "tracked.toml"


def roots(given: Path | None) -> list[Path]:
    """
    Return the directories that may hold snapshots, the first one first in precedence.

    *given* alone if it is given; else ``schemas`` of the current directory, then those inside the package.
    Raises UsageError when *given* is not a directory.
    """
    if given is not None:
        if not given.is_dir():
            raise UsageError(f"cannot read snapshots: {given} is not a directory", "name the directory with --schemas")
        return [given]
    return [each for each in (Path("schemas"), packaged()) if each.is_dir()]


def packaged() -> Path:
    """Return the directory inside the package: its snapshots track the operations of our own cassettes."""
    return Path(str(importlib.resources.files("bototape"))) / _PACKAGED


def paths(service: str, places: Sequence[Path]) -> dict[str, Path]:
    """
    Return the snapshots of *service* by version, oldest release first.

    Of several with one version the earlier place wins, then the newer API version.
    """
    found: dict[str, Path] = {}
    for place in places:
        for each in sorted(place.glob(f"{service}/*/*/{RELEASE}"), reverse=True):
            found.setdefault(each.parent.name, each.parent)
    return {each: found[each] for each in sorted(found, key=natural)}


def known(service: str, places: Sequence[Path]) -> list[Release]:
    """Return the releases of *service* that have a snapshot, oldest first."""
    return [release(path) for path in paths(service, places).values()]


def read(directory: Path, *, alone: bool = False) -> Model:
    """
    Return the model that the snapshot in *directory* holds; *alone* without its paginators and waiters.

    Raises ModelUnavailable, naming the file, when one is missing, truncated, edited by hand, or not a model.
    """
    about = _about(directory)
    content = _proved(directory, about, MODEL)
    path = directory / MODEL
    raw = json_object(content, str(path), _fix(directory))
    return Model(
        directory.parent.parent.name,
        release(directory),
        service_of(raw, str(path), _fix(directory)),
        raw,
        tracked_only=True,
        absent=tuple(about["absent"]),
        sidecars=None if alone else _sidecars(directory, about),
    )


def _sidecars(directory: Path, about: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    contents = {name: _proved(directory, about, name) for name in SOURCES[1:] if name in about["sha256"]}
    return {name: json_object(each, str(directory / name), _fix(directory)) for name, each in contents.items()}


def digest(content: bytes) -> str:
    """Return the SHA-256 of *content* in hex, line ends as LF (a checkout may have rewritten them)."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def tracked(service: str, places: Sequence[Path]) -> tuple[str, ...]:
    """
    Return the tracked operations of *service* as ``tracked.toml`` lists them.

    Raises UsageError when no such file names the service.
    """
    for path in (each / _TRACKED for each in places):
        if path.is_file():
            names = _tables(path).get(service, {}).get("operations")
            if isinstance(names, list) and names:
                return tuple(str(each) for each in names)
    raise UsageError(
        f"no tracked operations of {service} are listed",
        f"list them in schemas/{_TRACKED}: [{service}] and operations = [...], or name them with --operations",
    )


def _tables(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot use {path}: {error}", "give it as TOML") from error


def snapshots(places: Sequence[Path]) -> Iterator[Path]:
    """Yield the directories of all snapshots, by service, then oldest release first."""
    services = sorted({each.parts[-4] for place in places for each in place.glob(f"*/*/*/{RELEASE}")})
    for service in services:
        yield from paths(service, places).values()


def _proved(directory: Path, about: Mapping[str, Any], name: str) -> bytes:
    path = directory / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelUnavailable(str(path), f"it is not readable: {error.strerror}", _fix(directory)) from error
    if about["sha256"].get(name) != digest(content):
        json_object(content, str(path), _fix(directory))  # a truncated file gets the better reason
        raise ModelUnavailable(
            str(path), f"it was edited: its digest is not the one in {directory / RELEASE}", _fix(directory)
        )
    return content


def _about(directory: Path) -> dict[str, Any]:
    path = directory / RELEASE
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelUnavailable(str(path), f"it is not readable: {error.strerror}", _fix(directory)) from error
    about = json_object(content, str(path), _fix(directory))
    for key, kind in (("version", str), ("date", str), ("absent", list), ("sha256", dict)):
        if not isinstance(about.get(key), kind):
            raise ModelUnavailable(str(path), f"it has no {kind.__name__} {key!r}", _fix(directory))
    if about["version"] != directory.name:
        reason = f"it says version {about['version']!r} in the directory of {directory.name!r}"
        raise ModelUnavailable(str(path), reason, _fix(directory))
    return about


def release(directory: Path) -> Release:
    """Return the release of the snapshot in *directory*; raises ModelUnavailable when it does not say."""
    about = _about(directory)
    return Release(about["version"], about["date"])


def _fix(directory: Path) -> str:
    service = directory.parent.parent.name
    return f"restore it from version control, or run: bototape schemas add {directory.name} --service {service}"
