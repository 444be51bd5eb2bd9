import json
from pathlib import Path

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bototape import cassettes, shapes
from bototape.check import Checker, check, shortcut
from bototape.check.engine import Engine
from bototape.check.rules import PROFILES, RULES, severity
from bototape.errors import UsageError
from bototape.finding import Finding, Severity
from bototape.interaction import Call, Cassette, Interaction, Request, Response
from bototape.releases import load
from bototape.schema import compile_schema
from bototape.shapes import reach
from bototape.wire.codec import Codec
from tests import builders
from tests.modelled import fitting, instance, paths, put

ROOT = Path(__file__).parent.parent
DATA = ROOT / "tests" / "data"
NEWEST = load("1.44.5", "sagemaker", ROOT / "schemas")
OLD = load("1.20.41", "sagemaker", ROOT / "schemas")
SERVICE = NEWEST.service

ANSWER = instance(SERVICE, "DescribeAutoMLJobResponse")
CREATE = instance(SERVICE, "CreateAutoMLJobRequest")
ASK = {"AutoMLJobName": "churn"}

LAB = shapes.parse(
    {
        "metadata": {"protocol": "json", "jsonVersion": "1.1", "targetPrefix": "Lab", "serviceId": "Lab"},
        "operations": {
            "Measure": {
                "name": "Measure",
                "input": {"shape": "Sample"},
                "output": {"shape": "Sample"},
                "errors": [{"shape": "NotFound"}],
            },
            "Watch": {"name": "Watch", "input": {"shape": "Sample"}, "output": {"shape": "Sample"}},
        },
        "shapes": {
            "Sample": {
                "type": "structure",
                "members": {
                    "Name": {"shape": "Name", "locationName": "name"},
                    "Secret": {"shape": "Secret"},
                    "Vault": {"shape": "Vault"},
                    "Taken": {"shape": "Time"},
                    "Picture": {"shape": "Picture"},
                    "Choice": {"shape": "Choice"},
                    "Tags": {"shape": "Tags"},
                    "Count": {"shape": "Count"},
                    "Big": {"shape": "Long"},
                    "Mass": {"shape": "Mass"},
                    "On": {"shape": "Flag"},
                    "Names": {"shape": "Names"},
                },
            },
            "Name": {"type": "string", "pattern": "[a-z]+[-_]*[a-z]+"},
            "Names": {"type": "list", "member": {"shape": "Name"}},
            "Secret": {"type": "string", "sensitive": True, "enum": ["alpha"], "max": 5},
            "Vault": {"type": "structure", "sensitive": True, "members": {"Pin": {"shape": "Count"}}},
            "Time": {"type": "timestamp"},
            "Picture": {"type": "blob", "max": 3},
            "Choice": {
                "type": "structure",
                "union": True,
                "members": {"A": {"shape": "Name"}, "B": {"shape": "Count"}},
            },
            "Tags": {"type": "map", "key": {"shape": "Key"}, "value": {"shape": "Name"}, "max": 2},
            "Key": {"type": "string", "pattern": "(?!aws:).+"},
            "Count": {"type": "integer", "min": 1},
            "Long": {"type": "long"},
            "Mass": {"type": "double", "max": 9.5},
            "Flag": {"type": "boolean"},
            "Elsewhere": {"type": "structure", "exception": True, "members": {}},
            "NotFound": {
                "type": "structure",
                "exception": True,
                "required": ["Id"],
                "members": {"Id": {"shape": "Name"}, "Message": {"shape": "Name"}},
            },
        },
    }
)


TIME = "seconds since 1970 or an ISO 8601 time"


def lab(answer=None, ask=None, *, status=200, operation="Measure", headers=(), body=None):
    """A call of the lab's service."""
    content = json.dumps(answer if answer is not None else {}).encode() if body is None else body
    target = (("Content-Type", "application/x-amz-json-1.1"), ("X-Amz-Target", f"Lab.{operation}"))
    request = Request("POST", "https://lab.us-east-1.amazonaws.com/", target, json.dumps(ask or {}).encode())
    return Interaction(request, Response(status, "", headers, content), Call("lab", operation))


def told(interaction, service=LAB, *, profile="default", release="1.0 (2020-01-01)"):
    """What is found: severity, rule, place, message."""
    findings = check(Cassette((interaction,)), service, where="c.yaml", release=release, profile=profile)
    return [(each.severity.label, each.rule, each.where, each.message) for each in findings]


def listed(findings):
    """The findings as lines of a text file."""
    return [f"{each.severity.label} {each.where}: {each.message} [{each.rule}]" for each in findings]


