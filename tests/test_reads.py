"""Answers that note what is read of them, and are otherwise what they were."""

import copy
import json
import pickle

import jmespath
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bototape.adapters import reading
from bototape.errors import UsageError
from bototape.reads import Notes, Seen, from_text, noting, to_text, unseen
from bototape.shapes import parse

MODEL = parse(
    {
        "metadata": {"serviceId": "Toy", "protocol": "json"},
        "operations": {"Act": {"name": "Act", "output": {"shape": "Tree"}}},
        "shapes": {
            "Tree": {
                "type": "structure",
                "members": {
                    "Name": {"shape": "Text"},
                    "Status": {"shape": "Status"},
                    "Below": {"shape": "Tree"},
                    "Trees": {"shape": "Trees"},
                    "ByName": {"shape": "ByName"},
                    "States": {"shape": "States"},
                },
            },
            "Trees": {"type": "list", "member": {"shape": "Tree"}},
            "States": {"type": "list", "member": {"shape": "Status"}},
            "ByName": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Tree"}},
            "Text": {"type": "string"},
            "Status": {"type": "string", "enum": ["On", "Off"]},
        },
    }
)
STATUS = st.sampled_from(["On", "Off"])
TREES = st.recursive(
    st.fixed_dictionaries({}, optional={"Name": st.text(max_size=3), "Status": STATUS, "States": st.lists(STATUS)}),
    lambda below: st.fixed_dictionaries(
        {},
        optional={
            "Name": st.text(max_size=3),
            "Below": below,
            "Trees": st.lists(below, max_size=3),
            "ByName": st.dictionaries(st.text(max_size=3), below, max_size=3),
        },
    ),
    max_leaves=8,
)


def noted(tree):
    """The answer *tree*, and its notes."""
    notes = Notes()
    return noting(copy.deepcopy(tree), MODEL.shapes, MODEL.shapes["Tree"], "toy.Act.output", notes), notes


def read(tree, use):
    """What is noted when *use* gets the answer *tree*, without its beginning."""
    found, notes = noted(tree)
    use(found)
    return sorted(each.removeprefix("toy.Act.output") for each in notes.seen().read)


@given(TREES)
def test_a_noting_answer_is_what_it_was(tree):
    """Equal both ways, in any spelling, in the same order; and a part of it as well."""
    found, _ = noted(tree)

    assert found == tree
    assert tree == found
    assert (found != tree) is False
    assert list(found) == list(tree)
    assert json.dumps(found) == json.dumps(tree)
    assert json.dumps(found, indent=1) == json.dumps(tree, indent=1)
    assert repr(found) == repr(tree)
    assert yaml.dump(dict(found)) == yaml.dump(tree)
    assert dict(**found) == tree
    assert found | {"x": 1} == tree | {"x": 1}
    assert list(found.items()) == list(tree.items())
    assert isinstance(found, dict)
    assert jmespath.search("[length(@), keys(@), Trees[].Name, Below.*]", found) == jmespath.search(
        "[length(@), keys(@), Trees[].Name, Below.*]", tree
    )


@given(TREES)
def test_a_pickle_is_a_plain_dict(tree):
    """Whoever loads it needs nothing of ours."""
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        plain = pickle.loads(pickle.dumps(noted(tree)[0], protocol))  # noqa: S301 - our own

        assert plain == tree
        assert type(plain) is dict
        assert {type(each) for each in plain.values()} <= {dict, list, str}


@given(TREES)
def test_a_copy_is_apart_and_notes_as_well(tree):
    """A change of the copy leaves the answer alone; what is read of a copy is read of the answer."""
    for make in (copy.copy, copy.deepcopy, lambda each: each.copy()):
        found, notes = noted(tree)
        made = make(found)
        made["new"] = 1
        assert "toy.Act.output.Name" not in notes.seen().read
        made.get("Name")

        assert notes.seen().read == {"toy.Act.output.Name"}
        assert found == tree
        assert made == {**tree, "new": 1}


def test_a_deep_copy_shares_nothing():
    """What is changed below it is not changed in the answer."""
    found, _ = noted(ANSWER)
    made = copy.deepcopy(found)
    made["Below"]["Status"] = made["Trees"][0]["Name"] = "other"

    assert found == ANSWER


@pytest.fixture(autouse=True)
def yaml_told():
    """PyYAML goes by exact type, so it is told."""
    reading._tell_yaml()


ANSWER = {
    "Name": "n",
    "Status": "On",
    "Below": {"Status": "Off"},
    "Trees": [{"Name": "a"}, {"Name": "b"}],
    "ByName": {"k": {"Name": "c", "Status": "On"}},
    "States": ["On", "Off"],
}


