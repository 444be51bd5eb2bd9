"""Every service of one release, for comparing all of them: from a directory, a checkout at a tag, or a whole wheel."""

from __future__ import annotations

import contextlib
import io
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from bototape import releases
from bototape.errors import ModelUnavailable
from bototape.releases import checkouts, installed, layout, snapshots
from bototape.releases.index import Index
from bototape.releases.model import Model, Release

__all__ = ["Everything", "everything"]

#: A service that every release has: it stands for the release where the index tells no days.
_ANY = "ec2"

_NOWHERE = "name a version, a directory in botocore's layout, or CHECKOUT@TAG"


@dataclass(frozen=True, slots=True)
class Everything:
    """The *services* of one release, sorted, and how to *load* the model of one."""

    services: tuple[str, ...]
    load: Callable[[str], Model]

    def get(self, service: str) -> Model | None:
        """Return the model of *service*, or None if the release has no such service."""
        return self.load(service) if service in self.services else None


@contextlib.contextmanager
def everything(spec: str, schemas: Path | None = None, *, index: Index | None = None) -> Iterator[Everything]:
    """
    Give every service of the release that *spec* names, as `bototape.releases.load` understands it.

    ``pinned`` gives the services that have a snapshot. A version that is not installed is downloaded whole and gone
    afterwards; that needs *index*. Raises ModelUnavailable.
    """
    if spec == "pinned":
        names = sorted({each.parents[1].name for each in snapshots.snapshots(snapshots.roots(schemas))})
        yield Everything(tuple(names), lambda service: releases.load("pinned", service, schemas))
    elif spec == "installed":
        yield _installed()
    elif checkouts.names_a_place(spec):
        path, tag = checkouts.split(spec)
        with contextlib.ExitStack() as stack:
            yield _below(stack.enter_context(_at_tag(path, tag)) if tag else path, spec, tag)
    else:
        version = releases.published(spec, _ANY, index)
        if version == installed.version():
            yield _installed()
        else:
            with _downloaded(version, index) as path:
                yield _below(path, f"botocore {version}", version)


def _installed() -> Everything:
    return Everything(tuple(layout.services(installed.data_directory())), installed.model)


def _below(path: Path, what: str, version: str = "") -> Everything:
    if not path.is_dir():
        raise ModelUnavailable(f"models from {what}", "there is no such directory", _NOWHERE)
    for each in (".", "data", "botocore/data"):
        if names := layout.services(path / each):
            return Everything(tuple(names), lambda service: _named(checkouts.in_directory(path, service), version))
    raise ModelUnavailable(f"models from {what}", "nothing in it is in botocore's layout", _NOWHERE)


def _named(model: Model, version: str) -> Model:
    return replace(model, release=Release(version, model.release.date)) if version else model


@contextlib.contextmanager
def _at_tag(checkout: Path, tag: str) -> Iterator[Path]:
    """Unpack what the git checkout has at *tag* into a directory that is gone afterwards."""
    what = f"models of {checkout}@{tag}"
    command = ["git", "-C", str(checkout), "archive", "--format=tar", f"{tag}^{{commit}}", "botocore"]
    try:
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - no shell; the tag is no option: it ends in ^{commit}
    except FileNotFoundError as error:
        raise ModelUnavailable(what, "git is not installed", "install git, or name a version") from error
    if done.returncode:
        checkouts.at_tag(checkout, tag, _ANY)  # says better what is wrong with checkout or tag
        raise ModelUnavailable(what, done.stderr.decode(errors="replace").strip(), _NOWHERE)
    with tempfile.TemporaryDirectory() as directory, tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(directory, filter="data")
        yield Path(directory)


@contextlib.contextmanager
def _downloaded(version: str, index: Index | None) -> Iterator[Path]:
    """Download the wheel of *version* whole and unpack its models."""
    if index is None:
        reason = "all services of a release that is not installed come from the package index, and it is not used"
        raise ModelUnavailable(f"botocore {version}", reason, "drop --offline, or name a directory of models")
    with tempfile.TemporaryDirectory() as directory:
        index.unpack(version, Path(directory))
        yield Path(directory)