def rules(findings):
    return [each.rule for each in findings]


def answered(answer, profile="default", model=NEWEST):
    call = builders.interaction(parameters=ASK, answer=answer)
    checker = Checker(model.service, str(model.release), profile, name="sagemaker", absent=model.absent)
    return checker.interaction(call, 1, "c.yaml")


def created(parameters, profile="default"):
    answer = {"AutoMLJobArn": "arn:aws:sagemaker:us-east-1:123456789012:automl-job/churn"}
    call = builders.interaction("CreateAutoMLJob", parameters, answer)
    return Checker(SERVICE, "1.44.5", profile).interaction(call, 1, "c.yaml")


def test_a_valid_call_gives_no_finding():
    """Every member of the largest request and response set to a valid value: silence, in every profile."""
    for profile in PROFILES:
        assert answered(ANSWER, profile) == []
        assert created(CREATE, profile) == []


def test_a_finding_says_everything():
    """File, interaction, side, pointer, shape, member, expected and found are there for people and programs."""
    answer = put(ANSWER, ("BestCandidate", "CandidateStatus"), "Paused")

    assert [
        Finding(
            "c.yaml#1 response /BestCandidate/CandidateStatus",
            "enum-value-unknown",
            Severity.WARNING,
            'AutoMLCandidate.CandidateStatus: string "Paused" is not in 1.44.5 (2026-11-17): '
            "newer than that, or undocumented",
            (
                ("interaction", "1"),
                ("side", "response"),
                ("operation", "DescribeAutoMLJob"),
                ("shape", "CandidateStatus"),
                ("member", "CandidateStatus"),
                ("pointer", "/BestCandidate/CandidateStatus"),
                ("expected", "one of Completed, InProgress, Failed, Stopped, Stopping"),
                ("found", 'string "Paused"'),
                ("release", "1.44.5 (2026-11-17)"),
                ("service", "sagemaker"),
                ("place", "DescribeAutoMLJob.output.BestCandidate.CandidateStatus"),
                ("schema", "sagemaker#/$defs/CandidateStatus/enum"),
            ),
        )
    ] == answered(answer)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"name": 7}, ("error", "type-mismatch", "/name", "Sample.Name: expected a string, found number 7")),
        ({"On": "yes"}, ("error", "type-mismatch", "/On", 'Sample.On: expected a boolean, found string "yes"')),
        (
            {"Count": True},
            ("error", "type-mismatch", "/Count", "Sample.Count: expected a 32-bit integer, found boolean true"),
        ),
        (
            {"Count": 2.5},
            ("error", "type-mismatch", "/Count", "Sample.Count: expected a 32-bit integer, found number 2.5"),
        ),
        (
            {"Count": 2**31},
            ("error", "type-mismatch", "/Count", "Sample.Count: expected a 32-bit integer, found number 2147483648"),
        ),
        (
            {"Big": 2**63},
            (
                "error",
                "type-mismatch",
                "/Big",
                "Sample.Big: expected a 64-bit integer, found number 9223372036854775808",
            ),
        ),
        ({"Count": 0}, ("info", "value-out-of-range", "/Count", "Sample.Count: expected at least 1, found number 0")),
        ({"Mass": 9.6}, ("info", "value-out-of-range", "/Mass", "Sample.Mass: expected at most 9.5, found number 9.6")),
        (
            {"Mass": "heavy"},
            (
                "error",
                "type-mismatch",
                "/Mass",
                'Sample.Mass: expected a number, "NaN", "Infinity" or "-Infinity", found string "heavy"',
            ),
        ),
        ({"Tags": []}, ("error", "type-mismatch", "/Tags", "Sample.Tags: expected an object, found array")),
        ({"Names": [None]}, ("error", "type-mismatch", "/Names/0", "Sample.Names: expected a string, found null")),
        (
            {"Taken": "yesterday"},
            (
                "error",
                "timestamp-invalid",
                "/Taken",
                'Sample.Taken: expected seconds since 1970 or an ISO 8601 time, found string "yesterday"',
            ),
        ),
        (
            {"Taken": 1581375932441},
            (
                "error",
                "timestamp-invalid",
                "/Taken",
                f"Sample.Taken: expected {TIME}, found number 1581375932441 (milliseconds?)",
            ),
        ),
        (
            {"Picture": "a?"},
            ("error", "blob-invalid", "/Picture", 'Sample.Picture: expected base64, found string "a?"'),
        ),
        (
            {"Picture": "AAAAAAAA"},
            ("info", "length-out-of-range", "/Picture", "Sample.Picture: expected at most 3 bytes, found 6"),
        ),
        (
            {"name": "A"},
            (
                "info",
                "pattern-mismatch",
                "/name",
                'Sample.Name: expected a match of [a-z]+[-_]*[a-z]+, found string "A"',
            ),
        ),
        (
            {"Choice": {"A": "ab", "B": 1}},
            ("warning", "union-arity", "/Choice", "Sample.Choice: expected exactly one member, found A, B"),
        ),
        (
            {"Choice": {}},
            ("warning", "union-arity", "/Choice", "Sample.Choice: expected exactly one member, found none"),
        ),
        (
            {"Choice": 7},
            ("error", "type-mismatch", "/Choice", "Sample.Choice: expected an object, found number 7"),
        ),
        (
            {"Choice": "AB"},
            ("error", "type-mismatch", "/Choice", 'Sample.Choice: expected an object, found string "AB"'),
        ),
        (
            {"Choice": {"C": 1}},
            (
                "info",
                "member-unknown",
                "/Choice/C",
                "C of Choice is not in 1.0 (2020-01-01): newer than that, or undocumented",
            ),
        ),
        (
            {"Tags": {"aws:x": "ab"}},
            (
                "info",
                "pattern-mismatch",
                "/Tags/aws:x",
                'Sample.Tags: expected a match of (?!aws:).+, found string "aws:x"',
            ),
        ),
        (
            {"Tags": {"a": "ab", "b": "ab", "c/d": "ab"}},
            ("info", "length-out-of-range", "/Tags", "Sample.Tags: expected at most 2 entries, found 3"),
        ),
        (
            {"Tags": {"a/b": 1}},
            ("error", "type-mismatch", "/Tags/a~1b", "Sample.Tags: expected a string, found number 1"),
        ),
    ],
)
def test_each_fault_of_a_response(answer, expected):
    """One fault gives one finding, at its place on the wire, in words of the model."""
    level, rule, pointer, message = expected

    assert [(level, rule, f"c.yaml#1 response {pointer}", message)] == told(lab(answer))


