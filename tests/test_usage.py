"""Which operations and members are used, and which changes meet them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bototape import releases
from bototape.diff import rules
from bototape.diff.changes import Change, detect
from bototape.errors import UsageError
from bototape.interaction import Response
from bototape.shapes import parse
from bototape.usage import ABSENCE, Usage, limit, listed, of_interaction, of_parameters, unknown
from bototape.wire.codec import Codec
from tests import builders

SCHEMAS = Path(__file__).parent.parent / "schemas"
OLD = releases.load("1.27.96", "sagemaker", SCHEMAS).service
NEW = releases.load("1.28.0", "sagemaker", SCHEMAS).service
METRIC = "CandidateProperties.CandidateMetrics[].StandardMetricName"


def toy(shapes, operations=("Act",), errors=()):
    """A service whose operations all take In and return Out."""
    return parse(
        {
            "metadata": {"serviceId": "Toy", "protocol": "json"},
            "operations": {
                each: {
                    "name": each,
                    "input": {"shape": "In"},
                    "output": {"shape": "Out"},
                    "errors": [{"shape": name} for name in errors],
                }
                for each in operations
            },
            "shapes": {
                "T": {"type": "string"},
                **{
                    name: {"type": "structure", "members": {}} if each is None else each
                    for name, each in {"In": None, "Out": None, **shapes}.items()
                },
            },
        }
    )


def holds(*required, **members):
    shaped = {name: {"shape": each} for name, each in members.items()}
    return {"type": "structure", "members": shaped, "required": list(required)}


def used(*places, service="toy"):
    return Usage({service: frozenset(places)})


def kinds(changes):
    return [(each.kind, each.operations) for each in changes]


def met(usage, old, new, service="toy"):
    return kinds(limit(detect(old, new, service), usage, service, old, new))


def test_a_recording_uses_what_was_sent_and_answered():
    """Each member at each depth, lists and maps by one place however long they are."""
    answer = {
        "AutoMLJobName": "churn",
        "BestCandidate": {
            "CandidateSteps": [],
            "InferenceContainerDefinitions": {"CPU": [{"Image": "i"}, {"Image": "j", "Environment": {"A": "1"}}]},
        },
    }
    call = builders.interaction(parameters={"AutoMLJobName": "churn"}, answer=answer)
    new = releases.load("1.44.5", "sagemaker", SCHEMAS).service
    containers = "DescribeAutoMLJob.output.BestCandidate.InferenceContainerDefinitions"

    assert of_interaction("sagemaker", "DescribeAutoMLJob", [Codec(new)], call) == Usage(
        {
            "sagemaker": frozenset(
                {
                    "DescribeAutoMLJob",
                    "DescribeAutoMLJob.input",
                    "DescribeAutoMLJob.input.AutoMLJobName",
                    "DescribeAutoMLJob.output",
                    "DescribeAutoMLJob.output.AutoMLJobName",
                    "DescribeAutoMLJob.output.BestCandidate",
                    "DescribeAutoMLJob.output.BestCandidate.CandidateSteps",
                    containers,
                    f"{containers}{{key}}",
                    f"{containers}{{}}",
                    f"{containers}{{}}[]",
                    f"{containers}{{}}[].Image",
                    f"{containers}{{}}[].Environment",
                    f"{containers}{{}}[].Environment{{}}",
                    f"{containers}{{}}[].Environment{{key}}",
                }
            )
        }
    )


def test_a_recorded_error_uses_that_error():
    """The members of the error that came, and nothing of the output."""
    body = json.dumps({"__type": "ResourceNotFound", "Message": "no such job"}).encode()
    call = builders.interaction(parameters={"AutoMLJobName": "churn"})
    failed = Response(400, "Bad Request", (("Content-Type", builders.JSON_1_1),), body)
    found = of_interaction("sagemaker", "DescribeAutoMLJob", [Codec(OLD)], type(call)(call.request, failed, call.call))

    assert found.of("sagemaker") == {
        "DescribeAutoMLJob",
        "DescribeAutoMLJob.input",
        "DescribeAutoMLJob.input.AutoMLJobName",
        "DescribeAutoMLJob.error.ResourceNotFound",
        "DescribeAutoMLJob.error.ResourceNotFound.Message",
    }


@pytest.mark.parametrize("operation", ["DescribeAutoMLJob", "NoSuchOperation"])
def test_what_cannot_be_read_is_used_whole(operation):
    """A body that is not JSON, or an operation no model has, hides no change."""
    call = builders.interaction(operation)
    broken = type(call)(type(call.request)("POST", builders.URI, call.request.headers, b"{"), call.response, call.call)

    assert of_interaction("sagemaker", operation, [Codec(OLD), Codec(NEW)], broken) == Usage(
        whole={"sagemaker": {operation}}
    )


def test_a_planned_call_uses_its_parameters_and_all_of_its_answer():
    """A scenario tells what it sends; what its recording is read for is not known."""
    found = of_parameters("sagemaker", "ListAutoMLJobs", [OLD], {"NameContains": "churn"})

    assert found == Usage(
        {
            "sagemaker": frozenset(
                {"ListAutoMLJobs", "ListAutoMLJobs.input", "ListAutoMLJobs.input.NameContains"},
            )
        },
        {"sagemaker": frozenset({"ListAutoMLJobs.output", "ListAutoMLJobs.error"})},
    )


def test_a_list_names_operations_sides_and_members():
    """Comments and empty lines are passed over; each place remembers its line."""
    text = (
        "# ours\n\nsagemaker.DescribeAutoMLJob\nsagemaker.ListAutoMLJobs.output  # read\ns3.GetObject.error.NoSuchKey\n"
    )

    assert listed(text, "ops.txt") == Usage(
        whole={
            "sagemaker": frozenset({"DescribeAutoMLJob", "ListAutoMLJobs.output"}),
            "s3": frozenset({"GetObject.error.NoSuchKey"}),
        },
        lines={
            ("sagemaker", "DescribeAutoMLJob"): "ops.txt:3",
            ("sagemaker", "ListAutoMLJobs.output"): "ops.txt:4",
            ("s3", "GetObject.error.NoSuchKey"): "ops.txt:5",
        },
    )


@pytest.mark.parametrize(
    "line",
    [
        "sagemaker",
        "sagemaker.",
        "sagemaker.Describe.result",
        "sagemaker.Describe.output.",
        "Sage.Describe",
        "a b.C",
        "- x.Y",
    ],
)
def test_a_line_that_names_nothing_is_told(line):
    """File, line, what was expected and what was found."""
    with pytest.raises(UsageError) as caught:
        listed(f"s3.GetObject\n{line}\n", "ops.txt")

    assert str(caught.value) == (
        f"cannot use the list ops.txt:2: expected service.Operation[.side[.Member…]], found {line!r}\n"
        "  fix: such as sagemaker.DescribeAutoMLJob or sagemaker.DescribeAutoMLJob.output.BestCandidate"
    )


def test_an_empty_list_is_a_mistake():
    """Nothing in use would let every change pass."""
    with pytest.raises(UsageError, match="it names nothing"):
        listed("# nothing yet\n", "ops.txt")


def test_a_list_with_unknown_names_is_found_out():
    """Operations, members and errors that no model has; not those that one has."""
    usage = listed(
        "sagemaker.DescribeAutoMLJob.output.BestCandidate.CandidateName\nsagemaker.DescribeAutoMlJob\n"
        "sagemaker.DescribeAutoMLJob.output.BestCandidates\nsagemaker.DescribeAutoMLJob.error\n"
        "sagemaker.DescribeAutoMLJob.error.NoSuch\nsagemaker.ListInferenceRecommendationsJobSteps\n",
        "ops.txt",
    )

    assert unknown(usage, "sagemaker", [OLD, NEW]) == [
        "DescribeAutoMLJob.error.NoSuch",
        "DescribeAutoMLJob.output.BestCandidates",
        "DescribeAutoMlJob",
    ]


def test_only_the_used_ways_of_a_change_stay():
    """The metric's new value is met by one of two operations; place and fingerprint stay those of the change."""
    whole = [each for each in detect(OLD, NEW, "sagemaker") if each.kind == "enum-value-added"]
    [found] = limit(
        whole,
        used(
            "ListCandidatesForAutoMLJob",
            f"ListCandidatesForAutoMLJob.output.Candidates[].{METRIC}",
            service="sagemaker",
        ),
        "sagemaker",
        OLD,
        NEW,
    )

    assert (found.place, found.fingerprint) == (whole[0].place, whole[0].fingerprint)
    assert found.operations == (f"ListCandidatesForAutoMLJob.output.Candidates[].{METRIC}",)


