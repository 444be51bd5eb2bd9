"""
The package index that the user's pip is configured for: which releases it has, and one service's model of one.

Asked at first need, once; nothing that may hold a credential is ever in a message.
"""

from __future__ import annotations

import functools
import queue
import zipfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bototape.errors import ModelUnavailable, UsageError
from bototape.releases import pipconf, wheel
from bototape.releases.model import neighbours
from bototape.releases.wheel import Source

if TYPE_CHECKING:
    import requests

    from bototape.releases.listing import Listing, Wheel

__all__ = ["Index"]

_T = TypeVar("_T")

#: Wheels that are looked into at one time.
_AT_ONCE = 6


def _unheard(_: object, __: object = None) -> None:
    """Nobody listens."""


class Index:
    """
    The package index: having one is the leave to use the network.

    *say* hears, before each use, one line about it; *progress* hears bytes so far and in all (or None) while a wheel
    is downloaded whole. *settings* gives pip's configuration.
    """

    def __init__(
        self,
        say: Callable[[str], None] = _unheard,
        progress: Callable[[int, int | None], None] = _unheard,
        settings: Callable[[], pipconf.Settings] = pipconf.read,
    ) -> None:
        self._say = say
        self._progress = progress
        self._read_settings = settings

    def newest(self) -> str:
        """Return the version of the newest release; raises ModelUnavailable when not every place answers."""
        self._looks_up("the newest release")
        return self._published()[-1]

    def on(self, date: str, service: str) -> str:
        """
        Return the version of the newest release that was published on or before *date* (``YYYY-MM-DD``, UTC).

        Where the index does not tell days of upload, the dates of the models of *service* in the wheels are asked.
        """
        self._looks_up(f"the newest release on {date}")
        versions = self._published()
        first, end = 0, len(versions)
        while first < end:
            middle = (first + end) // 2
            if self._date(versions[middle], service) <= date:
                first = middle + 1
            else:
                end = middle
        if not first:
            oldest = f"{versions[0]} ({self._date(versions[0], service)})"
            raise ModelUnavailable(f"the release of {date}", f"the oldest in the package index is {oldest}", "")
        return versions[first - 1]

    def source(self, version: str, service: str) -> Source:
        """
        Return the model files of *service* in release *version*.

        Raises ModelUnavailable: no place has the release (with its neighbours), or it lacks the service, or the
        wheel cannot be had whole.
        """
        self._say(f"reading {service} of botocore {version} from the package index")
        found = self._open(version, lambda archive, what: wheel.read(archive, what, service))
        if found.release.version != version:
            raise ModelUnavailable(f"botocore {version}", f"its wheel is of botocore {found.release.version}", "")
        return found

    def unpack(self, version: str, directory: Path) -> None:
        """
        Unpack the models of all services of release *version* into *directory*, which becomes a botocore package.

        The wheel is downloaded whole. Raises ModelUnavailable as `source` does.
        """
        self._say(f"downloading botocore {version} with all its services from the package index")
        self._open(version, lambda archive, _: wheel.unpack(archive, directory), whole=True)

    def versions(self) -> list[str]:
        """Return the final releases, oldest first; raises ModelUnavailable when not every place answers."""
        self._looks_up("the releases")
        return self._published()

    def glances(
        self, versions: Iterable[str], service: str
    ) -> Iterator[tuple[str, tuple[str, str] | ModelUnavailable]]:
        """
        Yield each of *versions*, as answers come, with date and CRC of the model of *service*, or why it has none.

        Only the lists of files in the wheels are read, of six at one time; none is ever downloaded whole. The caller
        says that the network is used.
        """
        from bototape.releases import session  # noqa: PLC0415 - an extra

        wanted = list(versions)
        sessions: queue.SimpleQueue[requests.Session] = queue.SimpleQueue()
        with ExitStack() as stack:
            for _ in range(_AT_ONCE):
                sessions.put(stack.enter_context(session.session(self._settings)))
            pool = ThreadPoolExecutor(_AT_ONCE)
            try:
                looks = {pool.submit(self._glance, each, service, sessions): each for each in wanted}
                for done in as_completed(looks):
                    yield looks.pop(done), done.result()
            finally:
                pool.shutdown(cancel_futures=True)

    def _glance(
        self, version: str, service: str, sessions: queue.SimpleQueue[requests.Session]
    ) -> tuple[str, str] | ModelUnavailable:
        opened = sessions.get()
        try:
            return self._open(version, lambda archive, what: wheel.glance(archive, what, service), in_part=opened)
        except ModelUnavailable as error:
            return error
        finally:
            sessions.put(opened)

    @functools.cached_property
    def _settings(self) -> pipconf.Settings:
        return self._read_settings()

    @functools.cached_property
    def _listing(self) -> Listing:
        try:
            # What fetches is loaded too: whatever the extra lacks is told before anything is asked.
            from bototape.releases import fetch, listing, session  # noqa: F401, PLC0415 - an extra, and half a second
        except ImportError as error:
            missing = (error.name or "pypi_simple").partition(".")[0].replace("_", "-")
            raise UsageError(
                f"cannot use the package index: {missing} is not installed",
                'install the extra: pip install "bototape[index]"',
            ) from error
        with session.session(self._settings) as opened:
            return listing.listing(self._settings, opened)

    def _looks_up(self, what: str) -> None:
        """Say that *what* is looked up, if it is: the list of releases is asked for once."""
        if "_listing" not in vars(self):
            self._say(f"looking up {what} in the package index")

    def _published(self) -> list[str]:
        found = self._listing.published()
        if self._listing.failures or not found:
            raise ModelUnavailable("the list of releases", self._silence(), "try again later, or name a version")
        return found

    def _silence(self) -> str:
        failures = "; ".join(self._listing.failures)
        return f"a package index does not answer ({failures})" if failures else "no package index has botocore"

    def _date(self, version: str, service: str) -> str:
        told = next((each.uploaded for each in self._listing.wheels[version] if each.uploaded), "")
        return told or self._open(version, lambda archive, what: wheel.date_of(archive, what, service))

    def _open(
        self,
        version: str,
        use: Callable[[zipfile.ZipFile, str], _T],
        *,
        whole: bool = False,
        in_part: requests.Session | None = None,
    ) -> _T:
        copies = self._listing.wheels.get(version)
        if not copies:
            raise self._unknown(version)
        for each in copies[:-1]:
            try:
                return self._fetch(each, use, whole=whole, in_part=in_part)
            except ModelUnavailable:
                continue
        return self._fetch(copies[-1], use, whole=whole, in_part=in_part)

    def _fetch(
        self, copy: Wheel, use: Callable[[zipfile.ZipFile, str], _T], *, whole: bool, in_part: requests.Session | None
    ) -> _T:
        from bototape.releases import fetch, session  # noqa: PLC0415 - an extra

        with nullcontext(in_part) if in_part else session.session(self._settings) as opened:
            return fetch.fetch(
                copy,
                lambda archive: use(archive, copy.name),
                settings=self._settings,
                session=opened,
                progress=self._progress,
                whole=whole,
                in_part=in_part is not None,
            )

    def _unknown(self, version: str) -> ModelUnavailable:
        what = f"botocore {version}"
        if self._listing.failures or not self._listing.wheels:
            return ModelUnavailable(what, self._silence(), "try again later")
        near = " or ".join(neighbours(version, self._listing.wheels))
        return ModelUnavailable(what, "the package index has no such release", f"the nearest it has: {near}")
