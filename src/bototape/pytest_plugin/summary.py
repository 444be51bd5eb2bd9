"""What is told at the end of a run: what was played and recorded, and what was not slept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bototape.pytest_plugin.stash import COUNTS

if TYPE_CHECKING:
    from bototape.tape import Tape

__all__ = ["count", "count_recorded", "write"]

#: Begins a count of a variable that the cassette has and the test did not ask for.
_UNUSED = "variable "
_STRANGE = (
    "note: the ledger was made with another key, so it recognised no value and all got new pseudonyms "
    "(fix: set BOTOTAPE_SCRUB_KEY to the key it was made with and record again)"
)


def count(config: pytest.Config, tape: Tape) -> None:
    """Count what *tape* played."""
    counts = config.stash[COUNTS]
    if tape.playing or tape.play_count:
        counts["cassettes"] += 1
    counts["played"] += tape.play_count
    own = sum(tape.sleeps)
    counts["milliseconds not slept by botocore"] += round((sum(tape.pauses) - own) * 1000)
    counts["milliseconds not slept by the code under test"] += round(own * 1000)
    for name in tape.variables.unused:
        counts[f"{_UNUSED}{name!r} of {tape.path.name}"] += 1
    for call in tape.bypasses:
        counts[f"answered elsewhere: {call.name}"] += 1


def count_recorded(config: pytest.Config, tape: Tape) -> None:
    """Count what *tape* recorded, which is written or dropped by now."""
    counts = config.stash[COUNTS]
    if tape.recorded:
        what = "recorded" if tape.is_written else "dropped"
        counts[f"{what}: {tape.path}"] += tape.recorded
    if tape.strange_ledger and tape.is_written:
        counts["strange ledger"] += 1


def write(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what was played, and what moto or a Stubber answered before a tape could; quiet without cassettes."""
    counts = config.stash[COUNTS]
    if not counts:
        return
    terminalreporter.section("bototape")
    if counts["cassettes"]:
        terminalreporter.write_line(f"{counts['played']} calls replayed from {counts['cassettes']} cassettes")
    if counts["strange ledger"]:
        terminalreporter.write_line(_STRANGE)
    for who in ("botocore", "the code under test"):
        if counts[f"milliseconds not slept by {who}"]:
            seconds = counts[f"milliseconds not slept by {who}"] / 1000
            terminalreporter.write_line(f"{who} would have slept {seconds:.1f} s")
    for what in sorted(each for each in counts if each.startswith(_UNUSED)):
        terminalreporter.write_line(f"never asked for: the {what}")
    for what, count in sorted(counts.items()):
        kind, _, name = what.partition(": ")
        if kind == "recorded":
            terminalreporter.write_line(f"{count} calls recorded into {name}")
        if kind == "dropped":
            terminalreporter.write_line(f"{count} calls recorded for {name} were dropped: the test did not pass")
        if what.startswith("answered elsewhere: "):
            terminalreporter.write_line(
                f"{name}: {count} calls were answered before the tape (by moto, a Stubber or a before-send handler)"
            )