def test_a_value_within_its_type_and_form_passes():
    """Words for floats, both forms of timestamps, empty and padded base64, one union member."""
    for answer in (
        {"Mass": "NaN"},
        {"Mass": "-Infinity"},
        {"Mass": -3},
        {"Taken": 0},
        {"Taken": 1.5e9},
        {"Taken": "2024-02-29T23:59:60.5+05:30"},
        {"Picture": ""},
        {"Picture": "AA=="},
        {"Count": 1.0},
        {"Choice": {"A": "ab"}},
        {"Choice": {"__type": "Choice", "B": 1}},
        {"name": None},
    ):
        assert told(lab(answer)) == [], answer


def test_sensitive_values_are_never_shown():
    """Neither the message nor the evidence holds what the model calls sensitive, nor an unknown member's value."""
    answer = {"Secret": "hunter2-hunter2", "Vault": {"Pin": "hunter2"}, "Newer": "hunter2", "name": "hunter"}
    findings = check(Cassette((lab(answer),)), LAB, where="c.yaml", release="1.0")

    assert sorted(rules(findings)) == ["enum-value-unknown", "length-out-of-range", "member-unknown", "type-mismatch"]
    assert "hunter2" not in str(findings)
    assert "(sensitive, not shown)" in str(findings)


def test_long_values_are_shortened():
    """A finding stays one readable line."""
    finding = check(Cassette((lab({"name": "A" * 500}),)), LAB, where="c.yaml", release="1.0")[0]

    assert f'string "{"A" * 118}…' == dict(finding.evidence)["found"]


def test_the_engine_reads_greedy_runs_right():
    """One letter is no match of x+y*x+, though the engine's backtracking matcher says so."""
    assert [each[1] for each in told(lab({"name": "a"}))] == ["pattern-mismatch"]
    assert told(lab({"name": "ab"})) == []


