"""The API drift job: its files are sound, and its steps do what they say."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from tests.github import github
from tests.test_docs import script
from tests.worlds import call, cassette, holds, model, release

ROOT = Path(__file__).parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
WORKFLOW = ROOT / ".github" / "workflows" / "api-drift.yml"
BIN = Path(sys.executable).parent
MARK = "<!-- bototape api-drift -->"


def test_the_workflows_are_sound():
    """actionlint and shellcheck have nothing to say."""
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [BIN / "actionlint", "-no-color"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_workflow_names_only_inputs_the_action_has():
    """A renamed input would be passed over in silence."""
    steps = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]["drift"]["steps"]
    [mine] = [each for each in steps if each.get("uses") == "./"]

    assert mine["with"].keys() <= ACTION["inputs"].keys()


def test_the_action_passes_each_input_on_once():
    """And its outputs are those the script tells."""
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    steps = text.partition("runs:")[2]

    assert {each for each in ACTION["inputs"] if f"inputs.{each}" not in steps} == set()
    assert {name: each["value"] for name, each in ACTION["outputs"].items()} == {
        name: f"${{{{ steps.drift.outputs.{name} }}}}" for name in ACTION["outputs"]
    }


@dataclass
class Job:
    """A project, and what the runner sets for a pull request of it."""

    directory: Path
    inputs: dict = field(default_factory=dict)

    def environment(self, api=""):
        place = self.directory / ".runner"
        place.mkdir(exist_ok=True)
        event = place / "event.json"
        event.write_text(json.dumps({"pull_request": {"number": 7}}))
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "DRIFT_"))},
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_API_URL": api,
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_OUTPUT": str(place / "output"),
            "GITHUB_REPOSITORY": "example/project",
            "GITHUB_STEP_SUMMARY": str(place / "summary"),
            "RUNNER_TEMP": str(place),
            "SOURCE_DATE_EPOCH": "1795132800",
        }

    def step(self, name, api=""):
        """Run the step of action.yml as the runner does: its ``run`` in bash, its ``env`` with the inputs put in."""
        [step] = [each for each in ACTION["runs"]["steps"] if each["name"] == name]
        values = {each: str(given["default"]) for each, given in ACTION["inputs"].items()} | {"token": "t0ken"}
        values |= self.inputs
        extra = {
            key: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda m: values[m[1]], text)
            for key, text in step["env"].items()
        }
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.directory,
            env=self.environment(api) | extra,
            capture_output=True,
            text=True,
            check=False,
        )

    def outputs(self):
        lines = (self.directory / ".runner" / "output").read_text().splitlines()
        return dict(each.split("=", 1) for each in lines)

    def summary(self):
        return (self.directory / ".runner" / "summary").read_text()


@pytest.fixture
def job(tmp_path):
    """A project with one cassette, whose pinned and newer releases are directories."""
    release(tmp_path / "old", toy=model())
    release(tmp_path / "new", toy=model())
    (tmp_path / "cassettes").mkdir()
    cassette(tmp_path / "cassettes" / "a.yaml")
    (tmp_path / "requirements.txt").write_text("# ours\nbotocore==1.45.0\n")
    return Job(tmp_path, {"against": "./new", "arguments": "--pinned ./old"})


def broken(job):
    """The newer release asks for one member more."""
    release(job.directory / "new", toy=model(In=holds("Name", "Owner", Name="Text", Size="Size", Owner="Text")))


def test_a_clean_run_passes_and_writes_no_comment(job):
    """Exit 0, a summary, outputs for later steps."""
    with github() as api:
        done = job.step("Drift", api.url)

    assert (done.returncode, api.asked) == (0, [])
    assert {name: each for name, each in job.outputs().items() if not name.endswith(("sarif", "json", "markdown"))} == {
        "exit-code": "0",
        "breaking": "0",
        "dangerous": "0",
        "info": "0",
    }
    assert "drift of toy old → new" in job.summary()


def test_a_finding_fails_the_job_and_is_told_everywhere(job):
    """Log, annotations at the pin, summary, SARIF, JSON, and one comment."""
    broken(job)
    with github(comments=[{"id": 0, "body": "thanks!"}]) as api:
        done = job.step("Drift", api.url)

    annotations = [each for each in done.stdout.splitlines() if each.startswith("::error")]
    sarif = json.loads(Path(job.outputs()["sarif"]).read_text())
    assert done.returncode == 1
    assert "breaking   toy.GetBox.input.Owner: required member added" in done.stdout
    assert any("file=requirements.txt,line=2" in each and "Owner" in each for each in annotations)
    assert any("file=cassettes/a.yaml" in each for each in annotations)
    assert (job.outputs()["exit-code"], job.outputs()["breaking"]) == ("1", "2")
    assert "Owner" in job.summary()
    assert {each["ruleId"] for each in sarif["runs"][0]["results"]} >= {"required-member-added", "cassette-invalid"}
    assert api.asked == [("POST", "/repos/example/project/issues/7/comments")]
    assert api.comments[1]["body"].startswith(f"{MARK}\n")


@pytest.mark.slow
def test_the_comment_is_rewritten_not_repeated(job):
    """Also behind a hundred others, and when all is well again; an unchanged one is left alone."""
    others = [{"id": each, "body": "thanks!"} for each in range(150)]
    with github(comments=others) as api:
        broken(job)
        job.step("Drift", api.url)
        job.step("Drift", api.url)
        release(job.directory / "new", toy=model())
        last = job.step("Drift", api.url)

    assert last.returncode == 0
    assert api.asked == [
        ("POST", "/repos/example/project/issues/7/comments"),
        ("PATCH", "/repos/example/project/issues/comments/150"),
    ]
    assert "Owner" not in api.comments[150]["body"]


@pytest.mark.parametrize(("status", "said"), [(403, "pull-requests: write"), (500, "HTTP 500")])
def test_a_comment_that_is_refused_is_a_warning(job, status, said):
    """A pull request of a fork may not write: the job's verdict stays that of the drift."""
    broken(job)
    with github(status=status) as api:
        done = job.step("Drift", api.url)

    [warning] = [each for each in done.stdout.splitlines() if each.startswith("::warning title=bototape drift::")]
    assert (done.returncode, said in warning, "t0ken" in done.stdout + done.stderr) == (1, True, False)


