"""vcrpy logs requests, and whole answers as they came, at INFO: before any hook has scrubbed them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["silence"]

_lock = threading.Lock()
_depth = [0]


class _Silent(logging.Filter):
    """Lets warnings and errors through, and nothing that tells what was sent or answered."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING


_filter = _Silent()


@contextmanager
def silence() -> Iterator[None]:
    """Withhold what vcrpy's loggers say below WARNING while the block runs."""
    with _lock:
        _depth[0] += 1
        for each in _loggers():
            each.addFilter(_filter)
    try:
        yield
    finally:
        with _lock:
            _depth[0] -= 1
            if not _depth[0]:
                for each in _loggers():
                    each.removeFilter(_filter)


def _loggers() -> list[logging.Logger]:
    """Return vcrpy's loggers: a filter of one does not hold for those below it."""
    found = list(logging.root.manager.loggerDict.items())
    return [each for name, each in found if name.partition(".")[0] == "vcr" and isinstance(each, logging.Logger)]
