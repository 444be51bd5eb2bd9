import json

import pytest

from bototape import releases
from bototape.interaction import Call, Interaction, Request, Response
from bototape.scrub.apply import scrub
from bototape.scrub.estate import Estate
from bototape.scrub.pseudonyms import Pseudonyms
from bototape.scrub.typed import Typing

URI = "https://api.sagemaker.us-east-1.amazonaws.com/"
ACCOUNT = "604913827755"
SAGEMAKER = Typing(releases.load("installed", "sagemaker").service)
S3 = Typing(releases.load("installed", "s3").service)


def recorded(*calls, estate=None):
    """Return what a recording of *calls*, pairs of a request's and an answer's JSON, keeps of each."""
    pseudonyms = Pseudonyms(b"a key for tests", {})
    kept = []
    for request, answer in calls:
        sent, got = (json.dumps(each).encode() for each in (request, answer))
        raw = Interaction(Request("POST", URI, (), sent), Response(200, "", (), got))
        done = scrub(raw, estate or Estate(), pseudonyms)
        kept.append((json.loads(done.request.body), json.loads(done.response.body)))
    return kept


def listing(*names):
    """Return a list of training jobs, each with its ARN."""
    arn = "arn:aws:sagemaker:us-east-1:123456789012:training-job/{}".format
    return {"TrainingJobSummaries": [{"TrainingJobName": each, "TrainingJobArn": arn(each)} for each in names]}


def test_a_name_that_a_list_merely_shows_is_replaced():
    """Other people's jobs are none of the recording's business, their ARNs neither."""
    assert recorded(({}, listing("falcon-acquisition", "merger-9"))) == [
        ({}, listing("example-name-1", "example-name-2"))
    ]


def test_a_name_that_the_recording_asked_for_stays():
    """What the test itself names is what it will look for."""
    calls = (
        ({"TrainingJobName": "churn-7"}, {"TrainingJobStatus": "Completed"}),
        ({"NameContains": "churn"}, listing("churn-7", "falcon-acquisition")),
    )

    assert recorded(*calls) == [calls[0], (calls[1][0], listing("churn-7", "example-name-1"))]


def test_a_listed_name_is_the_same_in_later_calls():
    """A test that describes what it found in a list asks for the recording's name of it."""
    calls = (
        ({}, listing("falcon-acquisition")),
        ({"TrainingJobName": "falcon-acquisition"}, {"A": "in falcon-acquisition!"}),
    )

    assert recorded(*calls) == [
        ({}, listing("example-name-1")),
        ({"TrainingJobName": "example-name-1"}, {"A": "in example-name-1!"}),
    ]


@pytest.mark.parametrize("name", ["aut-demo-1", "test_job", "my-example", "sample.7", "example-name-4"])
def test_a_name_for_show_stays(name):
    """Names of examples and tests give nobody away."""
    assert recorded(({}, listing(name))) == [({}, listing(name))]


@pytest.mark.parametrize("name", ["contest-7", "democracy-1", "latest-1"])
def test_a_name_with_such_letters_in_it_does_not(name):
    """A test is in contest, and is none."""
    assert recorded(({}, listing(name))) == [({}, listing("example-name-1"))]


def test_a_word_is_not_looked_for_elsewhere():
    """A job may be called plain; the word is in half of all texts."""
    answer = {"TrainingJobSummaries": [{"TrainingJobName": "plain"}], "Note": "plain text"}

    assert recorded(({}, answer)) == [
        ({}, {"TrainingJobSummaries": [{"TrainingJobName": "example-name-1"}], "Note": "plain text"})
    ]


def test_what_a_call_creates_keeps_its_name():
    """A bucket that the test made is the test's; one that it only reads is somebody's."""
    pseudonyms = Pseudonyms(b"a key for tests", {})

    def call(operation, method, uri):
        typed = S3.of(Call("s3", operation, "us-east-1", "rest-xml"))
        raw = Interaction(Request(method, uri), Response(200))
        return scrub(raw, Estate(words=("kelpcorp",)), pseudonyms, typed=typed).request.uri

    assert call("CreateBucket", "PUT", "https://s3.us-east-1.amazonaws.com/made-here") == (
        "https://s3.us-east-1.amazonaws.com/made-here"
    )
    assert call("GetObject", "GET", "https://s3.us-east-1.amazonaws.com/made-here/a") == (
        "https://s3.us-east-1.amazonaws.com/made-here/a"
    )
    assert call("GetObject", "GET", "https://s3.us-east-1.amazonaws.com/kelp-lake/a") == (
        "https://s3.us-east-1.amazonaws.com/amzn-s3-demo-bucket-1/a"
    )
    assert "kelpcorp" not in call("CreateBucket", "PUT", "https://s3.us-east-1.amazonaws.com/kelpcorp-lake")


def test_a_name_of_the_estate_is_the_estates():
    """The recorder's own role stays hidden, whoever is asked to make it."""
    estate = Estate.from_mapping({"account": ACCOUNT, "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/kelp-exec/run-77"})

    assert recorded(({"Name": "kelp-exec"}, listing("kelp-exec")), estate=estate) == [
        ({"Name": "example-role-1"}, listing("example-role-1"))
    ]
