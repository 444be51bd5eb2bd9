"""What a client tells of an attempt of a call: which call it belongs to, the client's own model, its patience."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from bototape.wire.codec import Codec

__all__ = ["codec_maker", "codec_of", "invocation_of", "seconds_of"]

_BUCKET = "/{Bucket}"

_lock = threading.Lock()
#: By service, the newest first: sessions read a model each, and equal ones are one.
_codecs: dict[str, list[tuple[Mapping[str, Any], Codec]]] = {}
_makers: WeakKeyDictionary[Any, Callable[[], Codec]] = WeakKeyDictionary()


def codec_of(service: str, description: Mapping[str, Any]) -> Codec:
    """
    Return what reads the messages of *service*, whose client was made of *description* (``service-2.json``).

    Raises ValueError for a description that is no model.
    """
    known = _codecs.get(service, ())
    found = next((codec for each, codec in known if each is description), None)
    return found or _remembered(service, description)


def _remembered(service: str, description: Mapping[str, Any]) -> Codec:
    from bototape.shapes import parse  # noqa: PLC0415 - for few calls of AWS JSON
    from bototape.wire.codec import Codec  # noqa: PLC0415 - as above

    with _lock:
        known = _codecs.setdefault(service, [])
        equal = next((codec for each, codec in known if each is description or each == description), None)
        codec = equal or Codec(parse(_restored(description)))
        known.insert(0, (description, codec))
        del known[8:]
        return codec


def _restored(description: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return *description* as it was loaded.

    botocore takes the bucket out of the paths of S3's operations, in the very dictionary and as each is first called
    (``handlers.py``, ``remove_bucket_from_url_paths_from_model``).
    """
    operations = {name: {**raw, "http": _with_bucket(raw["http"])} for name, raw in description["operations"].items()}
    return {**description, "operations": operations}


def _with_bucket(http: Mapping[str, Any]) -> dict[str, Any]:
    uri = str(http.get("requestUri", "/"))
    taken_out = "authPath" in http and not uri.startswith(_BUCKET)
    return {**http, "requestUri": _BUCKET + uri} if taken_out else dict(http)


def invocation_of(context: Any) -> str:
    """Return what the attempts of one call have in common: botocore's own id of it."""
    retries = context.get("retries", {}) if isinstance(context, dict) else {}
    return str(retries.get("invocation-id") or uuid.uuid4())


def codec_maker(service_model: Any) -> Callable[[], Codec]:
    """
    Return what returns the codec of botocore's *service_model*, one for all calls of a client.

    The model is read when it is asked for: most calls need none.
    """
    found = _makers.get(service_model)
    if found is None:
        description = service_model._service_description  # noqa: SLF001 - it has no other door
        found = _makers.setdefault(service_model, partial(codec_of, service_model.service_name, description))
    return found


def seconds_of(limit: Any) -> float | None:
    """Return the read timeout that *limit*, a session's, means, in seconds; None for none."""
    seconds = getattr(limit, "read_timeout", limit)
    return seconds if isinstance(seconds, int | float) else None