def test_findings_stand_in_order():
    """Interactions as recorded, the request before the response, array elements by number."""
    bad = lab({"Names": [*["ab"] * 10, 7, "ab", 8], "On": 1}, {"Count": "x"})
    findings = check(Cassette((bad, bad)), LAB, where="c.yaml", release="1.0")

    assert [
        f"c.yaml#{number} {place}"
        for number in (1, 2)
        for place in ("request /Count", "response /Names/10", "response /Names/12", "response /On")
    ] == [each.where for each in findings]


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        ({"Counts": 1}, "Counts of Sample is not in 1.0 (2020-01-01); did you mean Count?"),
        ({"Colour": {}}, "Colour of Sample is not in 1.0 (2020-01-01)"),
        ({"Count": None}, "Sample.Count is null: a member without a value is left out"),
        ({"Taken": "noon"}, 'Sample.Taken: expected seconds since 1970 or an ISO 8601 time, found string "noon"'),
        ({"Count": 0}, "Sample.Count: expected at least 1, found number 0"),
        ({"Picture": "AAAAAAAA"}, "Sample.Picture: expected at most 3 bytes, found 6"),
    ],
)
@pytest.mark.parametrize("profile", PROFILES)
def test_requests_are_judged_strictly_in_every_profile(ask, message, profile):
    """What a service would refuse is an error."""
    assert [("error", message)] == [(level, text) for level, _, _, text in told(lab({}, ask), profile=profile)]


def test_profiles_judge_the_same_faults_differently():
    """One broken response, three profiles: the table of rules, each fault once."""
    answer = put(ANSWER, ("BestCandidate",), {"CandidateName": "", "Newer": 1, "CandidateStatus": "Paused"})
    answer = put(answer, ("FailureReason",), None)
    faults = ["enum-value-unknown", "length-out-of-range", "member-missing", "member-unknown"]
    expected = {
        "default": dict(zip(faults, ("warning", "info", "warning", "info"), strict=True)),
        "strict": dict(zip(faults, ("error", "warning", "error", "warning"), strict=True), **{"member-null": "info"}),
        "present": {},
    }

    assert expected == {
        profile: {each.rule: each.severity.label for each in answered(answer, profile)} for profile in PROFILES
    }


def test_the_table_of_rules_is_complete():
    """Requests are never judged milder than responses, and strict never milder than default."""
    for rule in RULES.values():
        levels = [rule.request, rule.strict, rule.default]
        ranks = [-1 if each is None else each for each in levels]
        assert ranks == sorted(ranks, reverse=True), rule.id
        assert severity(rule.id, "request", "present") == rule.request


def test_the_table_in_the_docs_is_that_of_the_rules():
    """docs/checking.md tells each rule with its four severities, in order."""
    rows = []
    for each in RULES.values():
        levels = (each.request, each.default, each.strict, each.present)
        words = " | ".join("\u2013" if one is None else one.label for one in levels)
        rows.append(f"| `{each.id}` | {words} |")
    page = (ROOT / "docs" / "checking.md").read_text(encoding="utf-8")

    assert [
        each for each in page.splitlines() if each.startswith("| `") and each.count("|") == rows[0].count("|")
    ] == rows


def test_a_wrong_profile_is_named():
    """A typing error in a profile is told before anything is checked."""
    with pytest.raises(UsageError) as caught:
        Checker(LAB, "1.0", "strickt")

    assert str(caught.value) == "there is no profile 'strickt'\n  fix: did you mean strict?"


def test_modeled_errors_are_checked_against_their_shape():
    """An error response is held against the error's own members, whichever spelling its message has."""
    good = lab({"__type": "x#NotFound", "Id": "ab", "message": "ab"}, status=400)
    bad = lab({"__type": "NotFound", "Message": 7}, status=400)

    assert told(good) == []
    assert told(bad) == [
        ("warning", "member-missing", "c.yaml#1 response", "NotFound lacks the required member Id"),
        ("error", "type-mismatch", "c.yaml#1 response /Message", "NotFound.Message: expected a string, found number 7"),
    ]


def test_unmodeled_errors_are_told():
    """Throttling and validation errors are modeled nowhere; that is information."""
    throttled = lab({"__type": "ThrottlingException", "message": "Rate exceeded"}, status=400)

    assert told(throttled) == [
        (
            "info",
            "error-unmodeled",
            "c.yaml#1 response",
            "error ThrottlingException is not modeled for Measure",
        )
    ]
    assert [each[3] for each in told(lab({}, status=500))] == ["the error has no code"]
    elsewhere = told(lab({"__type": "Elsewhere"}, status=400))
    assert [each[3] for each in elsewhere] == ["error Elsewhere is not modeled for Measure"]


def test_a_body_that_cannot_be_read_is_an_error():
    """An answer that is no JSON is found, and the request is still checked."""
    reason = "cannot decode the response body: it is not JSON: Expecting value: line 1 column 1 (char 0)"

    assert told(lab(ask={"On": 1}, body=b"<html>")) == [
        ("error", "type-mismatch", "c.yaml#1 request /On", "Sample.On: expected a boolean, found number 1"),
        ("error", "body-undecodable", "c.yaml#1 response", reason),
    ]


