"""Which test runs, and the command that records what it misses."""

from __future__ import annotations

import os
import re

from bototape.errors import NO_RECORDING, EndlessPoll, NoMatch

__all__ = ["is_scrubbed_again", "recorded_by", "seen_from_the_test"]

#: What to do where recording the call as it is would only scrub it again.
_ASK = 'send what was recorded, or ask the tape for it, tape.variable("name", the real one), and record anew: {}'

#: Set by pytest while a test runs: its id and the phase.
_VARIABLE = "PYTEST_CURRENT_TEST"
_PHASE = re.compile(r" \((?:setup|call|teardown)\)\Z")


def seen_from_the_test(miss: NoMatch) -> NoMatch:
    """
    Name the test that runs in *miss*, if one does, and say how to record the call; return it.

    No recording fixes a poll without end: that one says itself what does.
    """
    miss.test = _test()
    if miss.reason == NO_RECORDING and not isinstance(miss, EndlessPoll):
        again = is_scrubbed_again(miss)
        how = recorded_by("all" if again else "new_episodes")
        miss.fix = _ASK.format(how) if again else f"make the call that was recorded, or record this one: {how}"
    return miss


def recorded_by(mode: str) -> str:
    """Return how to record in *mode*: the command that runs the test again, or without one what to change."""
    import shlex  # noqa: PLC0415 - a suite that passes misses nothing

    test = _test()
    if test:
        return f"pytest {shlex.quote(test)} --bototape-record-mode={mode}"
    return f'open the cassette with record_mode="{mode}"'


def _test() -> str:
    return _PHASE.sub("", os.environ.get(_VARIABLE, ""))


def is_scrubbed_again(miss: NoMatch) -> bool:
    """Tell whether recording *miss* as it is would not help: what it sends would be scrubbed as it was before."""
    from bototape.replay.misses import SCRUBBED  # noqa: PLC0415 - a suite that passes misses nothing

    return SCRUBBED in miss.explanation
