"""The policy with which scenarios can be recorded."""

import json
from pathlib import Path

import pytest

from bototape.cli import main
from bototape.refresh.permissions import Call, policy

CASSETTES = Path(__file__).parent.parent / "cassettes"
JOB_ARN = "arn:aws:sagemaker:us-east-1:123456789012:automl-job/churn"
ROLE = "arn:aws:iam::123456789012:role/automl"


def call(operation, mutates=False, signing="sagemaker", **parameters):  # noqa: FBT002 - as the scenario's plan tells
    return Call(signing, operation, "us-east-1", parameters, mutates)


def statements(*calls, answers=(), account="*"):
    return policy(calls, answers, account)["Statement"]


def test_a_resource_is_named_where_a_recording_tells_its_arn():
    """The kind of resource is learnt from the answer, and holds for other names of the same parameter."""
    found = statements(
        call("DescribeAutoMLJob", AutoMLJobName="churn"),
        call("DescribeAutoMLJob", AutoMLJobName="no-such-job"),
        answers=[{"AutoMLJobArn": JOB_ARN}],
        account="123456789012",
    )

    assert found == [
        {
            "Sid": "Read1",
            "Effect": "Allow",
            "Action": ["sagemaker:DescribeAutoMLJob"],
            "Resource": [JOB_ARN, "arn:aws:sagemaker:us-east-1:123456789012:automl-job/no-such-job"],
        }
    ]


@pytest.mark.parametrize(
    ("made", "action", "resource"),
    [
        (call("DescribeAutoMLJob", AutoMLJobName="churn"), "sagemaker:DescribeAutoMLJob", "*"),
        (call("ListAutoMLJobs", NameContains="churn"), "sagemaker:ListAutoMLJobs", "*"),
        (
            call("DescribeModelPackage", ModelPackageName=JOB_ARN),
            "sagemaker:DescribeModelPackage",
            ["arn:aws:sagemaker:us-east-1:*:automl-job/churn"],
        ),
        (call("DescribeAutoMLJob", AutoMLJobName="${job}"), "sagemaker:DescribeAutoMLJob", "*"),
        (call("HeadObject", signing="s3", Bucket="b", Key="k"), "s3:GetObject", ["arn:aws:s3:::b/k"]),
        (call("ListObjectsV2", signing="s3", Bucket="b"), "s3:ListBucket", ["arn:aws:s3:::b"]),
        (call("GetMetricData", signing="monitoring"), "cloudwatch:GetMetricData", "*"),
        (call("Invoke", signing="lambda", FunctionName="f"), "lambda:InvokeFunction", "*"),
    ],
    ids=["unknown", "list", "arn", "saved", "object", "bucket", "prefix", "action"],
)
def test_action_and_resource(made, action, resource):
    """IAM's own names, and the narrowest resource that is known."""
    [found] = statements(made)

    assert (found["Action"], found["Resource"]) == ([action], resource)


def test_what_changes_stands_apart_and_may_pass_its_role():
    """A reviewer sees at a glance what changes the account; the role may be passed to that service only."""
    found = statements(
        call("ListAutoMLJobs"),
        call("CreateAutoMLJobV2", mutates=True, AutoMLJobName="a", RoleArn=ROLE),
        account="123456789012",
    )

    assert [(each["Sid"], each["Action"], each["Resource"]) for each in found] == [
        ("Read1", ["sagemaker:ListAutoMLJobs"], "*"),
        ("Change1", ["sagemaker:CreateAutoMLJobV2"], "*"),
        ("PassRole1", ["iam:PassRole"], [ROLE]),
    ]
    assert found[2]["Condition"] == {"StringEquals": {"iam:PassedToService": ["sagemaker.amazonaws.com"]}}


def test_the_shipped_scenarios(capsys):
    """The command prints JSON that names all their operations, none of which changes anything."""
    code = main(["iam-policy", str(CASSETTES)])

    found = json.loads(capsys.readouterr().out)
    assert code == 0
    assert {action for each in found["Statement"] for action in each["Action"]} == {
        "sagemaker:DescribeAutoMLJob",
        "sagemaker:ListAutoMLJobs",
        "sagemaker:ListCandidatesForAutoMLJob",
        "sagemaker:ListInferenceRecommendationsJobSteps",
    }
    assert {each["Sid"].rstrip("0123456789") for each in found["Statement"]} == {"Read"}


def test_a_cassette_that_nothing_makes(tmp_path, capsys):
    """Its recorded calls tell what is needed."""
    cassette = tmp_path / "job.yaml"
    cassette.write_bytes((CASSETTES / "describe_auto_ml_job.yaml").read_bytes())

    code = main(["iam-policy", str(cassette)])

    [statement] = json.loads(capsys.readouterr().out)["Statement"]
    assert (code, statement["Action"]) == (0, ["sagemaker:DescribeAutoMLJob"])
    assert statement["Resource"] == [
        "arn:aws:sagemaker:us-east-1:*:automl-job/automl-churn",
        "arn:aws:sagemaker:us-east-1:*:automl-job/automl-churn-weighted",
    ]
