"""``--bototape-check``, from outside: calls of tests are held against a release while they are replayed."""

from pathlib import Path

import pytest

from bototape import cassettes  # noqa: F401 - pytester drops what a test imports first
from tests.builders import describe, interaction, written

CLIENT = """
import boto3, pytest
from bototape import use_cassette

sagemaker = boto3.client("sagemaker", aws_access_key_id="k", aws_secret_access_key="s")

SOURCE = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/"}}
CHANNELS = [{"TargetAttributeName": "y", "DataSource": SOURCE}]

@pytest.mark.parametrize("time", [1, 2])
@pytest.mark.bototape("odd")
def test_odd(time):
    assert sagemaker.describe_auto_ml_job(AutoMLJobName="odd")["AutoMLJobStatus"] == "Odd"

@pytest.mark.bototape("good")
def test_good():
    sagemaker.describe_auto_ml_job(AutoMLJobName="a")

@pytest.mark.bototape("newer")
def test_newer():
    sagemaker.create_auto_ml_job(
        AutoMLJobName="a",
        InputDataConfig=CHANNELS,
        OutputDataConfig={"S3OutputPath": "s3://b/"},
        RoleArn="arn:aws:iam::123456789012:role/r",
        AutoMLJobConfig={"Mode": "AUTO"},
    )

@pytest.mark.bototape("wrong")
def test_wrong():
    assert sagemaker.describe_auto_ml_job(AutoMLJobName="wrong")["PartialFailureReasons"] == []
"""

SCHEMAS = Path(__file__).parent.parent / "schemas"
SOURCE = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/"}}
CHANNELS = [{"TargetAttributeName": "y", "DataSource": SOURCE}]


@pytest.fixture
def suite(pytester, monkeypatch):
    """A suite with an odd, a good and a wrong answer, and a request newer than 2020; call it with options."""
    for name in ("PYTEST_ADDOPTS", "BOTOTAPE_CHECK", "BOTOTAPE_CHECK_RELEASE"):
        monkeypatch.delenv(name, raising=False)
    place = pytester.path / "cassettes"
    written(place, describe("odd", "Odd"), name="odd.yaml")
    written(place, describe("a"), name="good.yaml")
    wrong = {"AutoMLJobName": "wrong", "PartialFailureReasons": [], "GenerateCandidateDefinitionsOnly": "no"}
    written(place, interaction(parameters={"AutoMLJobName": "wrong"}, answer=wrong), name="wrong.yaml")
    sent = {
        "AutoMLJobName": "a",
        "InputDataConfig": CHANNELS,
        "OutputDataConfig": {"S3OutputPath": "s3://b/"},
        "RoleArn": "arn:aws:iam::123456789012:role/r",
        "AutoMLJobConfig": {"Mode": "AUTO"},
    }
    arn = "arn:aws:sagemaker:us-east-1:123456789012:automl-job/a"
    written(place, interaction("CreateAutoMLJob", sent, {"AutoMLJobArn": arn}), name="newer.yaml")
    pytester.makepyfile(test_it=CLIENT)
    (pytester.path / "schemas").symlink_to(SCHEMAS)

    def run(*options):
        return pytester.runpytest_subprocess("-p", "no:randomly", *options)

    return run


def test_faults_fail_the_tests_that_have_them(suite):
    """Each with its place and rule; what only warns is told once for all tests that have it."""
    result = suite("--bototape-check=fail", "--bototape-check-release=1.20.41")

    result.assert_outcomes(passed=3, failed=2)
    result.stdout.fnmatch_lines(
        [
            "E *: calls of this test do not fit the API of release 1.20.41 (*)",
            " *sagemaker.CreateAutoMLJob request /AutoMLJobConfig/Mode: * [[]member-unknown[]]",
            " *cassettes/wrong.yaml#1 response /GenerateCandidateDefinitionsOnly: * [[]type-mismatch[]]",
            "*= bototape check =*",
            "warning * cassettes/odd.yaml#1 response /AutoMLJobStatus: * [[]enum-value-unknown[]] in 2 tests",
        ]
    )


@pytest.mark.slow
@pytest.mark.parametrize("options", [[], ["-n", "2"]], ids=["alone", "xdist"])
def test_faults_are_warned_of(suite, pytester, options):
    """Among pytest's warnings, with the test; the setting is in the environment or the ini file as well."""
    pytester.makeini("[pytest]\nbototape_check = warn\nbototape_check_release = 1.20.41\n")
    result = suite(*options)

    result.assert_outcomes(passed=5, warnings=result.parseoutcomes()["warnings"])
    result.stdout.fnmatch_lines(
        [
            "*CheckWarning: *[[]*[]]*",
            "*= bototape check =*",
            "error * sagemaker.CreateAutoMLJob request /AutoMLJobConfig/Mode: * in 1 test",
            "warning * cassettes/odd.yaml#1 response /AutoMLJobStatus: * in 2 tests",
        ]
    )


@pytest.mark.slow
def test_nothing_is_checked_unless_asked_for(suite, pytester):
    """Off by default; a word that is none is refused."""
    result = suite()
    result.assert_outcomes(passed=5)
    result.stdout.no_fnmatch_line("*bototape check*")
    pytester.makeini("[pytest]\nbototape_check = loud\n")
    suite().stderr.fnmatch_lines(["*bototape_check: expected one of off, warn, fail, found 'loud'"])


@pytest.mark.slow
def test_a_release_that_is_not_at_hand_checks_nothing(suite):
    """So no test passes that was to be checked."""
    result = suite("--bototape-check=fail", "--bototape-check-release=1.0.1", "-k", "good")

    result.assert_outcomes(failed=1, deselected=4)
    result.stdout.fnmatch_lines(["E *ModelUnavailable: cannot load *1.0.1*"])


@pytest.mark.slow
def test_the_projects_policy_counts(suite, pytester):
    """What pyproject.toml says of severities holds here as well."""
    pytester.makepyprojecttoml(
        '[tool.pytest.ini_options]\n[tool.bototape.check]\nseverities = {"enum-value-unknown" = "error"}\n'
    )

    suite("--bototape-check=fail").assert_outcomes(passed=2, failed=3)


@pytest.mark.slow
def test_what_is_for_information_is_counted(pytester):
    """Where nothing else is found, too: a call that the snapshot does not hold could not be checked."""
    written(pytester.path / "cassettes", interaction("DescribeModel", {"ModelName": "a"}, {}), name="model.yaml")
    (pytester.path / "schemas").symlink_to(SCHEMAS)
    pytester.makepyfile(
        """
        import boto3, pytest

        @pytest.mark.bototape("model")
        def test_model():
            boto3.client("sagemaker").describe_model(ModelName="a")
        """
    )

    result = pytester.runpytest_subprocess("--bototape-check=fail", "--bototape-check-release=1.44.5")

    result.assert_outcomes(passed=1)
    text = result.stdout.str()
    assert text[text.index(" bototape check ") :].splitlines()[1:3] == [
        "",
        "1 finding for information only, as bototape check tells of recordings",
    ]
