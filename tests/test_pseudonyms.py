import base64
import hashlib
import hmac
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bototape.errors import UsageError
from bototape.scrub.kinds import BY_NAME, EC2_KINDS, stays
from bototape.scrub.pseudonyms import Pseudonyms, Rename, digest

KEY = b"a key for tests"

#: One value that each kind may be, and another; assembled so that no scanner takes this file for a leak.
VALUES = {
    "account": ("604913827755", "837250196448"),
    "access-key": ("AKI" + "A" + "Q3EGRJ5TQ7XW5YHZ", "ASI" + "A" + "Q3EGRJ5TQ7XW5YHZ"),
    "unique-id": ("ARO" + "A" + "RQMEQQC4QJPF2SNWJ", "AID" + "A" + "N52WJQ24EOC3K"),
    "kms-key": ("77383a24-adb6-466e-a02b-f42a5a950918", "mrk-" + "4065e4ea" * 4),
    "request-id": ("8d5abcfa-4f23-4576-a597-a5cd3e280cc3", "4442587FB7D0A2F9"),
    "canonical-user": ("7179e3e8" * 8, "0123abcd" * 8),
    **{
        kind: (f"{prefix}-0e64b440104d2a5bd", f"{prefix}-0e64b441")
        for prefix, kind in sorted(EC2_KINDS.items(), reverse=True)
    },
}


def values_of(kind):
    return VALUES.get(kind, (f"one-{kind}", f"other-{kind}"))


def fresh(known=None):
    return Pseudonyms(KEY, known or {})


NUMBERED = sorted(name for name, kind in BY_NAME.items() if kind.numbered)


@pytest.mark.parametrize("kind", sorted(BY_NAME))
def test_a_pseudonym_is_its_own(kind):
    """Scrubbing a scrubbed recording changes nothing, and no pseudonym is learned."""
    given = [fresh().of(kind, value) for value in values_of(kind)]
    again = fresh()

    assert [again.of(kind, each) for each in given] == given
    assert again.counts == {}
    assert again.learned == {}


@pytest.mark.parametrize("kind", NUMBERED)
def test_two_values_of_a_kind_stay_two(kind):
    """What was different stays different."""
    pseudonyms = fresh()

    assert len({pseudonyms.of(kind, value) for value in values_of(kind)}) == 2


def test_kinds_can_be_told_apart():
    """No pseudonym of one kind is one of another: a ledger needs no kind beside it."""
    given = []
    for kind in NUMBERED:
        own = fresh()
        given += [own.of(kind, value) for value in values_of(kind)]

    assert len(set(given)) == len(given)


def test_numbers_follow_first_appearance():
    """The same recording made by another account reads the same."""
    pseudonyms = fresh()

    assert [pseudonyms.of("role", each) for each in ("b", "a", "b", "c")] == [
        "example-role-1",
        "example-role-2",
        "example-role-1",
        "example-role-3",
    ]


def test_accounts_are_the_documented_ones():
    """The recorder's own account is 123456789012 whenever it appears; others get the next documented ones."""
    pseudonyms = fresh()
    pseudonyms.own("account", "604913827755")
    others = [f"83725019644{each}" for each in range(5)]

    assert [pseudonyms.of("account", each) for each in (*others, "604913827755")] == [
        "111122223333",
        "444455556666",
        "777788889999",
        "999900000005",
        "999900000006",
        "123456789012",
    ]


