"""Which test runs, and the command that records what it misses."""

from __future__ import annotations

import os
import re

from bototape.errors import NO_RECORDING, EndlessPoll, NoMatch

__all__ = ["OPTION", "seen_from_the_test"]

#: The option of the pytest plugin that records calls without a recording, in every cassette of the test.
OPTION = "--bototape-record-mode=new_episodes"

#: Set by pytest while a test runs: its id and the phase.
_VARIABLE = "PYTEST_CURRENT_TEST"
_PHASE = re.compile(r" \((?:setup|call|teardown)\)\Z")


def seen_from_the_test(miss: NoMatch) -> NoMatch:
    """
    Name the test that runs in *miss*, if one does, and say how to record the call; return it.

    No recording fixes a poll without end: that one says itself what does.
    """
    import shlex  # noqa: PLC0415 - a suite that passes misses nothing

    miss.test = _PHASE.sub("", os.environ.get(_VARIABLE, ""))
    if miss.reason == NO_RECORDING and not isinstance(miss, EndlessPoll):
        how = (
            f"pytest {shlex.quote(miss.test)} {OPTION}"
            if miss.test
            else 'open the cassette with record_mode="new_episodes"'
        )
        miss.fix = f"make the call that was recorded, or record this one: {how}"
    return miss
