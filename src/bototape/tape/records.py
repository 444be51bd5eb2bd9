"""What a tape says of its recording, if it makes one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bototape.tape.taking import Take

__all__ = ["MayRecord"]


class MayRecord:
    """A tape that plays, and records where it has a *take*."""

    _take: Take | None

    @property
    def playing(self) -> bool:
        """Whether every call is answered here and none is sent."""
        return self._take is None

    @property
    def recorded(self) -> int:
        """How many answers were recorded so far."""
        return self._take.answers if self._take else 0

    @property
    def is_written(self) -> bool:
        """Whether the recording is in the file: only at its end, if all went well."""
        return self._take is not None and self._take.is_written
