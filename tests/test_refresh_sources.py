"""Which files below a directory are scenarios and cassettes, however they are written."""

import json
from pathlib import Path

import pytest
from botocore.session import Session

from bototape.errors import ScenarioInvalid, UsageError
from bototape.refresh.sources import find

SCENARIO = {
    "service": "sagemaker",
    "region": "us-east-1",
    "steps": [{"operation": "ListAutoMLJobs", "parameters": {"NameContains": "steps"}}],
}
OTHER = {"service": "sagemaker", "note": {"steps": []}, "interactions": []}


@pytest.fixture
def scenarios(tmp_path, monkeypatch):
    """The directory of a project's scenarios, seen from the project."""
    monkeypatch.chdir(tmp_path)
    place = Path("cassettes") / "scenarios"
    place.mkdir(parents=True)
    return place


def made(path="cassettes"):
    return [
        (str(each.cassette), each.scenario.scenario.path if each.scenario else "")
        for each in find([Path(path)], Session())
    ]


@pytest.mark.parametrize("name", ["jobs.yaml", "jobs.yml", "jobs.json"])
@pytest.mark.parametrize("indent", [None, 2], ids=["one-line", "indented"])
def test_a_scenario_in_json_is_found(scenarios, name, indent):
    """JSON is YAML: below a directory, and beside the cassette that it makes."""
    (scenarios / name).write_text("\n" + json.dumps(SCENARIO, indent=indent))
    cassette = Path("cassettes/jobs.yaml")
    cassette.write_text("interactions: []\nversion: 1\n")

    expected = [("cassettes/jobs.yaml", f"cassettes/scenarios/{name}")]
    assert (made(), made(str(cassette))) == (expected, expected)


def test_json_that_is_no_scenario_is_not_taken_for_one(scenarios):
    """The word steps deeper inside says nothing."""
    (scenarios / "other.yaml").write_text(json.dumps(OTHER))
    (scenarios / "words.json").write_text(json.dumps({"note": {"steps": []}}))

    with pytest.raises(UsageError, match="there is no scenario or cassette below cassettes"):
        made()


def test_broken_json_is_told(scenarios):
    """Not passed over: with its line."""
    (scenarios / "jobs.yaml").write_text('{"service": "sagemaker",\n "steps": [}')

    with pytest.raises(ScenarioInvalid, match=r"jobs\.yaml:2"):
        made()
