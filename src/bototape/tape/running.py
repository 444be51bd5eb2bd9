"""Which test runs, and the command that records what it misses."""

from __future__ import annotations

import os
import re
import shlex

from bototape.errors import EndlessPoll, NoMatch

__all__ = ["OPTION", "seen_from_the_test"]

#: The option of the pytest plugin that records calls without a recording.
OPTION = "--bototape-record-mode=new_episodes"

#: Set by pytest while a test runs: its id and the phase.
_VARIABLE = "PYTEST_CURRENT_TEST"
_PHASE = re.compile(r" \((?:setup|call|teardown)\)\Z")


def seen_from_the_test(miss: NoMatch) -> NoMatch:
    """
    Name the test that runs in *miss*, and the command that fixes it; return it. Without a test it is as it was.

    No recording fixes a poll without end: that one says itself what does.
    """
    test = _PHASE.sub("", os.environ.get(_VARIABLE, ""))
    if test:
        miss.test = test
    if test and not isinstance(miss, EndlessPoll):
        miss.fix = f"make the call that was recorded, or record this one: pytest {shlex.quote(test)} {OPTION}"
    return miss