def test_nesting_beyond_reason_is_told_not_crashed_on():
    """10,000 levels, in a known and in an unknown member."""
    for member in ("Names", "New"):
        body = b'{"%s":' % member.encode() + b"[" * 10_000 + b"]" * 10_000 + b"}"
        assert [each[1] for each in told(lab(body=body))] == ["body-undecodable"]


@pytest.mark.parametrize(
    ("interaction", "message"),
    [
        (
            Interaction(Request("GET", "https://example.com/"), Response(200)),
            "not checked: its request names no operation of Lab",
        ),
        (
            Interaction(Request("POST", "/", (("X-Amz-Target", "SageMaker.Measure"),)), Response(200)),
            "not checked: it is a call of SageMaker, not of Lab",
        ),
    ],
)
def test_what_is_not_checked_is_said(interaction, message):
    """Silence always means checked and fine."""
    assert [("info", "not-checked", message)] == [(level, rule, text) for level, rule, _, text in told(interaction)]


def test_a_call_in_a_protocol_the_service_does_not_speak_is_wrong():
    """A recording from before the service changed its protocol cannot be read by a client of today."""
    call = Interaction(Request("POST", "/"), Response(200), Call("lab", "Measure", protocol="query"))

    assert told(call) == [
        ("error", "binding-mismatch", "c.yaml#1 request", "protocol: expected json, found query"),
    ]


def test_a_request_that_was_not_recorded_is_not_judged():
    """An empty body that a service answered with success is a hole in the recording, not a wrong request."""
    answer = {"AutoMLJobArn": "arn:aws:sagemaker:us-east-1:123456789012:automl-job/churn"}
    accepted = builders.interaction("CreateAutoMLJob", {}, answer)
    refused = Interaction(accepted.request, builders.response({"__type": "ResourceInUse"}, 400), accepted.call)

    assert [each[1] for each in told(accepted, SERVICE)] == ["not-checked"]
    assert {"member-missing"} == {each[1] for each in told(refused, SERVICE)}


def test_the_frame_of_a_call_is_checked():
    """Method, path, target, content type and status are the protocol's."""
    call = lab(status=201)
    headers = (("Content-Type", "application/x-amz-json-1.0; charset=utf-8"), ("X-Amz-Target", "Lab.Watch"))
    odd = Interaction(Request("PUT", "https://lab.example/x", headers, b"{}"), call.response, call.call)

    assert [message for _, rule, _, message in told(odd) if rule == "binding-mismatch"] == [
        "method: expected POST, found PUT",
        "path: expected /, found /x",
        "X-Amz-Target: expected Lab.Measure, found Lab.Watch",
        "Content-Type: expected application/x-amz-json-1.1, found application/x-amz-json-1.0",
        "status: expected 200, found 201",
    ]


def test_the_operation_of_a_foreign_cassette_is_read_off_the_wire():
    """Recordings of other tools are checked as well."""
    ours = lab({"On": 1})
    foreign = Interaction(ours.request, ours.response)

    assert told(ours) == told(foreign)


def test_an_operation_the_release_lacks_is_told():
    """A recording of a newer operation is dangerous, not wrong."""
    call = builders.interaction("DescribeAutoMLJobV2", ASK, {})
    findings = Checker(OLD.service, str(OLD.release), absent=OLD.absent).interaction(call, 3, "c.yaml")

    message = "operation DescribeAutoMLJobV2 is not in 1.20.41 (2021-03-30)"
    assert [(each.where, each.rule, each.severity.label, each.message) for each in findings] == [
        ("c.yaml#3 request", "operation-unknown", "warning", message)
    ]


def test_an_operation_that_is_not_tracked_is_not_called_unknown():
    """A snapshot knows only the tracked operations; of others it cannot speak."""
    call = builders.interaction("DescribeModel", {"ModelName": "m"}, {})
    findings = Checker(OLD.service, str(OLD.release), absent=OLD.absent).interaction(call, 1, "c.yaml")

    assert [each.message for each in findings] == [
        "not checked: operation DescribeModel is not tracked by the snapshot of 1.20.41 (2021-03-30)"
    ]


def test_what_is_newer_than_the_release_is_named():
    """Members and enum values that came later are found in a recording of today."""
    answer = put(ANSWER, ("AutoMLJobSecondaryStatus",), "TrainingModels")
    lines = (DATA / "check" / "newer_than_1.20.41.txt").read_text().splitlines()

    assert lines == listed(answered(answer, model=OLD))