def test_nobody_else_gets_the_recorders_account():
    """Told nothing, the scrubber takes no account for the recorder's own."""
    assert fresh().of("account", "604913827755") == "111122223333"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("account", "763104351884"),
        ("account", "127311923021"),
        ("account", "111122223333"),
        ("account", "000000000000"),
        ("access-key", "AKIAIOSFODNN7EXAMPLE"),
        ("secret-key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        ("unique-id", "AIDACKCEVSQ6C2EXAMPLE"),
        ("bucket", "amzn-s3-demo-destination-bucket"),
        ("bucket", "example-bucket"),
        ("email", "jane@example.com"),
        ("email", "a.b@mail.example.org"),
        ("email", "x@host.invalid"),
        ("private-ip", "192.0.2.44"),
        ("public-ip", "198.51.100.7"),
    ],
)
def test_what_is_documented_or_awss_own_stays(kind, value):
    """AWS's own accounts and the examples of its documentation give nobody away."""
    assert fresh().of(kind, value) == value


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("email", "jane@example.com.evil.io"),
        ("email", "jane@notexample.com"),
        ("bucket", "acme-amzn-s3-demo-bucket"),
        ("account", "999900010000"),
        ("role", "example-role-x"),
        ("secret", "not SCRUBBED at all"),
    ],
)
def test_what_only_resembles_an_example_does_not_stay(kind, value):
    """Nothing real slips through because it looks a little like a placeholder."""
    assert not stays(kind, value)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("access-key", VALUES["access-key"][1], "ASI" + "AAAAAAAAABEXAMPLE"),
        ("unique-id", VALUES["unique-id"][0], "AROAAAAAAAAAABEXAMPLE"),
        ("unique-id", VALUES["unique-id"][1], "AIDAAAAAABEXAMPLE"),
        ("kms-key", VALUES["kms-key"][0], "00000000-0000-4000-8000-f00000000001"),
        ("kms-key", VALUES["kms-key"][1], "mrk-feedfeed000000000000000000000001"),
        ("request-id", VALUES["request-id"][0], "00000000-0000-4000-8000-e00000000001"),
        ("request-id", VALUES["request-id"][1], "EXAMPLE000000001"),
        ("subnet", "subnet-0400af2372ae2e69b", "subnet-0feed000000000001"),
        ("vpc", "vpc-0400af23", "vpc-feed0001"),
        ("page-token", "opaque", "EXAMPLENEXTTOKEN00000001"),
        ("domain", "d-k5hu3oyhlhfo", "d-example00001"),
        ("email", "dana@zorvane-labs.io", "user-1@example.com"),
        ("canonical-user", VALUES["canonical-user"][0], "eeeeeeee" + "0" * 55 + "1"),
        ("private-ip", "10.42.17.203", "192.0.2.1"),
        ("public-ip", "54.211.87.19", "203.0.113.1"),
    ],
)
def test_a_pseudonym_keeps_the_form_of_its_kind(kind, value, expected):
    """Prefix and length survive, so that what parsed before still parses."""
    assert fresh().of(kind, value) == expected
    assert kind == "email" or kind.endswith("-ip") or kind in ("page-token", "domain") or len(expected) == len(value)


