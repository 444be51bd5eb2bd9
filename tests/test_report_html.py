"""Findings as one HTML page, opened in a browser."""

import re

import pytest

from bototape.finding import Severity
from bototape.report import Context, render
from tests import browser
from tests.reports import HOSTILE, SAMPLES, change, fault, leak, many

PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20"/></svg>'

#: Heading, item and first line of each finding that is shown.
SHOWN = """
[...document.querySelectorAll("#findings > *")].map((each) => each.tagName === "DETAILS"
  ? [...each.querySelector("summary").children].map((child) => child.textContent).join(" | ")
  : `${each.tagName} ${each.textContent}`)
"""


@pytest.fixture(scope="module")
def tab():
    found = browser.executable()
    if found is None:
        pytest.skip("no Chromium or Chrome on PATH; install chromium, or name one in BOTOTAPE_BROWSER")
    with browser.page(found) as opened:
        yield opened


@pytest.fixture
def show(tab, tmp_path):
    """Open the page of some findings; afterwards nothing was requested, and nothing went wrong."""

    def show(findings, gate=Severity.BREAKING, **context):
        path = tmp_path / "report.html"
        path.write_text(render(findings, "html", gate, context=Context(**context)), encoding="utf-8")
        tab.open(path)
        return tab

    tab.events.clear()
    yield show
    urls = [each["request"]["url"] for each in tab.told("Network.requestWillBeSent")]
    assert {each.partition(":")[0] for each in urls} <= {"file", "data"}
    assert len([each for each in urls if each.startswith("file:")]) == 1
    assert tab.told("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded") == []


def test_findings_stand_under_their_service_and_operation(show):
    """Worst first; neutral ones wait behind their filter; ignored ones are there and marked."""
    page = show(SAMPLES, title="toy 1 → 2", ignored=((change("toy.Act.output.I", severity=Severity.INFO), "known"),))

    assert page.evaluate(SHOWN) == [
        "H2 toy",
        "H3 Act",
        "breaking | toy.Act.input.Name | minimum raised from 1 to 3 minimum-raised",
        "dangerous | toy.Act.output.A | enum value 'X' added enum-value-added",
        "info | toy.Act.output.I | enum value 'X' added enum-value-added",
        "H3 New",
        "info | toy.New | operation added operation-added",
        "H2 my cassettes/b #7.yaml",
        "H3 interaction 12",
        "error | my cassettes/b #7.yaml#12 response /A/0 | expected one of 'A', found 'B' enum-value-unknown",
        "H2 notes.log",
        "H3 line 14",
        "error | notes.log:14 | holds an account id (12 characters) account-id",
        "H2 cassettes/a.yaml",
        "H3 interaction 1",
        "warning | cassettes/a.yaml#1 response /Status | expected one of 'A', found 'B' enum-value-unknown",
        "H2 cassettes/old.yaml",
        "warning | cassettes/old.yaml | recorded 400 days ago cassette-old",
        "H2 src/notes.md",
        "info | src/notes.md | holds an account id (12 characters) opaque-layer",
    ]
    assert page.evaluate("[document.title, document.querySelector('header').innerText]") == [
        "toy 1 → 2",
        (
            "toy 1 → 2\n\n9 findings: 1 breaking, 2 error, 1 dangerous, 2 warning, 2 info, 1 neutral; "
            "gate breaking: 1 at or above; 1 ignored"
        ),
    ]
    assert page.evaluate("document.getElementById('shown').value") == "9 of 10 findings"
    assert page.evaluate("document.querySelectorAll('.ignored').length") == 1


def places(page):
    return page.evaluate("[...document.querySelectorAll('.finding summary > code')].map((e) => e.textContent)")


def test_severities_filter(show):
    """Each severity has a box with its count; clicking one hides or shows its findings."""
    page = show(
        [change("a.A.output.M", severity=each) for each in (Severity.BREAKING, Severity.INFO, Severity.NEUTRAL)]
    )
    labels = page.evaluate("[...document.querySelectorAll('#severities label')].map((e) => e.textContent.trim())")
    before = page.evaluate("document.querySelectorAll('.finding').length")
    page.click("input[value=info]")
    page.click("input[value=neutral]")

    assert (labels, before) == (["breaking (1)", "info (1)", "neutral (1)"], 2)
    assert page.evaluate("[...document.querySelectorAll('.severity')].map((e) => e.textContent)") == [
        "breaking",
        "neutral",
    ]


def test_services_filter(show):
    """One service or file can be picked by its name."""
    page = show([change("a.A.output.M"), change("b.B.output.M"), fault(), leak()])
    page.evaluate(
        "(() => { const group = document.getElementById('group');"
        "group.value = [...group.options].find((each) => each.textContent === 'b').value;"
        "group.dispatchEvent(new Event('input', {bubbles: true})); })()"
    )

    assert places(page) == ["b.B.output.M"]


