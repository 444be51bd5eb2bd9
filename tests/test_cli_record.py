"""``bototape record`` from outside, without a network: usage, refusals, help."""

import json

import pytest

from bototape.cli import main

SCENARIO = """\
service: sagemaker
region: us-east-1
steps:
- operation: DescribeAutoMLJob
  parameters: {AutoMLJobName: automl-churn}
"""


@pytest.fixture(autouse=True)
def keyless(monkeypatch, tmp_path):
    """No credentials, no configuration of this machine, no metadata service."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("BOTOTAPE_SCRUB_KEY", "key of this test")


@pytest.fixture
def scenario(tmp_path, monkeypatch):
    """A scenario in its place, seen from the directory above ``cassettes``."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "cassettes" / "scenarios" / "job.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(SCENARIO)
    return path.relative_to(tmp_path)


def test_no_credentials(scenario, capsys):
    """Without credentials it says so and how to get some; nothing is sent or written."""
    code = main(["record", str(scenario)])

    assert (code, *capsys.readouterr()) == (
        2,
        "recording cassettes/scenarios/job.yaml\n",
        (
            "bototape: cannot sign calls: botocore finds no credentials\n"
            "  fix: choose a --profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY "
            "(to any value for an emulator)\n"
        ),
    )
    assert not (scenario.parent.parent / "job.yaml").exists()


def test_an_unknown_profile(scenario, capsys):
    """A profile that is not there is told by its name."""
    code = main(["record", str(scenario), "--profile", "prod"])

    assert (code, *capsys.readouterr()) == (
        2,
        "",
        (
            "bototape: cannot use the AWS configuration: The config profile (prod) could not be found\n"
            "  fix: choose another --profile\n"
        ),
    )


def test_all_scenarios_are_checked_before_the_first_is_run(scenario, capsys):
    """A mistake in the second scenario keeps the first from being recorded."""
    second = scenario.with_name("second.yaml")
    second.write_text(SCENARIO.replace("Describe", "Stop"))

    code = main(["record", str(scenario), str(second)])

    assert (code, *capsys.readouterr()) == (
        2,
        "",
        (
            "bototape: cannot run scenario cassettes/scenarios/second.yaml:4: "
            "step 1: StopAutoMLJob may change the account, and nothing was sent\n"
            "  fix: allow_mutations: [StopAutoMLJob] if that is meant\n"
        ),
    )


def test_two_scenarios_for_one_cassette(scenario, capsys):
    """Two scenarios cannot overwrite each other's recording."""
    second = scenario.with_name("second.yaml")
    second.write_text("cassette: job.yaml\n" + SCENARIO)

    code = main(["record", str(scenario), str(second)])

    assert (code, *capsys.readouterr()) == (
        2,
        "",
        (
            "bototape: cassettes/scenarios/job.yaml and cassettes/scenarios/second.yaml would write the same cassette "
            "cassettes/job.yaml\n"
            "  fix: name different cassettes in them, or record them one after the other\n"
        ),
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot read the estate estate.json: there is no such file\n"),
        ("{", "cannot read the estate estate.json: not JSON\n  fix: docs/scenarios.md shows its keys\n"),
    ],
    ids=["missing", "not-json"],
)
def test_an_estate_that_cannot_be_read(scenario, capsys, tmp_path, content, message):
    """The file is named; what is in it is not shown."""
    if content is not None:
        (tmp_path / "estate.json").write_text(content)

    code = main(["record", str(scenario), "--estate", "estate.json"])

    assert (code, *capsys.readouterr()) == (2, "", f"bototape: {message}")


def test_an_estate_of_unknown_keys(scenario, capsys, tmp_path):
    """A key that is not one of an estate's is told with its file, the value is not."""
    (tmp_path / "estate.json").write_text(json.dumps({"acount": "604913827755"}))

    code = main(["record", str(scenario), "--estate", "estate.json"])
    out, err = capsys.readouterr()

    assert (code, out) == (2, "")
    assert err.startswith("bototape: estate.json: cannot use the estate: it has no key 'acount'\n")
    assert "604913827755" not in err


def test_help_names_every_option(capsys):
    """Every option has a line of help."""
    assert main(["record", "--help"]) == 0
    out = capsys.readouterr().out

    for option in ("--endpoint-url", "--profile", "--region", "--out", "--estate", "--poll-interval"):
        assert option in out


def test_no_scenario(capsys):
    """Without a scenario it is told what is missing."""
    assert main(["record"]) == 2
    assert "Missing argument 'SCENARIO...'" in capsys.readouterr().err