@pytest.mark.parametrize(
    ("kind", "pattern"),
    [  # patterns of SageMaker's model in botocore 1.44.5
        ("role", r"arn:aws[a-z\-]*:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+"),
        ("bucket", r"(https|s3)://([^/]+)/?(.*)"),
        ("kms-key", r"[a-zA-Z0-9:/_-]*"),
        ("subnet", r"[-0-9a-zA-Z]+"),
        ("security-group", r"[-0-9a-zA-Z]+"),
        ("domain", r"d-(-*[a-z0-9]){1,61}"),
        ("profile", r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"),
        ("file-system", r"fs-[0-9a-f]{8,}"),
        ("instance", r"i-[a-f0-9]{8}(?:[a-f0-9]{9})?"),
    ],
)
def test_a_pseudonym_passes_sagemakers_patterns(kind, pattern):
    """A scrubbed recording passes the checks that the service itself documents."""
    around = {"role": "arn:aws:iam::123456789012:role/service-role/{}", "bucket": "s3://{}/key"}
    pseudonym = fresh().of(kind, values_of(kind)[0])

    assert re.fullmatch(pattern, around.get(kind, "{}").format(pseudonym))


def test_an_earlier_run_is_gone_on_from():
    """What was learned before it broke off keeps its pseudonym, and is learned still."""
    first = fresh()
    first.of("role", "a")
    again = fresh()
    again.adopt(first.entries)

    assert [again.of("role", each) for each in ("b", "a")] == ["example-role-2", "example-role-1"]
    assert list(again.learned.values()) == ["example-role-1", "example-role-2"]


def test_what_an_earlier_run_learned_gives_way():
    """Another recording was first meanwhile: its entries stay, ours are renamed, known value or not."""
    first = fresh()
    first.of("role", "a"), first.of("role", "b")
    ledger = {digest(KEY, "role", "c"): "example-role-1", digest(KEY, "role", "b"): "example-role-3"}
    again = fresh()
    again.adopt(first.entries)

    groups = again.settle(ledger)

    names = {"example-role-1": "example-role-1", "example-role-2": "example-role-2"}
    for group in groups:
        moved = {each.old: each.new for each in group}
        names = {old: moved.get(new, new) for old, new in names.items()}
    assert names == {"example-role-1": "example-role-2", "example-role-2": "example-role-3"}
    assert dict(again.entries) == {digest(KEY, "role", "a"): ("role", "example-role-2")}
    assert [again.of("role", each) for each in "abc"] == ["example-role-2", "example-role-3", "example-role-1"]


def test_a_name_that_becomes_free_is_nobodys_on_the_way():
    """What is renamed in two steps has a third name in between, though its own is given up by then."""
    pseudonyms = fresh()
    pseudonyms.of("role", "a")

    away, back = pseudonyms.settle({digest(KEY, "role", "a"): "example-role-7"})

    assert away == (Rename("role", "example-role-1", "example-role-2"),)
    assert back == (Rename("role", "example-role-2", "example-role-7"),)
    assert [pseudonyms.of("role", each) for each in "ab"] == ["example-role-7", "example-role-1"]


def test_case_does_not_make_two_of_one():
    """A key written in lower case is the same key."""
    pseudonyms = fresh()
    upper = VALUES["kms-key"][0].upper()

    assert pseudonyms.of("kms-key", upper) == pseudonyms.of("kms-key", upper.lower())
    assert pseudonyms.counts == {"kms-key": 1}


def test_a_value_of_the_ledger_keeps_its_pseudonym():
    """A refresh gives the same names as before, whatever comes first this time."""
    first = fresh()
    before = [first.of("role", each) for each in ("a", "b")]

    later = fresh(first.learned)

    assert [later.of("role", each) for each in ("new", "b", "a")] == ["example-role-3", *reversed(before)]
    assert later.learned == {digest(KEY, "role", "new"): "example-role-3"}


def test_without_the_key_nobody_is_recognised_and_nothing_collides():
    """A contributor without the team's key gets new numbers, never somebody else's."""
    first = fresh()
    first.of("role", "a")

    stranger = Pseudonyms(b"another key", first.learned)

    assert stranger.of("role", "a") == "example-role-2"


def test_secrets_and_traces_are_never_learned():
    """The ledger is committed: no digest of a secret and none of what differs in each recording is in there."""
    pseudonyms = fresh()
    for name, kind in BY_NAME.items():
        pseudonyms.of(name, values_of(name)[0])
        assert kind.kept == bool(set(pseudonyms.learned) & {digest(KEY, name, values_of(name)[0])}), name

    assert {name for name, kind in BY_NAME.items() if not kind.kept} == {
        "access-key",
        "secret-key",
        "session-token",
        "signature",
        "signature-v2",
        "registry-token",
        "jwt",
        "private-key",
        "secret",
        "sensitive",
        "failure-message",
        "page-token",
        "handle",
        "request-id",
        "machine-fact",
        "trace-id",
    }


def test_the_digest_is_a_keyed_one():
    """Without the key, nobody can try all accounts. HMAC-SHA256 over kind, a zero byte and the value."""
    expected = hmac.new(KEY, b"account\x00604913827755", hashlib.sha256).hexdigest()[:16]

    assert digest(KEY, "account", "604913827755") == expected


def test_no_pseudonym_equals_a_real_value():
    """A role that is really called example-role-1 is nobody's pseudonym."""
    pseudonyms = fresh()
    pseudonyms.avoid(["Example-Role-1", ""])

    assert pseudonyms.of("role", "admin-role") == "example-role-2"


def test_what_stands_in_the_text_already_is_not_given_out_again():
    """A recording that was scrubbed in part keeps its people apart."""
    pseudonyms = fresh()
    pseudonyms.reserve(["example-role-1"])

    assert pseudonyms.of("role", "admin-role") == "example-role-2"


def test_an_exhausted_range_is_an_error():
    """A kind whose range is used up says so instead of making something invalid."""
    taken = {f"{number:016x}": f"subnet-feed{number:04x}" for number in range(1, 0x10000)}

    with pytest.raises(UsageError, match="cannot make up another subnet: all 65535 are in use"):
        fresh(taken).of("subnet", "subnet-0400af23")


def test_addresses_have_a_second_range():
    """More machines than a documentation network holds still get addresses that belong to nobody."""
    pseudonyms = fresh()

    given = [pseudonyms.of("private-ip", f"10.1.{number >> 8}.{number & 255}") for number in range(300)]

    assert len(set(given)) == 300
    assert all(stays("private-ip", each) for each in given)
    assert given[253:256] == ["192.0.2.254", "198.18.0.255", "198.18.1.0"]


def test_counts_are_distinct_values_by_kind():
    """The report says how many values of each kind were hidden; what stayed is not counted."""
    pseudonyms = fresh()
    for kind, value in (("role", "a"), ("role", "a"), ("role", "b"), ("account", "763104351884"), ("secret", "s")):
        pseudonyms.of(kind, value)

    assert dict(pseudonyms.counts) == {"role": 2, "secret": 1}
    assert list(pseudonyms.counts) == ["role", "secret"]


def test_real_values_are_not_shown():
    """Printing the object in a log gives nothing away."""
    pseudonyms = fresh()
    pseudonyms.of("account", "604913827755")

    assert "604913827755" not in repr(pseudonyms)
    assert "a key for tests" not in repr(pseudonyms)


def test_an_empty_key_is_refused():
    """Digests without a key could be tried out by anyone."""
    with pytest.raises(UsageError, match="cannot scrub without a key"):
        Pseudonyms(b"", {})


def test_an_unknown_kind_is_an_error():
    """A detector that names a kind nobody defined fails at once."""
    with pytest.raises(KeyError, match="shoe-size"):
        fresh().of("shoe-size", "44")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.from_regex(r"\A[0-9]{12}\Z"), max_size=30), st.lists(st.text("abcXYZ-", min_size=1), max_size=10))
