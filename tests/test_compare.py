"""Whole releases compared: models, paginators, waiters, references, documentation, and what both sides know about."""

import copy
from dataclasses import replace

import pytest

from bototape import releases
from bototape.diff.changes import Change, detect
from bototape.diff.compare import compare, known
from bototape.errors import ModelUnavailable
from tests.apis import given

ACT = {
    "name": "Act",
    "http": {"method": "POST", "requestUri": "/"},
    "input": {"shape": "In"},
    "errors": [{"shape": "Bad"}],
}
RAW = {
    "metadata": {"serviceId": "Toy", "protocol": "json"},
    "operations": {"Act": ACT, "List": {**ACT, "name": "List"}},
    "shapes": {
        "In": {"type": "structure", "members": {"A": {"shape": "T"}}},
        "Bad": {"type": "structure", "members": {}, "exception": True},
        "T": {"type": "string"},
    },
}
PAGES = {"input_token": "Next", "output_token": "Next", "result_key": "Items"}


def model(**changed):
    """Return RAW with the shapes or operations of *changed* merged in."""
    raw = copy.deepcopy(RAW)
    for part, content in changed.items():
        if isinstance(content, dict) and isinstance(raw.get(part), dict):
            raw[part] |= content
        else:
            raw[part] = content
    return raw


def kinds(changes):
    return [(each.kind, each.place) for each in changes]


def change(place, kind, old="", new="", directions=(), operations=None, owner=""):
    ways = (place,) if operations is None else operations
    return Change(place, kind, old, new, directions, ways, "toy", owner or place)


LONGER = model(shapes={"T": {"type": "string", "max": 9}})


def test_the_model_is_compared():
    """Without anything beside the models, the changes are those of the models."""
    old, new = given(RAW), given(LONGER)

    assert compare(old, new) == detect(old.service, new.service, "toy")
    assert compare(old, old) == []


def test_a_service_comes_or_goes():
    """A release without the service is None."""
    assert compare(None, given(RAW)) == [change("metadata", "service-added", "", "toy", operations=())]
    assert compare(given(RAW), None) == [change("metadata", "service-removed", "toy", operations=())]
    assert compare(None, None) == []


def test_only_what_both_can_speak_about_is_compared():
    """A model that is cut down cannot tell whether another operation existed."""
    act = model(operations={"Act": {**ACT, "deprecated": True}})
    del act["operations"]["List"]
    cut = given(act, tracked_only=True, absent=("Later",))
    new = given(model(operations={"Later": ACT, "Other": ACT}))

    assert known(given(RAW), new) is None
    assert known(cut, new) == {"Act", "Later"}
    assert kinds(compare(cut, new)) == [("deprecation-removed", "Act"), ("operation-added", "Later")]
    assert kinds(compare(cut, new, ["Later", "Other"])) == [("operation-added", "Later")]


def test_a_selection_shows_the_same_of_what_it_has():
    """Fingerprints do not depend on which operations are compared, though the shortest way may."""
    old, new = given(RAW), given(LONGER)
    [whole], [cut] = compare(old, new), compare(old, new, ["List"])

    assert (whole.place, cut.place) == ("Act.input.A", "List.input.A")
    assert cut.operations == ("List.input.A",)
    assert whole.fingerprint == cut.fingerprint


def test_error_classes_need_whole_models():
    """Only where both sides have all shapes is a class known to be gone; with a selection, only of its operations."""
    plain = {key: each for key, each in ACT.items() if key != "errors"}
    bare = model(operations={"Act": plain, "List": {**plain, "name": "List"}})
    del bare["shapes"]["Bad"]
    lone = model(operations={"Alone": plain})
    new = model(operations={"Act": plain, "List": {**plain, "name": "List"}, "Alone": plain})
    del new["shapes"]["Bad"]
    both = [("error-removed", "Act.error.Bad"), ("error-class-removed", "exceptions.Bad")]

    assert kinds(compare(given(RAW), given(bare))) == both
    assert kinds(compare(given(RAW), given(bare, tracked_only=True))) == both[:1]
    assert kinds(compare(given(lone), given(new), ["Alone"])) == []


def test_references_are_compared():
    """Wrappers and names that an operation gives its input, output or errors are on the wire."""
    wrapped = {**ACT, "input": {"shape": "In", "locationName": "Root"}, "errors": [{"shape": "Bad", "fault": True}]}
    new = given(model(operations={"Act": wrapped, "List": wrapped}))

    assert compare(given(RAW), new) == [
        change(
            "Act.error.Bad",
            "annotation-changed",
            "",
            "fault=true",
            ("error",),
            ("Act.error.Bad", "List.error.Bad"),
            "Bad",
        ),
        change("Act.input", "wire-format-changed", "", "locationName=Root", ("input",)),
        change("List.input", "wire-format-changed", "", "locationName=Root", ("input",)),
    ]


def test_the_top_of_a_model_is_compared():
    """A service may be deprecated as a whole, and may take parameters for its endpoint."""
    new = given(
        model(deprecated=True, deprecatedMessage="Gone soon.", clientContextParams={"Fast": {"type": "boolean"}})
    )
    found = compare(given(RAW), new)

    assert [(each.kind, each.note) for each in found] == [
        ("deprecation-added", "Gone soon."),
        ("endpoint-parameter-changed", ""),
    ]
    assert compare(given(RAW), replace(new, tracked_only=True)) == []


