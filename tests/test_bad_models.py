"""Models that were truncated or edited by hand: refused with their place, or compared; never a traceback."""

import contextlib
import copy
import gc
import json

import pytest
from hypothesis import given as given_by
from hypothesis import settings
from hypothesis import strategies as st

from bototape import releases
from bototape.cli import main
from bototape.diff import rules
from bototape.diff.compare import compare
from bototape.errors import ModelUnavailable
from bototape.shapes import parse
from tests.apis import given

#: A model with everything that is compared, recursive through a list and a map.
WHOLE = {
    "version": "2.0",
    "metadata": {"serviceId": "Toy", "protocol": "rest-json", "signatureVersion": "v4", "auth": ["aws.auth#sigv4"]},
    "operations": {
        "Act": {
            "name": "Act",
            "http": {"method": "POST", "requestUri": "/act/{Id}", "responseCode": 200},
            "input": {"shape": "In", "locationName": "Root"},
            "output": {"shape": "Out", "resultWrapper": "ActResult"},
            "errors": [{"shape": "Bad"}],
            "endpoint": {"hostPrefix": "data."},
            "auth": ["aws.auth#sigv4"],
            "deprecated": True,
            "deprecatedMessage": "Gone soon.",
            "documentation": "Acts.",
        }
    },
    "shapes": {
        "In": {
            "type": "structure",
            "required": ["Id"],
            "members": {
                "Id": {"shape": "Text", "location": "uri", "locationName": "Id", "documentation": "It."},
                "Token": {"shape": "Text", "idempotencyToken": True},
                "Tree": {"shape": "Tree"},
            },
            "union": False,
        },
        "Out": {"type": "structure", "members": {"Trees": {"shape": "Trees"}, "N": {"shape": "N", "box": True}}},
        "Tree": {"type": "map", "key": {"shape": "Key"}, "value": {"shape": "Trees"}},
        "Trees": {"type": "list", "member": {"shape": "Tree", "locationName": "item"}, "min": 0, "max": 5},
        "Key": {"type": "string", "enum": ["A", "B"], "sensitive": True},
        "Text": {"type": "string", "min": 1, "max": 9, "pattern": "^[a-z]+$"},
        "N": {"type": "integer", "min": 0.0, "max": 9},
        "Bad": {
            "type": "structure",
            "members": {"message": {"shape": "Text"}},
            "exception": True,
            "error": {"code": "Bad", "httpStatusCode": 400, "senderFault": True},
        },
    },
    "documentation": "A toy.",
}
PAGES = {"pagination": {"Act": {"input_token": "T", "output_token": "T", "result_key": "Trees"}}}
WAITS = {"version": 2, "waiters": {"Done": {"operation": "Act", "delay": 5, "maxAttempts": 2, "acceptors": []}}}
FILES = {"model": WHOLE, "paginators-1.json": PAGES, "waiters-2.json": WAITS}

JUNK = st.sampled_from(
    [None, True, 7, -1.5, "", "junk", [], ["x"], [7], {}, {"x": 7}, {"shape": "nowhere"}, [{}], {"shape": 7}]
)


