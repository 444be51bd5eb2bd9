"""The ignore file: what it hides, until when, and what it says when it is wrong."""

import contextlib
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bototape import ignore
from bototape.errors import UsageError
from bototape.finding import Finding, Severity
from bototape.ignore import Entry, sift
from bototape.ignore.file import made

TODAY = dt.date(2026, 11, 20)
RELEASES = {"sagemaker": "1.45.0", "s3": "1.45.0"}
JOB = "DescribeAutoMLJob.output.BestCandidate"
CANDIDATES = "ListCandidatesForAutoMLJob.output.Candidates[]"


def finding(*places, rule="enum-value-added", service="sagemaker", fingerprint="0123456789ab", kind=None):
    evidence = (("kind", kind or rule), ("operations", ", ".join(places)), ("fingerprint", fingerprint))
    return Finding(f"{service}.{places[0]}", rule, Severity.DANGEROUS, "changed", evidence)


def sifted(findings, *entries, today=TODAY, releases=None):
    found = sift(findings, entries, today, RELEASES if releases is None else releases)
    return [each.message for each in found.shown], len(found.hidden), list(found.unused)


def test_a_file_reads_as_entries():
    """Days as text or as TOML's own, places with or without their service, each entry with its line."""
    text = (
        "# ours\n"
        '[[ignore]]\nfingerprint = "0123456789ab"\nservice = "sagemaker"\nreason = "harmless"\nuntil = 2027-03-01\n\n'
        '[[ignore]]\nkind = "member-added"\nservice = "s3"\npath = "s3.GetObject.*"\nreason = "ok"\nuntil = "1.50.0"\n'
    )

    assert ignore.parse(text, "i.toml") == (
        Entry("harmless", "0123456789ab", service="sagemaker", until="2027-03-01", line=2),
        Entry("ok", kind="member-added", service="s3", path="GetObject.*", until="1.50.0", line=8),
    )


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("[[ignore]\n", 1, "it is not TOML"),
        ('[[ignore]]\nreason = "a\n', 2, "it is not TOML"),
        ('ignored = "a"\n', 1, "unknown key 'ignored'"),
        ("[ignore]\nreason = 'x'\n", 1, "expected tables [[ignore]]"),
        ('\n[[ignore]]\nfingerprint = "0123456789ab"\n', 2, "expected a reason, found none"),
        (
            '[[ignore]]\nfingerprint = "0123456789ab"\nreason = " "\n',
            3,
            'reason: expected why the finding may stay; found " "',
        ),
        ('[[ignore]]\nreason = "x"\n', 1, "expected a fingerprint, or kind, service and path; found none of them"),
        (
            '[[ignore]]\nkind = "member-added"\nreason = "x"\n',
            1,
            "expected a fingerprint, or kind, service and path; found kind",
        ),
        (
            '[[ignore]]\nreason = "x"\nfingerprint = "XYZ"\n',
            3,
            'fingerprint: expected 12 hex digits, as reports show them; found "XYZ"',
        ),
        (
            '[[ignore]]\nreason = "x"\nfingerprint = 7\n',
            3,
            "fingerprint: expected 12 hex digits, as reports show them; found 7",
        ),
        (
            '[[ignore]]\nreason = "x"\nfingerprnt = "0123456789ab"\n',
            3,
            "unknown key 'fingerprnt'\n  fix: did you mean fingerprint?",
        ),
        (
            '[[ignore]]\nreason = "x"\nfingerprint = "0123456789ab"\nuntil = "next year"\n',
            4,
            'until: expected a day (2027-03-01) or a release (1.45.0); found "next year"',
        ),
        (
            '[[ignore]]\nreason = "x"\nfingerprint = "0123456789ab"\nuntil = "2027-02-30"\n',
            4,
            'until: expected a day (2027-03-01) or a release (1.45.0); found "2027-02-30"',
        ),
        (
            '[[ignore]]\nreason = "x"\nfingerprint = "0123456789ab"\nkind = "member-added"\n',
            4,
            "kind has no effect beside a fingerprint",
        ),
        (
            '[[ignore]]\nreason = "x"\nkind = "member-aded"\nservice = "s3"\npath = "*"\n',
            3,
            "there is no kind 'member-aded'\n  fix: did you mean member-added?",
        ),
        (
            '[[ignore]]\nreason = "x"\nfingerprint = "0123456789ab"\n[[ignore]]\nreason = 5\n',
            5,
            "reason: expected why the finding may stay; found 5",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text, line, said):
    """File, line, expected, found, and what to do."""
    with pytest.raises(UsageError) as caught:
        ignore.parse(text, "i.toml", {"member-added", "member-removed"})

    assert str(caught.value).startswith(f"cannot use i.toml:{line}: {said}")
    assert "\n  fix: " in str(caught.value)


