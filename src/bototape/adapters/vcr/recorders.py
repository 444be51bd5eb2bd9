"""A ``vcr.VCR`` as pytest-recording makes one for a test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vcr import VCR
from vcr.persisters.filesystem import CassetteNotFoundError, FilesystemPersister

__all__ = ["recorder"]


def recorder(directory: str, serializer: str, extra: Sequence[str]) -> Any:
    """Return a VCR of the cassettes in *directory*; those at *extra* are loaded behind each, and never written."""
    found = VCR(path_transformer=VCR.ensure_suffix(f".{serializer}"), cassette_library_dir=directory)
    found.register_persister(_Combined(extra))
    return found


class _Combined(FilesystemPersister):  # type: ignore[misc]  # vcrpy has no types
    def __init__(self, extra: Sequence[str]) -> None:
        self._extra = tuple(extra)

    def load_cassette(self, cassette_path: Any, serializer: Any) -> tuple[list[Any], list[Any]]:
        """Return the requests and responses of all files that there are; raises CassetteNotFoundError for none."""
        requests: list[Any] = []
        responses: list[Any] = []
        for each in dict.fromkeys((str(cassette_path), *self._extra)):
            try:
                loaded = FilesystemPersister.load_cassette(each, serializer)
            except CassetteNotFoundError:
                continue
            requests += loaded[0]
            responses += loaded[1]
        if not requests:
            raise CassetteNotFoundError(f"cannot find {cassette_path}")
        return requests, responses
