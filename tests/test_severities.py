"""The page of how bad a service's releases were: made by a script, whole, and in agreement with itself."""

import re
import runpy
from collections import Counter
from pathlib import Path

from bototape.diff import rules
from bototape.diff.changes import Change
from bototape.releases import natural, timeline

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "severities.md").read_text(encoding="utf-8")
SCRIPT = runpy.run_path(str(ROOT / "scripts" / "tabulate_severities"))


def cells(line):
    return [each.strip() for each in line.strip("|").split("|")]


def step(version, *changes):
    found = [Change(place, kind, "", "x", ("input",), (place,), "toy") for kind, place in changes]
    return SCRIPT["Step"](version, "2026-01-02", rules.judge(found, "code"), rules.judge(found, "fixture"))


def test_the_page_has_every_release_that_changed_the_service():
    """No release since 1.37.0 is left out: the rows are those of the committed timeline."""
    rows = [cells(each)[0] for each in PAGE.splitlines() if re.match(r"\| \d", each)]
    known = timeline.committed("sagemaker", [ROOT / "schemas"])
    wanted = [each.version for each in known.rows if each.crc and natural(each.version) >= natural("1.37.0")]

    assert rows[::-1] == [each for each in wanted if natural(each) <= natural(rows[0])]
    assert len(rows) >= 106


def test_the_summary_counts_the_releases():
    """The first table is the sum of the last."""
    listed = [cells(each)[2:4] for each in PAGE.splitlines() if re.match(r"\| \d", each)]
    code, fixture = (Counter(column) for column in zip(*listed, strict=True))
    table = PAGE.split("## What would have broken")[0].splitlines()
    counted = {cells(each)[0]: tuple(map(int, cells(each)[1:])) for each in table if re.match(r"\| [a-z]+ \| \d", each)}

    assert counted == {
        word: (code[word], fixture[word]) for word in ("breaking", "dangerous", "info", "neutral", "nothing")
    }


def test_a_page_says_what_would_have_broken():
    """Breaking findings are listed with their release, newest first; the rest is counted."""
    found = [
        step(
            "1.1.0", ("member-removed", "Act.input.A"), ("box-changed", "Act.input.B"), ("box-changed", "Act.input.C")
        ),
        step("1.2.0"),
    ]
    page = SCRIPT["page"]("toy", "1.1.0", found)

    assert "- 1.1.0 (code): `toy.Act.input.A`: member removed\n" in page
    assert "2 findings are neutral for code; folded, they are 1 lines." in page
    assert "| [box-changed](rules.md#box-changed) | 1 | 2 |" in page
    assert page.splitlines()[-2:] == [
        "| 1.2.0 | 2026-01-02 | nothing | nothing |  |  |  |  |",
        "| 1.1.0 | 2026-01-02 | breaking | dangerous | 1 |  |  | 2 |",
    ]
