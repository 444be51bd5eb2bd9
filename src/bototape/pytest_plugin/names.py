"""
The cassette of a test that names none: ``<module>/<Class>.<test>[param].yaml``, one file for each test.

No two tests share a file, on file systems that take ``A`` for ``a`` either: what had to be changed in a name, or is
told from another one by case alone, gets a digest of what it was behind a ``~``.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path

__all__ = ["LONGEST", "component", "default", "without"]

#: Bytes of a file name: file systems take 255, encrypted ones 143, and a file that is written has a longer one.
LONGEST = 120

_SUFFIX = ".yaml"
_DIGITS = 12
_FORBIDDEN = re.compile(r'[<>:"/\\|?*%~\x00-\x1f\x7f]')
#: Names that Windows keeps for devices, whatever follows a dot.
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|\Z)", re.IGNORECASE)
#: Stands for the directory above the one that holds the cassettes.
_UP = "_up"


def default(module: Path, directory: Path, classes: Iterable[str], test: str, *, rivals: Callable[[str], bool]) -> Path:
    """
    Return the path below *directory* of a test's cassette.

    *module* is its file, which is named as it is found from where *directory* is; *rivals* tells of a class or function
    whether its namespace has another of that name but for case; *test* is the test's name with its parameters.
    """
    name, bracket, param = test.partition("[")
    outer = [*classes, name]
    clash = any(rivals(each) for each in outer) or (bool(bracket) and param != param.lower())
    return _home(module, directory) / component(".".join([*outer[:-1], test]), clash=clash, suffix=_SUFFIX)


def without(test: str, param: str) -> str:
    """Return the name *test* without *param* among its parameters: all of these play one cassette."""
    name, bracket, params = test.partition("[")
    if not bracket or not param:
        return test
    params = params.removesuffix("]")
    if params == param:
        return name
    if params.endswith(f"-{param}"):
        return f"{name}[{params.removesuffix(f'-{param}')}]"
    return f"{name}[{params.removeprefix(f'{param}-')}]"


def component(text: str, *, clash: bool = False, suffix: str = "") -> str:
    """Return *text* as the name of a file; *clash* says that another name differs from it by case alone."""
    plain = _FORBIDDEN.sub("-", text)
    plain = plain if plain == plain.rstrip(". ") else f"{plain.rstrip('. ')}-"
    device = _DEVICE.match(plain)
    is_long = len(f"{plain}{suffix}".encode()) > LONGEST
    if plain == text and plain.isascii() and not (clash or device or is_long):
        return f"{plain}{suffix}"
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
    room = LONGEST - len(suffix) - _DIGITS - 1
    kept = plain.encode("utf-8", "replace")[:room].decode("utf-8", "ignore").rstrip(". ")
    return f"{'_' if device else ''}{kept}~{digest}{suffix}"


@lru_cache(maxsize=1024)
def _home(module: Path, directory: Path) -> Path:
    """Return the directory of the cassettes of *module*'s tests."""
    return directory.joinpath(*_below(module.with_suffix(""), directory.parent))


def _below(module: Path, base: Path) -> list[str]:
    """Return the directories that lead from *base* to *module*, each as a name that no other one has."""
    try:
        found = Path(os.path.relpath(module, base))
    except ValueError:  # on another drive
        return [component(str(module), clash=True)]
    here, below = base, []
    for part in found.parts:
        if part == os.pardir:
            here = here.parent
            below.append(_UP)
            continue
        below.append(component(part, clash=part == _UP or (part != part.lower() and _has_rival(here, part))))
        here /= part
    return below


@lru_cache(maxsize=1024)
def _has_rival(directory: Path, part: str) -> bool:
    """Tell whether *directory* has a module or directory that is called *part* but for case."""
    try:
        stems = [each.removesuffix(".py") for each in os.listdir(directory)]  # noqa: PTH208 - names are all it takes
    except OSError:
        return False
    return any(each != part and each.lower() == part.lower() for each in stems)
