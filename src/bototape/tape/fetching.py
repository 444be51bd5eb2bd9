"""What other HTTP libraries than botocore's ask of a tape."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from bototape.errors import NoMatch
from bototape.interaction import Cassette, Request, Response
from bototape.plain import PlainPlayer, is_aws
from bototape.replay import Player
from bototape.tape.running import seen_from_the_test

__all__ = ["Fetching"]

_FIX = "make the request that was recorded, record this one, or allow the host: allowed_hosts=[…]"
_PORTS = {"http": 80, "https": 443}


class Fetching:
    """
    Answers requests from *plain*, the recordings of *cassette* that are no call of AWS, and from those of clients.

    ``permits`` tells whether a host and port may be reached; *name* is what messages call the cassette.
    """

    def __init__(self, cassette: Cassette, plain: PlainPlayer, name: str) -> None:
        self.interactions = cassette.interactions
        self.permits: Callable[[str, int | None], bool] = lambda _host, _port: False
        self._plain = plain
        self._name = name

    @property
    def played(self) -> list[int]:
        """The positions that were played, one entry each time."""
        return self._plain.played

    def answer(self, request: Request, player: Player, *, records: bool) -> Response | None:
        """
        Return the recorded answer, or raise NoMatch; *player* has the calls of clients.

        None says that *request* is sent: it is to be recorded, or its host is allowed and nothing was recorded for it.
        """
        __tracebackhide__ = True
        found = self._plain.play(request)
        if found is not None or records:
            return found.response if found else None
        parts = urlsplit(request.uri)
        may_be_sent = self.permits(parts.hostname or "", parts.port or _PORTS.get(parts.scheme))
        try:
            if is_aws(request):
                return player.play(request).response
        except NoMatch as miss:
            if not may_be_sent:
                seen_from_the_test(miss)
                raise
        if may_be_sent:
            return None
        raise self._plain.miss(request, self._name, _FIX)
