"""
Cassettes that a suite opens through vcrpy, handed over with vcrpy's own loading, hooks and matchers.

All ways to open one (pytest-recording, pytest-vcr, ``use_cassette`` as block or decorator) load it, then put vcrpy's
patches on in one place, ``CassetteContextDecorator._patch_generator``; it is that place which is taken over.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from vcr.cassette import CassetteContextDecorator
from vcr.persisters.filesystem import FilesystemPersister
from vcr.request import Request as VcrRequest
from vcr.serializers import yamlserializer

from bototape.adapters.vcr.messages import request_of, stored_response_of
from bototape.adapters.vcr.patches import patched
from bototape.interaction import Interaction, Request, Response

__all__ = ["Taken", "taken_over"]


@contextmanager
def taken_over(opener: Callable[[Taken], AbstractContextManager[None]]) -> Iterator[None]:
    """Open with *opener*, and with our patches, what anybody opens through vcrpy while the block runs."""
    original = CassetteContextDecorator._patch_generator  # noqa: SLF001 - the one place, see above

    def _patch_generator(_: Any, cassette: Any) -> Generator[Any, None, None]:
        with opener(Taken(cassette)), patched():
            yield cassette

    CassetteContextDecorator._patch_generator = _patch_generator  # noqa: SLF001 - as above
    try:
        yield
    finally:
        CassetteContextDecorator._patch_generator = original  # noqa: SLF001 - as above


class Taken:
    """
    A loaded cassette of vcrpy's, by what is ours of its parts; what is played is counted in it as vcrpy does.

    ``saves`` tells whether vcrpy has asked for it to be saved, which does nothing by itself. Not for several threads.
    """

    def __init__(self, cassette: Any) -> None:
        self._cassette = cassette
        self.path = Path(cassette._path)  # noqa: SLF001 - older vcrpy has no other door
        self.mode = str(getattr(cassette.record_mode, "value", cassette.record_mode))
        self.plays_only = bool(cassette.write_protected)
        self.saves = False
        cassette._save = self._asked_to_save  # noqa: SLF001 - vcrpy rewrites files even in mode none

    def _asked_to_save(self, *_: Any, **__: Any) -> None:
        self.saves = True

    def interactions(self) -> tuple[Interaction, ...]:
        """Return what was loaded, after the suite's own hooks, in order."""
        return tuple(Interaction(request_of(sent), stored_response_of(got)) for sent, got in self._cassette.data)

    @property
    def in_vain(self) -> tuple[str, ...]:
        """The settings that do nothing here, as the suite names them."""
        names = {"custom_patches": "custom_patches", "skip_patchers": "skip_patchers"}
        names["drop_unused_requests"] = "drop_unused_requests"
        if not self.plays_only:
            names["_before_save_interaction"] = "filter_sensitive_data, before_save_interaction"
        return tuple(shown for name, shown in names.items() if getattr(self._cassette, name, None))

    @property
    def unwritable(self) -> str:
        """What of the suite's keeps us from writing its file; empty where nothing does."""
        if self._cassette._serializer is not yamlserializer:  # noqa: SLF001 - it has no other door
            return "serializer"
        persister = self._cassette._persister  # noqa: SLF001 - as above
        its = persister if isinstance(persister, type) else type(persister)
        is_stock = getattr(its, "save_cassette", None) is FilesystemPersister.save_cassette
        return "" if is_stock else "persister"

    def filtered(self, request: Request) -> Request | None:
        """Return *request* as the suite's hooks leave it; None for one that they ignore."""
        found = self._cassette.filter_request(_vcr_request(request))
        return request_of(found) if found else None

    def matching(self, request: Request) -> Iterator[int]:
        """Yield the positions of recordings that match by the suite's own rule, and may still play."""
        repeats = self._cassette.allow_playback_repeats
        for position, _ in self._cassette._responses(_vcr_request(request)):  # noqa: SLF001 - its public twin counts
            if repeats or not self._cassette.play_counts[position]:
                yield position

    def played(self, position: int) -> None:
        """Count a recording as played."""
        self._cassette.play_counts[position] += 1

    def add(self, request: Request, response: Response) -> Interaction | None:
        """Return a live answer as the suite's hooks leave it, and let the suite see it; None where they drop it."""
        before = len(self._cassette.data)
        headers: dict[str, list[str]] = {}
        for name, value in response.headers:
            headers.setdefault(name, []).append(value)
        status = {"code": response.status, "message": response.reason}
        answer = {"status": status, "headers": headers, "body": {"string": response.body}}
        self._cassette.append(_vcr_request(request), answer)
        if len(self._cassette.data) == before:
            return None
        sent, got = self._cassette.data[-1]
        return Interaction(request_of(sent), stored_response_of(got))


def _vcr_request(request: Request) -> Any:
    return VcrRequest(request.method, request.uri, request.body or None, dict(request.headers))