def test_text_filters(show):
    """Words typed must all be in the place, the message or the rule, in any order and case."""
    page = show(
        [change("toy.Act.output.A"), change("toy.Act.output.B", "member-added", message="member added"), leak()]
    )
    page.type("#text", "Member ACT")

    assert places(page) == ["toy.Act.output.B"]
    assert page.evaluate("document.getElementById('shown').value") == "1 of 3 findings"


def test_reset_shows_everything_again(show):
    """The button undoes all filters."""
    page = show([change("toy.Act.output.A"), leak()])
    page.type("#text", "nothing has this")
    empty = places(page)
    page.click("button[type=reset]")
    page.evaluate("new Promise((done) => setTimeout(done, 0))")

    assert (empty, places(page)) == ([], ["notes.log:14", "toy.Act.output.A"])


def test_a_finding_opens_to_its_evidence(show):
    """A click tells why it matters, the evidence, the fingerprint and why it is ignored."""
    page = show([], ignored=((change(operations="Act.output.A, Do.output.A"), "we never read it"),))
    page.click(".finding summary")
    page.evaluate("new Promise((done) => setTimeout(done, 0))")

    assert page.evaluate(
        "[...document.querySelectorAll('dt')].map((e) => [e.textContent, e.nextSibling.textContent])"
    ) == [
        ["ignored because", "we never read it"],
        [
            "why",
            (
                "Answers may hold a value that code and mocks have no branch for; botocore passes it on. "
                "Fix: give the branching a default."
            ),
        ],
        ["kind", "enum-value-added"],
        ["code", "dangerous"],
        ["fixture", "neutral"],
        ["directions", "output"],
        ["operations", "Act.output.A, Do.output.A"],
        ["new", "X"],
        ["fingerprint", "0123456789ab"],
    ]


def test_very_many_findings_come_in_portions(show):
    """Two hundred at first, two hundred more for each click; filters see all of them."""
    page = show(many(3_000))
    first = len(places(page))
    page.click("#more")
    second = len(places(page))
    page.type("#text", "Act997.output.M2006")

    assert (first, second, places(page)) == (200, 400, ["service66.Act997.output.M2006"])


@pytest.mark.parametrize(("picture", "widths"), [(PICTURE, [40]), ("", [])], ids=["with", "without"])
def test_the_timeline_is_a_picture(show, picture, widths):
    """The SVG is drawn as an image, which can run nothing; without one there is no figure."""
    page = show([change()], picture=picture)

    assert page.evaluate("[...document.querySelectorAll('figure img')].map((each) => each.naturalWidth)") == widths


def test_a_picture_says_what_it_shows():
    """To whoever cannot see it: a timeline, unless the report says that it is another picture."""
    pages = [
        render([change()], "html", None, context=Context(picture=PICTURE, **each)) for each in ({}, {"alt": 'A "map"'})
    ]

    assert [re.findall('alt="([^"]*)"', each) for each in pages] == [["Timeline of the changes"], ["A &quot;map&quot;"]]


def test_what_findings_quote_runs_nothing(show):
    """Tricks in every place of a finding are shown as text; no element, script or request comes of them."""
    tricks = ("<img src=https://example.com/x onerror=alert(1)>", "<svg/onload=alert(1)>", *HOSTILE)
    findings = [change(f"toy.Act{each}.output.A", f"rule{each}", message=each, new=each) for each in tricks]
    page = show(findings, title="".join(tricks), picture="<svg onload=alert(1)><script>alert(1)</script></svg>")
    page.evaluate("document.querySelectorAll('.finding summary').forEach((each) => each.click())")
    page.evaluate("new Promise((done) => setTimeout(done, 50))")

    kinds = "[...new Set([...document.querySelectorAll('main *')].map((each) => each.tagName))].sort()"
    assert page.evaluate(kinds) == ["CODE", "DD", "DETAILS", "DL", "DT", "H2", "H3", "SPAN", "SUMMARY"]
    assert page.evaluate("document.querySelectorAll('.finding').length") == len(tricks)
    assert page.evaluate("document.querySelector('.message').textContent").startswith(tricks[0])


def test_the_policy_forbids_what_is_not_of_the_page(show):
    """Even a script that got into the document does not run, and nothing can be fetched."""
    page = show([change()])
    before = [*page.events]
    page.evaluate(
        "(() => { const script = document.createElement('script'); script.textContent = 'window.ran = true';"
        "document.head.append(script); })()"
    )
    fetched = page.evaluate("fetch('data:,x').then(() => 'fetched', () => 'refused')")
    page.events[:] = before  # the browser says on its console that it refused

    assert (page.evaluate("window.ran"), fetched) == (None, "refused")


def test_a_clean_run_has_a_page(show):
    """No findings, no filters that could hide one, and the counts."""
    page = show([])

    assert page.evaluate(SHOWN) == []
    assert page.evaluate("document.getElementById('shown').value") == "0 of 0 findings"
