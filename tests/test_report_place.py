"""Where a finding is, by its parts; and what it is known by."""

import pytest

from bototape.finding import Finding, Severity
from bototape.report.place import Place, affected, fingerprint, place_of
from tests.reports import change, fault, leak


def bare(where):
    return Finding(where, "some-rule", Severity.INFO, "")


@pytest.mark.parametrize(
    ("finding", "place", "label"),
    [
        (change("toy.Act.output.A[].B"), Place("toy", "Act", "output.A[].B"), "Act"),
        (change("toy.Act", directions=""), Place("toy", "Act", ""), "Act"),
        (change("toy.metadata", directions="", operations=""), Place("toy", "", "metadata"), ""),
        (fault("a.yaml", 2, "/B/0"), Place("a.yaml", "#2", "response /B/0", "a.yaml"), "interaction 2"),
        (fault("a.yaml", 2, ""), Place("a.yaml", "#2", "response", "a.yaml"), "interaction 2"),
        (fault("my #1 a.yaml", 2), Place("my #1 a.yaml", "#2", "response /Status", "my #1 a.yaml"), "interaction 2"),
        (leak("my notes.log:14"), Place("my notes.log", ":14", "", "my notes.log", 14), "line 14"),
        (leak("a.json"), Place("a.json", "", "", "a.json"), ""),
        (bare("a b.yaml"), Place("a b.yaml", "", "", "a b.yaml"), ""),
        (bare("a b.yaml#3"), Place("a b.yaml", "#3", "", "a b.yaml"), "interaction 3"),
        (bare("a b.yaml#3 response /A"), Place("a b.yaml", "#3", "response /A", "a b.yaml"), "interaction 3"),
        (bare("a.yaml:3"), Place("a.yaml", ":3", "", "a.yaml", 3), "line 3"),
        (bare(""), Place("", "", "", ""), ""),
    ],
    ids=lambda each: each.where if isinstance(each, Finding) else "",
)
def test_every_job_s_places_have_their_parts(finding, place, label):
    """A change is at a service and an operation; anything else is in a file, whatever the file is called."""
    assert (place_of(finding), place_of(finding).label) == (place, label)


def test_a_service_with_a_dot_is_told_by_evidence():
    """Evidence that names the service wins over the first dot."""
    finding = change("runtime.lex.PostText.output.A")
    named = Finding(finding.where, finding.rule, finding.severity, "", (*finding.evidence, ("service", "runtime.lex")))

    assert place_of(named) == Place("runtime.lex", "PostText", "output.A")


def test_operations_that_a_change_reaches_are_told_once():
    """Two ways within one operation are one operation; a fault in a file reaches none."""
    ways = "Act.output.A, Act.output.B.A, Do.output.A"

    assert (affected(change(operations=ways)), affected(change(operations="")), affected(fault())) == (
        ("Act", "Do"),
        (),
        (),
    )


def test_fingerprints_do_not_depend_on_releases_or_wording():
    """A change has its own; a fault keeps its fingerprint under another release that expects something else."""
    one = fault()
    evidence = dict(one.evidence) | {"release": "2.0.0", "expected": "one of 'A', 'C'"}
    other = Finding(one.where, one.rule, one.severity, "said otherwise", tuple(evidence.items()))

    assert fingerprint(change(fingerprint="00000000000f")) == "00000000000f"
    assert fingerprint(one) == fingerprint(other) == "bf46fa5ce7c4"


@pytest.mark.parametrize(
    "other",
    [fault(number=2), fault(pointer="/Other"), fault("b.yaml"), fault(rule="type-mismatch")],
    ids=["interaction", "pointer", "file", "rule"],
)
def test_fingerprints_tell_findings_apart(other):
    """What differs in file, interaction, place or rule is another finding."""
    assert fingerprint(other) != fingerprint(fault())


def test_members_missing_at_one_place_are_two_findings():
    """Two members missing in one structure share everything but their name."""
    one, other = (Finding("a#1", "member-missing", Severity.ERROR, "", (("member", member),)) for member in ("A", "B"))

    assert fingerprint(one) != fingerprint(other)
