"""Models from a directory in botocore's layout, or from a git checkout of botocore at a tag."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path, PurePosixPath
from typing import Any

from bototape.errors import ModelUnavailable, ServiceUnknown
from bototape.releases import layout
from bototape.releases.model import Model, Release, json_object, neighbours, service_of

__all__ = ["at_tag", "in_directory", "names_a_place", "split"]

#: Where models lie below what a user may name: the directory itself, a package, a checkout or site-packages.
_BELOW = (".", "data", "botocore/data")

_VERSION = re.compile(r"^__version__\s*=\s*['\"]([^'\"]+)['\"]", re.MULTILINE)
_MODEL = re.compile(r"botocore/data/([^/]+)/([^/]+)/service-2\.json(?:\.gz)?")


def names_a_place(spec: str) -> bool:
    """Tell whether *spec* is a path, perhaps with ``@tag``, and not a version, a date or a word."""
    return "/" in spec or "\\" in spec or "@" in spec or spec in (".", "..") or Path(spec).is_dir()


def split(spec: str) -> tuple[Path, str]:
    """Return path and tag of *spec*; no tag if the path with it exists as it stands."""
    path, _, tag = spec.rpartition("@")
    return (Path(path), tag) if path and not Path(spec).exists() else (Path(spec), "")


def in_directory(directory: Path, service: str) -> Model:
    """
    Return the model of *service* in *directory*: in botocore's layout, or a botocore package or checkout.

    Its release is the version the package tells, else the path. Raises ModelUnavailable: no such directory, no
    models in it, no such service, a damaged file.
    """
    if not directory.is_dir():
        raise ModelUnavailable(f"models from {directory}", "there is no such directory", "name a version, or a path")
    places = [directory / below for below in _BELOW]
    path = next((found for each in places if (found := layout.newest(each, service))), None)
    if path is None:
        raise _nothing_of(service, directory, places)
    fix = "restore the file"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelUnavailable(str(path), f"it is not readable: {error.strerror}", fix) from error
    raw = json_object(layout.plain(content, str(path), fix), str(path), fix)
    version = _version_beside(path.parents[2]) or str(directory)
    read = service_of(raw, str(path), fix)
    return Model(service, Release(version), read, raw, sidecars=layout.beside(path, fix))


def _nothing_of(service: str, directory: Path, places: list[Path]) -> ModelUnavailable:
    """Return the error: listing what there is costs as much as twenty models, so it is done only here."""
    for each in places:
        if known := layout.services(each):
            fix = layout.did_you_mean(service, known, "name another service")
            return ServiceUnknown(f"the model of {service}", f"{each} has no such service", fix)
    reason = "nothing in it is in botocore's layout"
    return ModelUnavailable(f"models from {directory}", reason, "expected <service>/<api-version>/service-2.json")


def _version_beside(data: Path) -> str:
    module = data.parent / "__init__.py"
    match = _VERSION.search(module.read_text(encoding="utf-8")) if module.is_file() else None
    return match[1] if match else ""


def at_tag(checkout: Path, tag: str, service: str) -> Model:
    """
    Return the model of *service* that the git checkout of botocore has at *tag*; what is checked out does not matter.

    The release's date is the commit's. Raises ModelUnavailable: no git, no checkout, no such tag or service.
    """
    what = f"{service} of {checkout}@{tag}"
    if not checkout.is_dir():
        raise ModelUnavailable(what, f"there is no directory {checkout}", "name a git checkout of botocore")
    commit = _commit(checkout, tag, what)
    names = _git(checkout, what, "ls-tree", "-r", "--name-only", "--full-tree", commit, "--", "botocore/data/")
    models = {each: match[1] for each in names.decode().splitlines() if (match := _MODEL.fullmatch(each))}
    if not models:
        raise ModelUnavailable(what, "it holds no models of botocore there", "name a git checkout of botocore")
    paths = sorted(path for path, name in models.items() if name == service)
    if not paths:
        fix = layout.did_you_mean(service, {*models.values()}, "name another service, or a later tag")
        raise ServiceUnknown(what, f"{tag} has no service {service}", fix)

    def read(path: str) -> dict[str, Any]:
        content = _git(checkout, what, "cat-file", "blob", f"{commit}:{path}")
        return json_object(layout.plain(content, path, ""), f"{what}: {PurePosixPath(path).name}")

    raw = read(paths[-1])
    directory = PurePosixPath(paths[-1]).parent
    beside = {name: [f"{directory}/{name}{end}" for end in ("", ".gz")] for name in layout.SIDECARS}
    listed = {*names.decode().splitlines()}
    sidecars = {name: read(each) for name, ends in beside.items() for each in ends if each in listed}
    date = _git(checkout, what, "show", "-s", "--format=%cs", commit).decode().strip()
    return Model(service, Release(tag, date), service_of(raw, what), raw, sidecars=sidecars)


def _commit(checkout: Path, tag: str, what: str) -> str:
    _git(checkout, what, "rev-parse", "--git-dir")
    try:
        named = f"{tag}^{{commit}}"
        return _git(checkout, what, "rev-parse", "--verify", "--quiet", "--end-of-options", named).decode().strip()
    except ModelUnavailable:
        pass
    tags = _git(checkout, what, "tag", "--list").decode().split()
    near = " or ".join(neighbours(tag, tags))
    raise ModelUnavailable(what, "it has no such tag", f"the nearest it has: {near}" if near else "git fetch --tags")


def _git(checkout: Path, what: str, *arguments: str) -> bytes:
    command = ["git", "-C", str(checkout), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - no shell; a tag is never an option
    except FileNotFoundError as error:
        raise ModelUnavailable(what, "git is not installed", "install git, or name a version") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()[:1]
        raise ModelUnavailable(
            what, said[0] if said else f"git {arguments[0]} failed", "name a git checkout of botocore"
        )
    return done.stdout
