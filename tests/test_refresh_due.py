"""A cassette is due because of what the newest release at hand says of it: each reason, as the plan prints it."""

import json
import shutil
from pathlib import Path

import pytest

from bototape.cli import main
from bototape.releases import snapshots

ROOT = Path(__file__).parent.parent
PINNED = ROOT / "schemas" / "sagemaker" / "2017-07-24" / "1.44.5"
NAME = "list_auto_ml_jobs.yaml"


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    """A project with one shipped cassette and the snapshot of the release that recorded it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    for each in (NAME, f"scenarios/{NAME}"):
        (tmp_path / "cassettes" / each).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "cassettes" / each, tmp_path / "cassettes" / each)
    at = tmp_path / "schemas" / "sagemaker" / "2017-07-24" / "1.44.5"
    at.mkdir(parents=True)
    for name in (*snapshots.SOURCES, snapshots.RELEASE):
        shutil.copy(PINNED / name, at / name)
    return at.parent


def newer(project, change):
    """Put the snapshot of a later release beside it, whose model is as *change* makes it."""
    at = project / "99.0.0"
    shutil.copytree(project / "1.44.5", at)
    model = json.loads((at / snapshots.MODEL).read_text())
    about = json.loads((at / snapshots.RELEASE).read_text())
    change(model, about)
    (at / snapshots.MODEL).write_text(json.dumps(model))
    about |= {"version": "99.0.0", "date": "2099-01-01"}
    about["sha256"] = {snapshots.MODEL: snapshots.digest((at / snapshots.MODEL).read_bytes())}
    (at / snapshots.RELEASE).write_text(json.dumps(about))


def fewer_members(model, _):
    del model["shapes"]["AutoMLJobSummary"]["members"]["EndTime"]


def fewer_parameters(model, _):
    del model["shapes"]["ListAutoMLJobsRequest"]["members"]["NameContains"]


def no_operation(model, about):
    del model["operations"]["ListAutoMLJobs"]
    about["operations"].remove("ListAutoMLJobs")
    about["absent"] = ["ListAutoMLJobs"]


def more_values(model, _):
    model["shapes"]["AutoMLJobStatus"]["enum"].append("Resting")


LIST = "sagemaker.ListAutoMLJobs"
NEWER = "99.0.0 (2099-01-01)"


@pytest.mark.parametrize(
    ("change", "state", "sentence"),
    [
        (
            fewer_members,
            "stale",
            f"stale but valid in sagemaker {NEWER}: {LIST}.output.AutoMLJobSummaries[].EndTime (member-removed)",
        ),
        (
            fewer_parameters,
            "invalid",
            (
                f"invalid in sagemaker {NEWER}: 2 errors, the first: #1 request /NameContains: "
                f"NameContains of ListAutoMLJobsRequest is not in {NEWER} [member-unknown]"
            ),
        ),
        (no_operation, "orphaned", f"orphaned: {LIST} is gone in sagemaker {NEWER}"),
    ],
    ids=["stale", "invalid", "orphaned"],
)
def test_what_a_later_release_says_makes_it_due(project, capsys, change, state, sentence):
    """The reason in a word, in a sentence, and what it takes."""
    newer(project, change)

    code = main(["refresh", "--schemas", str(project.parent.parent)])

    assert (code, *capsys.readouterr()) == (
        0,
        (
            "refresh   because         calls  cassette\n"
            f"yes       {state:<14}      2  cassettes/{NAME}\n"
            f"            why: {sentence}\n"
            "            calls: ListAutoMLJobs x2\n"
            "1 of 1 cassette to record, about 2 requests\n"
        ),
        "",
    )


@pytest.mark.parametrize("change", [None, more_values], ids=["as-it-was", "more-values"])
def test_what_endangers_no_recording_does_not(project, capsys, change):
    """A release alone, or a value more, is no reason."""
    newer(project, change or (lambda *_: None))

    code = main(["refresh", "--schemas", str(project.parent.parent)])

    assert (code, *capsys.readouterr()) == (
        0,
        (
            "refresh   because         calls  cassette\n"
            f"no        fresh               2  cassettes/{NAME}\n"
            "0 of 1 cassette to record, about 0 requests\n"
        ),
        "",
    )
