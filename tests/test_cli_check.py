import json
from pathlib import Path

import pytest

from bototape.cli import main
from bototape.cli.paths import cassette_paths
from bototape.errors import CassetteMissing, UsageError
from bototape.interaction import Interaction, Request, Response
from tests import builders

ROOT = Path(__file__).parent.parent
SCHEMAS = str(ROOT / "schemas")

ARN = "arn:aws:sagemaker:us-east-1:123456789012:automl-job/churn"
GOOD = builders.interaction("StopAutoMLJob", {"AutoMLJobName": "churn"}, {})
NEWER = builders.interaction("CreateAutoMLJobV2", {"AutoMLJobName": "churn"}, {"AutoMLJobArn": ARN})
NEW_MEMBER = builders.interaction("StopAutoMLJob", {"AutoMLJobName": "churn"}, {"Now": True})
WRONG = builders.interaction("StopAutoMLJob", {"AutoMLJobName": 7}, {})


@pytest.fixture
def run(capsys):
    """Run the command line; exit code, lines of stdout, stderr."""

    def run(*argv):
        code = main(["check", *map(str, argv), "--schemas", SCHEMAS])
        out, err = capsys.readouterr()
        return code, out.splitlines(), err

    return run


def test_a_valid_cassette_is_silent_but_for_the_counts(run, tmp_path):
    """Exit 0, and what was checked against which release."""
    path = builders.written(tmp_path, GOOD)

    assert run(path, "--release", "1.28.0") == (
        0,
        ["0 findings; gate error: 0 at or above"],
        "checked 1 cassette, 1 interaction: sagemaker 1.28.0 (2022-10-24), tracked operations only\n",
    )


def test_a_wrong_request_fails(run, tmp_path):
    """One line: severity, place, what, rule; exit 1."""
    path = builders.written(tmp_path, GOOD, WRONG)
    fault = "StopAutoMLJobRequest.AutoMLJobName: expected a string, found number 7 [type-mismatch]"

    assert run(path, "--release", "1.28.0")[:2] == (
        1,
        [
            f"error      {path}#2 request /AutoMLJobName: {fault}",
            "1 finding: 1 error; gate error: 1 at or above",
        ],
    )


@pytest.mark.parametrize(
    ("interaction", "options", "code"),
    [
        (NEWER, [], 0),
        (NEWER, ["--fail-on", "warning"], 1),
        (NEW_MEMBER, ["--fail-on", "warning"], 0),
        (NEW_MEMBER, ["--fail-on", "info"], 1),
        (NEW_MEMBER, ["--fail-on", "warning", "--profile", "strict"], 1),
        (NEW_MEMBER, ["--fail-on", "info", "--profile", "present"], 0),
        (WRONG, ["--fail-on", "never"], 0),
        (WRONG, ["--fail-on", "info", "--profile", "present"], 1),
    ],
)
def test_the_gate_and_the_profile_decide_the_exit_code(run, tmp_path, interaction, options, code):
    """An operation of a later release warns, a new member informs, a wrong request fails."""
    path = builders.written(tmp_path, interaction)

    assert run(path, "--release", "1.28.0", *options)[0] == code


def test_json_is_for_programs(run, tmp_path):
    """The whole report on stdout, nothing else there."""
    path = builders.written(tmp_path, NEWER)
    code, out, _ = run(path, "--release", "1.28.0", "--format", "json")
    report = json.loads("\n".join(out))

    assert code == 0
    assert [(each["where"], each["rule"], each["severity"]) for each in report["findings"]] == [
        (f"{path}#1 request", "operation-unknown", "warning")
    ]


def test_directories_are_searched_for_cassettes(tmp_path):
    """Scenarios, ledgers and other YAML are passed over by what they hold; order is by name."""
    (tmp_path / "b").mkdir()
    second = builders.written(tmp_path / "b", GOOD)
    first = builders.written(tmp_path, GOOD, name="a.yml")
    (tmp_path / "scenario.yaml").write_text("service: sagemaker\nsteps:\n- interactions: none\n")
    (tmp_path / "ledger.json").write_text("{}")
    (tmp_path / "quoted.yaml").write_text('"interactions": []\nversion: 1\n')

    assert cassette_paths([tmp_path, first]) == [first, second, tmp_path / "quoted.yaml"]


