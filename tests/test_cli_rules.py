"""`bototape rules` from outside, and the page of the documentation that is made of the same catalogue."""

import json
import runpy
from pathlib import Path

import pytest

from bototape.cli import main
from bototape.diff import rules

ROOT = Path(__file__).parent.parent


def test_every_rule_has_a_line(capsys):
    """The list has each rule once, by id, with its worst severities."""
    assert main(["rules"]) == 0

    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["rule", "code", "fixture", "what"]
    assert [each.split()[0] for each in lines] == sorted([*rules.BY_ID, rules.UNCLASSIFIED])
    assert "member-removed              breaking   dangerous  member removed" in lines


def test_one_rule_is_explained(capsys):
    """A rule shows its severities by side, why, what to do, and the opposite event."""
    assert main(["rules", "member-renamed"]) == 0

    assert capsys.readouterr().out == (
        "member-renamed: member OLD looks renamed to NEW\n"
        "  request: code breaking, fixture breaking\n"
        "  response: code breaking, fixture breaking\n"
        "  error: code breaking, fixture breaking\n"
        "  why: A request that names the old one is rejected before sending; "
        "an answer has the key under the new name.\n"
        "  fix: use the new name; record again\n"
        "  mirror: itself\n"
    )


def test_what_has_no_rule_is_explained(capsys):
    """The finding for what no rule covers is in the catalogue as well."""
    assert main(["rules", "unclassified"]) == 0

    assert capsys.readouterr().out.splitlines()[:2] == [
        "unclassified: OLD; now NEW: no rule covers it",
        "  operation or service: code dangerous, fixture dangerous",
    ]


def test_json_has_the_same(capsys):
    """Programs get one object, or a list of all."""
    assert main(["rules", "service-added", "--format", "json"]) == 0
    one = json.loads(capsys.readouterr().out)
    assert main(["rules", "--format", "json"]) == 0
    listed = json.loads(capsys.readouterr().out)

    assert one == {
        "id": "service-added",
        "mirror": "service-removed",
        "severities": {"whole": {"code": "info", "fixture": "neutral"}},
        "message": "service added",
        "why": "Nothing that exists changes.",
        "fix": "nothing to do",
    }
    assert one in listed
    assert [each["id"] for each in listed] == sorted([*rules.BY_ID, rules.UNCLASSIFIED])


@pytest.mark.parametrize(
    ("rule", "fix"), [("member-removd", "did you mean member-removed?"), ("zzz", "list them: bototape rules")]
)
def test_an_unknown_rule_is_an_error(capsys, rule, fix):
    """A name that is no rule's gets the nearest one, or the way to the list."""
    assert main(["rules", rule]) == 2

    assert capsys.readouterr().err == f"bototape: there is no rule {rule}\n  fix: {fix}\n"


def test_the_page_is_up_to_date():
    """docs/rules.md is what scripts/update_rules writes."""
    page = runpy.run_path(str(ROOT / "scripts" / "update_rules"))["page"]

    assert (ROOT / "docs" / "rules.md").read_text(encoding="utf-8") == page()
