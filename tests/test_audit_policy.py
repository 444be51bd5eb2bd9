"""The policy of an audit: what is how severe, and what may stay."""

import datetime as dt
import re
from pathlib import Path

import pytest

from bototape.audit.kinds import KINDS
from bototape.audit.policy import Allowance, Judged, Policy, parse
from bototape.errors import UsageError
from bototape.finding import Finding, Severity

TODAY = dt.date(2026, 3, 1)
NAME = Finding("c/a.yaml#1 response body /RoleArn", "iam-name", Severity.WARNING, "holds a name")
KEY = Finding("c/a.yaml#2 request header Authorization", "access-key-id", Severity.ERROR, "holds a key")
TORN = Finding("c/b.yaml:3", "not-yaml", Severity.WARNING, "cannot be read as YAML")


def judged(text: str, *findings: Finding) -> Judged:
    return parse(text, "p.toml").judge([(each, f"{number:012x}") for number, each in enumerate(findings)], TODAY)


def allow(**keys: str) -> str:
    return "[[allow]]\n" + "".join(f'{key} = "{value}"\n' for key, value in keys.items())


def test_without_a_policy_findings_stay_as_they_are():
    """An empty file changes nothing."""
    assert judged("", NAME, KEY, TORN) == Judged((NAME, KEY, TORN), (), ())


def test_tiers_and_kinds_have_severities():
    """A kind's own severity goes before its tier's; what is off is not told at all."""
    raised = Finding(NAME.where, NAME.rule, Severity.ERROR, NAME.message)
    other = Finding("c#1", "kms-key", Severity.WARNING, "holds a key id")

    assert judged('[policy]\nT3 = "error"\n', NAME, TORN).shown == (raised, TORN)
    assert judged('[policy]\nT3 = "error"\niam-name = "off"\nkms-key = "warning"\n', NAME, other).shown == (other,)


@pytest.mark.parametrize("key", ["T0", "T1", *sorted(kind for kind in KINDS if KINDS[kind].tier in ("T0", "T1"))])
def test_credentials_and_capabilities_are_always_errors(key):
    """No policy makes a live credential a warning, and no entry lets a kind of them stay all over."""
    with pytest.raises(UsageError, match=f"{key} is always an error"):
        parse(f'[policy]\n{key} = "warning"\n', "p.toml")
    if key in KINDS:
        for given in ({"place": "*"}, {"value": "x"}):
            with pytest.raises(UsageError, match="may stay at one place only"):
                parse(allow(kind=key, reason="r", until="2026-04-01", **given), "p.toml")


def test_an_entry_hides_one_finding():
    """By its fingerprint anything may stay, with the reason beside it."""
    text = allow(fingerprint="000000000001", reason="a made-up key", until="2026-03-01")

    assert judged(text, NAME, KEY) == Judged((NAME,), ((KEY, "a made-up key"),), ())


@pytest.mark.parametrize(
    ("place", "hides"),
    [("c/*", True), ("c/a.yaml#1 response body /RoleArn", True), ("*", True), ("c/a.yaml#1", False), ("d/*", False)],
)
def test_an_entry_hides_a_kind_at_places(place, hides):
    """A glob is of whole places; brackets and dots in it stand for themselves."""
    found = judged(allow(kind="iam-name", place=place, reason="ours", until="2026-04-01"), NAME)

    assert [each for each, _ in found.hidden] == [NAME] * hides
    assert [str(each) for each in found.unused] == [f"iam-name at {place}"] * (not hides)


def test_an_entry_is_of_one_kind():
    """A place that may hold a name may not hold an account."""
    other = Finding(NAME.where, "account-id", Severity.ERROR, "holds an account id")
    text = allow(kind="iam-name", place="*", reason="ours", until="2026-04-01")

    assert judged(text, other).shown == (other,)


def test_an_entry_ends():
    """The day after its last, the finding is back and says why it was hidden."""
    text = allow(kind="iam-name", place="c/*", reason="ours", until="2026-02-28")
    back = Finding(NAME.where, NAME.rule, NAME.severity, f"{NAME.message}; was allowed until 2026-02-28 (ours)")

    assert judged(text, NAME) == Judged((back,), (), ())


