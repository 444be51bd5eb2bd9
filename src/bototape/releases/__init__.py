"""Find the API model of a release: the project's snapshots first, then the installed botocore."""

from __future__ import annotations

import re
from pathlib import Path

from bototape.errors import ModelUnavailable
from bototape.releases import installed, snapshots
from bototape.releases.model import Model, Release, natural

__all__ = ["Model", "Release", "load", "natural", "releases"]

_SERVICE = re.compile(r"[a-z0-9][a-z0-9.-]*")


def releases(service: str, schemas: Path | None = None) -> list[Release]:
    """Return the releases of *service* that have a snapshot, oldest first. *schemas* as for `load`."""
    return snapshots.known(_named(service), snapshots.roots(schemas))


def load(spec: str, service: str, schemas: Path | None = None) -> Model:
    """
    Return the model of *service* in the release that *spec* names.

    *spec* is a version number, ``installed`` (the installed botocore, whole) or ``latest`` (the newest snapshot).
    *service* is botocore's name. *schemas* is the directory of snapshots; None looks in ``./schemas``, then in the
    package. A version that has a snapshot is read from it, else from the installed botocore if it is that one.
    Raises ModelUnavailable, naming what is known, when nothing has it or the file that has it is broken.
    """
    places = snapshots.roots(schemas)
    found = snapshots.paths(_named(service), places)
    if spec == "installed":
        return _installed(service, found)
    if spec == "latest" and found:
        return snapshots.read(list(found.values())[-1])
    if spec in found:
        return snapshots.read(found[spec])
    if spec == installed.version():
        return _installed(service, found)
    if not found:
        installed.find(service)
    raise ModelUnavailable(f"{service} of release {spec}", *_why(spec, service, found))


def _installed(service: str, found: dict[str, Path]) -> Model:
    same = found.get(installed.version())
    return installed.model(service, snapshots.release(same).date if same else "")


def _why(spec: str, service: str, found: dict[str, Path]) -> tuple[str, str]:
    snapshot = ", ".join(found) if found else "none"
    if spec == "latest":
        reason = f"there is no snapshot of {service}"
    else:
        reason = f"it has no snapshot and is not the installed botocore, {installed.version()}"
    version = "VERSION" if spec == "latest" else spec
    return f"{reason} (snapshots: {snapshot})", f"bototape schemas add {version} --service {service}"


def _named(service: str) -> str:
    if not _SERVICE.fullmatch(service):
        raise ModelUnavailable(
            f"the model of {service!r}", "that is not a service name", "name a service as botocore does: sagemaker"
        )
    return service