@given(st.text())
def test_no_text_crashes_it(text):
    """Any text is entries or a UsageError."""
    for each in (text, f"[[ignore]]\n{text}"):
        with contextlib.suppress(UsageError):
            assert isinstance(ignore.parse(each, "i.toml"), tuple)


def test_nesting_without_end_is_told():
    """Not a traceback."""
    with pytest.raises(UsageError, match="it nests too deep"):
        ignore.parse(f"ignore = {'[' * 10_000}", "i.toml")


def test_a_missing_file_is_no_error_unless_it_was_named(tmp_path):
    """A project without exceptions needs no file."""
    assert ignore.load(tmp_path / "i.toml", named=False) == ()
    with pytest.raises(UsageError, match="there is no such file"):
        ignore.load(tmp_path / "i.toml")


def test_bytes_that_are_no_text_are_told(tmp_path):
    """Not a traceback."""
    (tmp_path / "i.toml").write_bytes(b"\xff")

    with pytest.raises(UsageError, match="it is not UTF-8 text"):
        ignore.load(tmp_path / "i.toml")


def test_a_fingerprint_hides_its_finding_alone():
    """The other finding stays."""
    one, other = finding(JOB), finding(JOB, fingerprint="ba9876543210")

    assert sifted([one, other], Entry("ok", "0123456789ab")) == (["changed"], 1, [])


@pytest.mark.parametrize(
    ("entry", "hidden"),
    [
        (Entry("ok", kind="enum-value-added", service="sagemaker", path="*"), 1),
        (Entry("ok", kind="enum-value-added", service="sagemaker", path="Describe*.output.*"), 1),
        (Entry("ok", kind="enum-value-added", service="sagemaker", path="*[].Status"), 0),
        (Entry("ok", kind="enum-value-added", service="sagemaker", path="DescribeAutoMLJob"), 0),
        (Entry("ok", kind="enum-value-added", service="s3", path="*"), 0),
        (Entry("ok", kind="member-added", service="sagemaker", path="*"), 0),
    ],
)
def test_a_kind_of_a_service_is_hidden_where_the_glob_says(entry, hidden):
    """All three must fit; ``*`` stands for any characters, brackets for themselves."""
    assert sifted([finding(JOB)], entry)[1:] == (hidden, [] if hidden else [entry])


def test_brackets_of_a_place_are_no_wildcard():
    """``[]`` is a list's element, as in reports."""
    entry = Entry("ok", kind="enum-value-added", service="sagemaker", path="List*.output.Candidates[]")

    assert sifted([finding(CANDIDATES)], entry) == ([], 1, [])


def test_a_finding_in_several_places_needs_them_all_covered():
    """An entry about one operation hides nothing that meets another one; two entries may cover both."""
    both = finding(JOB, CANDIDATES)
    one, other = (
        Entry("ok", kind="enum-value-added", service="sagemaker", path=f"{each}*") for each in ("Desc", "List")
    )

    assert sifted([both], one) == (["changed"], 0, [])
    assert sifted([both], one, other) == ([], 1, [])


