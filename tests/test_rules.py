"""The judgement of changes: one golden folder per rule, and the axes of the catalogue."""

import re
from pathlib import Path

import pytest

from bototape import releases
from bototape.diff import rules, traits
from bototape.diff.changes import Change, detect
from bototape.diff.compare import compare
from bototape.finding import Finding, Severity
from tests import apis

CASES = sorted((Path(__file__).parent / "diff").iterdir())
SCHEMAS = Path(__file__).parent.parent / "schemas"

#: The last word or two of a rule's id, and what they are the other way round.
OPPOSITE = {
    "added": "removed",
    "became-required": "became-optional",
    "changed": "changed",
    "introduced": "dropped",
    "raised": "lowered",
    "renamed": "renamed",
    "respelled": "respelled",
    "widened": "narrowed",
}
OPPOSITE |= {value: key for key, value in OPPOSITE.items()}

SIDES = {"input", "output", "error"}

#: Rules that leave out a side, and why.
WAIVERS = {
    "input-introduced": "only an input can be introduced as one",
    "input-dropped": "only an input can be dropped as one",
    "output-introduced": "only an output can be introduced as one",
    "output-dropped": "only an output can be dropped as one",
    "error-added": "it is about an error by its nature",
    "error-removed": "it is about an error by its nature",
    "error-class-added": "it is about an error by its nature",
    "error-class-removed": "it is about an error by its nature",
}


def lines(findings):
    """Write findings as the stored expectations have them."""
    for each in findings:
        evidence = dict(each.evidence)
        side = evidence["directions"] or "whole"
        severities = f"code {evidence['code']} | fixture {evidence['fixture']}"
        yield f"{each.rule} | {severities} | {side} | {each.where} | {each.message}"


def found(case):
    """Return the findings of a golden folder, texts included."""
    return rules.judge(compare(*(apis.side(case, each) for each in ("old", "new")), documentation=True))


def change(kind, directions=(), old="", new="", operations=("Act",)):
    return Change(operations[0], kind, old, new, directions, operations, "toy")


def test_one_case_per_rule():
    """Adding or dropping a rule without its case fails here."""
    assert {each.name for each in CASES} == {each.id for each in rules.ALL}


@pytest.mark.parametrize("case", CASES, ids=lambda each: each.name)
def test_findings_are_exactly_these(case):
    """The findings equal the stored ones, all of them and no others."""
    stored = (case / "expected.txt").read_text(encoding="utf-8").splitlines()

    assert stored == list(lines(found(case)))


@pytest.mark.parametrize("case", CASES, ids=lambda each: each.name)
def test_a_case_shows_its_rule_alone(case):
    """A golden pair is about one rule, on every side that the rule judges or a side it is met in."""
    stored = [each.split(" | ") for each in (case / "expected.txt").read_text(encoding="utf-8").splitlines()]

    assert {each[0] for each in stored} == {case.name}
    assert {each[3] for each in stored} <= set(rules.BY_ID[case.name].severities)


def test_ids_are_unique():
    """Two rules for one kind would hide each other."""
    assert len(rules.BY_ID) == len(rules.ALL)


@pytest.mark.parametrize("rule", rules.ALL, ids=lambda each: each.id)
def test_mirror_is_the_opposite_event(rule):
    """Every rule has its mirror: the same subject, the opposite event, the same sides."""
    event = next(each for each in sorted(OPPOSITE, key=len, reverse=True) if rule.id.endswith(f"-{each}"))
    mirror = rules.BY_ID[rule.mirror]

    assert rule.mirror == f"{rule.id.removesuffix(event)}{OPPOSITE[event]}"
    assert (mirror.mirror, set(mirror.severities)) == (rule.id, set(rule.severities))


def test_every_side_is_judged():
    """A rule judges the whole, or all three sides; what leaves out a side says why, and no waiver is left over."""
    partial = {
        each.id for each in rules.ALL if not (set(each.severities) == {"whole"} or set(each.severities) >= SIDES)
    }

    assert partial == set(WAIVERS)