@pytest.mark.parametrize(
    ("use", "places"),
    [
        (lambda it: it["Name"], [".Name"]),
        (lambda it: it.get("Below").get("Name"), [".Below", ".Below.Name"]),
        (lambda it: "Name" in it, [".Name"]),
        (lambda it: "Strange" in it, []),
        (len, []),
        (repr, []),
        (list, []),
        (lambda it: it["Trees"], [".Trees"]),
        (lambda it: [each["Name"] for each in it["Trees"]], [".Trees", ".Trees[]", ".Trees[].Name"]),
        (lambda it: it["Trees"][-1:][0], [".Trees", ".Trees[]"]),
        (lambda it: it["States"], [".States", ".States[]"]),
        (lambda it: dict(it)["Below"]["Status"], None),
        (lambda it: it["ByName"]["k"]["Name"], [".ByName", ".ByName{key}", ".ByName{}", ".ByName{}.Name"]),
        (lambda it: sorted(it["ByName"]), [".ByName", ".ByName{key}"]),
        (lambda it: jmespath.search("Trees[?Name=='a']", it), [".Trees", ".Trees[]", ".Trees[].Name"]),
        (lambda it: it["Below"] == {"Status": "Off"}, [".Below", ".Below.Status"]),
        (lambda it: it.pop("Status"), [".Status"]),
        (copy.deepcopy, []),
    ],
)
def test_what_is_read_is_noted(use, places):
    """By whatever way, and nothing more; what copies all reads all of that level."""
    everything = [".Below", ".Below.Status", ".ByName", ".Name", ".States", ".States[]", ".Status", ".Trees"]

    assert read(ANSWER, use) == (everything if places is None else places)


@pytest.mark.parametrize("use", [json.dumps, pickle.dumps, lambda it: it == ANSWER])
def test_who_takes_all_reads_all(use):
    """The encoder, the pickler and a comparison leave no member out."""
    below = [".ByName{key}", ".ByName{}", ".ByName{}.Name", ".ByName{}.Status", ".Trees[]", ".Trees[].Name"]
    top = [".Below", ".Below.Status", ".ByName", ".Name", ".States", ".States[]", ".Status", ".Trees"]

    assert set(read(ANSWER, use)) >= {*below, *top} - {".Trees[]"}


def test_matched_patterns_are_read():
    """The match statement asks as well."""
    found, notes = noted(ANSWER)
    match found:
        case {"Below": {"Status": status}, "Trees": [_, {"Name": name}]}:
            assert (status, name) == ("Off", "b")
    read = {each.removeprefix("toy.Act.output") for each in notes.seen().read}

    assert read >= {".Below", ".Below.Status", ".Trees", ".Trees[]", ".Trees[].Name"}


def test_values_of_enums_are_counted():
    """Each time that one is read."""
    found, notes = noted(ANSWER)
    for _ in range(3):
        found["Status"]
    found["Below"]["Status"]

    assert notes.seen().values == {"toy.Act.output.Status": {"On": 3}, "toy.Act.output.Below.Status": {"Off": 1}}


def test_what_botocore_reads_itself_is_not_noted():
    """A waiter asks for the status, the test does not."""
    found, notes = noted(ANSWER)
    with unseen():
        found["Status"]

    assert notes.seen() == Seen()


def test_what_code_makes_of_the_type_works():
    """``type(x)(…)`` is a common way to rebuild a tree."""
    found, _ = noted(ANSWER)

    assert type(found)(found) == ANSWER
    assert type(found["States"])(each.upper() for each in found["States"]) == ["ON", "OFF"]
    assert type(found).fromkeys("ab", 1)["a"] == 1


def test_a_file_reads_back_and_is_stable():
    """What several runs saw adds up, in whatever order."""
    one = Seen(frozenset({"toy.Act.output.A"}), frozenset({"toy.Act"}), values={"toy.Act.output.A": {"On": 1}})
    two = Seen(frozenset({"toy.Act.output.B"}), whole=frozenset({"toy.Act.output.B"}), gaps=("one is lost",))

    both = Seen.union([one, two, one])

    assert both.values == {"toy.Act.output.A": {"On": 2}}
    assert to_text(both) == to_text(Seen.union([one, one, two]))
    assert from_text(to_text(both), "x") == both


@pytest.mark.parametrize("told", ["{", "{}", '"format": 9', '"format": 1'])
def test_another_file_is_refused(told):
    """With its name, and how to get one."""
    text = told if "{" in told else f'{{"bototape": "usage", {told}}}'
    with pytest.raises(UsageError, match=r"cannot use used\.json"):
        from_text(text, "used.json")
