"""Findings as annotations of a GitHub Actions step."""

import re

import pytest

from bototape.finding import Severity
from bototape.report import Context, render
from tests.reports import SAMPLES, change, fault, leak

COMMAND = re.compile(r"::(error|warning) ((?:\w+=[^,:\r\n]*)(?:,\w+=[^,:\r\n]*)*)::([^\r\n]*)")


def unescaped(text):
    """What GitHub's runner reads back (ActionCommand.cs): the per cent sign last."""
    for code, character in (("%2C", ","), ("%3A", ":"), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(code, character)
    return text


def commands(text):
    """Level, properties and message of each command, read as the runner does; the rest of the lines."""
    found, rest = [], []
    for line in text.split("\n")[:-1]:
        if not line.lstrip().startswith("::"):
            rest.append(line)
            continue
        match = COMMAND.fullmatch(line)
        assert match, line
        properties = {key: unescaped(value) for key, value in (each.split("=", 1) for each in match[2].split(","))}
        found.append((match[1], properties, unescaped(match[3])))
    return found, rest


def annotations(findings, gate=Severity.BREAKING, **options):
    context = Context(**{key: options.pop(key) for key in ("anchor",) if key in options})
    return commands(render(findings, "github", gate, context=context, **options))


def test_one_annotation_for_each_operation():
    """What reaches the gate is an error, the rest a warning, both at the line that pins botocore; info has none."""
    findings = [
        change("toy.Act.input.B", "member-removed", Severity.BREAKING, "member removed"),
        change(),
        change(new="Y", message="enum value 'Y' added"),
        change("toy.Act.output.D", "pattern-changed", message="pattern changed"),
        change("toy.Do.output.E", severity=Severity.INFO),
    ]

    at = {"file": "requirements.txt", "line": "3", "title": "toy.Act"}
    assert annotations(findings, anchor="requirements.txt:3") == (
        [
            ("error", at, "breaking  toy.Act.input.B: member removed [member-removed]"),
            (
                "warning",
                at,
                (
                    "dangerous  toy.Act.output.A: enum value 'X' added; likewise 'Y' [enum-value-added]\n"
                    "dangerous  toy.Act.output.D: pattern changed [pattern-changed]"
                ),
            ),
        ],
        ["5 findings: 1 breaking, 3 dangerous, 1 info; gate breaking: 1 at or above"],
    )


def test_a_fault_is_annotated_in_its_file():
    """The file and the line of a finding that has them; a comma or colon in them is escaped."""
    found, _ = annotations([fault("a,b:c%0A.yaml", 2), leak("notes.log:14")], Severity.ERROR)

    assert [each[:2] for each in found] == [
        ("error", {"file": "notes.log", "line": "14", "title": "notes.log:14"}),
        ("warning", {"file": "a,b:c%0A.yaml", "title": "a,b:c%0A.yaml#2"}),
    ]


def test_no_gate_no_error():
    """What fails nothing is at most a warning."""
    assert {level for level, *_ in annotations(SAMPLES, None)[0]} == {"warning"}


def test_ten_of_a_kind_and_the_last_counts_the_rest():
    """GitHub drops the eleventh without a word; the tenth says what is missing. The worst are the first."""
    findings = [change(f"toy.Act{n}.output.A") for n in range(30)]
    findings += [change(f"toy.Bad{n}.output.A", severity=Severity.BREAKING) for n in range(12)]
    found, _ = annotations(findings)

    assert [each[0] for each in found] == ["error"] * 10 + ["warning"] * 10
    assert [found[n][1]["title"] for n in (0, 8, 9, 10, 18, 19)] == [
        "toy.Bad0",
        "toy.Bad8",
        "… and 3 more findings",
        "toy.Act0",
        "toy.Act8",
        "… and 21 more findings",
    ]
    assert found[9][2] == (
        "… and 3 more findings: a step shows 10 annotations of a kind; the summary and the other formats have all"
    )


@pytest.mark.parametrize(("number", "last"), [(10, "toy.Act9"), (11, "… and 2 more findings")])
def test_the_tenth_counts_only_if_there_are_more(number, last):
    """Ten fit."""
    found, _ = annotations([change(f"toy.Act{n}.output.A") for n in range(number)])

    assert (len(found), found[-1][1]["title"]) == (10, last)


def test_a_long_annotation_is_cut():
    """One operation with very many findings is an annotation that can be read."""
    [(_, _, message)], _ = annotations([change(f"toy.Act.output.M{n}", message="x" * 9_000) for n in range(50)])

    lines = message.split("\n")
    assert (len(lines), lines[-1], max(map(len, lines))) == (21, "… and 30 more", 519)


def test_folded_findings_are_annotated_once():
    """What forty recordings share is one annotation."""
    [(_, properties, message)], _ = annotations([fault(number=n) for n in range(1, 41)], Severity.ERROR, fold=True)

    assert (properties["title"], message) == (
        "cassettes/a.yaml#1",
        (
            "warning  cassettes/a.yaml#1 response /Status (and 39 more places): expected one of 'A', found 'B' "
            "[enum-value-unknown]"
        ),
    )


def test_a_clean_run_prints_the_counts():
    """No command, and the line that says what was looked for."""
    assert annotations([]) == ([], ["0 findings; gate breaking: 0 at or above"])
