"""The files of errata: the one that is shipped, and a project's own."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from pathlib import Path

from bototape.check.errata import Erratum, parse
from bototape.errors import UsageError

__all__ = ["load", "shipped"]


@cache
def shipped() -> tuple[Erratum, ...]:
    """Return the errata of AWS's models that come with the package."""
    text = resources.files("bototape.errata").joinpath("shipped.toml").read_text(encoding="utf-8")
    return parse(tomllib.loads(text), "shipped.toml")


def load(path: Path) -> tuple[Erratum, ...]:
    """Return the errata in the file *path*; raises UsageError for one that cannot be read or is none."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot use the errata {path}: {error.strerror}", "name a readable file") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"cannot use the errata {path}: it is not TOML: {error}", "correct it") from error
    return parse(document, str(path))
