"""A call gets the recording of the same call, in recorded order; a miss explains itself."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from bototape.errors import NoMatch
from bototape.interaction import Call, Interaction, Request
from bototape.replay import Player
from bototape.shapes import parse
from bototape.wire.codec import Codec
from tests.builders import cassette, describe, interaction, request, response


def status(player, name):
    body = player.play(request(parameters={"AutoMLJobName": name})).response.body
    return body.decode().partition('"AutoMLJobStatus": "')[2].rstrip('"}')


def test_calls_are_found_by_parameters_not_by_order():
    """Asking in another order than recorded gets the right answers."""
    player = Player(cassette(describe("a", "Failed"), describe("b", "Completed")), "c.yaml")

    assert [status(player, "b"), status(player, "a")] == ["Completed", "Failed"]


def test_equal_calls_play_in_recorded_order():
    """A polled status changes as it did when it was recorded."""
    player = Player(cassette(describe("a", "InProgress"), describe("a", "Completed")), "c.yaml")

    assert [status(player, "a"), status(player, "a")] == ["InProgress", "Completed"]
    assert player.played == {0: 1, 1: 1}
    assert player.unplayed == []


def test_after_the_last_recording_a_call_is_a_miss():
    """One poll too many fails instead of repeating for ever."""
    player = Player(cassette(describe("a")), "c.yaml", fix="do this")
    status(player, "a")

    with pytest.raises(NoMatch) as caught:
        status(player, "a")
    assert str(caught.value) == (
        "cannot replay DescribeAutoMLJob: no recording matches\n"
        "  cassette: c.yaml (1 interaction, 1 played)\n"
        "  recorded once and played once; the last recording does not say repeat\n"
        "  fix: do this"
    )


def test_a_recording_that_says_repeat_plays_again():
    """The final answer of a poll may be asked for any number of times."""
    player = Player(cassette(describe("a", "InProgress"), describe("a", "Completed", repeat=True)), "c.yaml")

    assert [status(player, "a") for _ in range(4)] == ["InProgress", "Completed", "Completed", "Completed"]


def test_a_recording_that_says_a_number_plays_that_often():
    """Polls that were answered alike are one recording; the answer after them comes when it came."""
    player = Player(cassette(describe("a", "InProgress", repeat=3), describe("a", "Completed")), "c.yaml", fix="x")

    assert [status(player, "a") for _ in range(4)] == ["InProgress", "InProgress", "InProgress", "Completed"]
    assert player.played == {0: 3, 1: 1}
    assert player.unplayed == []
    with pytest.raises(NoMatch, match="recorded 4 times and played 4 times"):
        status(player, "a")


def test_a_number_of_plays_is_one_of_each_under_threads():
    """Of polls by many threads each gets one play, and none gets one more."""
    player = Player(cassette(describe("a", "InProgress", repeat=500), describe("a", "Completed", repeat=True)), "c")
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda _: status(player, "a"), range(600)))

    assert (found.count("InProgress"), found.count("Completed")) == (500, 100)
    assert player.played == {0: 500, 1: 100}


def test_the_region_counts():
    """The same call in another region is another call."""
    sent = request(parameters={"AutoMLJobName": "a"}, uri="https://api.sagemaker.eu-west-1.amazonaws.com/")
    player = Player(cassette(describe("a", region="us-east-1")), "c.yaml", fix="x")

    with pytest.raises(NoMatch) as caught:
        player.play(sent)
    assert caught.value.explanation == (
        "closest: #1 (not played) differs in region: 'us-east-1' recorded, 'eu-west-1' sent",
    )


def test_a_request_that_tells_no_region_takes_the_only_one():
    """A client of a local server may sign for nothing."""
    sent = request(parameters={"AutoMLJobName": "a"}, uri="http://localhost/")

    assert Player(cassette(describe("a")), "c.yaml").play(sent) == describe("a")


def test_idempotency_tokens_do_not_count_whoever_knows_them():
    """Told by the client or by the cassette, a token is ignored."""
    recorded = interaction("CreatePipeline", {"PipelineName": "p", "ClientRequestToken": "1"})
    told = replace(recorded, call=replace(recorded.call, idempotency=("ClientRequestToken",)))
    sent = request("CreatePipeline", {"PipelineName": "p", "ClientRequestToken": "2"})
    call = Call("sagemaker", "CreatePipeline", "us-east-1", idempotency=("ClientRequestToken",))

    assert Player(cassette(recorded), "c.yaml").play(sent, call) == recorded
    assert Player(cassette(told), "c.yaml").play(sent, call) == told
    assert Player(cassette(told), "c.yaml").play(sent) == told


def test_no_recording_is_played_twice_however_clients_differ():
    """Recordings are shared by clients that know the tokens' names and clients that do not."""
    made = [interaction("CreatePipeline", {"PipelineName": "p", "ClientRequestToken": "1"}, {"N": n}) for n in (1, 2)]
    told = [replace(made[0], call=replace(made[0].call, idempotency=("ClientRequestToken",))), made[1]]
    player = Player(cassette(*told), "c.yaml")
    sent = request("CreatePipeline", {"PipelineName": "p", "ClientRequestToken": "9"})
    call = Call("sagemaker", "CreatePipeline", "us-east-1", idempotency=("ClientRequestToken",))

    assert [player.play(told[0].request), player.play(sent, call)] == told
    with pytest.raises(NoMatch):
        player.play(sent)


