"""A miss explains itself: what is closest, what differs, what would help; and shows no secret."""

import pickle
import textwrap
from dataclasses import replace
from pathlib import Path

import boto3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bototape import use_cassette
from bototape.adapters.asking import asked
from bototape.errors import Closest, Difference, NoMatch
from bototape.interaction import Call, Interaction, Response
from bototape.replay import Player
from bototape.shapes import parse
from bototape.tape.running import seen_from_the_test
from bototape.wire.codec import Codec
from tests.builders import cassette, describe, interaction, request, written

ACCOUNT = "604913827755"


def miss(player, sent, call=None):
    """The miss that *sent* is."""
    with pytest.raises(NoMatch) as caught:
        player.play(sent, call)
    return caught.value


def ask(name):
    return request(parameters={"AutoMLJobName": name})


def test_a_miss_carries_its_evidence():
    """Call, region, numbers, differences and what to ignore are fields, and survive a pickle: xdist sends them."""
    player = Player(cassette(describe("a"), describe("a"), describe("b")), "c.yaml", fix="do this")
    player.play(ask("a"))

    found = miss(player, ask("ab"), Call("sagemaker", "DescribeAutoMLJob", "us-east-1"))
    assert found.__reduce__()[1] == (
        "sagemaker.DescribeAutoMLJob",
        "c.yaml (3 interactions, 1 played)",
        (
            "closest: #1, #2 (1 of 2 played) differ in AutoMLJobName: 'a' recorded, 'ab' sent",
            'would match if you ignore "Parameters.AutoMLJobName"',
            "closest: #3 (not played) differs in AutoMLJobName: 'b' recorded, 'ab' sent",
        ),
        "do this",
        (
            Closest((1, 2), 1, (Difference("AutoMLJobName", "'a'", "'ab'"),), ("Parameters.AutoMLJobName",)),
            Closest((3,), 0, (Difference("AutoMLJobName", "'b'", "'ab'"),)),
        ),
        "us-east-1",
        "",
        "no recording matches",
    )
    assert pickle.loads(pickle.dumps(found)).__reduce__() == found.__reduce__()  # noqa: S301 - our own


def test_the_test_that_called_is_named():
    """A miss says where to look."""
    found = NoMatch("s3.GetObject", "c.yaml", ("closest: none",), "do this", test="tests/test_x.py::test_y")

    assert str(found) == (
        "cannot replay s3.GetObject: no recording matches\n"
        "  test: tests/test_x.py::test_y\n"
        "  cassette: c.yaml\n"
        "  closest: none\n"
        "  fix: do this"
    )


VALUES = st.sampled_from(["a", "b", 1, True, [1, 2], [{"K": "v"}], {"X": "y"}, {"X": {"Y": 2}}])
PARAMETERS = st.dictionaries(st.sampled_from(["Name", "Kind", "Tags", "Parameters"]), VALUES, max_size=4)
CALLS = st.lists(st.tuples(PARAMETERS, st.sampled_from(["us-east-1", "eu-west-1"]), st.booleans()), max_size=6)


def played(player, sent, region):
    """Whether *player* has an answer, and what it says if it has none."""
    try:
        player.play(request(parameters=sent), Call("sagemaker", "DescribeAutoMLJob", region))
    except NoMatch as error:
        return error
    return None


@settings(max_examples=60)
@given(CALLS, st.lists(st.tuples(PARAMETERS, st.sampled_from(["us-east-1", "eu-west-1"])), min_size=1, max_size=8))
def test_what_is_said_to_help_helps(recorded, calls):
    """Whoever ignores what a miss names, and runs the same calls again, gets an answer for that call."""
    made = cassette(*(interaction(parameters=each, region=at, repeat=again) for each, at, again in recorded))
    player = Player(made, "c.yaml")
    told = [played(player, *each) for each in calls]

    for at, found in enumerate(told):
        for paths in [each.ignore for each in found.closest if each.ignore] if found else ():
            again = Player(made, "c.yaml", ignore=paths)
            assert [played(again, *each) for each in calls[: at + 1]][-1] is None


def test_nothing_is_said_to_help_that_would_not():
    """A recording that is used up, or of another region, is no help whatever is ignored."""
    player = Player(cassette(describe("a")), "c.yaml")
    elsewhere = miss(
        player, request(parameters={"AutoMLJobName": "b"}, uri="https://api.sagemaker.eu-west-1.amazonaws.com/")
    )
    player.play(ask("a"))

    assert [each.ignore for each in (*elsewhere.closest, *miss(player, ask("b")).closest)] == [(), ()]


def test_with_a_custom_matcher_nothing_is_said_to_help():
    """Its names are its own: what is compared are no parameters that could be ignored."""
    player = Player(cassette(describe("a")), "c.yaml", normalise=lambda found: {"name": found["AutoMLJobName"]})

    assert miss(player, ask("b")).explanation == ("closest: #1 (not played) differs in name: 'a' recorded, 'b' sent",)


