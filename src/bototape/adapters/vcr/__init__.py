"""
Other HTTP libraries (requests, httpx, urllib3, aiohttp, http.client and what stands on them), through vcrpy's patches.

Importing vcrpy takes 0.2 s and more: it imports every HTTP library that is installed. So this package imports it when
a tape first needs it.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

__all__ = ["patched"]


def patched() -> AbstractContextManager[None]:
    """
    Hand the requests of other HTTP libraries to the active tape (`bototape.adapters.active`) while the block runs.

    The patches are the process's: tapes that are open at once share them, and the last to close takes them off.
    """
    from bototape.adapters.vcr import patches  # noqa: PLC0415 - see above

    return patches.patched()
