"""Two recordings of one scenario, compared by meaning: each change in the right one of four classes."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bototape import cassettes
from bototape.adapters import models
from bototape.errors import Difference
from bototape.interaction import Cassette, Response
from bototape.refresh.compare import compare
from bototape.refresh.excuses import Excuses

CASSETTES = Path(__file__).parent.parent / "cassettes"


def spelled(name):
    """A shipped cassette, its answers spelled as json.dumps does, so that tests change what they mean to change."""
    cassette = cassettes.read(CASSETTES / name)
    for number in range(len(cassette.interactions)):
        cassette = answering(cassette, number, told(cassette, number), indent=2)
    return cassette


def told(cassette, number):
    return json.loads(cassette.interactions[number].response.body)


def answering(cassette, number, content, **how):
    """*cassette* with another answer: *content* as the service would write it, or bytes."""
    body = content if isinstance(content, bytes) else json.dumps(content, **how).encode()
    each = cassette.interactions[number]
    kept = list(cassette.interactions)
    kept[number] = replace(each, response=replace(each.response, body=body))
    return Cassette(tuple(kept), cassette.provenance)


OLD = spelled("list_auto_ml_jobs.yaml")
CANDIDATES = spelled("list_candidates_for_auto_ml_job.yaml")
POLLED = spelled("describe_auto_ml_job.yaml")


def changed(change, cassette=OLD, number=0):
    content = told(cassette, number)
    change(content)
    return answering(cassette, number, content, indent=2)


def kinds(old, new, **excuses):
    return [each.kind for each in compare(old, new, models, Excuses(**excuses))]


def job(content):
    return content["AutoMLJobSummaries"][0]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda told: job(told).update(Billing="x"), Difference("AutoMLJobSummaries[0].Billing", None, "'x'")),
        (
            lambda told: job(told).update(AutoMLJobSecondaryStatus="Resting"),
            Difference("AutoMLJobSummaries[0].AutoMLJobSecondaryStatus", "'TrainingModels'", "'Resting'"),
        ),
        (
            lambda told: job(told).pop("AutoMLJobStatus"),
            Difference("AutoMLJobSummaries[0].AutoMLJobStatus", "'InProgress'", None),
        ),
        (
            lambda told: job(told).pop("CreationTime"),
            Difference("AutoMLJobSummaries[0].CreationTime", "'(timestamp)'", None),
        ),
    ],
    ids=["new-member", "new-enum-value", "vanished-member", "vanished-timestamp"],
)
def test_another_answer_is_a_fix(change, expected):
    """The service answers otherwise: told with the member, before and after."""
    [found] = compare(OLD, changed(change), models)

    assert (found.kind, found.old, found.new, found.fields) == ("fix", 1, 1, (expected,))


def test_another_outcome_is_a_fix():
    """An error where there was an answer is told with its code."""
    refused = Response(400, "Bad Request", (), b'{"__type": "ResourceNotFound", "message": "gone"}')
    new = Cassette((replace(OLD.interactions[0], response=refused), OLD.interactions[1]), OLD.provenance)

    [found] = compare(OLD, new, models)

    assert found.kind == "fix"
    assert found.fields[0] == Difference("(outcome)", "success (HTTP 200)", "ResourceNotFound (HTTP 400)")


def test_a_call_that_was_not_recorded_is_a_create():
    """What only the new recording has."""
    less = Cassette(OLD.interactions[:1], OLD.provenance)

    [found] = compare(less, OLD, models)

    assert (found.kind, found.call, found.old, found.new) == ("create", "sagemaker.ListAutoMLJobs", None, 2)


def test_a_call_that_is_made_no_more_is_a_trim():
    """What only the old recording has."""
    less = Cassette(OLD.interactions[:1], OLD.provenance)

    [found] = compare(OLD, less, models)

    assert (found.kind, found.call, found.old, found.new) == ("trim", "sagemaker.ListAutoMLJobs", 2, None)


def reordered(value):
    if isinstance(value, dict):
        return {key: reordered(value[key]) for key in reversed(value)}
    return [reordered(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    "new",
    [
        answering(OLD, 0, reordered(told(OLD, 0)), indent=2),
        answering(OLD, 0, OLD.interactions[0].response.body.replace(b"1794967209.511", b"1.794967209511E9")),
    ],
    ids=["order-of-members", "spelling-of-a-number"],
)
def test_another_spelling_is_an_update(new):
    """The same meaning in other bytes."""
    [found] = compare(OLD, new, models)

    assert (found.kind, found.old, found.new, found.fields) == ("update", 1, 1, ())
    assert found.notes == ("the answer's body is spelled otherwise: order of members, or numbers",)


def test_a_header_that_came_is_an_update():
    """Header noise says nothing to a client."""
    each = OLD.interactions[0]
    new = replace(each, response=replace(each.response, headers=(*each.response.headers, ("X-Frame-Options", "DENY"))))

    [found] = compare(OLD, Cassette((new, OLD.interactions[1]), OLD.provenance), models)

    assert (found.kind, found.notes) == ("update", ("the response's header x-frame-options came",))


def test_a_reordered_answer_that_also_says_something_else_is_a_fix():
    """What is approved as another spelling never brings another meaning."""
    content = reordered(told(OLD, 0))
    job(content)["AutoMLJobStatus"] = "Stopped"

    assert kinds(OLD, answering(OLD, 0, content, indent=2)) == ["fix"]


@pytest.mark.parametrize("name", ["CreationTime", "LastModifiedTime"])
def test_moments_do_not_count(name):
    """When something was is new in every recording."""
    assert compare(OLD, changed(lambda told: job(told).update({name: 1.8e9})), models) == []


def metric(content):
    return content["Candidates"][0]["FinalAutoMLJobObjectiveMetric"]


def test_a_metric_within_the_tolerance_does_not_count():
    """A model trained again is a little better or worse."""
    new = changed(lambda told: metric(told).update(Value=metric(told)["Value"] * 1.04), CANDIDATES)

    assert (kinds(CANDIDATES, new), kinds(CANDIDATES, new, tolerance=0.01)) == ([], ["fix"])


def test_what_the_project_ignores_does_not_count():
    """A member is named with its operation, elements of lists as []."""
    new = changed(lambda told: told["Candidates"][0].update(CandidateName="other"), CANDIDATES)
    name = "ListCandidatesForAutoMLJob.Candidates[].CandidateName"

    assert (kinds(CANDIDATES, new), kinds(CANDIDATES, new, ignored=(name,))) == (["fix"], [])


def test_how_often_a_poll_was_answered_alike_does_not_count():
    """A job that took longer is the same job."""
    counted = [
        replace(each, call=replace(each.call, repeat=40)) if each.call.repeat is False else each
        for each in POLLED.interactions
    ]

    assert compare(POLLED, Cassette(tuple(counted), POLLED.provenance), models) == []


def test_a_poll_that_goes_another_way_is_a_fix():
    """A state that is no more seen on the way is told."""
    shorter = Cassette(POLLED.interactions[1:], POLLED.provenance)

    assert [(each.kind, each.notes) for each in compare(POLLED, shorter, models)] == [
        ("fix", ("it is not answered so any more",))
    ]


def test_a_secret_is_not_shown():
    """Not even where it is what changed."""
    new = changed(lambda told: job(told).update(ClientToken="fdWrQkD4-FmbWMdWE1Thbng"))

    [found] = compare(OLD, new, models)

    assert found.fields == (Difference("AutoMLJobSummaries[0].ClientToken", None, "<secret-value, 23 characters>"),)


@pytest.mark.parametrize("path", sorted(CASSETTES.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_cassette_says_what_it_says(path):
    """Compared with itself nothing is found."""
    cassette = cassettes.read(path)

    assert compare(cassette, cassette, models) == []
