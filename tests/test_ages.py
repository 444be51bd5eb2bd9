"""A cassette plays as any release at hand: ``use_cassette(path, release=…)``, the marker, the server."""

import json
from pathlib import Path

import boto3
import pytest

from bototape import NoMatch, use_cassette
from bototape.errors import ModelUnavailable, UsageError
from tests.builders import describe, interaction, written

JOB = "automl-churn"
CASSETTES = Path(__file__).parent.parent / "cassettes"


def client():
    return boto3.client("sagemaker", region_name="us-east-1")


def answered(**more):
    """A recorded answer of DescribeAutoMLJob with more than a name."""
    return interaction(parameters={"AutoMLJobName": "a"}, answer={"AutoMLJobName": "a", **more})


def described(path, release):
    with use_cassette(path, release=release):
        return client().describe_auto_ml_job(AutoMLJobName="a")


@pytest.mark.parametrize(
    ("release", "known"),
    [
        ("1.20.41", False),
        ("1.20.66", False),
        ("1.20.67", True),
        ("1.28.0", True),
        ("1.44.5", True),
        ("installed", True),
    ],
)
def test_members_are_there_from_their_release_on(tmp_path, release, known):
    """One recording, parametrized: snapshots, the timeline between them, and the installed botocore."""
    path = written(tmp_path, answered(ModelDeployConfig={"EndpointName": "e"}))

    assert ("ModelDeployConfig" in described(path, release)) is known


def test_a_release_that_knows_all_plays_the_bytes(tmp_path):
    """Nothing is written anew where nothing is left out."""
    path = written(tmp_path, describe("a"))
    with use_cassette(path, release="1.20.41") as tape:
        client().describe_auto_ml_job(AutoMLJobName="a")

    assert tape.play_count == 1
    with use_cassette(path, release="1.44.5") as newer, use_cassette(path) as plain:
        assert newer.responses == plain.responses


def test_a_newer_value_is_a_miss(tmp_path):
    """The code under test of that age has never seen it."""
    path = written(tmp_path, answered(AutoMLJobSecondaryStatus="PreTraining"))

    with pytest.raises(NoMatch) as caught:
        described(path, "1.20.41")
    assert str(caught.value).splitlines()[0] == "cannot replay sagemaker.DescribeAutoMLJob: not in release 1.20.41"
    (line,) = caught.value.explanation
    assert line == (
        "the answer of #1 has AutoMLJobSecondaryStatus 'PreTraining', which is not in release 1.20.41 "
        "(appeared in 1.29.164)"
    )
    assert caught.value.fix.startswith("play a newer release")


def test_a_newer_operation_is_a_miss():
    """Whether it is recorded or not; the release that brought it is named where it is known offline."""
    path = CASSETTES / "list_inference_recommendations_job_steps.yaml"
    with pytest.raises(NoMatch) as caught, use_cassette(path, release="1.20.41"):
        client().list_inference_recommendations_job_steps(JobName="x")

    assert caught.value.explanation == (
        "operation ListInferenceRecommendationsJobSteps is not in release 1.20.41 (appeared in 1.28.0)",
    )


def test_an_operation_that_a_cut_model_lacks_is_not_said_to_be_newer(tmp_path):
    """Nobody knows, so the whole model is asked for; no recording would help."""
    path = written(tmp_path, interaction("DescribeModel", {"ModelName": "a"}, {"ModelName": "a"}))

    with pytest.raises(NoMatch) as caught, use_cassette(path, release="1.20.41"):
        client().describe_model(ModelName="a")
    assert (caught.value.reason, caught.value.explanation, caught.value.fix) == (
        "not known of release 1.20.41",
        ("nothing at hand tells whether DescribeModel is in release 1.20.41: its model is cut to other operations",),
        "have the whole model of that release: bototape show sagemaker.DescribeModel --release 1.20.41",
    )


def test_a_newer_parameter_is_a_miss(tmp_path):
    """What the code sends is held against the release."""
    sent = {
        "AutoMLJobName": "a",
        "InputDataConfig": [{"TargetAttributeName": "y"}],
        "OutputDataConfig": {"S3OutputPath": "s3://b"},
        "RoleArn": "arn:aws:iam::123456789012:role/example-role-1",
        "ModelDeployConfig": {"AutoGenerateEndpointName": True},
        "AutoMLJobConfig": {"Mode": "ENSEMBLING"},
    }
    path = written(tmp_path, interaction("CreateAutoMLJob", sent, {"AutoMLJobArn": "x" * 20}))

    with pytest.raises(NoMatch) as caught, use_cassette(path, release="1.20.41"):
        client().create_auto_ml_job(**sent)
    assert caught.value.explanation == (
        "your code sends no InputDataConfig[].DataSource, which release 1.20.41 requires",
        "your code sends ModelDeployConfig, which release 1.20.41 does not know (appeared in 1.20.67)",
        "your code sends AutoMLJobConfig.Mode, which release 1.20.41 does not know (appeared in 1.27.69)",
    )


def test_a_release_without_the_service_is_told(tmp_path):
    """A timeline knows when a service began."""
    with pytest.raises(NoMatch) as caught:
        described(written(tmp_path, describe("a")), "1.0.0")

    assert caught.value.explanation == ("service sagemaker is not in release 1.0.0",)


@pytest.mark.parametrize("release", ["99.0.0", "latest", "2022-10-24"])
def test_a_release_that_is_not_at_hand_is_told_when_the_cassette_opens(tmp_path, release, monkeypatch):
    """Nothing is fetched while tests run; the message says how to have it."""
    monkeypatch.setenv("BOTOTAPE_CACHE", str(tmp_path / "cache"))
    path = written(tmp_path, describe("a"))

    with pytest.raises(ModelUnavailable) as caught, use_cassette(path, release=release):
        pass
    assert caught.value.fix == f"bototape schemas add {release} --service sagemaker"


def test_the_decorator_keeps_the_release(tmp_path):
    """Each call plays as that age."""

    @use_cassette(written(tmp_path, answered(ModelDeployConfig={"EndpointName": "e"})), release="1.20.41")
    def ask():
        return client().describe_auto_ml_job(AutoMLJobName="a")

    assert ["ModelDeployConfig" in ask() for _ in range(2)] == [False, False]


def test_lengths_are_true(tmp_path):
    """The body that is left is counted anew: botocore reads it whole."""
    recorded = answered(ModelDeployConfig={"EndpointName": "e" * 50}, AutoMLJobStatus="Completed")
    found = described(written(tmp_path, recorded), "1.20.41")

    length = found["ResponseMetadata"]["HTTPHeaders"]["content-length"]
    assert int(length) == len(json.dumps({"AutoMLJobName": "a", "AutoMLJobStatus": "Completed"}, separators=(",", ":")))


def test_with_a_release_nothing_is_recorded(tmp_path, monkeypatch):
    """Not by a mode that is set for the whole run; to ask for both is an error."""
    monkeypatch.setenv("BOTOTAPE_RECORD_MODE", "all")
    path = written(tmp_path, answered(ModelDeployConfig={"EndpointName": "e"}))
    before = path.read_bytes()

    assert "ModelDeployConfig" not in described(path, "1.20.41")
    assert path.read_bytes() == before
    with pytest.raises(UsageError, match="and only plays: record_mode='all' beside it"):
        use_cassette(path, release="1.20.41", record_mode="all")