def test_another_way_to_the_same_member_is_met():
    """A change is listed by its shortest way; a recording that takes a longer one meets it."""
    shapes = {
        "Out": holds(Near="Box", Far="Hull"),
        "Hull": holds(Box="Box"),
        "Box": holds(Colour="Colour"),
        "Colour": {"type": "string", "enum": ["RED"]},
    }
    old = toy(shapes)
    new = toy({**shapes, "Colour": {"type": "string", "enum": ["RED", "BLUE"]}})

    assert met(
        used("Act", "Act.output", "Act.output.Far", "Act.output.Far.Box", "Act.output.Far.Box.Colour"), old, new
    ) == [("enum-value-added", ("Act.output.Near.Colour",))]


def test_a_change_of_what_is_not_used_is_left_out():
    """The member beside the used one, another operation, another service."""
    old = toy({"Out": holds(A="T", B="N"), "N": {"type": "string", "max": 9}}, ("Act", "Rest"))
    new = toy({"Out": holds(A="T", B="N"), "N": {"type": "string", "max": 8}}, ("Act",))

    assert met(used("Act", "Act.output", "Act.output.A"), old, new) == []
    assert met(used("Rest"), old, new) == [("operation-removed", ("Rest",))]
    assert met(used("Act", "Act.output", "Act.output.B", service="other"), old, new) == []