def test_one_value_one_pseudonym(accounts, roles):
    """Injective per kind, whatever comes in whatever order."""
    pseudonyms = fresh()
    pseudonyms.reserve(each for each in accounts if stays("account", each))

    for kind, values in (("account", set(accounts)), ("role", set(roles))):
        given = {value: pseudonyms.of(kind, value) for value in values}
        assert len(set(given.values())) == len(given)
        assert given == {value: pseudonyms.of(kind, value) for value in values}


def test_what_was_given_is_told_of_values_alone():
    """Of a value the pseudonym that it got first, as whatever kind; of all others None, and none is made."""
    pseudonyms = fresh()
    pseudonyms.of("bucket", "zorvane")
    pseudonyms.of("role", "zorvane")
    before = pseudonyms.counts

    told = [pseudonyms.given(each) for each in ("zorvane", "zorvane-2", "")]
    assert told == ["amzn-s3-demo-bucket-1", None, None]
    assert pseudonyms.counts == before


def renamed(given, groups):
    """Return the pseudonyms *given* as they are after the renames *groups*."""
    for group in groups:
        once = Pseudonyms.renaming(group)
        given = [once.of("role", each) for each in given]
    return given


def test_without_another_recording_nothing_is_renamed():
    """What nobody else took stays; what the ledger has meanwhile is not learned twice."""
    pseudonyms = fresh()
    pseudonyms.of("role", "a")
    pseudonyms.of("role", "b")

    assert pseudonyms.settle({digest(KEY, "role", "a"): "example-role-1", "f" * 16: "example-role-9"}) == ()
    assert pseudonyms.learned == {digest(KEY, "role", "b"): "example-role-2"}
    assert pseudonyms.of("role", "c") == "example-role-3"


