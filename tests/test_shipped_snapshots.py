"""A project without snapshots of its own, whose cassettes call what those in the package do not track."""

from pathlib import Path

import botocore
import pytest

from bototape import cassettes
from bototape.check import Policy
from bototape.cli import main
from bototape.contract import Contract
from bototape.interaction import Cassette, Provenance
from bototape.releases import snapshots
from tests.builders import interaction

SCHEMAS = Path(__file__).parent.parent / "schemas"
INSTALLED = botocore.__version__
STOP = interaction("StopTrainingJob", {"TrainingJobName": "a"}, {})
TRACKED = interaction("StopAutoMLJob", {"AutoMLJobName": "a"}, {})


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    """The snapshots in the package are those of this repository; ``cassettes`` has one call that they do not track."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(snapshots, "packaged", lambda: SCHEMAS)
    cassettes.write(
        Path("cassettes/a.yaml"), Cassette((STOP,), Provenance("custom", "2026-11-20", INSTALLED)), lambda _: []
    )


@pytest.mark.newest_botocore
def test_drift_starts_from_the_recorded_release(capsys):
    """The snapshot would know nothing of the operation, and find nothing to tell."""
    assert main(["drift", "--against", "installed", "--offline"]) == 0
    assert capsys.readouterr().err.splitlines() == [
        f"sagemaker: pinned {INSTALLED}, against {INSTALLED}",
        "  fresh      cassettes/a.yaml",
        "1 cassette: 1 fresh",
    ]


@pytest.mark.newest_botocore
def test_coverage_counts_by_the_installed_release(capsys):
    """Where the snapshot has no such operation."""
    assert main(["coverage", "--offline"]) == 0

    first, _, line, *_ = capsys.readouterr().out.splitlines()
    assert first.startswith(f"sagemaker {INSTALLED}")
    assert line.split()[:2] == ["StopTrainingJob", "1"]


@pytest.mark.newest_botocore
def test_calls_of_tests_are_checked_by_the_installed_release():
    """Call by call: what the snapshot tracks is held against it."""
    contract = Contract("", Policy())
    for each in (STOP, TRACKED):
        contract.answered(Path("cassettes/a.yaml"), each.request, each.call, each, 1)

    assert contract.taken() == []
    assert contract.release == f"{INSTALLED}, 1.44.5 (2026-11-17)"
