"""Forty equal polls are one recording that says so, and play as the forty they were."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vcr.serialize import deserialize
from vcr.serializers import yamlserializer

from bototape import cassettes
from bototape.interaction import Call, Interaction, Request, Response
from bototape.record import Recorder, folded
from bototape.replay import Player
from tests.builders import cassette, describe, interaction


def told(interactions: Sequence[Interaction]):
    """What was kept of describes: status and count."""
    return [(_status(each), each.call.repeat) for each in interactions]


def _status(each):
    return each.response.body.decode().partition('"AutoMLJobStatus": "')[2].rstrip('"}')


def traced(each, number):
    """*each* as it comes from AWS: with a trace of its own."""
    headers = (*each.response.headers, ("x-amzn-RequestId", f"{number:032x}"), ("Date", f"Mon, 02 Nov {number}"))
    return replace(each, response=replace(each.response, headers=headers))


def test_forty_equal_polls_are_one_with_a_count():
    """Request ids and dates differ in each; they count for nothing."""
    polls = [traced(describe("a", "InProgress"), number) for number in range(40)]

    kept = folded([*polls, describe("a", "Completed", repeat=True)])
    assert told(kept) == [("InProgress", 40), ("Completed", True)]
    assert kept[0].response == polls[0].response


def test_a_recorder_folds_what_it_kept():
    """That is what reaches the file."""
    recorder = Recorder(lambda each: each, "custom", "1.44.5")
    for status in ("InProgress", "InProgress", "Completed"):
        each = describe("a", status)
        recorder.add(each.request, each.response, each.call)

    assert [each.call.repeat for each in recorder.cassette().interactions] == [2, False]
    assert len(recorder) == 3


def test_jobs_polled_in_turn_are_folded_each():
    """The order among different calls means nothing to a replay."""
    polls = [describe(name, "InProgress") for name in "abab"]

    kept = folded([*polls, describe("b"), describe("a")])
    assert told(kept) == [("InProgress", 2), ("InProgress", 2), ("Completed", False), ("Completed", False)]


@pytest.mark.parametrize(
    "calls",
    [
        pytest.param([describe("a"), describe("a")], id="no other answer came: not known to be a poll"),
        pytest.param(
            [describe("a", "x"), interaction("StopAutoMLJob"), describe("a", "x"), describe("a")], id="a change between"
        ),
        pytest.param([describe("a", "x"), describe("b", "x"), describe("a"), describe("b")], id="other parameters"),
        pytest.param([describe("a", "x"), describe("a", "x", region="eu-west-1"), describe("a")], id="another region"),
        pytest.param([describe("a", "x", repeat=True), describe("a", "x"), describe("a")], id="one says repeat"),
        pytest.param([interaction("StopAutoMLJob", None, {"n": n}) for n in (1, 1, 2)], id="it changes the account"),
        pytest.param([replace(describe("a", each), call=None) for each in ("x", "x", "y")], id="no call of AWS"),
    ],
)
def test_what_may_mean_something_is_kept(calls):
    """Only a poll is folded: it reads, and another answer ends it."""
    assert folded(calls) == tuple(calls)


def test_the_path_is_part_of_a_call():
    """REST names what is asked for there, and nowhere else."""
    calls = [
        Interaction(
            Request("GET", f"https://s3.us-east-1.amazonaws.com/amzn-s3-demo-bucket/{key}"),
            Response(200, "OK", (), body),
            Call("s3", "GetObject", "us-east-1", "rest-xml"),
        )
        for key, body in (("a", b"x"), ("b", b"x"), ("a", b"y"), ("b", b"y"))
    ]

    assert folded(calls) == tuple(calls)


def test_a_trace_in_the_body_counts_for_nothing():
    """The query protocols repeat the request id in the answer."""
    sent = Request("POST", "https://ec2.us-east-1.amazonaws.com/", (), b"Action=DescribeInstances&Version=2016-11-15")
    calls = [
        Interaction(
            sent,
            Response(200, "OK", (), f"<R><requestId>{number}</requestId><state>{state}</state></R>".encode()),
            Call("ec2", "DescribeInstances", "us-east-1", "ec2"),
        )
        for number, state in enumerate(["pending", "pending", "pending", "running"])
    ]

    kept = folded(calls)
    assert [each.call.repeat for each in kept] == [3, False]
    assert [each.response for each in kept] == [calls[0].response, calls[3].response]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["Pending", "Running", "Completed"]), st.booleans())))
def test_a_replay_cannot_tell_what_was_folded(calls):
    """Whatever was called in whatever order: each call gets the answers it got, in their order, and no more."""
    recorded = [interaction("StopAutoMLJob") if stop else describe(name, status) for name, status, stop in calls]

    player = Player(cassette(*folded(recorded)), "c")
    assert [player.play(each.request).response for each in recorded] == [each.response for each in recorded]
    assert player.unplayed == []
    assert sum(player.played.values()) == len(recorded)


def test_stock_vcrpy_reads_a_count():
    """It stands beside the request, where other tools pass it over: they play the poll once, and go on."""
    text = cassettes.to_text(cassette(*folded([describe("a", "x"), describe("a", "x"), describe("a", "y")])))

    assert "    repeat: 2\n" in text
    assert [each.body.decode() for each in deserialize(text, yamlserializer)[0]] == ['{"AutoMLJobName": "a"}'] * 2
