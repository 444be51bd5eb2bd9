"""Find the API model of a release: project, package, installed botocore, cache, and the package index if allowed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Sequence
from pathlib import Path

from bototape.errors import ModelUnavailable
from bototape.releases import cache, checkouts, installed, layout, snapshots
from bototape.releases.index import Index
from bototape.releases.layout import SIDECARS
from bototape.releases.model import Model, Release, natural, service_of
from bototape.releases.snapshots import MODEL
from bototape.releases.wheel import Source

__all__ = ["SPECS", "Index", "Model", "Release", "default", "load", "natural", "published", "releases", "source"]

#: What may name a release, for the help of commands.
SPECS = (
    'a botocore version, a date (the newest release on or before it), "installed", "pinned" (the newest snapshot), '
    '"latest" (the newest published), a directory of models in botocore\'s layout, or CHECKOUT@TAG'
)

_SERVICE = re.compile(r"[a-z0-9][a-z0-9.-]*")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_VERSION = re.compile(r"\d[0-9A-Za-z.+!]*")


def releases(service: str, schemas: Path | None = None) -> list[Release]:
    """Return the releases of *service* that have a snapshot, oldest first. *schemas* as for `load`."""
    return snapshots.known(_named(service), snapshots.roots(schemas))


def default(service: str, operations: Collection[str], schemas: Path | None = None) -> str:
    """
    Return what calls of *operations* are held against where nobody names a release: ``pinned``, else ``installed``.

    A project's own snapshots count whatever they track, those inside the package only if they have all of *operations*.
    """
    places = snapshots.roots(schemas)
    found = snapshots.paths(_named(service), places)
    if any(not each.is_relative_to(snapshots.packaged()) for each in found.values()):
        return "pinned"
    return "pinned" if found and _tracks(_newest(service, places), operations) else "installed"


def load(spec: str, service: str, schemas: Path | None = None, *, index: Index | None = None) -> Model:
    """
    Return the model of *service* in the release that *spec* names.

    *spec* is a version number; a date (``YYYY-MM-DD``), for the newest release published on or before it;
    ``installed``; ``pinned`` (the newest snapshot); ``latest`` (the newest published); a directory in botocore's
    layout; or the path of a git checkout of botocore, ``@`` and a tag. *service* is botocore's name. *schemas* is the
    directory of snapshots; None looks in ``./schemas``, then in the package.

    A version is looked for in the snapshots, the installed botocore, the user's cache, and last in the package index
    if *index* is given; nothing else uses the network, so dates and ``latest`` need it. Raises ModelUnavailable,
    naming what is known without the network, when nothing has it or the file that has it is broken.
    """
    places = snapshots.roots(schemas)
    found = snapshots.paths(_named(service), places)
    if spec == "installed":
        return _installed(service, found)
    if spec == "pinned":
        return snapshots.read(_newest(service, places))
    if not _VERSION.fullmatch(spec) and not _is_date(spec) and checkouts.names_a_place(spec):
        path, tag = checkouts.split(spec)
        return checkouts.at_tag(path, tag, service) if tag else checkouts.in_directory(path, service)
    version = published(spec, service, index, found)
    if version in found:
        return snapshots.read(found[version])
    if version == installed.version():
        return _installed(service, found)
    if index is None and not found and not cache.versions(service):
        installed.find(service)
    files = source(version, service, index, found)
    what = f"{service} of release {version}"
    raw = files.files[MODEL]
    sidecars = {name: content for name, content in files.files.items() if name in SIDECARS}
    return Model(service, files.release, service_of(raw, what), raw, sidecars=sidecars)


def published(spec: str, service: str, index: Index | None, known: Collection[str] = ()) -> str:
    """
    Return the version that *spec* (a version, a date or ``latest``) stands for.

    Raises ModelUnavailable, naming the snapshots *known* and what else is at hand, when only the index could tell.
    """
    if spec != "latest" and not _is_date(spec):
        if not _VERSION.fullmatch(spec):
            raise ModelUnavailable(f"{service} of release {spec!r}", "that names no release", f"give {SPECS}")
        return spec
    what = f"{service} of release {spec}"
    if index is None:
        reason = f"only the package index can tell it, and the network is not used ({_at_hand(service, known)})"
        raise ModelUnavailable(what, reason, 'drop --offline, or name a version, "pinned" or "installed"')
    try:
        return index.newest() if spec == "latest" else index.on(spec, service)
    except ModelUnavailable as error:
        raise _offline(error, service, known) from error


def source(version: str, service: str, index: Index | None, known: Collection[str] = ()) -> Source:
    """
    Return the whole model files of *service* in release *version*: from the cache, else from *index*, and kept then.

    Raises ModelUnavailable as `load` does.
    """
    files = cache.get(version, service)
    if files is not None:
        return files
    if index is None:
        raise ModelUnavailable(
            f"{service} of release {version}",
            f"it is not at hand, and the network is not used ({_at_hand(service, known)})",
            f"drop --offline, or: bototape schemas add {version} --service {service}",
        )
    try:
        files = index.source(version, service)
    except ModelUnavailable as error:
        raise _offline(error, service, known) from error
    cache.put(files)
    return files


def _offline(error: ModelUnavailable, service: str, known: Collection[str]) -> ModelUnavailable:
    return type(error)(error.what, f"{error.reason} (at hand: {_at_hand(service, known)})", error.fix)


def _at_hand(service: str, known: Collection[str]) -> str:
    whole = [installed.version()] if layout.newest(installed.data_directory(), service) else []
    places = (("snapshots", [*known]), ("installed", whole), ("cache", cache.versions(service)))
    found = [f"{where}: {', '.join(versions)}" for where, versions in places if versions]
    return "; ".join(found) or "no release of it"


def _installed(service: str, found: dict[str, Path]) -> Model:
    same = found.get(installed.version())
    return installed.model(service, snapshots.release(same).date if same else "")


def _tracks(snapshot: Path, operations: Collection[str]) -> bool:
    return set(operations) <= snapshots.read(snapshot).service.operations.keys()


def _newest(service: str, places: Sequence[Path]) -> Path:
    """Return the newest snapshot in the first of *places* that has any: a project's go before ours, if older."""
    found = next(filter(None, (snapshots.paths(service, [each]) for each in places)), None)
    if not found:
        installed.find(service)
        reason = f"there is no snapshot of {service}"
        fix = f"bototape schemas add VERSION --service {service}"
        raise ModelUnavailable(f"the pinned release of {service}", reason, fix)
    return [*found.values()][-1]


def _is_date(spec: str) -> bool:
    if not _DATE.fullmatch(spec):
        return False
    try:
        dt.date.fromisoformat(spec)
    except ValueError as error:
        raise ModelUnavailable(f"the release of {spec}", f"that is no day: {error}", "give it as YYYY-MM-DD") from error
    return True


def _named(service: str) -> str:
    if not _SERVICE.fullmatch(service):
        raise ModelUnavailable(
            f"the model of {service!r}", "that is not a service name", "name a service as botocore does: sagemaker"
        )
    return service
