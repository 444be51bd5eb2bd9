"""``[tool.bototape.refresh]`` and the options that beat it: what a refresh may do, and what does not count."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bototape.config import Config
from bototape.errors import UsageError
from bototape.refresh.account import VARIABLE
from bototape.refresh.compare import KINDS, Kind
from bototape.refresh.excuses import TOLERANCE, Excuses

__all__ = ["JOBS", "MAX_DURATION_S", "MAX_REQUESTS", "Allowed", "accepted", "accounts", "allowed", "excuses"]

#: What a refresh may cost where nobody says.
MAX_REQUESTS = 1_000
MAX_DURATION_S = 3_600.0

#: Scenarios that are recorded at once where nobody says.
JOBS = 4

_TABLE = "[tool.bototape.refresh] of pyproject.toml"
_KEYS = {
    "allow": 'operations: ["sagemaker.CreateAutoMLJobV2"]',
    "ignore": 'members: ["DescribeAutoMLJob.BestCandidate.CandidateName"]',
    "jobs": "a whole number, 1 or more",
    "max_requests": "a whole number, 1 or more",
    "max_duration": "seconds, more than 0",
    "tolerance": "a number from 0 to 1",
}


@dataclass(frozen=True, slots=True)
class Allowed:
    """The *operations* that may change the account, what all of it may cost, and how many recordings go on at once."""

    operations: tuple[str, ...]
    max_requests: int
    max_duration_s: float
    jobs: int


def allowed(
    settings: Config,
    operations: Sequence[str],
    max_requests: int | None,
    max_duration: float | None,
    jobs: int | None = None,
) -> Allowed:
    """Return what the project and the options allow; the options come first, operations of both count."""
    table = _checked(settings.refresh)
    return Allowed(
        (*operations, *table.get("allow", ())),
        max_requests or table.get("max_requests", MAX_REQUESTS),
        max_duration or float(table.get("max_duration", MAX_DURATION_S)),
        jobs or table.get("jobs", JOBS),
    )


def excuses(settings: Config) -> Excuses:
    """Return what does not count."""
    table = _checked(settings.refresh)
    return Excuses(float(table.get("tolerance", TOLERANCE)), tuple(table.get("ignore", ())))


def accounts(settings: Config) -> tuple[str, ...]:
    """Return the accounts that may be recorded: the project's, and those of the environment."""
    told = [each.strip() for each in os.environ.get(VARIABLE, "").split(",") if each.strip()]
    if not all(re.fullmatch("[0-9]{12}", each) for each in told):
        raise UsageError(f"{VARIABLE}: expected accounts, twelve digits each, with commas between", "correct it")
    return (*settings.allowed_accounts, *told)


def accepted(text: str | None) -> tuple[Kind, ...]:
    """Return the classes that *text* names, commas between; all but ``update`` where nothing is said."""
    if text is None:
        return tuple(each for each in KINDS if each != "update")
    named = [each.strip() for each in text.split(",") if each.strip()]
    strange = next((each for each in named if each not in KINDS), None)
    if strange is not None:
        raise UsageError(f"--accept: there is no class {strange!r}", f"the classes are {', '.join(KINDS)}")
    return tuple(each for each in KINDS if each in named)


def _checked(table: Mapping[str, object]) -> dict[str, Any]:
    for key, value in table.items():
        if key not in _KEYS:
            raise UsageError(f"cannot use {_TABLE}: it has no key {key!r}", f"the keys are {', '.join(_KEYS)}")
        if not _fits(key, value):
            reason = f"cannot use {_TABLE}: {key}: expected {_KEYS[key]}; found {value!r}"
            raise UsageError(reason, "correct the value")
    return dict(table)


def _fits(key: str, value: object) -> bool:
    if key in ("allow", "ignore"):
        return isinstance(value, list) and all(isinstance(each, str) and each for each in value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if key in ("jobs", "max_requests"):
        return isinstance(value, int) and value > 0
    return value > 0 if key == "max_duration" else 0 <= value <= 1