@given(st.lists(PARAMETERS, min_size=1, max_size=6), PARAMETERS)
@settings(max_examples=25)
def test_the_closest_is_found_among_many(others, sent):
    """What is closest among few is closest among hundreds that share nothing with the call."""
    far = [
        interaction(parameters={f"M{number}": f"{number}" * 9 for number in range(7)} | {"N": each})
        for each in range(60)
    ]
    near = [interaction(parameters=each) for each in others]
    alone = played(Player(cassette(*near), "c.yaml"), sent, "us-east-1")
    among = played(Player(cassette(*near, *far), "c.yaml"), sent, "us-east-1")

    assert (alone is None) == (among is None)
    if alone is not None:
        assert among.closest[0] == alone.closest[0]


def test_the_most_alike_of_many_names_is_closest():
    """A typing error among ten thousand names is found by its name."""
    player = Player(cassette(*[describe(f"training-job-{number:05}") for number in range(2000)]), "c.yaml")

    assert miss(player, ask("training-job-01234-x")).closest[0].numbers == (1235,)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("RoleArn", f"arn:aws:iam::{ACCOUNT}:role/zorvane", "<account-id, 38 characters>"),
        ("Note", f"see {ACCOUNT}", "<account-id, 16 characters>"),
        ("Number", int(ACCOUNT), "<account-id, 12 characters>"),
        ("Key", "AKIA" + "Q3EGRZXT7YPLM2VN", "<access-key-id, 20 characters>"),
        ("Mail", "jane.doe@zorvane.io", "<email, 19 characters>"),
        ("ApiToken", "hunter2", "<secret-value, 7 characters>"),
        ("Tags", {"owner": f"a {ACCOUNT}", "x": "y"}, "{'owner': <account-id, 14 characters>, 'x': 'y'}"),
        ("List", [f"arn:aws:iam::{ACCOUNT}:root", "x"], "[<account-id, 30 characters>, 'x']"),
        ("RoleArn", "arn:aws:iam::123456789012:role/example-role-1", "'arn:aws:iam::123456789012:role/example-role-1'"),
        ("Size", 123456789, "123456789"),
    ],
    ids=lambda each: "" if not isinstance(each, str) else each[:12],
)
def test_what_identifies_is_shown_by_kind_and_length(name, value, shown):
    """A failure goes into logs: a real identifier that the code sent must not."""
    found = miss(Player(cassette(describe("a")), "c.yaml"), request(parameters={"AutoMLJobName": "a", name: value}))

    assert found.closest[0].differences == (Difference(name, None, shown),)
    assert ACCOUNT not in repr(pickle.dumps(found)) + str(found)


def test_a_name_that_identifies_is_not_shown_either():
    """Keys of maps are the caller's own words; what holds one is not offered to be ignored."""
    found = miss(
        Player(cassette(describe("a")), "c.yaml"), request(parameters={"AutoMLJobName": "a", "Tags": {ACCOUNT: 1}})
    )
    inside = cassette(interaction(parameters={"Tags": {"x": 1}}))
    deeper = miss(Player(inside, "c.yaml"), request(parameters={"Tags": {"x": 1, ACCOUNT: "a"}}))

    assert found.closest[0].differences == (Difference("Tags", None, "{'<account-id>': 1}"),)
    assert deeper.closest == (Closest((1,), 0, (Difference("Tags.<account-id>", None, "'a'"),)),)
    assert ACCOUNT not in str(found) + str(deeper)


SECRET = {
    "metadata": {"protocol": "json"},
    "operations": {"Put": {"name": "Put", "http": {}, "input": {"shape": "In"}}},
    "shapes": {
        "In": {
            "type": "structure",
            "members": {"Note": {"shape": "Hidden"}, "All": {"shape": "Box"}, "Id": {"shape": "Open"}},
        },
        "Box": {"type": "structure", "sensitive": True, "members": {"Size": {"shape": "Open"}}},
        "Hidden": {"type": "string", "sensitive": True},
        "Open": {"type": "string"},
    },
}


class Models:
    """The model of one service."""

    def codec(self, service):
        return Codec(parse(SECRET)) if service == "lab" else None

    def calls(self, _):
        return []


def test_what_the_model_says_is_sensitive_is_not_shown():
    """So is all that stands in it."""
    call = Call("lab", "Put", "us-east-1")
    recorded = replace(interaction("Put", {"Note": "one", "Id": "x", "All": {"Size": "s"}}), call=call)
    player = Player(cassette(recorded), "c.yaml", models=Models())

    found = miss(player, request("Put", {"Note": "three", "Id": "y", "All": {"Size": "xl"}}), call)
    assert found.closest[0].differences == (
        Difference("Note", "<sensitive, 3 characters>", "<sensitive, 5 characters>"),
        Difference("Id", "'x'", "'y'"),
        Difference("All.Size", "<sensitive, 1 characters>", "<sensitive, 2 characters>"),
    )


