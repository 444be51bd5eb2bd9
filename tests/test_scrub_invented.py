"""
Leaks with invented values: other ones for each seed, so that nothing is found because it is known.

`tests.invented` has them by kind; here they are scrubbed told and blind, and every form stands in every context
under up to three encodings.
"""

import base64
import gzip
import html
import json
import random
import re
from urllib.parse import quote, unquote
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bototape.scrub.known import Known
from bototape.scrub.names import NOWHERE
from bototape.scrub.needles import Needles
from bototape.scrub.sieve import sieve
from tests.invented import Invented, vectors
from tests.scrub_vectors import parts_of
from tests.scrub_vectors_adapter import forget, judged, scrub


def failures(seed, *, is_told):
    """What is wrong with any vector of *seed*, by name; of a trap every byte stays."""
    made, found = vectors(seed)
    wrong = {}
    for each in found:
        if each.get("told") and not is_told:
            continue
        known = (each.get("known") or made.known) if is_told else {}
        problems = judged(each, known)
        if each.get("fp"):
            parts = parts_of(each)
            problems += [] if scrub(parts, known, {})[0] == parts else ["a trap was changed"]
        if problems:
            wrong[each["name"]] = problems
    return wrong


@pytest.mark.parametrize("is_told", [True, False], ids=["told", "blind"])
def test_leaks_with_other_values_go_and_traps_stay(is_told):
    """What holds for the stored vectors holds for others of their kinds."""
    assert failures(1, is_told=is_told) == {}


#: What two estates may differ in after they were scrubbed, and why.
SHOWN = {
    "hosts-3": "a queue's name is chosen",
    "hosts-14": "a repository's domain is chosen",
    "account-conventions": "a bucket's name has letters by chance",
    "distinct-0": "another account that AWS owns",
    "layered-2": "an archive's compression",
    "jwts-1": "a notebook's name is chosen",
    "bearer-of-presigned-4": "a database's host",
    "bearer-of-presigned-5": "a cluster's host",
    "oracles-4": "a message's id",
}


def scrubbed(seed):
    """Name → what is left of each leak of the estate *seed*, its recorder told, in one region."""
    made, found = vectors(seed, "us-west-2")
    left = {}
    for each in found:
        if not each.get("fp") and "provenance" not in each:
            forget()
            parts, headers = scrub(parts_of(each), each.get("known") or made.known, dict(each.get("headers", {})))
            left[each["name"]] = (re.sub(r"(?<![a-z])[a-z]{2,4}(?:-[a-z]+){1,2}-\d", "REGION", str(parts)), headers)
    return left


def test_two_estates_leave_the_same():
    """What differs between the scrubbed leaks of two accounts is a leak that no rule knows."""
    first, second = scrubbed(21), scrubbed(22)

    differing = {name for name in first if first[name] != second[name]}
    assert {each for each in differing if each not in SHOWN and each.rpartition("-")[0] not in SHOWN} == set()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 42))
def test_leaks_of_many_estates_go_and_traps_stay(seed):
    """Values differ in length, case and luck."""
    assert (failures(seed, is_told=True), failures(seed, is_told=False)) == ({}, {})


def test_no_hint_hides_a_form():
    """The quick look of a detector is a promise: where it says no, the search finds nothing."""
    detectors = sieve(Known((), Needles(()))).detectors
    texts = {str(part[1]) for seed in range(3) for each in vectors(seed)[1] for part in parts_of(each)}
    texts |= {piece for text in texts for piece in re.split(r"[\"\n ]", text)}

    assert [
        (at, text)
        for at, each in enumerate(detectors)
        for text in texts
        if not each.may(text, text.lower()) and list(each.find(text, NOWHERE))
    ] == []


def forms(made):
    """Kind → (an identifier of *made* that its form alone tells, what of it must be gone)."""
    person, vpc, mac = made.person.replace(".", ""), f"subnet-{made.hexadecimal(17)}", f"02:{made.hexadecimal(2)}"
    secret, key, message = made.text("abcdefghij0123456789", 14), made.some_key(made.partner, "AKIA"), made.base64(60)
    message = message.replace("+", "-").replace("/", "_").rstrip("=")
    token, unique, face = made.old_token(), made.some_unique("AROA"), made.text("abcdefghijklmnop", 34)
    address, jwt, pem = made.ip().replace(".", "-"), made.jwt({"arn": made.arn()}), made.base64(48)
    url = made.presigned("sts")
    eks = base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")
    mac = ":".join([mac, *(made.hexadecimal(2) for _ in range(4))])
    account, signed = (made.account,), (made.key, made.signature())
    return {
        "arn": (made.arn(), account),
        "session": (made.session_arn(), (made.account, made.email)),
        "key": (key, (key,)),
        "token": (token, (token,)),
        "unique id": (unique, (unique,)),
        "image": (f"{made.account}.dkr.ecr.{made.region}.amazonaws.com/x:1", account),
        "bucket": (f"s3://sagemaker-{made.region}-{made.account}/x", account),
        "subnet": (vpc, (vpc,)),
        "email": (made.email, (made.email,)),
        "jwt": (jwt, (jwt, made.account)),
        "hugging face": (f"hf_{face}", (face,)),
        "password": (f"postgresql://svc:{secret}@db:5432/x", (secret,)),
        "host": (f"ip-{address}.ec2.internal", (address,)),
        "presigned": (url, signed),
        "private key": (f"-----BEGIN RSA PRIVATE KEY-----\n{pem}\n-----END RSA PRIVATE KEY-----", (pem,)),
        "failure": (f"Encoded authorization failure message: {message}", (message,)),
        "mac": (mac, (mac,)),
        "home": (f"/home/{person}/x.py", (person,)),
        "eks": (f"k8s-aws-v1.{eks}", (eks[20:90], *signed)),
    }