def test_github_that_does_not_answer_is_a_warning(job):
    """As above."""
    broken(job)
    done = job.step("Drift", "http://127.0.0.1:9")

    assert (done.returncode, "::warning title=bototape drift::no comment" in done.stdout) == (1, True)


def test_comments_can_be_left_out(job):
    """``comment: false`` asks GitHub nothing."""
    broken(job)
    job.inputs["comment"] = "false"
    with github() as api:
        assert (job.step("Drift", api.url).returncode, api.asked) == (1, [])


@pytest.mark.parametrize(
    ("inputs", "code", "said"),
    [
        ({"arguments": "--pinned ./old --max-age soon"}, 2, "Invalid value for '--max-age'"),
        ({"against": "./none"}, 3, "there is no such directory"),
        ({"paths": "no/such"}, 3, "cannot open cassette no/such"),
    ],
)
def test_a_run_that_cannot_tell_says_why(job, inputs, code, said):
    """Exit 2 or 3 as bototape's, an annotation, the reason in the summary; no report and no comment."""
    job.inputs |= inputs
    with github() as api:
        done = job.step("Drift", api.url)

    assert (done.returncode, api.asked, job.outputs()) == (code, [], {"exit-code": str(code)})
    assert "::error title=bototape drift::" in done.stdout
    assert said in job.summary()


def test_inputs_become_options(job):
    """Paths one a line, with spaces in them; a gate; options as in a shell."""
    (job.directory / "more tapes").mkdir()
    cassette(job.directory / "more tapes" / "b.yaml", call("PutBox"), date="2020-01-01")
    broken(job)
    job.inputs |= {
        "paths": "cassettes\nmore tapes\n",
        "fail-on": "never",
        "arguments": "--pinned './old' --max-age 30",
        "comment": "false",
    }
    done = job.step("Drift")

    assert done.returncode == 0
    assert "more tapes/b.yaml: recorded 2020-01-01" in done.stdout
    assert "cassettes/a.yaml: invalid" in done.stdout


def test_unused_ignore_entries_are_exit_4(job):
    """With --strict-ignores the job fails, with the report in full."""
    (job.directory / "bototape-ignore.toml").write_text('[[ignore]]\nfingerprint = "0123456789ab"\nreason = "x"\n')
    job.inputs |= {"arguments": "--pinned ./old --strict-ignores", "comment": "false"}
    done = job.step("Drift")

    assert (done.returncode, job.outputs()["exit-code"]) == (4, "4")
    assert "bototape-ignore.toml:1: nothing to ignore any more" in done.stderr


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("requirements-dev.txt", "boto3==1.45.0\nbotocore == 1.45.0 # pinned\n", "requirements-dev.txt:2"),
        ("poetry.lock", '[[package]]\nname = "botocore"\n', "poetry.lock:2"),
        ("pyproject.toml", '[project]\ndependencies = [\n    "botocore>=1.45",\n]\n', "pyproject.toml:3"),
        ("Pipfile", '[packages]\nbotocore = "*"\n', "Pipfile:2"),
        ("requirements.txt", "botocore-stubs==1\n# botocore\n", ""),
    ],
)
def test_the_pin_is_found(tmp_path, monkeypatch, name, text, found):
    """The line that names botocore, in the usual files."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(text)

    assert script("api_drift").pin(Path()) == found


def test_long_reports_are_cut_at_a_line():
    """GitHub refuses longer comments, and drops larger summaries whole."""
    cut = script("api_drift").cut
    text = "0123456789\n" * 100

    assert cut(text, 2000) == text
    assert len(cut(text, 100)) <= 100
    assert cut(text, 100).startswith("0123456789\n")
    assert cut(text, 100).endswith("… cut here: the whole report is in the log.\n")