def test_a_miss_names_the_closest_recordings():
    """The message says what differs, nearest first, and which recordings were used."""
    recorded = [
        interaction("ListAutoMLJobs", {"MaxResults": 5, "SortBy": "Name", "StatusEquals": "Failed"}),
        interaction("ListAutoMLJobs", {"MaxResults": 5}),
        describe("a"),
    ]
    player = Player(cassette(*recorded), "c.yaml", fix="do this")
    player.play(recorded[1].request)

    with pytest.raises(NoMatch) as caught:
        player.play(request("ListAutoMLJobs", {"MaxResults": 6}), Call("sagemaker", "ListAutoMLJobs"))
    assert str(caught.value) == (
        "cannot replay sagemaker.ListAutoMLJobs: no recording matches\n"
        "  cassette: c.yaml (3 interactions, 1 played)\n"
        "  closest: #2 (played) differs in MaxResults: 5 recorded, 6 sent\n"
        "  closest: #1 (not played) differs in MaxResults: 5 recorded, 6 sent; "
        "SortBy: 'Name' recorded, nothing sent; StatusEquals: 'Failed' recorded, nothing sent\n"
        "  fix: do this"
    )


def test_recordings_that_differ_alike_share_a_line():
    """A polled job has many recordings; a wrong name is explained once."""
    player = Player(cassette(*[describe("a", f"S{n}") for n in range(5)]), "c.yaml")
    status(player, "a")

    with pytest.raises(NoMatch) as caught:
        status(player, "b")
    assert caught.value.explanation == (
        "closest: #1, #2, #3 and 2 more (1 of 5 played) differ in AutoMLJobName: 'a' recorded, 'b' sent",
        'would match if you ignore "Parameters.AutoMLJobName"',
    )


def test_a_miss_of_another_operation_lists_what_there_is():
    """An operation that was never recorded is said to be so."""
    player = Player(cassette(describe("a"), describe("b"), interaction("ListAutoMLJobs")), "c.yaml")

    with pytest.raises(NoMatch) as caught:
        player.play(request("StopAutoMLJob"))
    assert caught.value.explanation == ("recorded operations: DescribeAutoMLJob (2), ListAutoMLJobs (1)",)


def test_a_real_identifier_gets_a_hint():
    """Whoever sends the account's real role is told that the recording holds pseudonyms."""
    role = "arn:aws:iam::{}:role/example-role-1"
    player = Player(cassette(interaction(parameters={"RoleArn": role.format("123456789012")})), "c.yaml")

    with pytest.raises(NoMatch) as caught:
        player.play(request(parameters={"RoleArn": "arn:aws:iam::604913827755:role/zorvane"}))
    assert caught.value.explanation[-1] == (
        "hint: the recording holds pseudonyms; a real identifier was sent, not its recorded form"
    )


