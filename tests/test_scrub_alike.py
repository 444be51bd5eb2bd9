"""The scrubber's short cuts, words and ARNs that look alike, change what the long way changes."""

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bototape.interaction import Interaction, Request, Response
from bototape.scrub import alike
from bototape.scrub import text as finding
from bototape.scrub.alike import may_hold_base64
from bototape.scrub.apply import scrub
from bototape.scrub.estate import Estate
from bototape.scrub.pseudonyms import Pseudonyms

ACCOUNT = "604913827755"
ESTATE = Estate.from_mapping({"account": ACCOUNT, "words": ["zorvane"], "values": {"user": ["dana-x"]}})


def scrubbed(body: str, headers: tuple[tuple[str, str], ...] = ()) -> tuple[str, tuple[str, ...], object]:
    """Return the body of a scrubbed answer, what stays in it, and its headers."""
    pseudonyms = Pseudonyms(b"a key for tests", {})
    answer = Interaction(Request("POST", "https://example.com/"), Response(200, "OK", headers, body.encode()))
    made = scrub(answer, ESTATE, pseudonyms).response
    return made.body.decode(), tuple(pseudonyms.learned.items()), made.headers


def long_way(body: str) -> object:
    """Scrub *body* with no text passed over and none taken for like another."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alike, "head_of", lambda _: "")
        patch.setattr(finding, "is_word", lambda _: False)
        return scrubbed(body)


@pytest.mark.parametrize(
    "value",
    ["sg-abcdef12", "i-abcdef12", "o-abcdefghi12", "ou-abcd-efgh1234", "AROAABCDEFGH1234567", "xoxb-a-b-c-1234567"],
)
def test_an_id_is_no_word(value):
    """Letters that digits follow are an id, alone in a list of JSON as well as in a sentence."""
    alone, sentence = json.loads(scrubbed(json.dumps({"Ids": [value]}))[0])["Ids"][0], scrubbed(f"{value} it is")[0]

    assert value not in alone
    assert alone == sentence.removesuffix(" it is")


ARNS = [
    *("arn:aws:sagemaker:us-east-1:{}:automl-job/{}", "arn:aws:sagemaker:us-east-1:{}:domain/{}"),
    *("arn:aws:iam::{}:role/{}", "arn:aws:lambda:us-east-1:{}:function:{}", "arn:aws:x:us-east-1:{}:alias/{}"),
    *("arn:aws:ec2:us-east-1:{}:security-group/{}", "arn:aws:x::{}:root/{}", "arn:aws-cn:y::{}:zorvane/{}"),
    *("arn:aws:secretsmanager:us-east-1:{}:secret:{}", "arn:aws:x:us-east-1:{}:a-longer-type-of-resource/{}"),
]
WORDS = (
    *("job-1", "job-22", "a", "r-abcd12", "d-abc1234567", "zorvane", "zorvane-7", "dana-x", "sg-abcdef12", "akia", ""),
    *(
        "i-abcdef1",
        "o-abcdefgh12",
        "mrk-",
        "x_y",
        "job-12345678",
        "Abc",
        alike.OTHER_WORD,
        "word0",
        "604913",
        "abc-12",
        "xoxb-a-b-c-1234567",
        "example-name-12345",
        "o-a-bcdefgh12",
    ),
)
arns = st.builds(
    str.format, st.sampled_from(ARNS), st.sampled_from([ACCOUNT, "123456789012", "aws"]), st.sampled_from(WORDS)
)
values = st.recursive(
    arns | st.sampled_from(WORDS),
    lambda inner: (
        st.lists(inner, max_size=8)
        | st.dictionaries(
            st.sampled_from(["Arn", "DisplayName", "Owner", "Key", "Value", "RoleArn"]), inner, max_size=5
        )
    ),
    max_leaves=25,
)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(["Items", "Owner"]), values, min_size=1))
def test_what_looks_alike_is_judged_alike(document):
    """Many ARNs and words in one document come to what each comes to when it is looked at by itself."""
    body = json.dumps(document)

    assert scrubbed(body) == long_way(body)


@pytest.mark.parametrize(
    ("resource", "word"),
    [("domain/{}", "d-abc12"), ("root/{}", "r-abcd12"), ("security-group/{}", "sg-abcdef12"), ("role/{}", "zorvane-7")],
)
def test_the_second_of_two_alike_is_looked_at(resource, word):
    """A name that is sought at the end of an ARN is found although the same ARN ended in a harmless one before."""
    arn = f"arn:aws:sagemaker:us-east-1:123456789012:{resource}"
    body = json.dumps([arn.format("job-1"), arn.format(word)])

    assert word not in scrubbed(body)[0]
    assert scrubbed(body) == long_way(body)


def test_base64_is_no_word():
    """What may be base64 of a text is not taken for like another one; noise is."""
    assert may_hold_base64("a:" + base64.b64encode(b"a note of dana to all").decode())
    assert not may_hold_base64("arn:aws:sagemaker:us-east-1:123456789012:automl-job/a-name-of-job-12")


def test_a_digest_beside_text_beyond_ascii():
    """A changed text that is not ASCII is no base64, and does not end the search for its digests."""
    body = json.dumps({"A": f"é, dépôt nº {ACCOUNT}"}, ensure_ascii=False)

    assert json.loads(scrubbed(body, (("ETag", f'"{"0" * 32}"'),))[0]) == {"A": "é, dépôt nº 123456789012"}
