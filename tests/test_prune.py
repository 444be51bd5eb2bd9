"""``bototape prune``: recordings that no test plays are cut out, on evidence that fits the files."""

import hashlib
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
import vcr
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bototape import cassettes, evidence
from bototape.cli import main
from bototape.evidence import Evidence, Played
from bototape.interaction import Cassette, Provenance
from bototape.pruning import without
from tests.builders import describe, written

FILE = Path(".pytest_cache/d/bototape/evidence.json")
JOBS = [describe(name) for name in "abcd"]


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """An empty current directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def played(**most):
    """Write evidence of a whole run that played cassettes (``job="1002"``) so often."""
    found = {}
    for name, times in most.items():
        path = next(Path("cassettes").glob(f"{name}.*"))
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        found[str(path)] = Played(digest, tuple(map(int, times)))
    return told(Evidence(found))


def told(given):
    """Write evidence."""
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(evidence.to_text(given), encoding="utf-8")
    return given


def dated(interaction, day):
    """The recording *interaction*, answered on a *day* of November 2026."""
    headers = (*interaction.response.headers, ("Date", f"Fri, {day:02} Nov 2026 10:00:00 GMT"))
    return replace(interaction, response=replace(interaction.response, headers=headers))


def test_what_is_played_stays_as_it_stands(capsys):
    """Lines are cut out, a comment of the author stays; what is left is ours, and says so again."""
    path = written(Path("cassettes"), *JOBS, name="job.yaml")
    text = path.read_text(encoding="utf-8").replace("interactions:\n", "interactions:\n# jobs that were there\n")
    path.write_text(text, encoding="utf-8")
    played(job="1020")

    assert main(["prune", "--write"]) == 0
    assert capsys.readouterr().out == (
        "cassettes/job.yaml: 2 of 4 recordings never played: #2, #4\ndropped 2 recordings from 1 of 1 cassette\n"
    )
    parts = re.split(r"(?m)^(?=- bototape|version)", text)
    assert path.read_text(encoding="utf-8") == parts[0] + parts[1] + parts[3] + parts[5]
    assert cassettes.read(path).interactions == (JOBS[0], JOBS[2])


def test_a_dry_run_writes_nothing_and_fails(capsys):
    """As long as there is something to do; then it does not."""
    path = written(Path("cassettes"), *JOBS, name="job.yaml")
    before = path.read_bytes()
    played(job="1110")

    assert main(["prune", "cassettes/job.yaml"]) == 1
    assert path.read_bytes() == before
    played(job="1111")
    capsys.readouterr()
    assert main(["prune"]) == 0
    assert capsys.readouterr().out == "nothing to prune in 1 cassette\n"


def test_the_evidence_of_another_content_is_refused(capsys):
    """Once pruned, or edited, a file is not what the tests played."""
    path = written(Path("cassettes"), *JOBS, name="job.yaml")
    played(job="1100")

    assert main(["prune", "--write"]) == 0
    left = path.read_bytes()
    assert main(["prune", "--write"]) == 3
    assert path.read_bytes() == left
    assert "cassettes/job.yaml: left alone: it changed since the tests played it" in capsys.readouterr().err
    played(job="10")
    edited = path.read_text(encoding="utf-8").replace("Completed", "Stopped", 1)
    path.write_text(edited, encoding="utf-8")
    assert main(["prune"]) == 3
    assert path.read_text(encoding="utf-8") == edited


def test_without_evidence_there_is_nothing_to_go_by(capsys):
    """It says how to get some; so it does for a test that changed, and for another file."""
    written(Path("cassettes"), *JOBS, name="job.yaml")

    assert main(["prune"]) == 3
    assert "  there is no such file\n" in capsys.readouterr().err
    told(Evidence(files={"test_it.py": "0" * 64}))
    assert main(["prune"]) == 3
    assert "  test_it.py changed since\n" in capsys.readouterr().err
    FILE.write_text("[]", encoding="utf-8")
    assert main(["prune"]) == 3
    assert "  it is not what pytest wrote\n" in capsys.readouterr().err


def test_orphans_go_only_when_asked_for(capsys):
    """They are listed otherwise, and do not fail a job."""
    written(Path("cassettes"), *JOBS, name="job.yaml")
    path = written(Path("cassettes"), *JOBS, name="lost.yaml")
    played(job="1111")

    assert main(["prune", "--write"]) == 0
    assert path.exists()
    assert main(["prune", "--orphans"]) == 1
    assert path.exists()
    assert main(["prune", "--orphans", "--write"]) == 0
    assert not path.exists()
    assert "removed 1 orphaned cassette\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("made.yaml", "service: sagemaker\nregion: us-east-1\nsteps:\n- operation: ListAutoMLJobs\n"),
        ("made.json", '{"service": "sagemaker", "region": "us-east-1", "steps": [{"operation": "ListAutoMLJobs"}]}'),
    ],
    ids=["yaml", "json"],
)
def test_what_scenarios_and_other_tools_own_stays(capsys, name, text):
    """Scenarios make theirs again, and vcrpy may play its own."""
    scenario = Path("cassettes/scenarios", name)
    scenario.parent.mkdir(parents=True)
    scenario.write_text(text, "utf-8")
    written(Path("cassettes"), *JOBS, name="made.yaml")
    stock(Path("cassettes/theirs.yaml"), ["a"])
    told(Evidence())

    assert main(["prune", "--orphans", "--write"]) == 0
    assert capsys.readouterr().out == (
        f"cassettes/made.yaml: left alone: the scenario cassettes/scenarios/{name} records it\n"
        "cassettes/theirs.yaml: left alone: no test opens it, and another tool wrote it: that may play it\n"
        "nothing to prune in 2 cassettes\n"
    )


def test_a_count_that_is_never_reached_is_told(capsys):
    """The recording stays: it was played."""
    written(Path("cassettes"), replace(JOBS[0], call=replace(JOBS[0].call, repeat=40)), name="job.yaml")
    played(job="3")

    assert main(["prune"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == (
        "cassettes/job.yaml: info: #1 says repeat: 40, and no test plays it more than 3 times"
    )


def test_the_region_of_clients_without_one_stays(capsys):
    """It is that of most recordings, so they are left where that would change."""
    abroad = [describe(name, region="eu-west-1") for name in "xyz"]
    written(Path("cassettes"), *abroad, *JOBS[:2], name="job.yaml")
    played(job="10011")

    assert main(["prune", "--write"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == (
        "cassettes/job.yaml: left alone: "
        "without them, clients without a region would get us-east-1 instead of eu-west-1"
    )


def stock(path, names, dump=yaml.dump):
    """Write a cassette as vcrpy does, whose two last recordings share their headers by an alias."""
    shared = {"X-Amz-Target": ["SageMaker.DescribeModel"]}
    entries = [
        {
            "request": {
                "body": f'{{"ModelName": "{name}"}}',
                "headers": shared,
                "method": "POST",
                "uri": "https://api.sagemaker.eu-west-1.amazonaws.com/",
            },
            "response": {"body": {"string": "{}"}, "headers": {}, "status": {"code": 200, "message": "OK"}},
        }
        for name in names
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dump({"interactions": entries, "version": 1}), encoding="utf-8")
    return path


def test_a_stock_file_keeps_its_spelling_and_plays_under_vcrpy():
    """Also where what goes is what others alias, and in JSON."""
    path = stock(Path("cassettes/theirs.yaml"), "abc")
    assert "&id001" in path.read_text(encoding="utf-8")
    played(theirs="011")

    assert main(["prune", "--write"]) == 0
    with vcr.use_cassette(str(path), record_mode="none") as tape:
        assert [each.body for each in tape.requests] == [b'{"ModelName": "b"}', b'{"ModelName": "c"}']
    path = stock(path, "abc")
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    at = [number for number, line in enumerate(lines) if line.startswith("- ")]
    assert without("".join(lines), [2], "x") == "".join([*lines[: at[2]], *lines[-1:]])
    assert without('{"interactions": [], "version": 1}\n', [], "x") == '{"interactions": [], "version": 1}\n'


def test_a_cassette_of_which_nothing_is_played_stays_for_its_test():
    """A test opens it, so that it must be there."""
    path = written(Path("cassettes"), *JOBS, name="job.yaml")
    played(job="0000")

    assert main(["prune", "--write"]) == 0
    assert cassettes.read(path).interactions == ()


def test_the_date_is_that_of_the_last_answer_left():
    """Where it was that of the last answer before."""
    path = Path("cassettes/job.yaml")
    held = Cassette((dated(JOBS[0], 13), dated(JOBS[1], 20)), Provenance("custom", "2026-11-20", "1.44.5"))
    cassettes.write(path, held, lambda _: [])
    played(job="10")

    assert main(["prune", "--write"]) == 0
    assert cassettes.read(path).provenance.date == "2026-11-13"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anything")
def test_a_file_that_cannot_be_written_is_told(capsys):
    """The others are pruned."""
    path = written(Path("cassettes"), *JOBS, name="job.yaml")
    path.chmod(0o444)
    played(job="1000")

    assert main(["prune", "--write"]) == 3
    assert "write-protected" in capsys.readouterr().err


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.text(max_size=8), st.booleans()), min_size=1, max_size=6))
def test_any_choice_leaves_exactly_the_rest(jobs):
    """Whatever text the recordings hold, of ours and of vcrpy's."""
    held = tuple(describe(name) for name, _ in jobs)
    gone = [at for at, (_, drop) in enumerate(jobs) if drop]
    rest = tuple(each for at, each in enumerate(held) if at not in gone)
    for provenance in (Provenance("custom", "2026-11-20", "1.44.5"), None):
        text = cassettes.to_text(Cassette(held, provenance))

        assert without(text, gone, "x") == cassettes.to_text(Cassette(rest, provenance))
