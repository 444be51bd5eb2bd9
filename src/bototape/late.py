"""Names that a package loads when they are asked for (PEP 562): a replay needs few of them, and pays for no other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

__all__ = ["late"]


def late(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """
    Return a ``__getattr__`` for *package*: *homes* names the module, below it, that each late name lives in.

    No name is kept: a run of pytester's in its own process forgets the modules first loaded in it, and what was kept of
    them would not go together with those that are loaded again.
    """

    def __getattr__(name: str) -> Any:  # noqa: N807 - it takes that function's place
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{homes[name]}"), name)

    return __getattr__