def test_a_custom_matcher_changes_what_counts():
    """A canonicaliser sees recorded and sent parameters alike."""
    player = Player(
        cassette(interaction(parameters={"Name": "Job-1"})),
        "c.yaml",
        normalise=lambda found: {**found, "Name": found["Name"].lower()},
    )

    assert player.play(request(parameters={"Name": "JOB-1"})).call.operation == "DescribeAutoMLJob"


def test_cassettes_of_other_tools_play():
    """A recording without our block is indexed by what the wire says."""
    foreign = Interaction(request(parameters={"AutoMLJobName": "a"}), response({"AutoMLJobName": "a"}))

    assert Player(cassette(foreign), "c.yaml").play(request(parameters={"AutoMLJobName": "a"})) == foreign


def test_no_recording_is_given_to_two_threads():
    """Sixteen threads asking for the same call share its recordings without a double."""
    recorded = [describe("a", f"S{n}") for n in range(400)]
    player = Player(cassette(*recorded), "c.yaml")

    with ThreadPoolExecutor(16) as pool:
        got = list(pool.map(lambda _: status(player, "a"), range(400)))
    assert sorted(got) == sorted(f"S{n}" for n in range(400))


MODEL = {
    "metadata": {"protocol": "rest-json"},
    "operations": {
        name: {"name": name, "http": {"method": method, "requestUri": "/things/{Name}"}, "input": {"shape": "In"}}
        for name, method in (("GetThing", "GET"), ("PutThing", "PUT"))
    },
    "shapes": {
        "In": {
            "type": "structure",
            "members": {
                "Name": {"shape": "S", "location": "uri", "locationName": "Name"},
                "Kind": {"shape": "S", "location": "header", "locationName": "x-kind"},
                "Note": {"shape": "S"},
            },
        },
        "S": {"type": "string"},
    },
}


class Models:
    """The model of one service; *known* is whether raw requests are recognised."""

    def __init__(self, *, known: bool = True) -> None:
        self.known = known
        self.read = Codec(parse(MODEL))

    def codec(self, service):
        return self.read if service == "things" else None

    def calls(self, request):
        return [("things", f"{request.method.title()}Thing")] if self.known and "/things/" in request.uri else []


def thing(name, kind=None, note=None, *, method="PUT", region="eu-west-1", told=True):
    """A recorded call of the service above."""
    headers = (("x-kind", kind),) if kind else ()
    body = json.dumps({"Note": note}).encode() if note else b""
    sent = Request(method, f"https://things.eu-west-1.amazonaws.com/things/{name}", headers, body)
    call = Call("things", f"{method.title()}Thing", region, "rest-json") if told else None
    return Interaction(sent, response({"N": name}), call)


@pytest.mark.parametrize("models", [Models(), Models(known=False)], ids=["recognised", "by its path"])
@pytest.mark.parametrize("told", [True, False], ids=["told", "raw"])
def test_a_rest_call_is_found_by_its_parameters(models, told):
    """Label, header and body count alike, whoever says which operation it is."""
    recorded = [thing("a", "x"), thing("a", "y"), thing("b", "x", "n"), thing("a", method="GET")]
    player = Player(cassette(*recorded), "c.yaml", models=models)

    for each in reversed(recorded):
        assert player.play(each.request, each.call if told else None) == each


def test_recordings_of_other_tools_are_found_by_rest_calls():
    """Those that a model recognises by its parameters, others by method and path."""
    recorded = thing("a", "x", told=False)
    call = thing("a").call

    assert Player(cassette(recorded), "c.yaml", models=Models()).play(recorded.request, call) == recorded
    assert Player(cassette(recorded), "c.yaml", models=Models(known=False)).play(recorded.request, call) == recorded
    assert Player(cassette(recorded), "c.yaml").play(recorded.request) == recorded


