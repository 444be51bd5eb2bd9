"""Storms of findings that mean nothing, folded to one each."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bototape.diff import rules
from bototape.diff.changes import Change
from bototape.diff.collapse import fold
from bototape.finding import Finding, Severity


def change(place, kind="pattern-respelled", service="toy", directions=("input",)):
    return Change(place, kind, "a", "^a$", directions, (place,), service, place)


def found(*changes, axis="both"):
    return rules.judge(changes, axis)


def test_a_storm_becomes_one_finding():
    """Neutral findings of a kind are counted at the service; their fingerprints stay known."""
    alike = found(change("List.output.A", directions=("output",)), change("Act.input.B"), change("Act.input.A"))
    prints = sorted(dict(each.evidence)["fingerprint"] for each in alike)

    assert fold(alike) == [
        Finding(
            "toy",
            "pattern-respelled",
            Severity.NEUTRAL,
            "pattern respelled, 3 times: Patterns in models mean the full text, with or without outer anchors",
            (
                ("kind", "pattern-respelled"),
                ("code", "neutral"),
                ("fixture", "neutral"),
                ("directions", "input, output"),
                ("operations", "Act, List"),
                ("old", ""),
                ("new", ""),
                ("fingerprint", "dd316b3c36fe"),
                ("service", "toy"),
                ("owner", "toy"),
                ("count", "3"),
                ("fingerprints", ", ".join(prints)),
            ),
        )
    ]


def test_what_matters_is_never_folded():
    """Findings above neutral stay as they are, many or not, and come first."""
    storm = [change(f"Act.input.{each}") for each in "AB"]
    bad = [change(f"Act.input.{each}", "member-removed") for each in "CD"]

    assert [each.rule for each in fold(found(*storm, *bad))] == ["member-removed"] * 2 + ["pattern-respelled"]


def test_the_axis_decides_what_is_neutral():
    """What leaves code alone may break recordings: on one axis it is a storm, on the other it is not."""
    marked = [change(f"Act.input.{each}", "sensitivity-added") for each in "AB"]

    assert [len(fold(found(*marked, axis=each))) for each in ("code", "fixture", "both")] == [1, 2, 2]


def test_one_alone_stays_itself():
    """A neutral finding that is the only one of its kind and service keeps its place."""
    one = found(change("Act.input.A"), change("Act.input.A", service="other"), change("Act.input.A", "box-changed"))

    assert fold(one) == one


def test_a_storm_has_a_fingerprint_of_its_own():
    """It depends on what is folded, not on the order; one more makes another storm."""
    alike = found(*(change(f"Act.input.{each}") for each in "ABC"))
    prints = [dict(fold(each)[0].evidence)["fingerprint"] for each in (alike, alike[::-1], alike[:2])]

    assert (prints[0] == prints[1], prints[0] == prints[2]) == (True, False)


def test_a_storm_is_not_folded_again():
    """What is folded counts its own findings, and stays beside one that came later."""
    storm = fold(found(change("Act.input.A"), change("Act.input.B")))
    later = found(change("Act.input.C"))

    assert fold([*storm, *later]) == [*storm, *later]


def test_findings_of_other_jobs_pass():
    """A finding that is no change, such as a check's, is left alone."""
    checks = [
        Finding("a.yaml#1", "extra", Severity.NEUTRAL, "one"),
        Finding("a.yaml#2", "extra", Severity.NEUTRAL, "two"),
    ]

    assert fold(checks) == checks


def test_a_storm_may_be_of_kinds_without_a_rule(monkeypatch):
    """The message of a rule that is gone since is its name alone."""
    alike = found(change("Act.input.A"), change("Act.input.B"))
    monkeypatch.setattr("bototape.diff.collapse.BY_ID", {})

    assert fold(alike)[0].message == "pattern respelled, 2 times"


KINDS = st.sampled_from(["pattern-respelled", "box-changed", "member-added", "member-removed", "sensitivity-added"])
CHANGES = st.lists(st.builds(change, st.sampled_from(["A.input.X", "A.input.Y", "B.input.X"]), KINDS), unique=True)


@settings(max_examples=60, deadline=None)
@given(CHANGES, st.sampled_from(["code", "fixture", "both"]))
def test_nothing_is_lost(changes, axis):
    """Every fingerprint is there once, alone or in a storm; folding again changes nothing."""
    findings = rules.judge(changes, axis)
    folded = fold(findings)
    evidence = [dict(each.evidence) for each in folded]
    prints = [one for each in evidence for one in each.get("fingerprints", each["fingerprint"]).split(", ")]

    assert sorted(prints) == sorted(dict(each.evidence)["fingerprint"] for each in findings)
    assert fold(folded) == folded