def test_a_number_that_another_recording_took_gives_way():
    """Two people record at once: whoever ends later gets the numbers it would have got, had it come later."""
    pseudonyms = fresh()
    given = [pseudonyms.of("role", each) for each in ("a", "b")]
    other = {"f" * 16: "example-role-1"}

    groups = pseudonyms.settle(other)

    assert groups == (
        (Rename("role", "example-role-1", "example-role-4"), Rename("role", "example-role-2", "example-role-5")),
        (Rename("role", "example-role-4", "example-role-2"), Rename("role", "example-role-5", "example-role-3")),
    )
    assert renamed(given, groups) == ["example-role-2", "example-role-3"]
    assert pseudonyms.learned == {
        digest(KEY, "role", "a"): "example-role-2",
        digest(KEY, "role", "b"): "example-role-3",
    }


def test_a_value_that_another_recording_named_takes_that_name():
    """Two people record the same values in another order: the names change places, and none is lost on the way."""
    pseudonyms = fresh()
    given = [pseudonyms.of("role", each) for each in ("a", "b")]
    other = {digest(KEY, "role", "b"): "example-role-1", digest(KEY, "role", "a"): "example-role-2"}

    groups = pseudonyms.settle(other)

    assert renamed(given, groups) == ["example-role-2", "example-role-1"]
    assert pseudonyms.learned == {}
    assert [pseudonyms.of("role", each) for each in ("a", "b")] == ["example-role-2", "example-role-1"]


def test_renaming_leaves_everything_else():
    """No value is hidden and no number given by it; a name in capitals is the same name."""
    once = Pseudonyms.renaming([Rename("role", "example-role-1", "example-role-2")])

    assert [once.of("role", each) for each in ("EXAMPLE-ROLE-1", "example-role-3", "real")] == [
        "example-role-2",
        "example-role-3",
        "real",
    ]
    assert once.learned == {}


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6, unique=True),
    st.lists(st.sampled_from("abcdef"), max_size=6, unique=True),
)
def test_two_recordings_settle_like_one_after_the_other(mine, theirs):
    """Whatever two people record at once: each value has one name, each name one value, and theirs is untouched."""
    other = fresh()
    for each in theirs:
        other.of("role", each)
    own = fresh()
    given = [own.of("role", each) for each in mine]

    groups = own.settle(other.learned)

    both = {**other.learned, **own.learned}
    assert len(set(both.values())) == len(both)
    assert renamed(given, groups) == [both[digest(KEY, "role", each)] for each in mine]
    after = fresh(other.learned)
    assert renamed(given, groups) == [after.of("role", each) for each in mine]
    for group in groups:
        assert not {each.old for each in group} & {each.new for each in group}


def test_a_ledger_that_was_tampered_with_is_refused():
    """An entry that would put a real account into a recording is not used, and not shown."""
    pseudonyms = fresh({digest(KEY, "account", "604913827755"): "837250196448"})

    with pytest.raises(UsageError) as caught:
        pseudonyms.of("account", "604913827755")

    assert str(caught.value) == (
        f"cannot use the ledger's entry {digest(KEY, 'account', '604913827755')}: what it has for this account is no "
        "pseudonym of one\n  fix: restore the ledger from version control"
    )


def test_two_values_of_one_digest_are_told_apart(monkeypatch):
    """Sixteen digits can collide: then nothing is written, rather than two values under one name."""
    monkeypatch.setattr("bototape.scrub.pseudonyms.digest", lambda *_: "0" * 16)
    pseudonyms = fresh()
    pseudonyms.of("role", "a")

    with pytest.raises(UsageError, match="cannot tell two values apart: both have the digest 0000000000000000"):
        pseudonyms.of("role", "b")


