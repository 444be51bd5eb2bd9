"""
All services of one release at a glance: names, API versions and metadata, their models when they are asked for.

A model's metadata stands at its head, so that reading those of all services inflates a few kilobytes of each file.
"""

from __future__ import annotations

import json
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from bototape.errors import ModelUnavailable
from bototape.releases import installed, layout, wheel
from bototape.releases.model import json_object, service_of
from bototape.releases.snapshots import MODEL
from bototape.shapes import Service
from bototape.wire.index import Entry, Index

__all__ = ["Directory", "directory", "index"]

#: How many bytes of a file are read at first, then twice as many.
_HEAD = 2048

#: How many models are kept once loaded: those that calls are made to, in turns.
_KEPT = 16

_BELOW = (".", "data", "botocore/data")
_IN_WHEEL = re.compile(rf"botocore/data/([^/]+)/([^/]+)/{re.escape(MODEL)}(?:\.gz)?")
_SPACE = re.compile(r"[ \t\r\n]*")
_FIX = "reinstall botocore, or get the release again"

_decode = json.JSONDecoder().raw_decode

#: Gives an open file.
_Open = Callable[[], IO[bytes]]


@dataclass(frozen=True, slots=True)
class Directory:
    """
    The services of one release: an entry per service and API version, by name, then version.

    *load* gives the whole model of an entry; it raises ModelUnavailable when the file is damaged or gone.
    """

    entries: tuple[Entry, ...]
    load: Callable[[Entry], Service]


def index(place: Path | None = None) -> Index:
    """Return the index of all services of the release at *place*, as for `directory`."""
    found = directory(place)
    return Index(found.entries, found.load)


def directory(place: Path | None = None) -> Directory:
    """
    Return the services of the release at *place*: a directory in botocore's layout, a botocore package, or a wheel.

    None is the botocore that is installed. Raises ModelUnavailable when there is nothing of that kind, or a damaged
    file.
    """
    if place is not None and place.is_file():
        return _in_wheel(place)
    root = installed.data_directory() if place is None else place
    if not root.is_dir():
        raise ModelUnavailable(f"models from {root}", "there is no such directory", "name a directory or a wheel")
    for below in _BELOW:
        files = {(name, version): path for name, version, path in _files(root / below)}
        if files:
            return _directory(files)
    reason = "nothing in it is in botocore's layout"
    raise ModelUnavailable(f"models from {root}", reason, f"expected <service>/<api-version>/{MODEL}")


def _files(data: Path) -> Iterator[tuple[str, str, Path]]:
    """Yield name, API version and path of each model below *data*."""
    for service in _subdirectories(data):
        for version in _subdirectories(Path(service.path)):
            # Of a model in both forms botocore reads the plain one.
            for name in (MODEL, f"{MODEL}.gz"):
                path = Path(version.path, name)
                if path.is_file():
                    yield service.name, version.name, path
                    break


def _subdirectories(path: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(path) as found:
            return [each for each in found if each.is_dir()]
    except FileNotFoundError:
        return []


def _directory(files: dict[tuple[str, str], Path]) -> Directory:
    def opened(key: tuple[str, str]) -> _Open:
        return lambda: files[key].open("rb")

    entries = tuple(_entry(key, str(files[key]), opened(key)) for key in sorted(files))
    return Directory(entries, _loading({key: (str(files[key]), opened(key)) for key in files}))


def _in_wheel(path: Path) -> Directory:
    def read(archive: zipfile.ZipFile) -> Directory:
        names = {(match[1], match[2]): match[0] for match in map(_IN_WHEEL.fullmatch, archive.namelist()) if match}
        if not names:
            raise ModelUnavailable(str(path), "it is not a wheel of botocore", "name one such as botocore-1.28.0-….whl")

        def opened(name: str) -> _Open:
            return lambda: archive.open(name)

        entries = tuple(_entry(key, f"{path}: {names[key]}", opened(names[key])) for key in sorted(names))
        places = {key: (f"{path}: {name}", _opened(path, name)) for key, name in names.items()}
        return Directory(entries, _loading(places))

    return wheel.opened(path, str(path), read)


def _opened(path: Path, name: str) -> _Open:
    return lambda: zipfile.ZipFile(path).open(name)


def _loading(places: dict[tuple[str, str], tuple[str, _Open]]) -> Callable[[Entry], Service]:
    @lru_cache(_KEPT)
    def load(name: str, version: str) -> Service:
        what, opened = places[name, version]
        try:
            with opened() as file:
                content = file.read()
        except wheel.BROKEN as error:
            raise ModelUnavailable(what, f"it is not readable: {error}", _FIX) from error
        return service_of(json_object(layout.plain(content, what, _FIX), what, _FIX), what, _FIX)

    return lambda entry: load(entry.name, entry.api_version)


def _entry(key: tuple[str, str], what: str, opened: _Open) -> Entry:
    try:
        with opened() as file:
            metadata = _metadata(file, packed=what.endswith(".gz"))
    except (*wheel.BROKEN, ValueError) as error:
        raise ModelUnavailable(what, f"it is truncated or not a service model: {error}", _FIX) from error
    return Entry(*key, metadata)


def _metadata(file: IO[bytes], *, packed: bool) -> dict[str, Any]:
    """Return the member ``metadata`` of the JSON object in *file*, read no further than needed."""
    inflate = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress if packed else bytes
    content, size = b"", _HEAD
    while True:
        more = file.read(size)
        content += inflate(more)
        try:
            return _member_of(content.decode("utf-8", "ignore"), "metadata")
        except ValueError:
            if not more:
                raise
        size *= 2


def _member_of(text: str, wanted: str) -> dict[str, Any]:
    """Return the object that is the member *wanted* of the object that *text* begins with."""
    at = _after(text, 0, "{")
    while True:
        name, at = _decode(text, _skipped(text, at))
        value, at = _decode(text, _skipped(text, _after(text, at, ":")))
        if name == wanted and isinstance(value, dict):
            return value
        at = _after(text, at, ",")


def _after(text: str, at: int, mark: str) -> int:
    at = _skipped(text, at)
    if not text.startswith(mark, at):
        raise ValueError(f"expected {mark!r} at {at}")
    return at + 1


def _skipped(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at
