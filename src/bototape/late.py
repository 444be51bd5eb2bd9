"""Names that a package loads when they are asked for (PEP 562): a replay needs few of them, and pays for no other."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

__all__ = ["late"]


def late(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """
    Return a ``__getattr__`` for *package*: *homes* names the module, below it, that each late name lives in.

    The first that is asked for loads all of them, and they are kept. Loaded one by one they might not go together: a
    run of pytester's in its own process forgets the modules that were first loaded in it.
    """

    def __getattr__(name: str) -> Any:  # noqa: N807 - it takes that function's place
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found = {each: getattr(import_module(f"{package}.{home}"), each) for each, home in homes.items()}
        vars(sys.modules[package]).update(found)
        return found[name]

    return __getattr__