# Every constraint on the reference page of DescribeAutoMLJob


def constrained(service, root):
    """The first place of every shape below *root* that has a constraint."""
    found = {}
    for path, name in paths(service, root):
        found.setdefault(name, path)
    return {name: found[name] for name in found if constrained_shapes([service.shapes[name]])}


def constrained_shapes(some):
    """The names of those that have a limit."""
    return {each.name for each in some if {each.enum, each.min, each.max, each.pattern} != {None}}


def violations(shape, valid):
    """Values just outside of each constraint of *shape* with the rule they break, and values just inside."""
    outside, inside = [], []
    if shape.enum:
        return [("NoSuchValue", "enum-value-unknown")], list(shape.enum)
    if shape.type in ("integer", "long", "float", "double"):
        bounds = [(shape.min, -1), (shape.max, 1)]
        for bound, step in bounds:
            if bound is not None:
                inside.append(bound)
                outside.append((bound + step, "value-out-of-range"))
        return outside, inside
    for bound, step in ((shape.min, -1), (shape.max, 1)):
        if bound is not None and bound + step >= 0:
            size = int(bound)
            inside.append(sized(shape, valid, size))
            outside.append((sized(shape, valid, size + step), "length-out-of-range"))
    if shape.pattern and shape.pattern not in (".*", r"[\S\s]*"):
        outside.append((valid[:-1] + "\n", "pattern-mismatch"))
    return outside, inside


def sized(shape, valid, size):
    if shape.type == "list":
        return (valid * (size + 1))[:size]
    if shape.type == "map":
        value = next(iter(valid.values()))
        keys = [*(SERVICE.shapes[shape.key.shape].enum or ()), *(f"key{each}" for each in range(size))]
        return dict.fromkeys(keys[:size], value)
    return fitting(shape, size)


RESPONSE = constrained(SERVICE, "DescribeAutoMLJobResponse")
REQUEST = constrained(SERVICE, "CreateAutoMLJobRequest")


def at(document, path):
    for each in path:
        document = document[each]
    return document


@pytest.mark.parametrize("name", RESPONSE)
def test_responses_report_every_constraint_by_profile(name):
    """Outside of a limit is reported (info, or warning for an enum), inside is not; `present` is silent."""
    path, shape = RESPONSE[name], SERVICE.shapes[name]
    outside, inside = violations(shape, at(ANSWER, path))

    assert outside
    for value, rule in outside:
        answer = put(ANSWER, path, value)
        found = {each.rule: each.severity.label for each in answered(answer)}
        strict = {each.rule: each.severity.label for each in answered(answer, "strict")}
        assert found[rule] == ("warning" if shape.enum else "info"), value
        assert strict[rule] == ("error" if shape.enum else "warning"), value
        assert rule not in rules(answered(answer, "present")), value
    for value in inside:
        limits = {"length-out-of-range", "value-out-of-range", "enum-value-unknown"}
        assert limits.isdisjoint(rules(answered(put(ANSWER, path, value)))), value


@pytest.mark.parametrize("name", REQUEST)
def test_requests_enforce_every_constraint(name):
    """Outside of a limit is an error in a request that carries the same shape, inside is not."""
    path, shape = REQUEST[name], SERVICE.shapes[name]
    outside, inside = violations(shape, at(CREATE, path))

    assert outside
    for value, rule in outside:
        found = {each.rule: each.severity.label for each in created(put(CREATE, path, value))}
        assert found[rule] == "error", value
    for value in inside:
        assert {"pattern-mismatch"} >= set(rules(created(put(CREATE, path, value)))), value


def test_the_constraints_are_those_of_the_reference_page():
    """The limits that the page prints, so that a change of the model is noticed."""
    limits = {name: (SERVICE.shapes[name].min, SERVICE.shapes[name].max) for name in RESPONSE}

    assert (
        limits.items()
        >= {
            "AutoMLJobName": (1, 32),
            "RoleArn": (20, 2048),
            "AutoMLInputDataConfig": (1, 2),
            "AutoMLPartialFailureReasons": (1, 5),
            "VpcSecurityGroupIds": (1, 5),
            "AutoMLFailureReason": (0, 1024),
            "Subnets": (1, 16),
            "MaxCandidates": (1, 750),
        }.items()
    )
    assert SERVICE.shapes["AutoMLJobName"].pattern == "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,31}"


def test_no_constraint_is_left_out():
    """Every shape with a limit that the response reaches is in the table above, or is the key of a map."""
    reached = reach(SERVICE, ["DescribeAutoMLJobResponse"])
    limited = constrained_shapes(SERVICE.shapes[each] for each in reached)

    assert limited - RESPONSE.keys() == {"EnvironmentKey", "AutoMLProcessingUnit"}