def test_no_cassette_is_no_success(run, tmp_path):
    """A wrong directory or path is told, with 2 and 3."""
    missing = tmp_path / "none.yaml"

    assert run(tmp_path) == (
        2,
        [],
        f"bototape: there is no cassette below {tmp_path}\n  fix: record one, or name another directory\n",
    )
    assert run(missing)[0] == 3
    with pytest.raises(UsageError):
        cassette_paths([tmp_path])
    with pytest.raises(CassetteMissing):
        cassette_paths([missing])


def test_an_unreadable_cassette_stops_the_check(run, tmp_path):
    """Exit 3 and the reason; never a clean report over half of the files."""
    builders.written(tmp_path, GOOD, name="a.yaml")
    (tmp_path / "b.yaml").write_text("interactions: [\n")

    code, out, err = run(tmp_path, "--release", "1.28.0")

    assert (code, out) == (3, [])
    assert "cannot use cassette" in err


def test_an_unknown_release_is_an_input_that_cannot_be_loaded(run, tmp_path):
    """Exit 3, with the releases there are."""
    code, out, err = run(builders.written(tmp_path, GOOD), "--release", "0.1")

    assert (code, out) == (3, [])
    assert "cannot load sagemaker of release 0.1" in err


@pytest.mark.parametrize("options", [["--profile", "lax"], ["--fail-on", "breaking"], ["--format", "xml"]])
def test_a_wrong_option_is_a_usage_error(run, tmp_path, options):
    """Exit 2."""
    assert run(builders.written(tmp_path, GOOD), *options)[0] == 2


def test_calls_of_several_services_are_checked_each_by_its_own_model(run, tmp_path):
    """Another service of AWS JSON works from the installed botocore; where a release has no model, it is said."""
    headers = (("Content-Type", "application/x-amz-json-1.0"), ("X-Amz-Target", "DynamoDB_20120810.ListTables"))
    request = Request("POST", "https://dynamodb.us-east-1.amazonaws.com/", headers, b'{"Limit":"1"}')
    foreign = Interaction(request, Response(200, "OK", (), b'{"TableNames":[]}'))
    path = builders.written(tmp_path, GOOD, foreign)

    code, out, err = run(path)
    assert code == 1
    assert out[0] == (
        f"error      {path}#2 request /Limit: ListTablesInput.Limit: expected a 32-bit integer, "
        'found string "1" [type-mismatch]'
    )
    assert "sagemaker" in err
    assert "dynamodb" in err

    code, out, _ = run(path, "--release", "1.28.0")
    assert code == 0
    assert out[0].startswith(f"info       {path}#2 request: not checked: dynamodb: it is not at hand, ")


def test_a_call_that_names_no_service_can_be_given_one(run, tmp_path):
    """A recording through a proxy of another tool tells neither by host nor by signature."""
    foreign = Interaction(
        builders.request("StopAutoMLJob", {"AutoMLJobName": 7}, uri="http://127.0.0.1:80/"), Response(200)
    )
    path = builders.written(tmp_path, foreign)

    code, out, _ = run(path, "--release", "1.28.0")
    assert code == 0
    assert out[0] == (
        f"info       {path}#1 request: not checked: it names no AWS service; name one with --service [not-checked]"
    )
    assert run(path, "--release", "1.28.0", "--service", "sagemaker")[0] == 1


def test_this_repository_s_cassettes_are_valid_by_the_newest_release(run):
    """What is shipped keeps to the API; what is newer than an old release is only told."""
    assert run(ROOT / "cassettes", "--release", "1.44.5", "--fail-on", "warning")[0] == 0
    assert run(ROOT / "cassettes", "--release", "1.20.41")[0] == 0
