"""botocore's own layout of models: ``<service>/<api-version>/service-2.json``, compressed (``.gz``) since 1.31."""

from __future__ import annotations

import difflib
import gzip
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bototape.errors import ModelUnavailable
from bototape.releases.model import json_object

__all__ = ["SIDECARS", "beside", "did_you_mean", "newest", "plain", "services"]

#: What stands beside a model if the service has it.
SIDECARS = ("paginators-1.json", "waiters-2.json")


def newest(data: Path, service: str) -> Path | None:
    """Return the path of the newest model of *service* below *data*, or None."""
    return max(data.glob(f"{service}/*/service-2.json*"), default=None)


def beside(model: Path, fix: str) -> dict[str, dict[str, Any]]:
    """Return the JSON of paginators and waiters beside the file *model*; raises ModelUnavailable for a broken one."""
    found = {}
    for name in SIDECARS:
        path = next((each for end in ("", ".gz") if (each := model.with_name(name + end)).is_file()), None)
        if path is not None:
            try:
                content = path.read_bytes()
            except OSError as error:
                raise ModelUnavailable(str(path), f"it is not readable: {error.strerror}", fix) from error
            found[name] = json_object(plain(content, str(path), fix), str(path), fix)
    return found


def services(data: Path) -> list[str]:
    """Return the names of the services that have a model below *data*, sorted."""
    return sorted({each.parent.parent.name for each in data.glob("*/*/service-2.json*")})


def did_you_mean(service: str, known: Iterable[str], otherwise: str) -> str:
    """Return the question with the nearest of *known*, or *otherwise*."""
    near = difflib.get_close_matches(service, sorted(known), 1)
    return f"did you mean {near[0]}?" if near else otherwise


def plain(content: bytes, name: str, fix: str) -> bytes:
    """Return *content* of the file *name*, uncompressed; raises ModelUnavailable when it is damaged."""
    try:
        return gzip.decompress(content) if name.endswith(".gz") else content
    except (OSError, EOFError, zlib.error) as error:
        raise ModelUnavailable(name, f"it is truncated or not readable: {error}", fix) from error
