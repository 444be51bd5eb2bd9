import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bototape import cassettes
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
    request = Request("GET", "http://127.0.0.1:80/2015-03-31/functions?MaxItems=many")
    path = builders.written(tmp_path, Interaction(request, Response(200, body=b"{}")))

    code, out, _ = run(path)
    assert code == 0
    assert out[0] == (
        f"info       {path}#1 request: not checked: it names no AWS service; name one with --service [not-checked]"
    )
    assert run(path, "--service", "lambda")[0] == 1


def test_what_is_newer_is_told_with_the_release_it_came_in(run):
    """The committed timeline knows when an operation, a member and a value appeared; no network is used."""
    _, out, _ = run(ROOT / "cassettes" / "describe_auto_ml_job.yaml", "--release", "1.20.41", "--offline")
    lines = [each.partition("describe_auto_ml_job.yaml")[2] for each in out]

    assert (
        "#5 response /AutoMLJobSecondaryStatus: DescribeAutoMLJobResponse.AutoMLJobSecondaryStatus: string "
        '"GeneratingModelInsightsReport" is not in 1.20.41 (2021-03-30), newer than this release: appeared in 1.23.51 '
        "(2022-02-08) [enum-value-unknown]"
    ) in lines
    assert (
        "#7 response /ModelDeployConfig: ModelDeployConfig of DescribeAutoMLJobResponse is not in 1.20.41 "
        "(2021-03-30), newer than this release: appeared in 1.20.67 (2021-05-05) [member-unknown]"
    ) in lines


def test_faults_of_one_part_of_the_schema_are_one_line_with_a_count(run, tmp_path):
    """Whatever the values; --expand and JSON have each."""
    summaries = [{"AutoMLJobName": name} for name in ("a b", "c d", "e f")]
    call = builders.interaction("ListAutoMLJobs", {}, {"AutoMLJobSummaries": summaries})
    path = builders.written(tmp_path, call)
    options = (path, "--release", "1.28.0", "--severity", "member-missing=off")
    told = (
        "AutoMLJobSummary.AutoMLJobName: expected a match of ^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,31}, "
        'found string "%s" [pattern-mismatch]'
    )
    place = f"info       {path}#1 response /AutoMLJobSummaries/%d/AutoMLJobName"

    assert run(*options)[1] == [
        f"{place % 0} (and 2 more places): {told % 'a b'}",
        "3 findings: 3 info; gate error: 0 at or above",
    ]
    assert run(*options, "--expand")[1][:-1] == [
        f"{place % at}: {told % name}" for at, name in enumerate(("a b", "c d", "e f"))
    ]
    assert len(json.loads("\n".join(run(*options, "--format", "json")[1]))["findings"]) == 3


def test_severities_are_configurable(run, tmp_path, monkeypatch):
    """By the project for all, by an option for one run; the option counts."""
    monkeypatch.chdir(tmp_path)
    path = builders.written(tmp_path, NEW_MEMBER)
    (tmp_path / "pyproject.toml").write_text('[tool.bototape.check]\nseverities = {"member-unknown" = "error"}\n')

    assert run(path, "--release", "1.28.0")[0] == 1
    assert run(path, "--release", "1.28.0", "--severity", "member-unknown=off")[:2] == (
        0,
        ["0 findings; gate error: 0 at or above"],
    )
    assert (
        run(builders.written(tmp_path, WRONG), "--release", "1.28.0", "--severity", "request.type-mismatch=info")[0]
        == 0
    )


@pytest.mark.parametrize(
    ("text", "options", "error"),
    [
        ("profile = 'strickt'", [], "there is no profile 'strickt'\n  fix: did you mean strict?"),
        (
            "severities = {'member-mising' = 'off'}",
            [],
            (
                "cannot use [tool.bototape.check] of pyproject.toml: there is no rule 'member-mising'\n"
                "  fix: did you mean member-missing?"
            ),
        ),
        ("colour = 1", [], "cannot use [tool.bototape.check] of pyproject.toml: it has no key 'colour'"),
        ("", ["--severity", "member-missing=loud"], "cannot use --severity: member-missing: no severity 'loud'"),
        ("", ["--severity", "member-missing"], "--severity: expected RULE=LEVEL, found 'member-missing'"),
        ("errata = ['none.toml']", [], "cannot use the errata none.toml: No such file or directory"),
    ],
)
def test_settings_that_cannot_be_meant_are_told(run, tmp_path, monkeypatch, text, options, error):
    """Exit 2, with what was probably meant, before any cassette is read."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text(f"[tool.bototape.check]\n{text}\n")
    code, out, err = run(builders.written(tmp_path, GOOD), *options)

    assert (code, out) == (2, [])
    assert err.startswith(f"bototape: {error}")


ERRATUM = """
[[erratum]]
service = "sagemaker"
operation = "Stop*"
path = "output.Now"
kind = "member-unknown"
reason = "every one has it"
source = "our own recordings"
"""


def test_a_project_s_errata_explain_findings(run, tmp_path, monkeypatch):
    """What is explained counts as ignored, with reason and source; profile strict does not listen."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "errata.toml").write_text(ERRATUM)
    (tmp_path / "pyproject.toml").write_text('[tool.bototape.check]\nerrata = ["errata.toml"]\n')
    path = builders.written(tmp_path, NEW_MEMBER)
    code, out, _ = run(path, "--release", "1.28.0", "--fail-on", "info", "--format", "json")
    report = json.loads("\n".join(out))

    assert code == 0
    assert report["findings"] == []
    assert [each["reason"] for each in report["ignored"]] == [
        "erratum of the model: every one has it (our own recordings)"
    ]
    assert run(path, "--release", "1.28.0", "--fail-on", "info", "--profile", "strict")[0] == 1
    assert run(path, "--release", "1.28.0", "--fail-on", "info", "--errata", tmp_path / "errata.toml")[0] == 0