def test_the_hint_about_pseudonyms_shows_nothing():
    """A role of the real account is told from its recorded form, and neither is an open secret."""
    role = "arn:aws:iam::{}:role/{}"
    recorded = interaction(parameters={"RoleArn": role.format("123456789012", "example-role-1")}, answer={})
    found = miss(Player(cassette(recorded), "c.yaml"), request(parameters={"RoleArn": role.format(ACCOUNT, "zorvane")}))

    assert found.explanation[-1].startswith("hint: the recording holds pseudonyms")
    assert ACCOUNT not in str(found)


def test_recordings_of_any_parameters_offer_nothing_to_ignore():
    """What was imported without its requests differs in the region alone, and is listed as it plays."""
    made = describe("a")
    anything = replace(made, call=replace(made.call, any_parameters=True), request=request())
    player = Player(cassette(anything, describe("b")), "c.yaml")
    call = Call("sagemaker", "DescribeAutoMLJob", "eu-west-1")
    sent = request(parameters={"AutoMLJobName": "c"}, uri="https://api.sagemaker.eu-west-1.amazonaws.com/")

    found = miss(player, sent, call)
    assert [each.ignore for each in found.closest] == [(), ()]
    assert [player.plays(at) for at in (0, 1)] == [[(1, 1)], [(2, 1)]]


@pytest.mark.slow
def test_the_docs_show_a_real_miss(tmp_path, monkeypatch):
    """docs/matching.md has the message of this test, word for word."""
    page = (Path(__file__).parent.parent / "docs" / "matching.md").read_text(encoding="utf-8")
    block = next(each for each in page.split("\n\n") if each.startswith("    cannot replay s3.PutBucketTagging"))
    recorded = [asked("s3", "PutBucketTagging", tagging(value), "us-east-1") for value in ("zero", "one")]
    (tmp_path / "cassettes").mkdir()
    written(
        tmp_path / "cassettes", *(Interaction(each, Response(204), call) for each, call in recorded), name="tags.yaml"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTEST_CURRENT_TEST", "tests/test_tags.py::test_a_tag_is_put (call)")

    with use_cassette("cassettes/tags.yaml") as tape:
        client = boto3.client("s3", "us-east-1")
        client.put_bucket_tagging(**tagging("zero"))
        with pytest.raises(NoMatch) as caught:
            client.put_bucket_tagging(**tagging("two"))
        tape.forget_misses()
    assert str(caught.value) == textwrap.dedent(block)


def tagging(value):
    return {"Bucket": "amzn-s3-demo-bucket1", "Tagging": {"TagSet": [{"Key": "run", "Value": value}]}}


def test_outside_of_a_test_the_cassette_is_opened_otherwise(monkeypatch):
    """A script has no test to run again."""
    monkeypatch.delenv("PYTEST_CURRENT_TEST")

    found = seen_from_the_test(NoMatch("s3.GetObject", "c.yaml"))
    assert (found.test, found.fix) == (
        "",
        'make the call that was recorded, or record this one: open the cassette with record_mode="new_episodes"',
    )


def test_what_would_be_scrubbed_again_is_not_to_be_recorded_as_it_is(monkeypatch):
    """The command that records a call would leave the same recording: the value is to be asked of the tape."""
    player = Player(cassette(interaction(parameters={"Bucket": "amzn-s3-demo-bucket-1"})), "c.yaml")
    sent = request(parameters={"Bucket": "zorvane"})
    monkeypatch.setenv("PYTEST_CURRENT_TEST", "test_it.py::test_it (call)")

    ask_it = 'send what was recorded, or ask the tape for it, tape.variable("name", the real one), and record anew: '
    assert seen_from_the_test(miss(player, sent)).fix == (
        f"{ask_it}pytest test_it.py::test_it --bototape-record-mode=all"
    )
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    assert seen_from_the_test(miss(player, sent)).fix == f'{ask_it}open the cassette with record_mode="all"'


@pytest.mark.parametrize(
    ("recorded", "sent"), [("amzn-s3-demo-bucket", "b"), ("amzn-s3-demo-bucket-1", "amzn-s3-demo-bucket")]
)
def test_a_documented_bucket_is_neither_a_pseudonym_nor_real(recorded, sent):
    """A test that chose AWS's example name, in the recording or now, may well be recorded again."""
    player = Player(cassette(interaction(parameters={"Bucket": recorded})), "c.yaml")

    assert [each for each in miss(player, request(parameters={"Bucket": sent})).explanation if "hint" in each] == []
