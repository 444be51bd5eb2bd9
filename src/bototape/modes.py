"""
Record modes, with VCR's names, and who decides which is in force.

The command line beats the environment, the environment the test's own word (marker or argument), that the project's
setting; without any it is ``none``. In CI only the command line counts: nothing records there by itself.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from bototape.errors import UsageError

__all__ = ["ESTATE", "MODES", "VARIABLE", "Chosen", "Mode", "Session", "chosen", "mode_of", "session", "settle"]

Mode = Literal["none", "once", "new_episodes", "all"]

MODES: tuple[Mode, ...] = get_args(Mode)

#: The environment variables that set the mode, and that name the file of whose account it is.
VARIABLE = "BOTOTAPE_RECORD_MODE"
ESTATE = "BOTOTAPE_ESTATE"

#: Other tools' words for the same.
_ALIASES: Mapping[str, Mode] = {
    "new": "new_episodes",
    "any": "new_episodes",
    "rewrite": "all",
    "record": "all",
    "replay": "none",
}


class Chosen(NamedTuple):
    """The mode in force, and the *source* that decided, as a header shows it; *passed_over* was not heeded in CI."""

    mode: Mode
    source: str = ""
    passed_over: str = ""

    def __str__(self) -> str:
        told = "; ".join(filter(None, (self.source, f"CI: {self.passed_over} not heeded" if self.passed_over else "")))
        return f"{self.mode} ({told})" if told else self.mode


class Session(NamedTuple):
    """
    What holds for all tapes of a test run: the mode on the command line and in the project's settings.

    *cassettes* is the directory of the cassettes, whose ledger counts for all of them; *project* the directory of
    ``pyproject.toml``; *told_by* how a header calls what has the *setting*.
    """

    command_line: Mode | None = None
    setting: Mode | None = None
    cassettes: Path | None = None
    project: Path | None = None
    told_by: str = "bototape_record_mode"


_session = [Session()]


def session() -> Session:
    """Return what holds for all tapes of this process."""
    return _session[0]


def settle(told: Session) -> Session:
    """Let *told* hold for all tapes of this process from now on, and return what held before."""
    before, _session[0] = _session[0], told
    return before


def mode_of(value: object, where: str) -> Mode:
    """Return the mode that *value* names; raises UsageError, naming *where* it was said and what may be meant."""
    __tracebackhide__ = True
    if isinstance(value, str) and value in MODES:
        return value
    near = _near(value) if isinstance(value, str) else ""
    fix = f"did you mean {near}?" if near else f"the modes are {', '.join(MODES)}"
    raise UsageError(f"{where}: there is no record mode {value!r}", fix)


def _near(value: str) -> str:
    import difflib  # noqa: PLC0415 - few runs are told anything

    plain = value.strip().lower().replace("-", "_")
    close = difflib.get_close_matches(plain, [*MODES, *_ALIASES], 1)
    return _ALIASES.get(close[0], close[0]) if close else ""


def chosen(marker: object = None, environment: Mapping[str, str] | None = None) -> Chosen:
    """
    Return the mode of a test, or of a block, that says *marker* itself; without one, that of the run.

    Raises UsageError for a mode that there is not, whoever says it, in force or not.
    """
    environment = os.environ if environment is None else environment
    told = environment.get(VARIABLE, "")
    found: list[tuple[Mode, str]] = []
    if told:
        found.append((mode_of(told, VARIABLE), VARIABLE))
    if marker is not None:
        found.append((mode_of(marker, "record_mode"), "the test says so"))
    if session().setting:
        found.append((session().setting or "none", session().told_by))
    if session().command_line:
        return Chosen(session().command_line or "none", "--bototape-record-mode")
    if not found:
        return Chosen("none")
    mode, source = found[0]
    if in_ci(environment):
        return Chosen("none", "", f"{source}, {mode}" if mode != "none" else "")
    return Chosen(mode, source)


def in_ci(environment: Mapping[str, str]) -> bool:
    """Tell whether the process runs in a CI service: they all set ``CI``."""
    return environment.get("CI", "").strip().lower() not in ("", "0", "false", "no")
