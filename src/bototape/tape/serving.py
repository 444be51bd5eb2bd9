"""A cassette for child processes: they do not inherit the tape, but the environment, and what is in it is a server."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from bototape.errors import NoMatch, UsageError
from bototape.guard import permit
from bototape.replay import Player

__all__ = ["Served", "serving"]

_ENDPOINT = "AWS_ENDPOINT_URL"
#: What would lead a client elsewhere, with the endpoint set or in spite of it.
_IGNORING = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"
#: Names a host below the endpoint's (``sync-`` for Step Functions), which a loopback address does not have.
_PREFIXING = "AWS_DISABLE_HOST_PREFIX_INJECTION"
_NO_PROXY = ("NO_PROXY", "no_proxy")


@dataclass(frozen=True, slots=True)
class Served:
    """Where a cassette is served: the *url*, and a whole *environment* for a child process, to be changed at will."""

    url: str
    environment: dict[str, str]


@contextmanager
def serving(player: Player, on_miss: Callable[[NoMatch], None]) -> Iterator[Served]:
    """Serve *player* and lead the AWS clients of children there; *on_miss* is told of each miss."""
    try:
        from bototape import server  # noqa: PLC0415 - an extra
    except ImportError as error:
        missing = (error.name or "uvicorn").partition(".")[0]
        raise UsageError(
            f"cannot serve: {missing} is not installed", 'install the extra: pip install "bototape[server]"'
        ) from error
    with server.serving(player, on_miss) as url:
        place = url.removeprefix("http://")
        with permit(place), _set(_settings(url, place.partition(":")[0])):
            yield Served(url, dict(os.environ))


def _settings(url: str, host: str) -> dict[str, str | None]:
    """Return what to set in the environment; None takes a variable out."""
    elsewhere = [name for name in os.environ if name.startswith(_ENDPOINT)]
    direct = {name: ",".join(filter(None, (os.environ.get(name), host))) for name in _NO_PROXY}
    return {**dict.fromkeys((*elsewhere, _IGNORING)), _ENDPOINT: url, _PREFIXING: "true", **direct}


@contextmanager
def _set(settings: Mapping[str, str | None]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in settings}
    _apply(settings)
    try:
        yield
    finally:
        _apply(before)


def _apply(settings: Mapping[str, str | None]) -> None:
    for name, value in settings.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