@pytest.mark.parametrize(
    ("path", "key", "rule"),
    [
        (("BestCandidate", "InferenceContainers", 0, "Environment"), "9lives", "pattern-mismatch"),
        (("BestCandidate", "InferenceContainers", 0, "Environment"), "k" * 1025, "length-out-of-range"),
        (("BestCandidate", "InferenceContainerDefinitions"), "TPU", "enum-value-unknown"),
    ],
)
def test_the_keys_of_maps_are_checked(path, key, rule):
    """A key has limits of its own."""
    value = next(iter(at(ANSWER, path).values()))

    assert rules(answered(put(ANSWER, path, {key: value}))) == [rule]


@pytest.mark.parametrize(
    ("name", "accepted"),
    [
        ("a", True),
        ("a" * 32, True),
        ("a--b-C9", True),
        ("a-", False),
        ("-a", False),
        ("a_b", False),
        ("a\n", False),
        ("a" * 33, False),
        ("", False),
    ],
)
def test_a_job_name_must_match_as_a_whole(name, accepted):
    """AutoMLJobName in the request of DescribeAutoMLJob: 1 to 32 letters, digits and inner dashes."""
    call = builders.interaction(parameters={"AutoMLJobName": name}, answer=ANSWER)
    findings = Checker(SERVICE, "1.44.5").interaction(call, 1, "c.yaml")

    assert accepted == (findings == [])
    assert {each.severity for each in findings} <= {Severity.ERROR}


# The engine against the reference validator

SCHEMA = compile_schema(SERVICE, SERVICE.operations["DescribeAutoMLJob"], "output")
ENGINE = Engine(SCHEMA)
REFERENCE = jsonschema.Draft202012Validator(SCHEMA)
PLACES = [path for path, _ in paths(SERVICE, "DescribeAutoMLJobResponse") if path]
VALUES = st.sampled_from([None, True, 0, -1, 1.5, "", "x" * 2000, "Completed", "NaN", [], [1], {}, {"New": 1}, 10**20])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PLACES), VALUES), min_size=1, max_size=3))
@example([(("BestCandidate", "InferenceContainerDefinitions"), {"New": 1})])
def test_both_engines_find_the_same_faults(changes):
    """jsonschema-rs is fast, python-jsonschema is the reference: same places, same keywords."""
    document = ANSWER
    for path, value in changes:
        try:
            document = put(document, path, value)
        except (KeyError, IndexError, TypeError):
            continue
    ours = {(*map(str, each.instance_path), each.kind.name) for each in ENGINE.errors(document)}
    # python-jsonschema names the keyword inside propertyNames that a name broke; it is the same fault.
    theirs = {
        (*map(str, each.absolute_path), "propertyNames" if "propertyNames" in each.schema_path else each.validator)
        for each in REFERENCE.iter_errors(document)
    }

    assert theirs == ours


def test_a_pattern_the_engine_cannot_read_is_left_out_and_said():
    """A newer model may bring a pattern that no engine reads: the rest is still checked."""
    engine = Engine({"type": "object", "properties": {"a": {"pattern": "^(?:[)$"}, "b": {"pattern": "^(?:x)$"}}})

    assert engine.not_checked == [{"shape": "", "pattern": "^(?:[)$"}]
    assert [each.instance_path[0] for each in engine.errors({"a": "y", "b": "y"})] == ["b"]


def test_a_broken_schema_is_not_taken_for_a_broken_pattern():
    """Only patterns are left out; any other mistake is ours and is raised."""
    with pytest.raises(jsonschema_rs.ValidationError):
        Engine({"type": "nothing"})


def test_catastrophic_patterns_take_linear_time():
    """Patterns that bring other matchers to a halt are answered, or said not to be."""
    engine = Engine({"pattern": r"^(?:https://([.\-_a-zA-Z0-9]+/?){3,1016})$"})
    backtracking = Engine({"pattern": r"^(?:(?=a)(a|aa)+\1)$"})

    assert len(list(engine.errors("https://" + "a" * 5000 + "!"))) == 1
    assert len(list(backtracking.errors("a" * 60 + "b"))) == 1


