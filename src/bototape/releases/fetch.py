"""Read a little of a wheel that lies elsewhere: by range requests, or from the whole file where ranges are refused."""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from collections.abc import Callable
from typing import IO, TypeVar

import requests
from remotezip import RemoteZip, RemoteZipError

from bototape.errors import ModelUnavailable
from bototape.releases import session as http
from bototape.releases.listing import Wheel, local
from bototape.releases.pipconf import Settings
from bototape.releases.wheel import BROKEN, opened

__all__ = ["Progress", "fetch"]

#: Hears of a whole download: bytes so far, and bytes in all or None.
Progress = Callable[[int, int | None], None]

_T = TypeVar("_T")
_CHUNK = 1 << 16

#: Bytes that hold the list of files of a botocore wheel (0.2 MB in 2026), so that it takes one request.
_DIRECTORY = 1 << 18

#: A server that compresses on the way would shift the ranges.
_AS_IT_IS = {"Accept-Encoding": "identity"}


def fetch(
    wheel: Wheel,
    use: Callable[[zipfile.ZipFile], _T],
    *,
    settings: Settings,
    session: requests.Session,
    progress: Progress,
    whole: bool = False,
    in_part: bool = False,
) -> _T:
    """
    Return what *use* makes of *wheel*, opened as an archive; with *whole* it is downloaded before.

    Raises ModelUnavailable, naming file and host, when it cannot be had whole, or with *in_part* not by ranges alone.
    What was downloaded is gone in any case.
    """
    path = local(wheel.place)
    if path is not None:
        return opened(path, str(path), use)
    what = f"{wheel.name} of {http.host(wheel.place)}"
    try:
        if not whole:
            return _by_ranges(wheel, use, session)
    except _Refused as error:
        if in_part:
            raise ModelUnavailable(what, _refusal(error, settings), "try again later") from error
    except http.TROUBLE as error:
        raise ModelUnavailable(what, http.reason(error, settings), "try again later") from error
    with tempfile.TemporaryFile() as file:
        try:
            digest = _download(wheel, file, session, progress)
        except http.TROUBLE as error:
            raise ModelUnavailable(what, http.reason(error, settings), "try again later") from error
        if wheel.sha256 not in ("", digest):
            reason = "it is truncated or was changed: its digest is not the index's"
            raise ModelUnavailable(what, reason, "try again later")
        return opened(file, what, use)


def _refusal(error: _Refused, settings: Settings) -> str:
    """Say why ranges did not do: remotezip hides what went wrong on the way."""
    chain = (error.__cause__, error.__cause__ and error.__cause__.__context__)
    trouble = [each for each in chain if isinstance(each, http.TROUBLE)]
    refused = "the index does not give parts of files"
    return f"{refused}, or the wheel is damaged" if not trouble else f"{http.reason(trouble[0], settings)}"


class _Refused(Exception):
    """The server does not give ranges, or not in a way that makes an archive."""


def _by_ranges(wheel: Wheel, use: Callable[[zipfile.ZipFile], _T], session: requests.Session) -> _T:
    try:
        with RemoteZip(wheel.place, _DIRECTORY, session=session, headers=_AS_IT_IS) as archive:
            return use(archive)
    except (RemoteZipError, *BROKEN) as error:
        raise _Refused from error


def _download(wheel: Wheel, file: IO[bytes], session: requests.Session, progress: Progress) -> str:
    digest = hashlib.sha256()
    with session.get(wheel.place, stream=True, headers=_AS_IT_IS) as answer:
        answer.raise_for_status()
        length = answer.headers.get("Content-Length", "")
        total = int(length) if length.isdigit() else None
        done = 0
        for chunk in answer.iter_content(_CHUNK):
            file.write(chunk)
            digest.update(chunk)
            done += len(chunk)
            progress(done, total)
    return digest.hexdigest()