def test_a_miss_of_a_rest_call_names_members():
    """Another label is a difference of a parameter, not another path."""
    player = Player(cassette(thing("a", "x"), thing("c", method="GET")), "c.yaml", models=Models(), fix="x")
    sent = thing("b", "y", "n")

    with pytest.raises(NoMatch) as caught:
        player.play(sent.request, sent.call)
    assert str(caught.value) == (
        "cannot replay things.PutThing: no recording matches\n"
        "  cassette: c.yaml (2 interactions, 0 played)\n"
        "  closest: #1 (not played) differs in Name: 'a' recorded, 'b' sent; Kind: 'x' recorded, 'y' sent; "
        "Note: 'n' sent, nothing recorded\n"
        "  fix: x"
    )


def test_a_request_the_model_cannot_read_is_compared_by_the_wire():
    """A recording made with a newer model still plays for the same bytes, and for no others."""
    broken = replace(thing("a"), request=replace(thing("a").request, body=b'{"Note":'))
    player = Player(cassette(broken), "c.yaml", models=Models())

    with pytest.raises(NoMatch):
        player.play(thing("a").request, broken.call)
    assert player.play(broken.request, broken.call) == broken


@pytest.mark.parametrize("region", ["aws-global", "aws-cn-global", ""])
def test_services_of_all_regions_have_none(region):
    """A client of IAM bears no region, and its signature one that says nothing."""
    recorded = interaction(region=region)
    recorded = replace(recorded, request=replace(recorded.request, uri="https://iam.amazonaws.com/"))
    signed = (("Authorization", "AWS4-HMAC-SHA256 Credential=K/20260101/us-east-1/iam/aws4_request, Signature=0"),)
    sent = replace(recorded.request, headers=(*recorded.request.headers, *signed))

    assert Player(cassette(recorded), "c.yaml").play(sent, replace(recorded.call, region=region)) == recorded
    assert Player(cassette(recorded), "c.yaml").play(sent) == recorded


def test_the_region_of_the_client_counts_before_the_signature():
    """A bucket elsewhere is asked again with its own region's signature: the same client, the same call."""
    recorded = interaction(region="us-east-1")
    sent = replace(recorded.request, uri="https://api.sagemaker.eu-west-1.amazonaws.com/")

    assert Player(cassette(recorded), "c.yaml").play(sent, recorded.call) == recorded


def test_an_ignored_parameter_does_not_count():
    """By the path that the miss names; everything else still counts."""
    recorded = interaction(parameters={"Name": "a", "Tags": [{"Key": "run", "Value": "1"}]})
    player = Player(cassette(recorded), "c.yaml", ignore=["Tags[].Value"])

    with pytest.raises(NoMatch) as caught:
        player.play(request(parameters={"Name": "b", "Tags": [{"Key": "run", "Value": "2"}]}))
    assert caught.value.explanation == (
        "closest: #1 (not played) differs in Name: 'a' recorded, 'b' sent",
        'would match if you ignore "Parameters.Name"',
    )
    assert player.play(request(parameters={"Name": "a", "Tags": [{"Key": "run", "Value": "2"}]})) == recorded


def test_what_was_secret_when_it_was_recorded_does_not_count():
    """The test sends its own secret; the recording has what stands for another. What else differs is a miss."""
    environment = {"Environment": {"TOKEN": "SCRUBBED000001", "MODE": "a"}, "Steps": [{"Key": "SCRUBBED"}]}
    player = Player(cassette(interaction("CreateModel", {"ModelName": "m", **environment})), "c.yaml")
    sent = {"ModelName": "m", "Environment": {"TOKEN": "mine", "MODE": "a"}, "Steps": [{"Key": "other"}]}

    with pytest.raises(NoMatch):
        player.play(request("CreateModel", sent | {"ModelName": "n"}))
    with pytest.raises(NoMatch):
        player.play(request("CreateModel", sent | {"Environment": {"TOKEN": "mine", "MODE": "b"}}))
    assert player.play(request("CreateModel", sent)).response.status == 200