def test_a_pattern_that_takes_too_long_is_not_checked():
    """The matcher for look-around gives up in time; the finding says so."""
    model = {
        "metadata": LAB.metadata,
        "operations": {"Measure": {"name": "Measure", "output": {"shape": "Box"}}},
        "shapes": {
            "Box": {"type": "structure", "members": {"Text": {"shape": "Text"}}},
            "Text": {"type": "string", "pattern": "((?=a)a+)+"},
        },
    }

    assert told(lab({"Text": "a" * 40 + "b"}), shapes.parse(model)) == [
        ("info", "not-checked", "c.yaml#1 response /Text", "Box.Text: its pattern takes too long on this value")
    ]


# Answers that live services really gave


def test_answers_of_live_services_pass():
    """What AWS really sends gives no error; all that is found is stored, no more and no less."""
    findings = []
    for path in sorted((DATA / "responses").glob("*.yaml")):
        model = json.loads((DATA / "responses" / "models" / f"{path.name.partition('.')[0]}.json").read_text())
        findings += check(cassettes.read(path), shapes.parse(model), where=path.name, release="1.44.5")

    assert Severity.ERROR not in {each.severity for each in findings}
    assert listed(findings) == (DATA / "responses" / "findings.txt").read_text().splitlines()


# The short way for long answers

SUMMARY = {"AutoMLJobName": "churn", "AutoMLJobArn": "arn:aws:sagemaker:us-east-1:123456789012:automl-job/churn"}
STATES = {"AutoMLJobStatus": "Completed", "AutoMLJobSecondaryStatus": "Completed"}
TIMES = {"CreationTime": 1.5e9, "LastModifiedTime": 1.5e9}
LONG = {"AutoMLJobSummaries": [{**SUMMARY, **STATES, **TIMES}] * 200}


def listed_jobs(body, status=200, headers=()):
    """What is said of a ListAutoMLJobs that was answered with *body*."""
    call = builders.interaction("ListAutoMLJobs", {}, {})
    answer = Response(status, "OK", headers, body)
    return Checker(SERVICE, "1.44.5").interaction(Interaction(call.request, answer, call.call), 1, "c")


def test_a_long_valid_answer_is_not_read_twice(monkeypatch):
    """It is as silent the short way as the usual one."""
    monkeypatch.setattr(Codec, "decode_response", lambda *_: pytest.fail("it was read"))

    assert listed_jobs(json.dumps(LONG).encode()) == []


@pytest.mark.parametrize(
    "change",
    [
        (b'"churn"', b'"churn", "Newer": 1'),
        (b"1500000000.0", b"18446744073709551616"),
        (b'"churn"', b'"churn", "__type": "x"'),
        (b'"churn"', b'"churn", "EndTime": null'),
        (b'"churn"', b"7"),
        (b'"churn"', b'"\xff"'),
        (b'"churn"', b'"\\ud800"'),
        (b"1500000000.0", b"NaN"),
        (b"1500000000.0", b"1e999"),
        (b"1500000000.0", b'"noon"'),
        (b"{", b"\xef\xbb\xbf{"),
        (b"}", b""),
        (b"[{", b"[[{"),
    ],
)
def test_a_long_answer_with_a_fault_is_judged_as_a_short_one(monkeypatch, change):
    """Whatever the short way cannot call valid is read in the usual way, to the same findings."""
    body = json.dumps(LONG).encode().replace(*change, 1)
    found = listed_jobs(body)
    monkeypatch.setattr(shortcut, "LONG", 10**9)

    assert found == listed_jobs(body)


@pytest.mark.parametrize(("status", "headers"), [(201, ()), (400, ()), (200, (("Content-Encoding", "gzip"),))])
def test_only_a_plain_success_goes_the_short_way(status, headers):
    """Another status and a compressed body are looked into."""
    assert listed_jobs(json.dumps(LONG).encode(), status, headers) != []


def test_an_answer_goes_the_short_way_only_if_it_is_its_instance():
    """Renamed members, documents and shapes that hold themselves need reading."""
    members = {
        "renamed": {"A": {"shape": "Text", "locationName": "a"}},
        "recursive": {"A": {"shape": "Out"}},
        "document": {"A": {"shape": "Free"}},
        "plain": {"A": {"shape": "Text"}},
    }
    operations = {"Get": {"name": "Get", "output": {"shape": "Out"}}}
    more = {"Text": {"type": "string"}, "Free": {"type": "structure", "document": True, "members": {}}}
    found = {}
    for name, each in members.items():
        out = {"type": "structure", "members": each}
        service = shapes.parse({"metadata": {}, "operations": operations, "shapes": {"Out": out, **more}})
        found[name] = shortcut.is_plain(service, service.operations["Get"])

    assert found == {"renamed": False, "recursive": False, "document": False, "plain": True}
