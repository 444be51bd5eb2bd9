"""Which botocore wheels the configured places offer: pages of indexes, find-links, directories."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

import requests
from pypi_simple import DistributionPackage, ProjectPage, PyPISimple
from pypi_simple.errors import NoSuchProjectError, UnsupportedRepoVersionError

from bototape.releases import session as http
from bototape.releases.model import natural
from bototape.releases.pipconf import Settings

__all__ = ["Listing", "Wheel", "listing", "local"]

_PROJECT = "botocore"
_WHEEL = re.compile(r"botocore-([^-/]+)(?:-\d[^-/]*)?-py[^-/]*-none-any\.whl")
_FINAL = re.compile(r"\d+(\.\d+)*(\.post\d+)?")


@dataclass(frozen=True, slots=True)
class Wheel:
    """
    One botocore wheel that is on offer.

    *place* is a URL without credentials, or a path. *uploaded* is the day (``YYYY-MM-DD``, UTC) and *sha256* the
    digest that the index tells; empty where it does not.
    """

    version: str
    place: str
    uploaded: str = ""
    sha256: str = ""
    yanked: bool = False

    @property
    def name(self) -> str:
        """The name of the file, which may be shown."""
        return PurePosixPath(unquote(urlsplit(self.place).path)).name


@dataclass(frozen=True, slots=True)
class Listing:
    """The *wheels* on offer by version, oldest first, nearest copy first; and why places did not answer."""

    wheels: Mapping[str, tuple[Wheel, ...]]
    failures: tuple[str, ...] = ()

    def published(self) -> list[str]:
        """Return the final releases that are not withdrawn, oldest first."""
        return [each for each, found in self.wheels.items() if _FINAL.fullmatch(each) and not found[0].yanked]


class _Unusable(Exception):
    """A place is not what it is configured as."""


def listing(settings: Settings, session: requests.Session) -> Listing:
    """Ask every place that *settings* name. Never raises for a place that does not answer: that is in the result."""
    found: list[Wheel] = []
    failures = []
    places = [(each, False) for each in settings.find_links] + [(each, True) for each in settings.indexes]
    for place, is_index in places:
        try:
            found += _ask(place, is_index=is_index, settings=settings, session=session)
        except http.TROUBLE as error:
            failures.append(f"{http.host(place)}: {http.reason(error, settings)}")
        except _Unusable as error:
            failures.append(f"{http.host(place) or place}: {error}")
    return Listing(_by_version(found), tuple(failures))


def _by_version(found: Iterable[Wheel]) -> dict[str, tuple[Wheel, ...]]:
    wheels: dict[str, list[Wheel]] = {}
    for each in sorted(found, key=lambda each: local(each.place) is None):
        wheels.setdefault(each.version, []).append(each)
    return {each: tuple(wheels[each]) for each in sorted(wheels, key=natural)}


def local(place: str) -> Path | None:
    """Return the path that *place* (a ``file:`` URL or a path) names, or None for any other URL."""
    parts = urlsplit(place)
    if parts.scheme == "file":
        return Path(url2pathname(parts.path))
    return None if "://" in place else Path(place).expanduser()


def _ask(place: str, *, is_index: bool, settings: Settings, session: requests.Session) -> list[Wheel]:
    path = local(place)
    if path is not None:
        return list(_on_disk(path / _PROJECT if is_index else path))
    if urlsplit(place).scheme not in ("http", "https"):
        raise _Unusable("it is not a URL of http, https or file")
    if not http.is_secure(place, settings):
        raise _Unusable("pip does not trust it: it is plain HTTP and not a trusted-host")
    packages = _page(http.bare(place), is_index=is_index, session=session)
    if packages is None:
        return []
    wheels = list(_wheels(packages))
    if is_index and not wheels:
        raise _Unusable("its answer lists no wheel of botocore")
    return wheels


def _page(url: str, *, is_index: bool, session: requests.Session) -> Sequence[DistributionPackage] | None:
    client = PyPISimple(url, session=session)
    try:
        if is_index:
            return client.get_project_page(_PROJECT).packages
        answer = session.get(url)
        answer.raise_for_status()
        return ProjectPage.from_response(answer, _PROJECT).packages
    except NoSuchProjectError:
        return None
    except http.TROUBLE as error:
        if isinstance(error, requests.exceptions.JSONDecodeError):
            raise _Unusable("its answer is not a page of packages") from error
        raise
    except (ValueError, TypeError, UnsupportedRepoVersionError) as error:
        raise _Unusable("its answer is not a page of packages") from error


def _on_disk(path: Path) -> Iterator[Wheel]:
    page = path / "index.html" if path.is_dir() else path
    if page.is_file() and page.suffix == ".html":
        try:
            text = page.read_bytes()
        except OSError as error:
            raise _Unusable(f"not readable: {error.strerror}") from error
        yield from _wheels(ProjectPage.from_html(_PROJECT, text, page.absolute().as_uri()).packages)
    for each in sorted(path.glob("botocore-*.whl")) if path.is_dir() else [path]:
        if match := _WHEEL.fullmatch(each.name):
            yield Wheel(match[1], str(each))


def _wheels(packages: Iterable[DistributionPackage]) -> Iterator[Wheel]:
    for each in packages:
        place = http.bare(each.url)
        match = _WHEEL.fullmatch(PurePosixPath(unquote(urlsplit(place).path)).name)
        if match:
            uploaded = f"{each.upload_time:%Y-%m-%d}" if each.upload_time else ""
            yield Wheel(match[1], place, uploaded, each.digests.get("sha256", "").lower(), each.is_yanked)
