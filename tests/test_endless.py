"""Which repeated calls are a poll without end, and which are just many."""

import pytest

from bototape.endless import LIMIT, WITHOUT_SLEEP, Polls
from bototape.errors import EndlessPoll
from bototape.interaction import Call, Interaction
from bototape.shapes import parse
from bototape.wire.codec import Codec
from tests.builders import describe, request, response


class Clock:
    """Tells what was slept."""

    def __init__(self):
        self.slept = 0.0

    def __call__(self):
        return self.slept


def polls(clock=float, limit=10, interactions=None, codec=lambda _: None):
    return Polls(
        interactions or [describe("a", repeat=True), describe("b", repeat=True)],
        "c.yaml",
        slept=clock,
        codec=codec,
        limit=limit,
    )


def test_polls_with_sleeps_between_end_at_the_limit():
    """As many as allowed are played, the next one is an error that says how long they took."""
    clock = Clock()
    counted = polls(clock)
    counted.played(0)
    for _ in range(10):
        clock.slept += 30
        counted.played(0)
    clock.slept += 30
    with pytest.raises(EndlessPoll) as caught:
        counted.played(0)
    assert caught.value.explanation == (
        "recording #1 is the last of this call and repeats; it was asked again 11 times in 330 s of virtual time",
        "its answer names no status or state",
    )


def test_two_calls_polled_in_turn_are_noticed():
    """Polls of several jobs in one loop count each."""
    clock = Clock()
    counted = polls(clock)

    def both():
        while clock.slept < 10_000:
            counted.played(0)
            counted.played(1)
            clock.slept += 30

    with pytest.raises(EndlessPoll):
        both()
    assert clock.slept == 330


def test_calls_in_a_row_without_a_sleep_are_noticed_later():
    """A loop that does not sleep, or whose sleeps nobody sees, may make ten times as many."""
    counted = polls()
    for _ in range(10 * WITHOUT_SLEEP + 1):
        counted.played(0)
    with pytest.raises(EndlessPoll, match="101 times in a row"):
        counted.played(0)


def test_many_calls_among_others_are_no_poll():
    """What is asked often, among other calls and without sleeping, goes on for ever."""
    counted = polls()
    for _ in range(1000):
        counted.played(0)
        counted.played(1)


def test_progress_starts_the_count_again():
    """Polls before something is played for the first time do not count against those after it."""
    clock = Clock()
    counted = polls(clock)
    for position in (0, 1):
        for _ in range(11):
            counted.played(position)
            clock.slept += 30
    for _ in range(9):
        counted.played(0)
        clock.slept += 30


def test_no_limit_is_no_limit():
    """None lets a call be asked for ever."""
    clock = Clock()
    counted = polls(clock, None)
    for _ in range(LIMIT * WITHOUT_SLEEP + 10):
        counted.played(0)
        clock.slept += 30


def test_states_are_named_with_their_paths():
    """The error shows what the code may be waiting on, wherever the answer has it; other texts are left out."""
    structure = {
        "Answer": {
            "type": "structure",
            "members": {"Cluster": {"shape": "Cluster"}, "Note": {"shape": "Text"}, "Status": {"shape": "Text"}},
        },
        "Cluster": {"type": "structure", "members": {"State": {"shape": "Text"}, "LastState": {"shape": "Text"}}},
        "Text": {"type": "string"},
    }
    model = {
        "metadata": {"protocol": "json", "jsonVersion": "1.1", "targetPrefix": "SageMaker", "serviceId": "SageMaker"},
        "operations": {
            "Get": {"name": "Get", "http": {"method": "POST", "requestUri": "/"}, "output": {"shape": "Answer"}}
        },
        "shapes": structure,
    }
    answer = {"Note": "x", "Cluster": {"State": "STARTING", "LastState": "y" * 100}, "Status": "old"}
    recorded = Interaction(request("Get"), response(answer), Call("sagemaker", "Get", repeat=True))
    counted = polls(limit=1, interactions=[recorded], codec=lambda _: Codec(parse(model)))
    for _ in range(WITHOUT_SLEEP + 1):
        counted.played(0)
    with pytest.raises(EndlessPoll) as caught:
        counted.played(0)
    assert caught.value.explanation[1] == "its answer says Status = 'old', Cluster.State = 'STARTING'"


def test_a_recording_that_says_how_often_is_no_poll_without_end():
    """Forty equal answers kept once with a count are played as often as they were recorded."""
    clock = Clock()
    counted = polls(clock, 1, [describe("a", "InProgress", repeat=40)])
    for _ in range(40):
        counted.played(0)
        clock.slept += 30
