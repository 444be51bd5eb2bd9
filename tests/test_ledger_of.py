"""Which ledger a recorded cassette belongs to: one for a directory of cassettes."""

from pathlib import Path

import pytest

from bototape.tape.taking import ledger_of


@pytest.mark.parametrize(
    ("cassette", "ledgers", "root", "found"),
    [
        ("cassettes/a.yaml", [], "cassettes", "cassettes"),
        ("cassettes/automl/deep/a.yaml", [], "cassettes", "cassettes"),
        ("cassettes/automl/a.yaml", ["cassettes/automl"], "cassettes", "cassettes/automl"),
        ("cassettes/automl/a.yaml", ["."], "cassettes", "cassettes"),
        ("elsewhere/a.yaml", [], "cassettes", "elsewhere"),
        ("elsewhere/deep/a.yaml", ["elsewhere"], "cassettes", "elsewhere"),
        ("elsewhere/deep/a.yaml", [], None, "elsewhere/deep"),
        ("a.yaml", [], None, "."),
    ],
)
def test_the_nearest_ledger_or_that_of_the_root(tmp_path, monkeypatch, cassette, ledgers, root, found):
    """One that is there counts, from the cassette up to the root; without any the root's is made."""
    monkeypatch.chdir(tmp_path)
    for each in ledgers:
        Path(each).mkdir(parents=True, exist_ok=True)
        (Path(each) / "ledger.json").touch()

    ledger = ledger_of(Path(cassette), Path(root) if root else None)
    assert ledger.resolve() == tmp_path / found / "ledger.json"
