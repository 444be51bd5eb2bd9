"""
Take vcrpy's patches off where a cassette cannot be saved.

``CassetteContextDecorator.__exit__`` (vcrpy 8.2.1 to 9.4.2) saves first; what a persister raises leaves the patches on,
and the process's requests answered from that cassette, until the garbage collector comes by.
"""

from __future__ import annotations

from typing import Any

from vcr.cassette import CassetteContextDecorator

__all__ = ["install"]

_FINISH = "_CassetteContextDecorator__finish"


def install() -> None:
    """Mend it for the process; to be called once."""
    original = CassetteContextDecorator.__exit__

    def leave(self: Any, *error: object) -> Any:
        """Leave the block, whatever becomes of the cassette."""
        try:
            return original(self, *error)
        except BaseException:
            left = getattr(self, _FINISH, None)
            if left is not None:
                setattr(self, _FINISH, None)
                left.close()
            raise

    CassetteContextDecorator.__exit__ = leave