def test_what_is_hidden_comes_with_its_reason():
    """For a report that shows what was suppressed: that of the fingerprint, else those of all that covered it."""
    both = finding(JOB, CANDIDATES)
    entries = [
        Entry(why, kind="enum-value-added", service="sagemaker", path=path)
        for why, path in (("one", "Desc*"), ("two", "List*"), ("one", "*"))
    ]

    assert sift([both], entries, TODAY, RELEASES).hidden == ((both, "one; two"),)
    assert sift([both], [*entries, Entry("own", "0123456789ab")], TODAY, RELEASES).hidden == ((both, "own"),)


def test_an_unclassified_change_is_named_by_its_kind_too():
    """It has no rule, but it has a kind."""
    found = finding(JOB, rule="unclassified", kind="trait-changed")

    for kind in ("unclassified", "trait-changed"):
        assert sifted([found], Entry("ok", kind=kind, service="sagemaker", path="*"))[1] == 1


@pytest.mark.parametrize(
    ("until", "today", "release", "back"),
    [
        ("", TODAY, "1.45.0", False),
        ("2026-11-20", TODAY, "1.45.0", False),
        ("2026-11-19", TODAY, "1.45.0", True),
        ("1.45.0", TODAY, "1.45.0", False),
        ("1.44.99", TODAY, "1.45.0", True),
        ("1.9.0", TODAY, "1.10.0", True),
        ("1.10.0", TODAY, "1.9.0", False),
        ("1.45.0", TODAY, "path/to/models", True),
    ],
)
def test_an_entry_holds_through_its_last_day_or_release(until, today, release, back):
    """Afterwards its finding is back and says so; what cannot be compared counts as later."""
    entry = Entry("on purpose", "0123456789ab", until=until)
    shown, hidden, unused = sifted([finding(JOB)], entry, today=today, releases={"sagemaker": release})

    assert shown == ([f"changed; was ignored until {until} (on purpose)"] if back else [])
    assert (hidden, unused) == (0 if back else 1, [])


def test_a_finding_that_is_back_carries_why():
    """For machines too, and with its own severity."""
    [found] = sift([finding(JOB)], [Entry("on purpose", "0123456789ab", until="2026-01-01")], TODAY, RELEASES).shown

    assert found.severity is Severity.DANGEROUS
    assert found.evidence[-2:] == (("ignored_until", "2026-01-01"), ("ignored_because", "on purpose"))


def test_entries_that_hide_nothing_are_unused():
    """But not those about a service that was not looked at."""
    gone = Entry("ok", "ffffffffffff")
    of_ec2 = Entry("ok", "eeeeeeeeeeee", service="ec2")

    assert sifted([finding(JOB)], gone, of_ec2) == (["changed"], 0, [gone])


def test_append_adds_and_keeps_the_rest(tmp_path):
    """Comments and old entries stay to the letter."""
    path = tmp_path / ignore.NAME
    ignore.append(path, made({"fingerprint": "0123456789ab", "reason": 'says "no"\n\x7f', "until": "2027-02-18"}))
    path.write_text(f"# ours\n{path.read_text()}")
    ignore.append(path, made({"kind": "member-added", "service": "s3", "path": "s3.Get*", "reason": "ok"}))

    assert path.read_text() == (
        '# ours\n[[ignore]]\nfingerprint = "0123456789ab"\nreason = "says \\"no\\"\\n\\u007f"\nuntil = "2027-02-18"\n\n'
        '[[ignore]]\nkind = "member-added"\nservice = "s3"\npath = "Get*"\nreason = "ok"\n'
    )
    assert [each.reason for each in ignore.load(path)] == ['says "no"\n\x7f', "ok"]
    assert [each.name for each in tmp_path.iterdir()] == [ignore.NAME]


def test_append_refuses_what_is_there_already(tmp_path):
    """One finding, one reason; the file stays as it was."""
    path = tmp_path / ignore.NAME
    ignore.append(path, made({"fingerprint": "0123456789ab", "reason": "ok"}))
    before = path.read_bytes()

    with pytest.raises(UsageError, match=f"{ignore.NAME}:1 ignores 0123456789ab already"):
        ignore.append(path, made({"fingerprint": "0123456789ab", "reason": "again"}))
    assert path.read_bytes() == before
