"""
A refresh from tests: what they record goes aside, what changes the account is not sent without leave, nor too much.

Told by variables that `bototape refresh --tests` sets for the tests' process and its children.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from bototape.adapters import models
from bototape.capture.budget import Budget
from bototape.errors import UsageError
from bototape.interaction import Call
from bototape.record import READING_VERBS

__all__ = ["ALLOWED", "BUDGET", "INTO", "mirrored", "recorded_at", "refuse", "spend"]

#: Where recordings go instead of their own place: below this directory, under their absolute path.
INTO = "BOTOTAPE_RECORD_INTO"

#: The operations that may change the account, commas between: ``sagemaker.StopAutoMLJob`` or ``StopAutoMLJob``.
ALLOWED = "BOTOTAPE_RECORD_ALLOWED"

#: The most requests that all of them may send, a colon, and the file that counts them (`Budget`).
BUDGET = "BOTOTAPE_RECORD_BUDGET"

_READING = re.compile(rf"(?:{'|'.join(READING_VERBS)})(?![a-z])")


def mirrored(directory: Path, path: Path) -> Path:
    """Return the place of *path* below *directory*."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would also follow links
    return directory / absolute.relative_to(absolute.anchor)


def recorded_at(path: Path, environment: Mapping[str, str]) -> Path:
    """Return where a recording of *path* is written."""
    told = environment.get(INTO, "")
    if not told or Path(os.path.abspath(path)).is_relative_to(told):  # noqa: PTH100 - as above
        return path
    return mirrored(Path(told), path)


def refuse(call: Call, environment: Mapping[str, str]) -> None:
    """Raise UsageError for a *call* that may change the account, without leave, while tests are refreshed."""
    if INTO not in environment:
        return
    allowed = environment.get(ALLOWED, "").split(",")
    if call.operation in allowed or call.name in allowed or _reads(call):
        return
    reason = f"{call.name} may change the account, and was not sent"
    raise UsageError(reason, f"bototape refresh --tests --allow {call.name} if that is meant")


def spend(environment: Mapping[str, str]) -> None:
    """Count a request that is about to be sent while tests are refreshed; raises `BudgetSpent`."""
    most, sep, counter = environment.get(BUDGET, "").partition(":")
    if sep:
        Budget(int(most), counter=Path(counter)).sending()


def _reads(call: Call) -> bool:
    """As for scenarios: by the model's ``readonly`` trait where it is set, else by the verb."""
    codec = models.codec(call.service)
    operation = codec.service.operations.get(call.operation) if codec else None
    if operation is not None and operation.traits.get("readonly"):
        return True
    return _READING.match(call.operation) is not None
