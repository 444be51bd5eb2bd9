"""Findings as Markdown, read back as GitHub Flavored Markdown."""

import re

import pytest
from markdown_it import MarkdownIt

from bototape.finding import Severity
from bototape.report import Context, render
from tests.reports import SAMPLES, change, fault, many

#: GitHub's dialect with its automatic links.
READER = MarkdownIt("gfm-like")

#: The only HTML of our own.
FOLD = re.compile(r"<details><summary>\w+ \(\d+\)</summary>\n|</details>\n")


def shape(text):
    """Tag and text of each heading, fold and list item; fails on anything else that Markdown can make."""
    found = []
    tokens = READER.parse(text)
    for number, token in enumerate(tokens):
        if token.type == "html_block":
            assert FOLD.fullmatch(token.content), token.content
            found.append(("html", token.content.strip()))
        elif token.type == "inline":
            assert {each.type for each in token.children} <= {"text", "code_inline", "text_special"}, token.content
            around = tokens[number - 2].type if tokens[number - 1].type == "paragraph_open" else ""
            tag = "li" if around == "list_item_open" else tokens[number - 1].tag
            found.append((tag, "".join(each.content for each in token.children).replace("\u200b", "")))
        else:
            kind = token.type.removesuffix("_open").removesuffix("_close")
            assert kind in {"heading", "paragraph", "bullet_list", "list_item"}, token
    return found


def test_the_whole_report():
    """A section for each service, the worst kind first; what an operation-wide change hits stands before members."""
    findings = [
        change("toy.Act.input.B", "member-removed", Severity.BREAKING, "member removed"),
        change(operations="Act.output.A, Do.output.B.A, Do.output.A"),
        change(new="Y", message="enum value 'Y' added", operations="Act.output.A, Do.output.B.A, Do.output.A"),
        change("toy.Act.output.C[]", "pattern-dropped", Severity.INFO, "pattern '[A-Z]' dropped"),
        change("toy.Act.output.New", "member-added", Severity.INFO, "member added"),
        change("toy.New", "operation-added", Severity.INFO, "operation added", operations="New", directions=""),
        change("toy.Act.output.Old", "deprecation-added", Severity.INFO, "deprecated"),
        change("toy.Act.output.Z", "pattern-respelled", Severity.NEUTRAL, "the same"),
    ]
    context = Context(title="toy 1 → 2", ignored=((change("toy.Act.output.I"), "never_read"),))

    assert render(findings, "markdown", Severity.BREAKING, context=context) == (
        "# toy 1 → 2\n"
        "\n"
        "8 findings: 1 breaking, 2 dangerous, 4 info, 1 neutral (not listed); gate breaking: 1 at or above; 1 ignored\n"
        "\n"
        "## toy\n"
        "\n"
        "### Breaking\n"
        "\n"
        "- `Act.input.B`: member removed (`member-removed`)\n"
        "\n"
        "### Dangerous\n"
        "\n"
        "- `Act.output.A`: enum value `X` added; likewise `Y` (`enum-value-added`); affects 2 operations: `Act`, `Do`\n"
        "\n"
        "<details><summary>Added (2)</summary>\n"
        "\n"
        "- `New`: operation added (`operation-added`)\n"
        "- `Act.output.New`: member added (`member-added`)\n"
        "\n"
        "</details>\n"
        "\n"
        "<details><summary>Deprecated (1)</summary>\n"
        "\n"
        "- `Act.output.Old`: deprecated (`deprecation-added`)\n"
        "\n"
        "</details>\n"
        "\n"
        "<details><summary>Constraints (1)</summary>\n"
        "\n"
        "- `Act.output.C[]`: pattern `[A-Z]` dropped (`pattern-dropped`)\n"
        "\n"
        "</details>\n"
        "\n"
        "<details><summary>Ignored (1)</summary>\n"
        "\n"
        "- `toy.Act.output.I`: enum value `X` added (`enum-value-added`); ignored because never\\_read\n"
        "\n"
        "</details>\n"
    )


def test_every_job_has_its_sections():
    """Services and files stand in the order of their worst finding."""
    assert [each for each in shape(render(SAMPLES, "markdown", None)) if each[0] in ("h2", "h3", "html")] == [
        ("h2", "toy"),
        ("h3", "Breaking"),
        ("h3", "Dangerous"),
        ("html", "<details><summary>Added (1)</summary>"),
        ("html", "</details>"),
        ("h2", "my cassettes/b #7.yaml"),
        ("h3", "Errors"),
        ("h2", "notes.log"),
        ("h3", "Errors"),
        ("h2", "cassettes/a.yaml"),
        ("h3", "Warnings"),
        ("h2", "cassettes/old.yaml"),
        ("h3", "Warnings"),
        ("h2", "src/notes.md"),
        ("html", "<details><summary>Other (1)</summary>"),
        ("html", "</details>"),
    ]


def test_a_place_is_told_within_its_section():
    """The heading says which file; the line says where in it, or names the file when it is about the whole."""
    items = [text for tag, text in shape(render(SAMPLES, "markdown", None)) if tag == "li"]

    assert [each.partition(": ")[0] for each in items] == [
        "Act.input.Name",
        "Act.output.A",
        "New",
        "#12 response /A/0",
        ":14",
        "#1 response /Status",
        "cassettes/old.yaml",
        "src/notes.md",
    ]


def test_a_change_that_many_operations_meet_names_some():
    """The names end somewhere; how many there are is told."""
    ways = ", ".join(f"Act{n}.output.A" for n in range(40))
    [*_, (_, text)] = shape(render([change("toy.Act0.output.A", operations=ways)], "markdown", None))

    assert text.partition("; ")[2] == (
        "affects 40 operations: Act0, Act1, Act2, Act3, Act4, Act5, Act6, Act7 and 32 more"
    )


def test_folded_findings_are_one_item():
    """What forty recordings share stands once."""
    report = render([fault(f"{n}.yaml") for n in range(40)], "markdown", None, fold=True)

    assert [text for tag, text in shape(report) if tag == "li"] == [
        "#1 response /Status (and 39 more places): expected one of A, found B (enum-value-unknown)"
    ]


@pytest.mark.slow
@pytest.mark.parametrize("number", [2_000, 50_000])
def test_a_report_is_never_too_long_for_a_comment(number):
    """At most 64 kB; the least severe are left out and counted, so that listed and left out are all there are."""
    findings = [each for each in many(number) if each.severity]
    report = render(findings, "markdown", Severity.BREAKING, context=Context(title="é" * 300))

    listed = [text for tag, text in shape(report) if tag == "li"]
    match = re.fullmatch(r"… and (\d+) more findings that found no room here: (.*)\.", shape(report)[-1][1])
    left = dict(reversed(each.split()) for each in match[2].split(", "))
    assert 60_000 < len(report.encode()) <= 64_000
    assert len(listed) + int(match[1]) == len(findings)
    assert sum(map(int, left.values())) == int(match[1])
    assert ("breaking" in left) is (number == 50_000)


def test_a_long_finding_is_cut():
    """One message cannot fill the report."""
    report = render([change(message="x" * 100_000), change("toy.Do.output.A")], "markdown", None)

    assert [len(text) for tag, text in shape(report) if tag == "li"] == [533, 50]


def test_a_clean_run_is_a_heading_and_the_counts():
    """A summary says that there is nothing to say."""
    assert (
        render([], "markdown", Severity.BREAKING) == "# bototape report\n\n0 findings; gate breaking: 0 at or above\n"
    )