def places(value, path=()):
    """Yield the path of every value inside *value*, itself first."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inside:
        yield from places(each, (*path, key))


PLACES = [each for each in places(FILES) if len(each) > 1]


def edited(path, value, *, removed):
    """Return FILES with the value at *path* replaced or removed."""
    files = copy.deepcopy(FILES)
    around = files
    for step in path[:-1]:
        around = around[step]
    if removed:
        del around[path[-1]]
    else:
        around[path[-1]] = value
    return files


def api(files):
    return given(files["model"], sidecars={name: each for name, each in files.items() if name != "model"})


@settings(max_examples=400, deadline=None)
@given_by(st.sampled_from(PLACES), JUNK, st.booleans())
def test_an_edited_model_is_refused_or_compared(path, value, removed):
    """Whatever one value becomes, the model is refused with a reason, or compared and judged in both directions."""
    files = edited(path, value, removed=removed)
    refusal = refused(files)
    if refusal:
        assert refusal.startswith("not a service model: ") or " names the unknown shape " in refusal
        return
    for pair in ((api(FILES), api(files)), (api(files), api(FILES))):
        with contextlib.suppress(ModelUnavailable):  # a paginator or waiter is damaged
            assert all(each.message for each in rules.judge(compare(*pair, documentation=True)))


def refused(files):
    """Return why the model is refused, empty when it is not."""
    try:
        api(files)
    except ValueError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        (("shapes", "In", "members"), [], "not a service model: shape 'In': 'members' is list, not an object"),
        (("shapes", "In", "required"), "Id", "not a service model: shape 'In': 'required' is str, not a list"),
        (("shapes", "In", "members", "Id"), "Text", "not a service model: shape 'In': member 'Id' names no shape"),
        (("shapes", "Key", "enum"), [7], "not a service model: shape 'Key': 'enum' holds int, not text"),
        (
            ("shapes", "In", "members", "Id", "enum"),
            [7],
            "not a service model: shape 'In': member 'Id': 'enum' holds int, not text",
        ),
        (("shapes", "N", "min"), "1", "not a service model: shape 'N': 'min' is str, not a number"),
        (("shapes", "Text", "pattern"), 7, "not a service model: shape 'Text': 'pattern' is int, not text"),
        (("shapes", "Text", "type"), None, "not a service model: shape 'Text': 'type' is NoneType, not text"),
        (("shapes", "Bad", "error"), [], "not a service model: shape 'Bad': 'error' is list, not an object"),
        (("shapes", "Trees"), {"type": "list"}, "not a service model: shape 'Trees': a list without 'member'"),
        (
            ("shapes", "Tree"),
            {"type": "map", "key": {"shape": "Key"}},
            "not a service model: shape 'Tree': a map without 'value'",
        ),
        (("shapes", "Trees", "member", "shape"), "Leaf", "shape 'Trees': 'member' names the unknown shape 'Leaf'"),
        (("operations", "Act", "http"), "POST", "not a service model: operation 'Act': 'http' is str, not an object"),
        (("operations", "Act", "input"), "In", "not a service model: operation 'Act': 'input' names no shape"),
        (("operations", "Act", "errors"), {}, "not a service model: operation 'Act': 'errors' is dict, not a list"),
        (("operations", "Act", "errors"), ["Bad"], "not a service model: operation 'Act': an error names no shape"),
        (("operations", "Act", "output", "shape"), "No", "operation 'Act': output names the unknown shape 'No'"),
        (("operations",), [], "not a service model: no object 'operations' at the top"),
    ],
)
def test_the_place_of_the_damage_is_named(path, value, reason):
    """A model that cannot be meant says where, what is there, and what should be."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole text is compared
        parse(edited(("model", *path), value, removed=False)["model"])

    assert str(caught.value) == reason


def test_a_model_recursive_through_maps_and_lists_is_compared():
    """A change inside a cycle has the shortest way from outside."""
    files = edited(("model", "shapes", "Key", "enum"), ["A", "B", "C"], removed=False)

    [found] = compare(api(FILES), api(files))

    assert (found.kind, found.new, found.owner) == ("enum-value-added", "C", "Key")
    assert found.operations == ("Act.input.Tree{key}", "Act.output.Trees[]{key}")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (json.dumps(WHOLE)[:300], "it is truncated or not JSON"),
        ("[]", "expected a JSON object, found list"),
        (json.dumps({**WHOLE, "shapes": {}}), "operation 'Act': input names the unknown shape 'In'"),
        (json.dumps(WHOLE | {"metadata": 7}), "not a service model: no object 'metadata' at the top"),
    ],
    ids=["truncated", "no object", "dangling", "no metadata"],
)
def test_a_broken_file_exits_with_3(tmp_path, capsys, content, reason):
    """A model that cannot be loaded is exit code 3, on either side, and names the file."""
    paths = [tmp_path / each / "toy" / "2020-01-01" / "service-2.json" for each in ("good", "bad")]
    for path, text in zip(paths, (json.dumps(WHOLE), content), strict=True):
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    good, bad = (str(tmp_path / each) for each in ("good", "bad"))

    for old, new in ((good, bad), (bad, good)):
        assert main(["diff", old, new, "--service", "toy", "--offline"]) == 3
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith(f"bototape: cannot load {paths[1]}: {reason}")


def test_a_broken_sidecar_exits_with_3(tmp_path, capsys):
    """Paginators that are truncated are as bad as a model that is."""
    for each in ("old", "new"):
        directory = tmp_path / each / "toy" / "2020-01-01"
        directory.mkdir(parents=True)
        (directory / "service-2.json").write_text(json.dumps(WHOLE), encoding="utf-8")
        (directory / "paginators-1.json").write_text('{"pagination": {', encoding="utf-8")

    assert main(["diff", str(tmp_path / "old"), str(tmp_path / "new"), "--service", "toy", "--offline"]) == 3

    path = tmp_path / "old" / "toy" / "2020-01-01" / "paginators-1.json"
    assert capsys.readouterr().err.startswith(f"bototape: cannot load {path}: it is truncated or not JSON")


@pytest.mark.parametrize("content", [json.dumps(WHOLE), "{"], ids=["read", "refused"])
def test_the_garbage_collector_is_on_afterwards(tmp_path, content):
    """Reading holds the collector back, whether it succeeds or not; if it was off, it stays off."""
    path = tmp_path / "toy" / "2020-01-01" / "service-2.json"
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="utf-8")
    states = []

    for before in (gc.enable, gc.disable):
        before()
        with contextlib.suppress(ModelUnavailable):
            releases.load(str(tmp_path), "toy")
        states.append(gc.isenabled())
    gc.enable()

    assert states == [True, False]