def test_the_ignore_file_hides_a_finding_and_unused_entries_are_exit_4(run, tmp_path, monkeypatch):
    """As for diff and drift: by kind, service and place, with a reason."""
    monkeypatch.chdir(tmp_path)
    path = builders.written(tmp_path, WRONG)
    entry = '[[ignore]]\nkind = "type-mismatch"\nservice = "sagemaker"\npath = "*AutoMLJobName"\nreason = "known"\n'
    (tmp_path / "bototape-ignore.toml").write_text(entry)

    assert run(path, "--release", "1.28.0")[:2] == (0, ["0 findings; gate error: 0 at or above; 1 ignored"])
    assert run(builders.written(tmp_path, GOOD), "--release", "1.28.0", "--strict-ignores")[0] == 4


def test_a_report_goes_to_files_in_several_formats(run, tmp_path):
    """As for diff."""
    path = builders.written(tmp_path, WRONG)
    sarif, page = tmp_path / "check.sarif", tmp_path / "check.html"

    assert run(path, "--release", "1.28.0", "--format", "sarif", "--output", sarif, "--also", f"html={page}")[:2] == (
        1,
        [],
    )
    assert json.loads(sarif.read_text())["runs"][0]["results"][0]["ruleId"] == "type-mismatch"
    assert "type-mismatch" in page.read_text()


RESPONSES = sorted((ROOT / "tests" / "data" / "responses").glob("*.yaml"))


def test_real_answers_have_no_fault_that_is_not_known(run):
    """Of 18 answers that AWS really sent, by notebooks that print them: no error, and each warning has an erratum."""
    code, out, _ = run(*RESPONSES, "--release", "installed", "--format", "json")
    report = json.loads("\n".join(out))

    assert len(RESPONSES) == 18
    assert code == 0
    assert {each["rule"] for each in report["findings"]} == {"not-checked", "member-unknown"}
    assert sorted((each["rule"], each["evidence"]["place"]) for each in report["ignored"]) == [
        ("enum-value-unknown", "DescribeAutoMLJob.output.BestCandidate.FinalAutoMLJobObjectiveMetric.MetricName"),
        ("enum-value-unknown", "DescribeAutoMLJob.output.BestCandidate.FinalAutoMLJobObjectiveMetric.MetricName"),
        ("member-missing", "DescribeFeatureGroup.output.NextToken"),
        ("member-missing", "DescribeModelPackage.output.ModelPackageName"),
    ]


def test_this_repository_s_cassettes_are_valid_by_the_newest_release(run):
    """What is shipped keeps to the API; what is newer than an old release is only told."""
    assert run(ROOT / "cassettes", "--release", "1.44.5", "--fail-on", "warning")[0] == 0
    assert run(ROOT / "cassettes", "--release", "1.20.41")[0] == 0


# Any JSON Schema tool


CHANGES = {
    "as recorded": {},
    "another value": {"AutoMLJobStatus": "Paused"},
    "too short": {"AutoMLJobName": ""},
    "newer": {"Newer": 1},
    "no time": {"CreationTime": "noon"},
}


def test_another_tool_gives_the_verdicts_of_profile_strict(tmp_path):
    """check-jsonschema with a file of schemas/, on bodies of AWS JSON: invalid is what has a warning or worse."""
    tool = shutil.which("check-jsonschema", path=Path(sys.executable).parent)
    if tool is None:
        pytest.skip("check-jsonschema is not installed: it comes with the extra dev")
    call = cassettes.read(ROOT / "cassettes" / "describe_auto_ml_job.yaml").interactions[6]
    ours, bodies = set(), []
    for name, change in CHANGES.items():
        answer = {**json.loads(call.response.body), **change}
        bodies.append(tmp_path / f"{name}.json")
        bodies[-1].write_text(json.dumps(answer))
        path = builders.written(tmp_path, builders.interaction(parameters={"AutoMLJobName": "churn"}, answer=answer))
        options = ["--release", "1.44.5", "--schemas", SCHEMAS, "--profile", "strict", "--fail-on", "warning"]
        if main(["check", str(path), *options]):
            ours.add(name)
    schema = ROOT / "schemas" / "sagemaker" / "2017-07-24" / "1.44.5" / "DescribeAutoMLJob.output.schema.json"
    command = [tool, "-o", "json", "--schemafile", schema, *bodies]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)

    assert ours == CHANGES.keys() - {"as recorded"}
    assert ours == {Path(each["filename"]).stem for each in told["errors"]}