def _base64(text):
    return base64.b64encode(text.encode()).decode()


ENCODINGS = {
    "percent": lambda text: quote(text, safe=""),
    "json": lambda text: json.dumps({"a": text}),
    "json escapes": lambda text: '{"a":"' + "".join(f"\\u{ord(each):04x}" for each in text) + '"}',
    "xml": lambda text: f"<a>{escape(text)}</a>",
    "entities": escape,
    "base64": _base64,
    "base64url": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "gzip": lambda text: base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode(),
    "form": lambda text: f"a=1&b={quote(text, safe='')}",
    "prose": lambda text: f"see {text} there",
}
_QUOTES = {'"': "&quot;"}
CONTEXTS = {
    "member": lambda text: ("body-json", json.dumps({"Note": text})),
    "name": lambda text: ("body-json", json.dumps({text: 1})),
    "list": lambda text: ("body-json", json.dumps([[text]])),
    "sentence": lambda text: ("body-json", json.dumps({"Note": f'say "{text}", ({text})'})),
    "element": lambda text: ("body-xml", f"<r><Note>{escape(text)}</Note></r>"),
    "attribute": lambda text: ("body-xml", f'<r Note="{escape(text, _QUOTES)}"></r>'),
    "parameter": lambda text: ("body-form", f"Action=X&Note={quote(text, safe='')}"),
    "header": lambda text: ("header", f"X-Note: {quote(text) if chr(10) in text else text}"),
    "query": lambda text: ("uri", f"https://x.amazonaws.com/?note={quote(text, safe='')}"),
    "path": lambda text: ("uri", f"https://x.amazonaws.com/a/{quote(text, safe='')}/b"),
    "line": lambda text: ("body-text", f"1\t{text}\n2,'{text}'\n"),
    "field": lambda text: (
        "body-text",
        f'--b\r\nContent-Disposition: form-data; name="n"\r\n\r\n{text}\r\n--b--\r\n',
    ),
}


def layers(text, depth=0):
    """All that *text* says, whatever encodings are undone, up to six of them."""
    yield text
    if depth < 6:
        plain = re.sub(r'\\(?:u[0-9a-fA-F]{4}|["\\/bfnrt])', lambda each: json.loads(f'"{each[0]}"'), text)
        for inner in {unquote(text), html.unescape(text), plain, *_packed(text)} - {text}:
            yield from layers(inner, depth + 1)


def _packed(text):
    for run in re.findall(r"[A-Za-z0-9+/_-]{20,}={0,2}", text):
        plain = run.rstrip("=").replace("-", "+").replace("_", "/")
        try:
            data = base64.b64decode(plain + "=" * (-len(plain) % 4))
            yield (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode()
        except (ValueError, OSError, EOFError):
            continue


KINDS = sorted(forms(Invented(random.Random(1))))  # noqa: S311 - as above


def _survivors(seed, kind, encodings, context):
    text, gone = forms(Invented(random.Random(seed)))[kind]  # noqa: S311 - the same for a seed
    for each in encodings:
        text = ENCODINGS[each](text)
    done = scrub([CONTEXTS[context](text)], {}, {})[0]
    left = {each for layer in layers(str(done[0][1])) for each in gone if each in layer}
    return left, scrub(done, {}, {})[0] == done


@settings(max_examples=80, deadline=None)
@given(
    st.integers(0, 10**6),
    st.sampled_from(KINDS),
    st.lists(st.sampled_from(sorted(ENCODINGS)), max_size=3),
    st.sampled_from(sorted(CONTEXTS)),
)
def test_any_form_in_any_context_under_three_encodings_is_gone(seed, kind, encodings, context):
    """Each canary in each context under each encoding, without being told anything; and it is so the second time."""
    assert _survivors(seed, kind, encodings, context) == (set(), True)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_form_in_every_context_under_two_encodings_is_gone(kind):
    """All of them, not a sample."""
    stacks = [[], *([one, two] for one in ENCODINGS for two in ENCODINGS)]

    assert {
        (context, *stack): found
        for stack in stacks
        for context in CONTEXTS
        if (found := _survivors(7, kind, stack, context)) != (set(), True)
    } == {}
