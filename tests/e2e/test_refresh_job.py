"""The refresh job: its step run as the runner does, with git, a loopback account and a loopback GitHub."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.e2e.live import ACCESS_KEY, ACCOUNT, SECRET, Answer, account
from tests.github import github

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent
BIN = Path(sys.executable).parent
WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "refresh-cassettes.yml").read_text(encoding="utf-8"))
[STEP] = [each for each in WORKFLOW["jobs"]["refresh"]["steps"] if each.get("name") == "Refresh"]
SCENARIO = "service: sagemaker\nregion: us-east-1\nsteps:\n- {operation: ListAutoMLJobs}\n"


def job(status):
    return {
        "AutoMLJobSummaries": [
            {
                "AutoMLJobName": "churn",
                "AutoMLJobArn": f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:automl-job/churn",
                "AutoMLJobStatus": status,
                "AutoMLJobSecondaryStatus": "Completed" if status == "Completed" else "TrainingModels",
                "CreationTime": 1.79e9,
                "LastModifiedTime": 1.79e9,
            }
        ]
    }


def git(directory, *arguments):
    command = ["git", "-C", directory, "-c", "user.name=a", "-c", "user.email=a@example.com", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def project(tmp_path):
    """A repository with a scenario and the script, and the bare one it was pushed to."""
    origin, project = tmp_path / "origin.git", tmp_path / "project"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", origin], check=True)
    subprocess.run(["git", "init", "-q", "-b", "main", project], check=True)
    (project / "cassettes" / "scenarios").mkdir(parents=True)
    (project / "cassettes" / "scenarios" / "jobs.yaml").write_text(SCENARIO)
    (project / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "refresh_cassettes", project / "scripts")
    git(project, "remote", "add", "origin", str(origin))
    git(project, "add", ".")
    git(project, "commit", "-qm", "Begin")
    git(project, "push", "-q", "origin", "main")
    return project


def run(project, live, api="", **more):
    """Run the step of the workflow: its ``run`` in bash, its ``env`` with the runner's values put in."""
    values = {
        "${{ secrets.BOTOTAPE_SCRUB_KEY }}": "key of this test",
        "${{ secrets.BOTOTAPE_ALLOWED_ACCOUNTS }}": ACCOUNT,
        "${{ inputs.arguments }}": "--all",
        "${{ github.token }}": "t0ken" if api else "",
    }
    runner = project.parent / "runner"
    runner.mkdir(exist_ok=True)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "AWS_", "REFRESH_"))},
        **{name: values[text] for name, text in STEP["env"].items()},
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_ENDPOINT_URL": live.url,
        "BOTOTAPE_CACHE": str(runner / "cache"),
        "CI": "true",
        "GITHUB_API_URL": api,
        "GITHUB_OUTPUT": str(runner / "output"),
        "GITHUB_REPOSITORY": "example/project",
        "GITHUB_STEP_SUMMARY": str(runner / "summary"),
        "RUNNER_TEMP": str(runner),
        **more,
    }
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEP["run"]],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_changed_becomes_a_pull_request(project):
    """A branch with the cassette and the ledger, and the review as the body; run again, it is rewritten."""
    with account(ListAutoMLJobs=[Answer(job("InProgress"))]) as live, github() as api:
        first = run(project, live, api.url)
        body = api.pulls[0]["body"]
    git(project, "checkout", "-q", "main")
    with account(ListAutoMLJobs=[Answer(job("Completed"))]) as live, github(pulls=api.pulls) as later:
        second = run(project, live, later.url)

    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert api.asked == [("POST", "/repos/example/project/pulls")]
    assert later.asked == [("PATCH", "/repos/example/project/pulls/7")]
    assert {name: api.pulls[0][name] for name in ("title", "head", "base")} == {
        "title": "Refresh cassettes",
        "head": "bototape/refresh",
        "base": "main",
    }
    assert body.startswith("# Cassettes refreshed\n\n1 cassette: 1 written (1 create)\n")
    pushed = git(project, "ls-tree", "-r", "--name-only", "origin/bototape/refresh").split()
    assert [each for each in pushed if each.startswith("cassettes/")] == [
        "cassettes/jobs.yaml",
        "cassettes/ledger.json",
        "cassettes/scenarios/jobs.yaml",
    ]
    assert "Completed" in git(project, "show", "origin/bototape/refresh:cassettes/jobs.yaml")
    assert (project.parent / "runner" / "summary").read_text().startswith(body)
    said = first.stdout + first.stderr + second.stdout + second.stderr
    assert [each for each in (ACCOUNT, ACCESS_KEY, SECRET, "t0ken") if each in said + body] == []


def test_nothing_changed_nothing_proposed(project):
    """The same answers: no commit, no branch, no pull request."""
    with account(ListAutoMLJobs=[Answer(job("InProgress"))]) as live, github() as api:
        run(project, live)
        git(project, "add", ".")
        git(project, "commit", "-qm", "Record")
        done = run(project, live, api.url)

    outputs = dict(each.split("=", 1) for each in (project.parent / "runner" / "output").read_text().split())
    assert (done.returncode, api.asked, api.pulls) == (0, [], [])
    assert (outputs["changed"], outputs["pull-request"]) == ("0", "")
    assert git(project, "branch", "--all").split() == ["*", "main", "remotes/origin/main"]


def test_what_could_be_refreshed_is_proposed_though_something_failed(project):
    """The job is red, the rest is there to be merged, and the body says what failed."""
    other = SCENARIO.replace("ListAutoMLJobs}", "DescribeAutoMLJob, parameters: {AutoMLJobName: x}}")
    (project / "cassettes" / "scenarios" / "denied.yaml").write_text(other)
    git(project, "add", ".")
    git(project, "commit", "-qm", "More")
    denied = Answer({"__type": "AccessDeniedException", "Message": "no"}, 403)
    with account(ListAutoMLJobs=[Answer(job("InProgress"))], DescribeAutoMLJob=[denied]) as live, github() as api:
        done = run(project, live, api.url)

    assert (done.returncode, api.asked) == (3, [("POST", "/repos/example/project/pulls")])
    assert "1 cassette: 1 written (1 create); 1 failed" in api.pulls[0]["body"]
    assert "fix: allow sagemaker:DescribeAutoMLJob on *" in api.pulls[0]["body"]


def test_another_account_is_refused(project):
    """The secret names the account: a role of another one records nothing."""
    with account(ListAutoMLJobs=[Answer(job("InProgress"))]) as live, github() as api:
        done = run(project, live, api.url, BOTOTAPE_ALLOWED_ACCOUNTS="123456789012")

    assert (done.returncode, live.operations(), api.asked) == (2, ["GetCallerIdentity"], [])


def test_a_pull_request_that_is_refused_is_told(project):
    """The branch is pushed all the same."""
    with account(ListAutoMLJobs=[Answer(job("InProgress"))]) as live, github(status=403) as api:
        done = run(project, live, api.url)

    assert done.returncode == 1
    assert "bototape/refresh is pushed, but no pull request: HTTP 403 (does the job have the permission" in done.stderr
