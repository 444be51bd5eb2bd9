"""
aiobotocore, where it is used: the same seam as botocore's, on its sessions.

It is imported by its user, never by us. Its clients are met whenever they were made: those made before a tape opens
because aiobotocore is loaded then, later ones because each client of its makes an `Endpoint` of botocore's.
"""

from __future__ import annotations

import sys
import threading
from typing import Any

from botocore.endpoint import Endpoint

__all__ = ["install"]

_lock = threading.RLock()
_watching: list[bool] = []
_installed: list[bool] = []


def install() -> None:
    """Patch aiobotocore if it is loaded, and as soon as its first client is made otherwise; once per process."""
    if "aiobotocore.endpoint" in sys.modules:
        _install_now()
    with _lock:
        if not _watching:
            _watch()
            _watching.append(True)


def _install_now() -> None:
    with _lock:
        if not _installed:
            from bototape.adapters.aio import pauses, seam  # noqa: PLC0415 - they import aiobotocore

            seam.patch()
            pauses.patch()
            _installed.append(True)


def _watch() -> None:
    original = Endpoint.__init__

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807 - it takes that method's place
        """Make an endpoint; the first one of aiobotocore's tells that it is used."""
        if not _installed and type(self).__module__.partition(".")[0] == "aiobotocore":
            _install_now()
        original(self, *args, **kwargs)

    setattr(Endpoint, "__init__", __init__)  # noqa: B010 - a patch
