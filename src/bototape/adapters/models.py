"""
The models at hand while calls are played: those of the clients that call, else those of the installed botocore.

A client's own model may differ from the installed one: another API version, another search path.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from bototape.errors import BototapeError
from bototape.interaction import Request

if TYPE_CHECKING:
    from bototape.wire.codec import Codec
    from bototape.wire.index import Index

__all__ = ["calls", "codec", "spoken_with", "tell"]

_told: dict[str, Mapping[str, Any]] = {}
#: One entry a service: a model is read when the first call of its service comes, and held for comparison by identity.
_codecs: dict[str, tuple[Mapping[str, Any] | None, Codec | None]] = {}


def tell(service: str, description: Mapping[str, Any]) -> None:
    """Remember *description*, the content of ``service-2.json`` that a client of *service* was made of."""
    _told[service] = description


def codec(service: str) -> Codec | None:
    """Return what reads the messages of *service*, or None when no model of it can be read."""
    description = _told.get(service)
    known = _codecs.get(service)
    if known is None or known[0] is not description:
        # Two threads may both read it, alike.
        known = _codecs[service] = (description, _read(service, description))
    return known[1]


def calls(request: Request) -> Sequence[tuple[str, str]]:
    """Return the services and operations that *request* may be a call of, by the installed models."""
    try:
        found = _index().resolve(request)
    except BototapeError:
        return ()
    return tuple((each.service, each.operation) for each in found.candidates if each.operation) if found else ()


def spoken_with(metadata: Mapping[str, Any]) -> str:
    """Return the protocol that the installed botocore speaks with the service of *metadata*, as in its model."""
    from botocore.model import ServiceModel  # noqa: PLC0415 - for importing only

    model = ServiceModel({"metadata": dict(metadata), "operations": {}, "shapes": {}})
    return str(getattr(model, "resolved_protocol", None) or model.protocol)


@cache
def _index() -> Index:
    from bototape.releases import directory  # noqa: PLC0415 - only where nobody tells the call

    return directory.index()


def _read(service: str, description: Mapping[str, Any] | None) -> Codec | None:
    from bototape.releases import installed  # noqa: PLC0415 - for recordings of other protocols than AWS JSON
    from bototape.shapes import parse  # noqa: PLC0415 - as above
    from bototape.wire.codec import Codec  # noqa: PLC0415 - as above

    try:
        return Codec(parse(_whole(description)) if description is not None else installed.model(service).service)
    except (BototapeError, ValueError):
        return None


def _whole(description: Mapping[str, Any]) -> Mapping[str, Any]:
    """
    Return *description* as it was shipped, apart from the client's: S3's take the bucket out of a path once needed.

    Source: ``remove_bucket_from_url_paths_from_model`` in ``botocore/handlers.py``; it notes which path it changed.
    """
    operations = {}
    for name, each in description["operations"].items():
        http = dict(each.get("http", {}))
        if "authPath" in http and not http["requestUri"].startswith("/{Bucket}"):
            http["requestUri"] = f"/{{Bucket}}{http['requestUri']}"
        operations[name] = {**each, "http": http}
    return {**description, "operations": operations}
