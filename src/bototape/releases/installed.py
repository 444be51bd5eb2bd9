"""Models of the botocore that is installed: whole, and read without any of its search paths."""

from __future__ import annotations

from pathlib import Path

from bototape.errors import ModelUnavailable, ServiceUnknown
from bototape.releases import layout
from bototape.releases.model import Model, Release, json_object, service_of

__all__ = ["data_directory", "find", "method_name", "model", "version"]


def version() -> str:
    """Return the version number of the installed botocore."""
    import botocore  # noqa: PLC0415 - not needed to read snapshots

    return str(botocore.__version__)


def method_name(operation: str) -> str:
    """Return the name of the client's method for *operation*: ``describe_auto_ml_job``."""
    import botocore  # noqa: PLC0415 - not needed to read snapshots

    return str(botocore.xform_name(operation))


def data_directory() -> Path:
    """Return the directory that holds the installed botocore's models."""
    import botocore  # noqa: PLC0415 - not needed to read snapshots

    return Path(str(botocore.__file__)).parent / "data"


def find(service: str, data: Path | None = None) -> Path:
    """
    Return the path of the newest model of *service*.

    Raises ServiceUnknown when botocore has no such service, with the nearest name it has.
    """
    data = data or data_directory()
    found = layout.newest(data, service)
    if found is None:
        fix = layout.did_you_mean(service, layout.services(data), "name a service as botocore does, such as sagemaker")
        reason = f"the installed botocore {version()} has no such service"
        raise ServiceUnknown(f"the model of {service}", reason, fix)
    return found


def model(service: str, date: str = "", data: Path | None = None) -> Model:
    """
    Return the whole model of *service*, newest API version, from the installed botocore.

    *date* is its release's, where known. Raises ModelUnavailable: no such service, or a broken file.
    """
    path = find(service, data)
    fix = "reinstall botocore"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelUnavailable(str(path), f"it is not readable: {error.strerror}", fix) from error
    raw = json_object(layout.plain(content, str(path), fix), str(path), fix)
    read = service_of(raw, str(path), fix)
    return Model(service, Release(version(), date), read, raw, sidecars=layout.beside(path, fix))