def test_documentation_is_compared_on_demand():
    """Texts are told apart where they stand, once for a shared shape; spaces do not count."""
    member = {"A": {"shape": "T", "documentation": "<p>An A.</p>"}}
    old = given(model(shapes={"In": {"type": "structure", "members": member}}, documentation="A toy."))
    texts = {
        "In": {"type": "structure", "documentation": "Input.", "members": {"A": {"shape": "T", "documentation": "B"}}},
        "Bad": {**RAW["shapes"]["Bad"], "documentation": " "},
    }
    new = given(model(shapes=texts, operations={"Act": {**ACT, "documentation": "Acts."}}, documentation="A  toy!"))

    assert compare(old, new) == []
    assert [(each.place, each.owner, each.old, each.new) for each in compare(old, new, documentation=True)] == [
        ("Act", "Act", "", "Acts."),
        ("Act.input", "In", "", "Input."),
        ("Act.input.A", "In.A", "<p>An A.</p>", "B"),
        ("metadata", "metadata", "A toy.", "A toy!"),
    ]
    assert compare(old, replace(new, tracked_only=True), documentation=True) == []


def test_documentation_of_elements_is_compared():
    """The member of a list, the key and the value of a map may have a text of their own."""

    def shapes(text):
        end = {"shape": "T", "documentation": text}
        return {
            "In": {"type": "structure", "members": {"L": {"shape": "L"}, "M": {"shape": "M"}}},
            "L": {"type": "list", "member": end},
            "M": {"type": "map", "key": end, "value": end},
        }

    found = compare(*(given(model(shapes=shapes(each))) for each in "ab"), documentation=True)

    assert [each.place for each in found] == ["Act.input.L[]", "Act.input.M{key}", "Act.input.M{}"]


def pages(**paginators):
    return {"paginators-1.json": {"pagination": paginators}}


def waits(**waiters):
    return {"waiters-2.json": {"version": 2, "waiters": waiters}}


def test_a_paginator_belongs_to_its_operation():
    """Paginators of operations that are not compared are not, either."""
    old, new = (given(RAW, sidecars=each) for each in (pages(Act=PAGES), pages(List=PAGES)))

    assert kinds(compare(old, new)) == [("paginator-removed", "Act.paginator"), ("paginator-added", "List.paginator")]
    assert kinds(compare(old, new, ["List"])) == [("paginator-added", "List.paginator")]


def test_a_list_of_one_token_is_that_token():
    """Both are in use and mean the same."""
    old, new = (given(RAW, sidecars=pages(Act={**PAGES, "result_key": each})) for each in ("Items", ["Items"]))

    assert compare(old, new) == []


def test_an_unknown_key_of_a_paginator_is_a_fact():
    """What nobody foresaw is told, never dropped."""
    old, new = (given(RAW, sidecars=pages(Act=each)) for each in (PAGES, {**PAGES, "mood": "bad"}))

    assert compare(old, new) == [change("Act.paginator", "trait-changed", "", "mood=bad")]


def test_a_waiter_of_another_operation_is_met_by_both():
    """Whoever uses the old or the new operation of a waiter is told."""
    done = {"operation": "Act", "delay": 5, "maxAttempts": 10, "acceptors": []}
    old, new = (given(RAW, sidecars=waits(Done={**done, "operation": each})) for each in ("Act", "List"))
    ways = ("Act.waiter.Done", "List.waiter.Done")

    assert compare(old, new) == [change(ways[0], "waiter-changed", "operation=Act", "operation=List", (), ways)]
    assert len(compare(old, new, ["List"])) == 1


def test_what_nobody_looked_for_is_not_missing():
    """A model without its paginators is not one that lost them."""
    assert compare(given(RAW, sidecars=pages(Act=PAGES)), given(RAW)) == []


@pytest.mark.parametrize(
    ("sidecars", "reason"),
    [
        (pages(Act=[]), "paginators-1.json: expected an object pagination.Act, found list"),
        ({"paginators-1.json": {"pagination": "x"}}, "paginators-1.json: expected an object 'pagination', found str"),
        (waits(Done={"delay": 5}), "waiters-2.json: waiter 'Done' names no operation"),
    ],
)
def test_a_damaged_sidecar_is_refused(sidecars, reason):
    """Paginators or waiters that botocore would not read are an error, exit code 3."""
    with pytest.raises(ModelUnavailable) as caught:
        compare(given(RAW, sidecars={}), given(RAW, sidecars=sidecars))

    assert str(caught.value).splitlines()[0] == f"cannot load {reason}"
    assert caught.value.exit_code == 3


def test_an_installed_model_has_its_sidecars():
    """Paginators and waiters come with the model, so that a release can be compared with itself."""
    model = releases.load("installed", "sagemaker")

    assert model.sidecars is not None
    assert {name: bool(each) for name, each in model.sidecars.items()} == {
        "paginators-1.json": True,
        "waiters-2.json": True,
    }
    assert compare(model, model, documentation=True) == []
