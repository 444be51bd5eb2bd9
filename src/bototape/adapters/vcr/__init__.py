"""
Other HTTP libraries (requests, httpx, urllib3, aiohttp, http.client and what stands on them), through vcrpy's patches.

Importing vcrpy takes 0.2 s and more: it imports every HTTP library that is installed. So this package imports it when
a tape first needs it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

__all__ = ["patched", "recorder"]


def patched() -> AbstractContextManager[None]:
    """
    Hand the requests of other HTTP libraries to the active tape (`bototape.adapters.active`) while the block runs.

    The patches are the process's: tapes that are open at once share them, and the last to close takes them off.
    """
    from bototape.adapters.vcr import patches  # noqa: PLC0415 - see above

    return patches.patched()


def recorder(directory: str, serializer: str, extra: Sequence[str]) -> Any:
    """Return a ``vcr.VCR`` as pytest-recording makes it: see `bototape.adapters.vcr.recorders`."""
    from bototape.adapters.vcr import recorders  # noqa: PLC0415 - see above

    return recorders.recorder(directory, serializer, extra)
