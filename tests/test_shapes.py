"""A model as values: what reaches what, and what is wrong with a broken one."""

import copy
import re

import pytest

from bototape.shapes import Member, Operation, Shape, cut, parse, reach

MODEL = {
    "version": "2.0",
    "metadata": {"serviceFullName": "Toy Service", "protocol": "json"},
    "documentation": "<p>toys</p>",
    "operations": {
        "Get": {
            "name": "Get",
            "http": {"method": "POST", "requestUri": "/"},
            "input": {"shape": "GetRequest"},
            "output": {"shape": "Toy"},
            "errors": [{"shape": "Missing"}],
            "documentation": "<p>gets</p>",
            "idempotent": True,
        },
        "Ping": {"name": "Ping", "http": {"method": "POST", "requestUri": "/"}, "output": {"shape": "Unused"}},
    },
    "shapes": {
        "GetRequest": {"type": "structure", "required": ["Name"], "members": {"Name": {"shape": "Name"}}},
        "Missing": {"type": "structure", "members": {"Message": {"shape": "Text"}}, "exception": True},
        "Name": {"type": "string", "max": 3, "min": 1, "pattern": "[a-z]+", "documentation": "<p>name</p>"},
        "Text": {"type": "string"},
        "Toy": {
            "type": "structure",
            "members": {
                "Name": {"shape": "Name", "locationName": "name", "documentation": "<p>n</p>"},
                "Parts": {"shape": "Toys"},
                "Colour": {"shape": "Colour"},
                "Tags": {"shape": "Tags"},
            },
        },
        "Toys": {"type": "list", "member": {"shape": "Toy", "documentation": "<p>part</p>"}, "max": 5},
        "Tags": {"type": "map", "key": {"shape": "Name"}, "value": {"shape": "Text"}},
        "Colour": {"type": "string", "enum": ["RED", "BLUE"]},
        "Unused": {"type": "structure", "members": {}},
    },
}


def test_a_model_is_read_whole():
    """Operations, members, constraints and traits are there, documentation is not."""
    service = parse(MODEL)

    assert service.full_name == "Toy Service"
    assert service.operations["Get"] == Operation(
        "Get", "GetRequest", "Toy", ("Missing",), {"method": "POST", "requestUri": "/"}, {"idempotent": True}
    )
    assert service.shapes["Name"] == Shape("Name", "string", {}, None, None, None, None, 1, 3, "[a-z]+", {})
    toy = service.shapes["Toy"]
    assert toy.members["Name"] == Member("Name", "Name", required=False, traits={"locationName": "name"})
    assert [each.wire_name for each in toy.children()] == ["name", "Parts", "Colour", "Tags"]
    assert service.shapes["GetRequest"].members["Name"].required
    assert service.shapes["Colour"].enum == ("RED", "BLUE")
    assert [each.shape for each in service.shapes["Tags"].children()] == ["Name", "Text"]


def test_reach_follows_members_elements_keys_and_values():
    """What can be met below a shape, recursion included."""
    service = parse(MODEL)

    assert reach(service, ["Toy"]) == {"Toy", "Toys", "Name", "Colour", "Tags", "Text"}
    assert reach(service, service.operations["Ping"].roots("output")) == {"Unused"}
    assert service.operations["Ping"].roots("input") == ()


def test_a_cut_keeps_what_is_tracked_and_no_documentation():
    """A snapshot has the wanted operations and their shapes; an operation the release lacks is passed over."""
    slim = cut(MODEL, ["Get", "NotYet"])

    assert list(slim) == ["version", "metadata", "operations", "shapes"]
    assert list(slim["operations"]) == ["Get"]
    assert "Unused" not in slim["shapes"]
    assert "documentation" not in str(slim)
    assert parse(slim).shapes == {name: each for name, each in parse(MODEL).shapes.items() if name != "Unused"}
    assert cut(slim, ["Get"]) == slim


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("shapes",), [], "not a service model: no object 'shapes' at the top"),
        (("operations", "Get", "input", "shape"), "Gone", "operation 'Get': input names the unknown shape 'Gone'"),
        (("operations", "Get", "errors"), [{"shape": "No"}], "operation 'Get': error names the unknown shape 'No'"),
        (("shapes", "Toys", "member", "shape"), "X", "shape 'Toys': 'member' names the unknown shape 'X'"),
        (("shapes", "Name"), {}, "not a service model: shape 'Name': 'type' is NoneType, not text"),
    ],
    ids=["no shapes", "input", "error", "element", "no type"],
)
def test_a_broken_model_says_where(path, value, message):
    """A truncated or hand-edited model is refused by name, not half read."""
    broken = copy.deepcopy(MODEL)
    at = broken
    for each in path[:-1]:
        at = at[each]
    at[path[-1]] = value

    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        parse(broken)
