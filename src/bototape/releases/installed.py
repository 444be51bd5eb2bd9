"""
Models of the botocore that is installed: whole, and read without any of its search paths.

Layout: ``botocore/data/<service>/<api-version>/service-2.json``, compressed (``.gz``) since 1.31.
"""

from __future__ import annotations

import difflib
import gzip
import zlib
from pathlib import Path

from bototape.errors import ModelUnavailable
from bototape.releases.model import Model, Release, json_object, service_of

__all__ = ["data_directory", "find", "model", "services", "version"]


def version() -> str:
    """Return the version number of the installed botocore."""
    import botocore  # noqa: PLC0415 - not needed to read snapshots

    return str(botocore.__version__)


def data_directory() -> Path:
    """Return the directory that holds the installed botocore's models."""
    import botocore  # noqa: PLC0415 - not needed to read snapshots

    return Path(str(botocore.__file__)).parent / "data"


def services(data: Path) -> list[str]:
    """Return the names of the services that have a model below *data*, sorted."""
    return sorted({each.parent.parent.name for each in data.glob("*/*/service-2.json*")})


def find(service: str, data: Path | None = None) -> Path:
    """
    Return the path of the newest model of *service*.

    Raises ModelUnavailable when botocore has no such service, with the nearest name it has.
    """
    data = data or data_directory()
    found = sorted(data.glob(f"{service}/*/service-2.json*"))
    if found:
        return found[-1]
    near = difflib.get_close_matches(service, services(data), 1)
    raise ModelUnavailable(
        f"the model of {service}",
        f"the installed botocore {version()} has no such service",
        f"did you mean {near[0]}?" if near else "name a service as botocore does, such as sagemaker",
    )


def model(service: str, date: str = "", data: Path | None = None) -> Model:
    """
    Return the whole model of *service*, newest API version, from the installed botocore.

    *date* is its release's, where known. Raises ModelUnavailable: no such service, or a broken file.
    """
    path = find(service, data)
    fix = "reinstall botocore"
    raw = json_object(_read(path, fix), str(path), fix)
    return Model(service, Release(version(), date), service_of(raw, str(path), fix), raw)


def _read(path: Path, fix: str) -> bytes:
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if path.suffix == ".gz" else content
    except (OSError, EOFError, zlib.error) as error:
        raise ModelUnavailable(str(path), f"it is truncated or not readable: {error}", fix) from error