def test_a_member_one_lacks_is_met_by_what_is_around_it():
    """A new or newly required member meets whoever sends or gets its structure, and no one else."""
    old = toy({"In": holds("A", A="T", Deep="D"), "D": holds(X="T"), "Out": holds(A="T")})
    new = toy(
        {"In": holds("A", "Z", A="T", Deep="D", Z="T"), "D": holds("X", X="T", Y="T"), "Out": holds(A="T", B="T")}
    )

    assert met(used("Act", "Act.input.A"), old, new) == [("required-member-added", ("Act.input.Z",))]
    assert met(used("Act", "Act.input.Deep", "Act.output"), old, new) == [
        ("member-became-required", ("Act.input.Deep.X",)),
        ("member-added", ("Act.input.Deep.Y",)),
        ("required-member-added", ("Act.input.Z",)),
        ("member-added", ("Act.output.B",)),
    ]


def test_used_sides_decide_the_directions():
    """A value that is only read is judged as an answer's, though requests could send it."""
    shapes = {"In": holds(C="C"), "Out": holds(C="C"), "C": {"type": "string", "min": 1}}
    old, new = toy(shapes), toy({**shapes, "C": {"type": "string", "min": 2}})
    [found] = limit(detect(old, new, "toy"), used("Act", "Act.output", "Act.output.C"), "toy", old, new)

    assert (found.directions, found.operations) == (("output",), ("Act.output.C",))
    assert [each.severity.label for each in rules.judge([found])] == ["info"]
    assert [each.severity.label for each in rules.judge(detect(old, new, "toy"))] == ["breaking"]


