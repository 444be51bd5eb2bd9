"""The shipped SageMaker cassettes, refreshed from ``bototape serve`` with the account of a sandbox."""

import json
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bototape import cassettes, sandbox, server
from bototape.adapters import models
from bototape.cli import main
from bototape.interaction import Cassette
from bototape.replay import Player
from tests.e2e.live import record_as

pytestmark = pytest.mark.slow

SHIPPED = Path(__file__).parent.parent.parent / "cassettes"
NAMES = sorted(each.name for each in SHIPPED.glob("*.yaml"))
JOBS, STEPS = "list_auto_ml_jobs.yaml", "list_inference_recommendations_job_steps.yaml"


@pytest.fixture(scope="module")
def box(tmp_path_factory):
    """The invented account that recorded the shipped cassettes."""
    return sandbox.write([SHIPPED / each for each in NAMES], tmp_path_factory.mktemp("account"), 7)


@pytest.fixture(autouse=True)
def project(box, tmp_path, monkeypatch):
    """A project with the shipped cassettes and scenarios, and the account's credentials."""
    record_as(monkeypatch, tmp_path)
    for each in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(each)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(box.credentials))
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copytree(SHIPPED, tmp_path / "cassettes"))


def files(project):
    return {each.name: each.read_bytes() for each in project.glob("*") if each.is_file()}


def refresh(url, *more):
    return main(["refresh", "--write", "--endpoint-url", url, "--poll-interval", "0", *more])


@contextmanager
def served(box, name, change=None):
    """Serve the account's traffic of the cassette *name*, the first answer as *change* makes it of what it says."""
    raw = cassettes.read(box.directory / name).interactions
    if change:
        body = json.dumps(change(json.loads(raw[0].response.body))).encode()
        raw = (replace(raw[0], response=replace(raw[0].response, body=body)), *raw[1:])
    told = (*raw, *cassettes.read(box.sts).interactions)
    with server.serving(Player(Cassette(told), name, models=models), lambda _: None) as url:
        yield url


def test_nothing_changed(box, project, capsys):
    """All of them from one account behind the real command: not a byte is another, and no ledger comes to be."""
    before = files(project)
    command = [sys.executable, "-m", "bototape", "serve", str(box.directory)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        code = refresh(re.search(r"http://\S+", child.stdout.readline())[0], "--all", "--jobs", "1")
    finally:
        child.terminate()
        child.communicate()

    told = "".join(f"cassettes/{name}: unchanged, not touched\n" for name in NAMES)
    assert (code, capsys.readouterr().out) == (0, f"{told}5 cassettes: 5 unchanged, not touched\n")
    assert files(project) == before


def with_(where, **values):
    """A change of the first thing that is listed under *where*; None takes a member out."""

    def change(content):
        first = {**content[where][0], **values}
        kept = {name: value for name, value in first.items() if value is not None}
        return {**content, where: [kept, *content[where][1:]]}

    return change


def reordered(value):
    if isinstance(value, dict):
        return {key: reordered(value[key]) for key in reversed(value)}
    return [reordered(each) for each in value] if isinstance(value, list) else value


CHANGES = {
    "new-member": (with_("AutoMLJobSummaries", Billing="Spot"), JOBS, "[0].Billing", None, "'Spot'"),
    "new-enum-value": (
        with_("AutoMLJobSummaries", AutoMLJobSecondaryStatus="Resting"),
        JOBS,
        "[0].AutoMLJobSecondaryStatus",
        "'TrainingModels'",
        "'Resting'",
    ),
    "vanished-member": (with_("Steps", InferenceBenchmark=None), STEPS, "[0].InferenceBenchmark", ..., None),
    "new-status": (with_("Steps", Status="FAILED"), STEPS, "[0].Status", "'COMPLETED'", "'FAILED'"),
}


@pytest.mark.parametrize("case", CHANGES)
def test_another_answer_is_a_fix(box, project, capsys, case):
    """Told with its place, before and after, and written; the account is in no file."""
    change, name, path, old, new = CHANGES[case]
    before = files(project)
    with served(box, name, change) as url:
        code = refresh(url, f"cassettes/{name}", "--format", "json")

    [each] = json.loads(capsys.readouterr().out)["cassettes"]
    [hunk] = each["changes"]
    [field] = hunk["fields"]
    assert (code, each["state"], hunk["kind"], hunk["old"], hunk["new"]) == (0, "written", "fix", 1, 1)
    assert field["path"].endswith(path)
    assert (old is ... or field["old"] == old, field["new"]) == (True, new)
    after = files(project)
    assert {each for each in after if after[each] != before.get(each)} <= {name, "ledger.json"}
    account = json.loads(box.estate.read_text())["account"].encode()
    assert [each for each, text in after.items() if account in text] == []


@pytest.mark.parametrize("accept", [[], ["--accept", "update"]], ids=["as-usual", "accepted"])
@pytest.mark.parametrize("name", [JOBS, STEPS])
def test_the_same_in_another_order_is_an_update(box, project, capsys, name, accept):
    """Left alone unless it is asked for."""
    before = files(project)
    with served(box, name, reordered) as url:
        code = refresh(url, f"cassettes/{name}", "--format", "json", *accept)

    [each] = json.loads(capsys.readouterr().out)["cassettes"]
    assert (code, [hunk["kind"] for hunk in each["changes"]]) == (0, ["update"])
    assert each["state"] == ("written" if accept else "unchanged")
    assert (files(project)[name] == before[name]) is not bool(accept)


def test_a_call_more_is_a_create_and_a_call_less_a_trim(box, project, capsys):
    """By the scenario: what it does not call any more, and what it calls now."""
    path = project / "scenarios" / JOBS
    path.write_text(path.read_text().replace("StatusEquals: Failed", "StatusEquals: Stopped"))
    raw = cassettes.read(box.directory / JOBS).interactions
    asked = raw[1].request.body.replace(b"Failed", b"Stopped")
    request = replace(raw[1].request, body=asked)
    told = (raw[0], replace(raw[1], request=request), *cassettes.read(box.sts).interactions)
    with server.serving(Player(Cassette(told), JOBS, models=models), lambda _: None) as url:
        code = refresh(url, f"cassettes/{JOBS}", "--format", "json")

    [each] = json.loads(capsys.readouterr().out)["cassettes"]
    found = [(hunk["kind"], hunk["old"], hunk["new"]) for hunk in each["changes"]]
    assert (code, each["state"], found) == (0, "written", [("create", None, 2), ("trim", 2, None)])