@pytest.mark.parametrize("rule", rules.ALL, ids=lambda each: each.id)
def test_catalogue_reads_well(rule):
    """Ids are kebab-case; reasons are sentences; fixes and messages are not."""
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", rule.id)
    assert rule.why.endswith(".")
    assert not rule.fix.endswith(".")
    assert not rule.message.endswith(".")
    assert rule.message.format(old="a", new="b")


def test_every_kind_of_trait_has_a_rule():
    """The tables that name kinds name only kinds that are judged."""
    tables = (traits.SHAPE, traits.OPERATION, traits.METADATA)
    named = {kind for table in tables for kind in table.values()}
    named |= {f"{subject}-{event}" for subject in traits.SWITCHES.values() for event in ("added", "removed")}

    assert named - set(rules.BY_ID) == set()


def test_storms_are_neutral():
    """What botocore's models do by the hundred means nothing, so that it is folded whatever axis is chosen."""
    storms = (
        "box-changed",
        "enum-order-changed",
        "idempotence-added",
        "member-order-changed",
        "minimum-respelled",
        "pattern-respelled",
        "response-status-respelled",
        "sender-fault-changed",
        "shape-renamed",
        "uri-label-renamed",
    )

    assert {verdict for each in storms for verdict in rules.BY_ID[each].severities.values()} == {
        rules.Verdict(Severity.NEUTRAL, Severity.NEUTRAL)
    }


def test_severity_is_the_worst_of_the_sides():
    """A member removed from a request and an answer counts as removed from the request; both are named."""
    found = rules.judge([change("member-removed", ("input", "output"), "A", "", ("Put.input.A", "Get.output.A"))])

    assert found == [
        Finding(
            "toy.Put.input.A",
            "member-removed",
            Severity.BREAKING,
            "member removed, in 2 places",
            (
                ("kind", "member-removed"),
                ("code", "breaking"),
                ("fixture", "dangerous"),
                ("directions", "input, output"),
                ("operations", "Put.input.A, Get.output.A"),
                ("old", "A"),
                ("new", ""),
                ("fingerprint", "0f391d7e3450"),
                ("service", "toy"),
                ("owner", "Put.input.A"),
            ),
        )
    ]


@pytest.mark.parametrize(
    ("axis", "severity"), [("code", Severity.INFO), ("fixture", Severity.BREAKING), ("both", Severity.BREAKING)]
)
def test_axis_chooses_the_severity(axis, severity):
    """A new protocol leaves code alone and breaks every recording."""
    [found] = rules.judge([change("protocol-changed", old="query", new="json")], axis)

    assert found.severity is severity


def test_worst_comes_first():
    """Findings are sorted by severity, then place."""
    found = rules.judge([change("operation-added"), change("operation-removed"), change("annotation-changed")])

    assert [each.severity.label for each in found] == ["breaking", "info", "neutral"]


@pytest.mark.parametrize(
    "unruled",
    [change("trait-changed", ("input",), "", "mood=bad"), change("input-introduced", ("output",), "", "mood=bad")],
    ids=["kind", "direction"],
)
def test_a_change_without_a_rule_is_unclassified(unruled):
    """What no rule covers, in its kind or its direction, is reported as dangerous and never dropped."""
    [found] = rules.judge([unruled])

    assert (found.rule, found.severity) == (rules.UNCLASSIFIED, Severity.DANGEROUS)
    assert found.message == f"{unruled.kind} (none; now mood=bad): no rule covers it"


@pytest.mark.parametrize("new", ["1.20.41", "1.27.96", "1.28.0", "pinned"])
def test_nothing_real_is_unclassified(new):
    """Every change between the committed snapshots has a rule."""
    models = (releases.load(each, "sagemaker", SCHEMAS).service for each in ("1.20.40", new))

    assert [each for each in rules.judge(detect(*models)) if each.rule == rules.UNCLASSIFIED] == []
