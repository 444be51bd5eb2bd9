"""Which tests own which cassettes: for the plan of ``bototape refresh --tests``, which has tests collected only."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from bototape.evidence import OWNERS
from bototape.pytest_plugin import evidence
from bototape.pytest_plugin.files import replaced
from bototape.pytest_plugin.whole import Whole

__all__ = ["asked"]


class _Owners:
    """Writes into *file* what was collected, the cassettes that markers name, and where runs leave their evidence."""

    def __init__(self, config: pytest.Config, whole: Whole, file: Path) -> None:
        self._config = config
        self._whole = whole
        self._file = file

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Write it."""
        cache = getattr(self._config, "cache", None)
        found = {
            "root": str(self._config.rootpath),
            "tests": [each.nodeid for each in session.items],
            "marked": self._whole.owners,
            "evidence": str(Path(cache.mkdir("bototape")) / evidence.FILE) if cache is not None else "",
        }
        replaced(self._file, json.dumps(found))


def asked(config: pytest.Config, whole: Whole) -> _Owners | None:
    """Return what tells of owners, if somebody wants to know."""
    told = os.environ.get(OWNERS)
    return _Owners(config, whole, Path(told)) if told else None
