"""Names that a package loads when they are asked for (PEP 562): a replay needs few of them, and pays for no other."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

__all__ = ["late"]


def late(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Return a ``__getattr__`` for *package*: *homes* names the module, below it, that each late name lives in."""

    def __getattr__(name: str) -> Any:  # noqa: N807 - it takes that function's place
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found = getattr(import_module(f"{package}.{homes[name]}"), name)
        setattr(sys.modules[package], name, found)  # the next look finds it at once
        return found

    return __getattr__