def test_the_second_in_a_sessions_name_does_not_count():
    """SDKs name a session after the second it began in: recording again must not give it another number."""
    first = fresh()
    before = first.of("session", "botocore-session-1732170000")

    later = fresh(first.learned)

    assert [later.of("session", each) for each in ("botocore-session-1763706000", "zorvane-batch")] == [
        before,
        "example-session-2",
    ]


def encoded(number):
    """Return *number* in base32, as an access key id holds its account."""
    return int.from_bytes(base64.b32decode(number), "big")


@pytest.mark.parametrize("value", VALUES["access-key"])
def test_a_made_up_key_tells_no_account(value):
    """The account that can be read out of a key id is nobody's (P10); the prefix says what sort of key it was."""
    made = fresh().of("access-key", value)

    account = (encoded(made[4:12]) & 0x7FFFFFFFFF) >> 7

    assert made[:4] == value[:4]
    assert account < 1000


#: A text that `written` makes a value of any kind of; P7 and P9 are in test_scrub_estate.
VALUE = st.text("abcdef0123456789", min_size=17, max_size=17)


def written(kind, text):
    """Return *text* as a value of *kind*."""
    made = {
        "account": lambda: f"{int(text, 16) % 10**12:012}",
        "access-key": lambda: "AKIA" + text[:16].upper().translate(str.maketrans("0189", "GHJK")),
        "unique-id": lambda: "AROA" + text.upper(),
        "kms-key": lambda: f"{text[:8]}-{text[8:12]}-4{text[1:4]}-a{text[4:7]}-{text[:12]}",
        "request-id": lambda: f"{text[:8]}-{text[8:12]}-4{text[1:4]}-a{text[4:7]}-{text[:12]}",
        "canonical-user": lambda: (text * 4)[:64],
        "email": lambda: f"{text}@zorvane.io",
        "private-ip": lambda: f"10.{int(text[:2], 16)}.{int(text[2:4], 16)}.{int(text[4:6], 16)}",
        "public-ip": lambda: f"54.{int(text[:2], 16)}.{int(text[2:4], 16)}.{int(text[4:6], 16)}",
        **{name: lambda prefix=prefix: f"{prefix}-{text}" for prefix, name in EC2_KINDS.items()},
    }
    return made.get(kind, lambda: f"z{text}")()


@settings(max_examples=20, deadline=None)
@given(st.lists(VALUE, min_size=1, max_size=6, unique=True), st.randoms(use_true_random=False))
@pytest.mark.parametrize("kind", NUMBERED)
def test_the_properties_of_pseudonyms(kind, texts, rng):
    """Same (P1), one for each (P2), valid (P3), its own (P4), keyed (P5), marked (P6), kept (P8), unreal (P10)."""
    values = list(dict.fromkeys(each for each in (written(kind, text) for text in texts) if not stays(kind, each)))
    estate = fresh()
    estate.avoid(values)
    first = {each: estate.of(kind, each) for each in values}
    shuffled = rng.sample([*values, *(written(kind, f"{each[1:]}a") for each in texts)], k=len(values) + len(texts))
    later = fresh(estate.learned)
    again = {each: later.of(kind, each) for each in shuffled}

    assert first == {each: estate.of(kind, each) for each in values}
    assert len({each.lower() for each in first.values()}) == len(values)
    assert all(BY_NAME[kind].pattern.fullmatch(each) for each in first.values())
    assert {each: fresh().of(kind, each) for each in first.values()} == {each: each for each in first.values()}
    assert not {digest(b"another key", kind, each) for each in values} & estate.learned.keys()
    assert not BY_NAME[kind].kept or {each: again[each] for each in values} == first
    assert not {each.lower() for each in first.values()} & {each.lower() for each in values}
