"""
Two people record at once: the pseudonyms of the one who ends later get other names, wherever and however they stand.

What a pseudonym is renamed to must be all that changes: the text without its encodings is the old one with the new
name in it.
"""

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bototape import ledger
from bototape.capture.commit import Commit
from bototape.interaction import Cassette, Interaction, Request, Response
from bototape.scrub.apply import renamed, scrub
from bototape.scrub.estate import Estate
from bototape.scrub.kinds import BY_NAME
from bototape.scrub.pseudonyms import Pseudonyms, Rename
from tests.test_scrub_packed import WRAPPERS, is_text, stacks, unwrapped

URI = "https://api.sagemaker.us-east-1.amazonaws.com/"
ACCOUNT = Rename("account", "111122223333", "777788889999")

#: What the ledger keeps, and so may be given twice.
KEPT = sorted(name for name, kind in BY_NAME.items() if kind.kept and kind.numbered)


def answered(body, group, **request):
    """Return the body, renamed, of an answer with *body*."""
    done = renamed(Interaction(Request("POST", URI, **request), Response(200, "OK", (), body)), group)
    return done.response.body


def rename_of(kind):
    made = BY_NAME[kind]
    sample = {"access-key": "AKIA", "kms-key": "0-0", "request-id": "x"}.get(kind, f"{kind}-0")
    return Rename(kind, made.make(2, sample), made.make(4, sample))


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(KEPT), stacks(sorted(WRAPPERS)), st.text("xyz <>&\"'\\/\n é", max_size=8))
def test_a_name_in_any_three_encodings_is_renamed(kind, names, around):
    """Layer by layer, what comes out is the text with the new name."""
    rename = rename_of(kind)
    text = f"{around} ({rename.old}) {around}"
    data, kept = text.encode(), []
    for name in names:
        if name not in ("json", "utf-16") or is_text(data):
            data = WRAPPERS[name](data)
            kept.append(name)

    done = answered(data, [rename])

    for name in reversed(kept):
        done = unwrapped(name, done)
    assert done.decode() == text.replace(rename.old, rename.new)


@pytest.mark.parametrize("shift", range(3))
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode], ids=["base64", "base64url"])
def test_an_account_inside_opaque_base64_is_renamed_at_each_alignment(shift, encode):
    """A token that nobody can open holds the account as bytes."""
    before, after = b"\xff\xfe\xfb"[:shift] + b"\xff" * 9, b"\xfe" * 11
    body = json.dumps({"Token": encode(before + b"111122223333" + after).decode()})

    done = json.loads(answered(body.encode(), [ACCOUNT]))

    assert (
        base64.urlsafe_b64decode(done["Token"].replace("+", "-").replace("/", "_")) == before + b"777788889999" + after
    )


SPELLINGS = {
    "dashed": ("1111-2222-3333", "7777-8888-9999"),
    "spaced": ("1111 2222 3333", "7777 8888 9999"),
    "between letters": ("x111122223333y", "x777788889999y"),
    "hex": (b"111122223333".hex(), b"777788889999".hex()),
    "percent": ("arn%3Aaws%3Aiam%3A%3A111122223333%3Aroot", "arn%3Aaws%3Aiam%3A%3A777788889999%3Aroot"),
    "escaped": (r"\u0031\u0031\u0031\u0031222\u00323333", "777788889999"),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_an_account_in_any_spelling_is_renamed(spelling):
    """A dashed one stays dashed."""
    old, new = SPELLINGS[spelling]
    written = f'{{"a":"{old}"}}' if spelling == "escaped" else json.dumps({"a": old})

    assert json.loads(answered(written.encode(), [ACCOUNT])) == {"a": new}


def test_an_account_that_is_a_number_is_renamed():
    """JSON and CBOR have accounts as numbers, too."""
    assert answered(b'{"a":111122223333,"b":1.11122223333E11}', [ACCOUNT]) == b'{"a":777788889999,"b":7.77788889999E11}'


def test_an_address_in_a_hosts_name_is_renamed():
    """``ip-192-0-2-1`` is the address 192.0.2.1."""
    body = b'{"a":"192.0.2.1","b":"ip-192-0-2-1.ec2.internal","c":"192.0.2.10"}'

    done = answered(body, [Rename("private-ip", "192.0.2.1", "192.0.2.7")])

    assert done == b'{"a":"192.0.2.7","b":"ip-192-0-2-7.ec2.internal","c":"192.0.2.10"}'


def test_nothing_else_is_scrubbed_on_the_way():
    """A rename looks for no forms: what stayed when it was recorded stays."""
    body = b'{"a":"jo@corp.io arn:aws:iam::604913827755:role/x","b":"111122223333"}'

    assert answered(body, [ACCOUNT]) == body.replace(b"111122223333", b"777788889999")


def recording(account, key):
    """What was recorded of the own account and *account*, in many encodings, with a ledger of its own."""
    arn = f"arn:aws:iam::{account}:root"
    told = {
        "Arn": arn,
        "Blob": base64.b64encode(b"\xff\xfe" + account.encode() + b"\xff").decode(),
        "Text": base64.b64encode(json.dumps({"arn": arn}).encode()).decode(),
        "Policy": json.dumps({"AWS": [arn]}),
        "Url": quote(arn, safe=""),
        "AccountId": int(account),
    }
    names = Pseudonyms(key, {})
    raw = Interaction(Request("POST", URI), Response(200, "OK", (), json.dumps(told).encode()))
    return scrub(raw, Estate(account="604913827755"), names), names


def test_the_later_of_two_recordings_gives_way_in_every_encoding(tmp_path):
    """Both gave 111122223333; afterwards each account has one pseudonym, and the ledger has both."""
    path, key = tmp_path / "ledger.json", b"a key for the tests"
    cassettes = []
    for account in ("837250196448", "916273548201"):
        done, names = recording(account, key)
        commit = Commit(path, names, ledger.own_mark(key), None)
        commit.write(tmp_path / f"{account}.yaml", Cassette((done,)), lambda _: [])
        cassettes.append((tmp_path / f"{account}.yaml").read_text())

    blobs = [base64.b64encode(b"\xff\xfe" + each + b"\xff").decode() for each in (b"111122223333", b"444455556666")]
    assert sorted(ledger.load(path).values()) == ["111122223333", "444455556666"]
    assert [each.count("111122223333") for each in cassettes] == [4, 0]
    assert [each.count("444455556666") for each in cassettes] == [0, 4]
    assert [[blob in each for blob in blobs] for each in cassettes] == [[True, False], [False, True]]
