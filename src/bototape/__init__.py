"""Record real AWS responses, scrubbed; replay them offline; know when the API changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bototape.errors import (
    BototapeError,
    CallsDiffer,
    CassetteMissing,
    CassetteUnreadable,
    EndlessPoll,
    FaultUnmet,
    NetworkBlocked,
    NoMatch,
    UsageError,
    VariableUnknown,
)

if TYPE_CHECKING:
    from bototape.hooks import configure_vcr
    from bototape.tape import Tape, use_cassette

__all__ = [
    "BototapeError",
    "CallsDiffer",
    "CassetteMissing",
    "CassetteUnreadable",
    "EndlessPoll",
    "FaultUnmet",
    "NetworkBlocked",
    "NoMatch",
    "Tape",
    "UsageError",
    "VariableUnknown",
    "configure_vcr",
    "use_cassette",
]

_LATE = {"use_cassette", "Tape"}


def __getattr__(name: str) -> Any:
    """Load the tape, and with it botocore, only when it is asked for: importing bototape stays cheap."""
    if name == "configure_vcr":
        from bototape.hooks import configure_vcr  # noqa: PLC0415 - see above

        return configure_vcr
    if name not in _LATE:
        raise AttributeError(f"module 'bototape' has no attribute {name!r}")
    from bototape import tape  # noqa: PLC0415 - see above

    return getattr(tape, name)
