"""Recordings made under different keys: which pseudonym is which, by structure alone."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bototape import cassettes
from bototape.adapters import models
from bototape.interaction import Cassette
from bototape.refresh.align import aligned
from bototape.scrub.apply import renamed
from bototape.scrub.pseudonyms import Rename
from tests.builders import interaction

SHIPPED = Path(__file__).parent.parent / "cassettes"
JOBS = cassettes.read(SHIPPED / "list_auto_ml_jobs.yaml")
NAMES = [f"example-name-{number}" for number in (1, 2, 3)]
ACCOUNT = {"111122223333": "account"}


def under_another_key(cassette, names):
    """*cassette* with other pseudonyms: *names* are (kind, old, new)."""
    renames = [Rename(kind, old, new) for kind, old, new in names]
    return Cassette(tuple(renamed(each, renames) for each in cassette.interactions), cassette.provenance)


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(st.permutations([*range(1, 4), 11, 12]))
def test_renamed_in_any_way_it_is_found_again(numbers):
    """Whatever numbers the names got, each is told from the others by what stands beside it."""
    others = [f"example-name-{number + 20}" for number in numbers[:3]]
    new = under_another_key(
        JOBS,
        [("account", "123456789012", "111122223333"), *(("name", *each) for each in zip(NAMES, others, strict=True))],
    )
    kinds = {**ACCOUNT, **dict.fromkeys(others, "name")}

    found = aligned(JOBS, new, kinds, models)

    assert found == {"111122223333": "123456789012", **dict(zip(others, NAMES, strict=True))}


def listed(*jobs):
    summaries = [
        {
            "AutoMLJobName": name,
            "AutoMLJobArn": f"arn:aws:sagemaker:us-east-1:1:automl-job/{name}",
            "CreationTime": when,
        }
        for name, when in jobs
    ]
    return Cassette((interaction("ListAutoMLJobs", {}, {"AutoMLJobSummaries": summaries}),))


def test_what_is_new_takes_nobodys_name():
    """A job that came in front shifts no other one's name."""
    old = listed(("example-name-1", 2.0), ("example-name-2", 1.0))
    new = listed(("example-name-5", 3.0), ("example-name-6", 2.0), ("example-name-7", 1.0))
    kinds = dict.fromkeys(("example-name-5", "example-name-6", "example-name-7"), "name")

    assert aligned(old, new, kinds, models) == {"example-name-6": "example-name-1", "example-name-7": "example-name-2"}


def test_two_values_never_get_one_name():
    """What was one value and is two: the one that is seen in its place more often has the name."""
    old = listed(("example-name-1", 3.0), ("example-name-1", 2.0), ("example-name-1", 1.0))
    new = listed(("example-name-5", 3.0), ("example-name-6", 2.0), ("example-name-5", 1.0))

    assert aligned(old, new, dict.fromkeys(("example-name-5", "example-name-6"), "name"), models) == {
        "example-name-5": "example-name-1"
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"RoleArn": "role/example-role-1"}, {"RoleArn": "other/example-role-5"}),
        ({"RoleArn": "role/example-user-1"}, {"RoleArn": "role/example-role-5"}),
        ({"Other": "role/example-role-1"}, {"RoleArn": "role/example-role-5"}),
        ({"RoleArn": "role/AmazonSageMaker"}, {"RoleArn": "role/example-role-5"}),
    ],
    ids=["other-text", "other-kind", "other-place", "no-pseudonym"],
)
def test_what_only_resembles_it_is_not_it(old, new):
    """Text around it, its kind and its place must be the same."""
    was, now = (Cassette((interaction(answer=each),)) for each in (old, new))

    assert aligned(was, now, {"example-role-5": "role"}, models) == {}


def test_another_call_is_not_it():
    """By its parameters too; of a poll that took longer the last answers are compared with the last."""
    old = Cassette((interaction(parameters={"AutoMLJobName": "a"}, answer={"RoleArn": "example-role-1"}),))
    other = Cassette((interaction(parameters={"AutoMLJobName": "b"}, answer={"RoleArn": "example-role-5"}),))
    same = interaction(parameters={"AutoMLJobName": "a"}, answer={"RoleArn": "example-role-5"})

    assert aligned(old, other, {"example-role-5": "role"}, models) == {}
    assert aligned(old, Cassette((same, same)), {"example-role-5": "role"}, models) == {
        "example-role-5": "example-role-1"
    }
