"""A recording knows the members of its answers, not only the forms of their values."""

from pathlib import Path

from bototape import cassettes
from bototape.cli import main
from tests.e2e.live import ACCESS_KEY, SECRET, Answer, account

SCENARIO = """\
service: sagemaker
region: us-east-1
steps:
- operation: DescribeModelCard
  parameters: {ModelCardName: churn}
"""


def test_what_only_the_model_marks_is_not_recorded(tmp_path, monkeypatch):
    """The content of a model card is marked sensitive, and looks like any text."""
    path = tmp_path / "cassettes" / "scenarios" / "card.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(SCENARIO)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name, value in (("AWS_ACCESS_KEY_ID", ACCESS_KEY), ("AWS_SECRET_ACCESS_KEY", SECRET)):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("BOTOTAPE_SCRUB_KEY", "key of this test")
    card = {"ModelCardName": "churn", "Content": "the plan for the merger", "ModelCardStatus": "Draft"}

    with account(DescribeModelCard=[Answer(card)]) as live:
        code = main(["record", "cassettes/scenarios/card.yaml", "--endpoint-url", live.url])

    (kept,) = cassettes.read(Path("cassettes/card.yaml")).interactions
    assert code == 0
    assert kept.response.body.decode() == (
        '{\n  "ModelCardName": "churn",\n  "Content": "SCRUBBED000001",\n  "ModelCardStatus": "Draft"\n}'
    )
