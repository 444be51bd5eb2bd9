"""The network guard of a test: begun before its fixtures, ended after them."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from bototape.pytest_plugin import marker
from bototape.pytest_plugin.stash import GUARD

__all__ = ["begin", "end"]


def begin(item: pytest.Item) -> None:
    """Refuse the network to *item* from now on, if a marker or a setting says so."""
    end(item)
    if not marker.is_guarded(item):
        return
    from bototape.guard import guard  # noqa: PLC0415 - few runs need it

    stack = ExitStack()
    entry = stack.enter_context(guard(marker.hosts(item, marker.settings(item)), "in this test"))
    item.stash[GUARD] = stack, entry


def end(item: pytest.Item) -> None:
    """Let the network through again."""
    if GUARD in item.stash:
        item.stash[GUARD][0].close()
        del item.stash[GUARD]