def test_public_values():
    """What everybody may know is told to the audit, until its day."""
    held = allow(kind="account-id", value="4A" * 6, reason="r", until="2026-03-01")
    ended = allow(kind="account-id", value="5A" * 6, reason="r", until="2026-02-28")

    assert parse(held + ended, "p.toml").public(TODAY) == {("account-id", "4a" * 6)}
    assert judged(held, NAME) == Judged((NAME,), (), ())  # whether a value was met, findings do not tell


def test_an_entry_does_not_say_its_value():
    """Warnings name an entry, and its value may turn out not to be public."""
    assert str(Allowance("r", TODAY, kind="account-id", value="464622532012")) == "account-id of one value"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[policy", "cannot use p.toml: it is not TOML: "),
        ("[rules]", "cannot use p.toml: unknown key 'rules'"),
        ("policy = 1", "cannot use p.toml: expected a table [policy] and tables [[allow]]"),
        ("allow = [1]", "cannot use p.toml: [[allow]] 1: expected a table"),
        ('[policy]\nT9 = "off"', "cannot use p.toml: [policy] has no key 'T9'"),
        ('[policy]\nT3 = "fatal"', "cannot use p.toml: T3: found 'fatal'"),
        (allow(kind="iam-name", place="*", until="2026-04-01"), "cannot use p.toml: [[allow]] 1: expected a reason"),
        (allow(kind="iam-name", place="*", reason="r"), "cannot use p.toml: [[allow]] 1: until: expected the last day"),
        (
            allow(kind="iam-name", place="*", reason="r", until="soon"),
            "cannot use p.toml: [[allow]] 1: until: expected",
        ),
        (allow(kind="iam-name", reason="r", until="2026-04-01"), "cannot use p.toml: [[allow]] 1: expected a finger"),
        (allow(place="*", reason="r", until="2026-04-01"), "cannot use p.toml: [[allow]] 1: expected a fingerprint"),
        (
            allow(kind="iam-name", fingerprint="0" * 12, reason="r", until="2026-04-01"),
            "cannot use p.toml: [[allow]] 1: expected a fingerprint, or kind and place, or kind and value",
        ),
        (allow(fingerprint="xyz", reason="r", until="2026-04-01"), "cannot use p.toml: [[allow]] 1: fingerprint: exp"),
        (
            allow(kind="x", place="*", reason="r", until="2026-04-01"),
            "cannot use p.toml: [[allow]] 1: there is no kind",
        ),
        (allow(kind="email", path="*", reason="r", until="2026-04-01"), "cannot use p.toml: [[allow]] 1: unknown key"),
        (allow(kind="email", place=" ", reason="r", until="2026-04-01"), "cannot use p.toml: [[allow]] 1: place: exp"),
    ],
)
def test_a_policy_that_cannot_be_meant(text, reason):
    """A mistake stops the audit and names the entry, for a policy that is half read would pass what it should not."""
    with pytest.raises(UsageError) as raised:
        parse(text, "p.toml")

    assert raised.value.reason.startswith(reason)


def test_a_day_may_be_written_as_toml_writes_it():
    """A date without quotes is a date."""
    assert parse('[[allow]]\nkind="email"\nplace="*"\nreason="r"\nuntil=2026-04-01\n', "p") == Policy(
        {}, (Allowance("r", dt.date(2026, 4, 1), kind="email", place="*"),)
    )


def test_the_policy_in_the_docs():
    """What docs/auditing.md shows can be used as it is."""
    page = (Path(__file__).parent.parent / "docs" / "auditing.md").read_text("utf-8")
    (shown,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)

    found = parse(shown, "p.toml")

    assert found.severities == {"T3": Severity.ERROR, "iam-name": None, "opaque-layer": Severity.WARNING}
    assert [str(each) for each in found.allowances] == [
        "b95d678ab25a",
        "iam-name at tests/data/vendor/*",
        "account-id of one value",
    ]