def test_errors_of_a_used_operation_are_met_their_members_only_if_recorded():
    """Code may catch an error that no recording has; what is in it matters once it came."""
    error = {"type": "structure", "members": {"message": {"shape": "M"}}, "error": {"httpStatusCode": 400}}
    text = {"type": "string", "max": 9}
    old = toy({"Gone": error, "Bad": error, "M": text}, errors=("Gone", "Bad"))
    new = toy({"Bad": {**error, "error": {"httpStatusCode": 409}}, "M": {**text, "max": 8}}, errors=("Bad",))
    seen = ("Act.error.Bad", "Act.error.Bad.message")

    assert met(used("Act"), old, new) == [
        ("error-status-changed", ("Act.error.Bad",)),
        ("error-removed", ("Act.error.Gone",)),
    ]
    assert met(used("Act", *seen), old, new)[1:2] == [("maximum-lowered", ("Act.error.Bad.message",))]


def test_an_error_class_nobody_can_get_is_left_out():
    """A client has a class for errors that no operation names; nobody uses those."""
    lost = Change("exceptions.Bad", "error-class-removed", "Bad", "", ("error",), (), "toy")
    named = replace(lost, operations=("Act.error.Bad",))
    service = Change("metadata", "protocol-changed", "json", "cbor", (), (), "toy")
    old = toy({})

    assert limit([lost, named, service], used("Act"), "toy", old, old) == [named, service]
    assert limit([lost, named, service], used("Act", service="other"), "toy", old, old) == []


def test_a_listed_member_is_met_on_the_way_to_it():
    """What is read through a structure breaks with it; what stands beside it does not matter to a reader."""
    shapes = {"In": holds(A="Deep"), "Out": holds(A="Deep", B="T"), "Deep": holds(X="T")}
    old = toy(shapes)
    new = toy({**shapes, "Out": holds(B="T", C="T"), "Deep": holds("Y", X="T", Y="T")})
    read = Usage(whole={"toy": frozenset({"Act.output.A.X"})})
    sent = Usage(whole={"toy": frozenset({"Act.input.A.X"})})

    assert met(read, old, new) == [("member-removed", ("Act.output.A",))]
    assert met(sent, old, new) == [("required-member-added", ("Act.input.A.Y",))]


def test_recursion_ends():
    """A structure that holds itself, used at any depth."""
    shapes = {"Out": holds(Tree="Tree"), "Tree": holds(Kids="Trees", Name="N"), "N": {"type": "string", "min": 1}}
    trees = {"Trees": {"type": "list", "member": {"shape": "Tree"}}}
    old, new = toy({**shapes, **trees}), toy({**shapes, **trees, "N": {"type": "string", "min": 2}})
    deep = "Act.output.Tree.Kids[].Kids[].Name"

    assert met(used("Act", deep), old, new) == [("minimum-raised", ("Act.output.Tree.Name",))]
    assert met(Usage(whole={"toy": frozenset({"Act"})}), old, new) == [("minimum-raised", ("Act.output.Tree.Name",))]


def test_every_kind_that_meets_those_without_the_member_is_a_rule():
    """A renamed rule must not fall out of the table."""
    assert {each.id for each in rules.ALL} >= ABSENCE


@pytest.mark.slow
@settings(max_examples=60)
@given(st.sets(st.sampled_from(sorted(OLD.operations))))
def test_what_is_used_whole_meets_all_its_changes(operations):
    """A list of operations keeps exactly the changes that name one of them, or the service."""
    new = releases.load("1.44.5", "sagemaker", SCHEMAS).service
    changes = detect(OLD, new, "sagemaker")
    usage = Usage(whole={"sagemaker": frozenset(operations)})

    expected = [
        (each.place, each.kind, tuple(way for way in each.operations if way.partition(".")[0] in operations))
        for each in changes
    ]
    assert [(each.place, each.kind, each.operations) for each in limit(changes, usage, "sagemaker", OLD, new)] == [
        (place, kind, ways) for place, kind, ways in expected if ways or place == "metadata"
    ]
