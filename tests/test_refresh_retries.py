"""Attempts that were made again are no part of a refreshed recording; nothing else is lost."""

from bototape.interaction import Call, Cassette, Interaction, Request, Response
from bototape.refresh.retries import once


def answered(status, attempt=1, body=b"{}", operation="DescribeAutoMLJob"):
    request = Request("POST", "https://api.sagemaker.us-east-1.amazonaws.com/", (), body)
    return Interaction(request, Response(status), Call("sagemaker", operation, "us-east-1", attempt=attempt))


def kept(*interactions):
    return list(once(Cassette(interactions)).interactions)


def test_a_burst_leaves_the_last_attempt():
    """As if it had been the first."""
    assert kept(answered(503), answered(503, 2), answered(200, 3)) == [answered(200)]


def test_a_burst_that_never_ended_leaves_its_last_error():
    """What the caller saw."""
    assert kept(answered(503), answered(503, 2)) == [answered(503)]


def test_an_answer_before_a_broken_connection_stays():
    """The attempt that was cut off has no recording: the one before it is another call's, or another poll's."""
    polls = [answered(200), answered(200, 2)]
    others = [answered(400), answered(200, 2, operation="ListAutoMLJobs"), answered(400), answered(200, 2, b'{"a":1}')]

    assert kept(*polls) == [answered(200), answered(200)]
    assert len(kept(*others)) == len(others)
