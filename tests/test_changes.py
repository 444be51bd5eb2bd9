"""The facts of a diff: what changed, where, in which direction, for which operations."""

import re
import string
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bototape import releases
from bototape.diff.changes import Change, detect
from bototape.diff.rules import BY_ID
from bototape.diff.walk import shortest
from bototape.shapes import parse

ROOT = Path(__file__).parent.parent
TEXT = {"type": "string"}
NAMES = ("In", "Out", "Failed", "S1", "S2", "S3")


def model(shapes, operations=None, **metadata):
    """Build a model; *operations* maps a name to (input, output, *errors), None for none."""
    listed = {"Act": ("In", "Out" if "Out" in shapes else None)} if operations is None else operations
    return parse(
        {
            "metadata": {"serviceId": "Toy", "protocol": "json", **metadata},
            "operations": {
                name: {
                    **{key: {"shape": shape} for key, shape in zip(("input", "output"), sides, strict=False) if shape},
                    "errors": [{"shape": each} for each in sides[2:]],
                }
                for name, sides in listed.items()
            },
            "shapes": shapes,
        }
    )


def structure(*required, traits=None, **members):
    named = {name: {"shape": each} if isinstance(each, str) else each for name, each in members.items()}
    return {"type": "structure", "required": list(required), "members": named, **(traits or {})}


def change(place, kind, old="", new="", directions=("input",), operations=None, owner="", note=""):
    ways = (place,) if operations is None else operations
    return Change(place, kind, old, new, directions, ways, "toy", owner or place, note)


def facts(old, new):
    """Return kind, place, old and new of each change between two sets of shapes under Act."""
    return [(each.kind, each.place, each.old, each.new) for each in detect(model(old), model(new))]


def mirrored(each):
    """Return what the swapped models must show for a change; a note is for readers and may be one-sided."""
    turned = replace(each, kind=BY_ID[each.kind].mirror, old=each.new, new=each.old, owner=_turned(each.owner), note="")
    if each.kind != "member-renamed":
        return turned
    ways = tuple(sorted((way.removesuffix(each.old) + each.new for way in each.operations), key=shortest))
    return replace(turned, place=ways[0], operations=ways, owner=turned.owner.removesuffix(each.old) + each.new)


def _turned(owner):
    """Swap the shapes of ``Old>New.Member``."""
    if ">" not in owner:
        return owner
    old, new, rest = re.fullmatch(r"([^>]+)>([^.\[{]+)(.*)", owner).groups()
    return f"{new}>{old}{rest}"


def without_notes(changes):
    return [replace(each, note="") for each in changes]


def by_place(each):
    return each.place, each.kind, each.old, each.new, each.owner


@st.composite
def models(draw):
    """A small model over a fixed pool of names, so that two of them overlap and recursion happens."""
    name = st.sampled_from(NAMES)
    trait = st.sampled_from(
        [{}, {"idempotencyToken": True}, {"locationName": "x"}, {"deprecated": True}, {"box": True}]
    )
    kinds = st.sampled_from(["structure", "union", "list", "map", "string", "integer", "long"])
    shapes = {}
    for each in NAMES:
        kind = draw(kinds)
        if kind in ("structure", "union"):
            picked = draw(st.dictionaries(st.sampled_from("ABC"), st.tuples(name, trait), max_size=3))
            required = [key for key in picked if draw(st.booleans())]
            members = {key: {"shape": shape, **traits} for key, (shape, traits) in picked.items()}
            shapes[each] = structure(*required, traits={"union": True} if kind == "union" else None, **members)
        elif kind == "list":
            shapes[each] = {"type": "list", "member": {"shape": draw(name)}}
        elif kind == "map":
            shapes[each] = {"type": "map", "key": {"shape": draw(name)}, "value": {"shape": draw(name)}}
        else:
            enum = {"enum": sorted(draw(st.sets(st.sampled_from("XYZ"), min_size=1)))} if kind == "string" else {}
            bound = draw(
                st.sampled_from([{}, {"min": 0}, {"min": 2}, {"max": 9}, {"pattern": "a"}, {"pattern": "^a$"}])
            )
            shapes[each] = {"type": kind, **(enum if draw(st.booleans()) else {}), **bound}
    side = st.none() | name
    errors = st.lists(st.sampled_from(NAMES), max_size=2, unique=True)
    operations = draw(st.dictionaries(st.sampled_from(["Act", "Rest"]), st.tuples(side, side, errors), max_size=2))
    return model(shapes, {key: (i, o, *e) for key, (i, o, e) in operations.items()})


@settings(max_examples=40, deadline=None)
@given(models())
def test_a_model_does_not_differ_from_itself(service):
    """The diff of a model with itself is empty, recursive shapes included."""
    assert detect(service, service) == []


@settings(max_examples=80, deadline=None)
@given(models(), models())
def test_the_other_way_round_is_the_mirror(old, new):
    """What was added is removed the other way round, at the same place, for the same operations."""
    there, back = (detect(*models, entire=True) for models in ((old, new), (new, old)))

    assert without_notes(back) == sorted(map(mirrored, there), key=by_place)


@settings(max_examples=80, deadline=None)
@given(models(), models())
def test_no_two_changes_share_a_fingerprint(old, new):
    """A fingerprint names one change."""
    prints = [each.fingerprint for each in detect(old, new, entire=True)]

    assert len(set(prints)) == len(prints)


@settings(max_examples=80, deadline=None)
@given(models(), models())
def test_a_cut_comparison_finds_the_same(old, new):
    """Compared alone, an operation shows what the whole service shows of it, under the same fingerprints."""
    for name in {*old.operations, *new.operations}:
        cut = [replace(each, operations=_only(each.operations, name)) for each in (old, new)]

        assert _of(detect(*cut), name) == _of(detect(old, new), name)


def _only(operations, name):
    return {key: each for key, each in operations.items() if key == name}


def _of(changes, name):
    """Return what changed of an operation: fingerprint, and the ways that start from it."""
    ways = {each.fingerprint: {way for way in each.operations if way.partition(".")[0] == name} for each in changes}
    return {key: found for key, found in ways.items() if found}


RELEASES = ("1.20.40", "1.20.41", "1.27.96", "1.28.0", "pinned")


@pytest.mark.parametrize(("old", "new"), list(pairwise(RELEASES)))
def test_real_models_mirror_too(old, new):
    """Both properties hold between the committed snapshots."""
    before, after = (releases.load(each, "sagemaker", ROOT / "schemas").service for each in (old, new))

    assert detect(before, before) == []
    mirror = sorted(map(mirrored, detect(before, after)), key=by_place)
    assert without_notes(detect(after, before)) == mirror


def test_facts_of_a_real_release():
    """1.28.0 added a value to an enum and one operation, nothing else among the tracked operations."""
    old, new = (releases.load(each, "sagemaker", ROOT / "schemas").service for each in ("1.27.96", "1.28.0"))
    way = "CandidateProperties.CandidateMetrics[].StandardMetricName"
    place = f"DescribeAutoMLJob.output.BestCandidate.{way}"
    added = "ListInferenceRecommendationsJobSteps"

    assert detect(old, new) == [
        Change(
            place,
            "enum-value-added",
            "",
            "InferenceLatency",
            ("output",),
            (place, f"ListCandidatesForAutoMLJob.output.Candidates[].{way}"),
            "sagemaker",
            "AutoMLMetricExtendedEnum",
        ),
        Change(added, "operation-added", "", added, (), (added,), "sagemaker", added),
    ]


def test_a_renamed_shape_changes_nothing_else():
    """Python never sees a shape's name: what is below is compared as if it had stayed."""
    old = {"In": structure(Part="Before"), "Before": structure(A="T"), "T": TEXT}
    new = {"In": structure(Part="After"), "After": structure(A="Word"), "Word": {**TEXT, "max": 1}}

    assert detect(model(old), model(new)) == [
        change("Act.input.Part", "shape-renamed", "Before", "After", owner="Before>After"),
        change("Act.input.Part.A", "maximum-lowered", "", "1", owner="T>Word"),
        change("Act.input.Part.A", "shape-renamed", "T", "Word", owner="T>Word"),
    ]


def test_a_shared_shape_is_one_change():
    """One fact names every direction and operation that meets it; its place is the shortest way there."""
    operations = {"List": (None, "Many"), "Put": ("One", None), "Do": (None, None, "Bad")}
    shapes = {
        "Many": structure(Items="Items"),
        "Items": {"type": "list", "member": {"shape": "One"}},
        "Bad": structure(Item="One"),
        "One": structure(A="T"),
        "T": TEXT,
    }
    places = ("Put.input.B", "Do.error.Bad.Item.B", "List.output.Items[].B")

    found = detect(model(shapes, operations), model({**shapes, "One": structure(A="T", B="T")}, operations))

    assert found == [change("Put.input.B", "member-added", "", "B", ("input", "output", "error"), places, "One.B")]


def test_both_members_of_one_operation_are_named():
    """Two members that name one shape are two ways to its change."""
    shapes = {"In": structure(From="N", To="N"), "N": {"type": "timestamp"}}
    ways = ("Act.input.From", "Act.input.To")

    found = detect(model(shapes), model({**shapes, "N": {"type": "long"}}))

    assert found == [change(ways[0], "type-changed", "timestamp", "long", ("input",), ways, "N")]


def test_of_equally_short_ways_the_first_is_named():
    """Which way is shown does not depend on the order in which a set is walked."""
    middle = {f"S{each}": structure(Part="Part") for each in "ABCDEF"}
    shapes = {"In": structure(**{each: f"S{each}" for each in "FEDCBA"}), **middle, "Part": structure(Size="N")}
    old, new = ({**shapes, "N": {"type": "integer", "max": each}} for each in (1, 2))

    assert detect(model(old), model(new)) == [change("Act.input.A.Part.Size", "maximum-raised", "1", "2", owner="N")]


def test_a_member_of_a_new_union_is_a_plain_member():
    """Only what was a union before and after gains and loses union members."""
    old = {"In": structure(Choice="C"), "C": structure(A="T"), "T": TEXT}
    new = {**old, "C": structure(A="T", B="T", traits={"union": True})}

    assert facts(old, new) == [
        ("union-added", "Act.input.Choice", "", "union=true"),
        ("member-added", "Act.input.Choice.B", "", "B"),
    ]
    assert facts(new, old) == [
        ("union-removed", "Act.input.Choice", "union=true", ""),
        ("member-removed", "Act.input.Choice.B", "B", ""),
    ]


def test_recursion_ends():
    """A change inside a recursive shape has the ways from outside, not those through itself."""
    old = {
        "In": structure(Filter="F"),
        "F": structure(Not="F", And="Fs", Tag="T"),
        "Fs": {"type": "map", "key": {"shape": "T"}, "value": {"shape": "F"}},
        "T": TEXT,
    }
    new = {**old, "F": structure(Not="F", And="Fs", Tag="T", Or="T")}

    assert facts(old, new) == [("member-added", "Act.input.Filter.Or", "", "Or")]
    assert detect(model(old), model(new))[0].operations == ("Act.input.Filter.Or",)


def test_places_inside_maps():
    """A map's key and value are told apart."""
    shapes = {"In": structure(M="M"), "M": {"type": "map", "key": {"shape": "K"}, "value": {"shape": "V"}}}
    old = {**shapes, "K": {"type": "string", "enum": ["A"]}, "V": {"type": "string", "max": 1}}
    new = {**shapes, "K": {"type": "string", "enum": ["A", "B"]}, "V": {"type": "string", "max": 2}}

    assert facts(old, new) == [
        ("enum-value-added", "Act.input.M{key}", "", "B"),
        ("maximum-raised", "Act.input.M{}", "1", "2"),
    ]


def test_nothing_is_compared_below_a_changed_type():
    """A structure that became a string is one fact, not one for each member."""
    shapes = {"In": structure(Part="P"), "T": TEXT}

    assert facts({**shapes, "P": structure("A", A="T")}, {**shapes, "P": TEXT}) == [
        ("type-changed", "Act.input.Part", "structure", "string")
    ]


def test_a_wider_number_keeps_its_bounds():
    """An integer that became a long is compared on: its bounds may have moved as well."""
    old, new = ({"In": structure(A="N"), "N": {"type": each, "min": len(each)}} for each in ("integer", "long"))

    assert facts(old, new) == [
        ("minimum-lowered", "Act.input.A", "7", "4"),
        ("number-widened", "Act.input.A", "integer", "long"),
    ]


def test_order_is_told_by_what_moved():
    """Members and values in another order are one fact each, which names the stretch that differs."""
    old = {"In": structure(A="E", B="E", C="E", D="E"), "E": {"type": "string", "enum": ["P", "Q", "R"]}}
    new = {"In": structure(A="E", C="E", B="E", D="E"), "E": {"type": "string", "enum": ["R", "Q", "X", "P"]}}

    assert facts(old, new) == [
        ("member-order-changed", "Act.input", "B, C", "C, B"),
        ("enum-order-changed", "Act.input.A", "P, Q, R", "R, Q, P"),
        ("enum-value-added", "Act.input.A", "", "X"),
    ]


def test_a_member_at_the_end_moves_nothing():
    """What comes or goes is no other order."""
    old = {"In": structure(A="T", B="T", C="T"), "T": TEXT}
    new = {"In": structure(A="T", C="T", D="T"), "T": TEXT}

    assert [each[0] for each in facts(old, new)] == ["member-removed", "member-added"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"MaxItems": {"shape": "N", "locationName": "max"}}, {"Limit": {"shape": "N", "locationName": "max"}}),
        ({"MaxItems": {"shape": "N"}}, {"MaxItem": {"shape": "N"}}),
        (
            {"maxItems": {"shape": "N", "location": "querystring", "locationName": "maxItems"}},
            {"MaxItemCount": {"shape": "N", "location": "querystring", "locationName": "MaxItemCount"}},
        ),
    ],
    ids=["same name on the wire", "alike", "alike in the query string"],
)
def test_a_member_that_looks_renamed_is_one_change(before, after):
    """One that went and one that came, of one shape and place and alike in name, are told as one."""
    shapes = [{"In": structure(**each), "N": {"type": "integer"}} for each in (before, after)]
    [old], [new] = before, after

    assert facts(*shapes) == [("member-renamed", f"Act.input.{old}", old, new)]
    assert facts(*reversed(shapes)) == [("member-renamed", f"Act.input.{new}", new, old)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"MaxItems": "N"}, {"Cursor": "N"}),
        ({"MaxItems": "N"}, {"MaxItem": "T"}),
        ({"MaxItems": "N", "A": "T"}, {"A": "T", "MaxItem": "N"}),
        ({"MaxItems": "N"}, {"MaxItem": {"shape": "N", "location": "header"}}),
        (
            {"MaxItems": {"shape": "N", "locationName": "max"}},
            {"MaxItem": {"shape": "N", "locationName": "max"}, "Maximum": {"shape": "N", "locationName": "max"}},
        ),
    ],
    ids=["other name", "other shape", "other position", "other place on the wire", "two candidates"],
)
def test_a_member_with_another_place_or_shape_is_not_renamed(before, after):
    """Two members that share little are one that went and one that came."""
    found = facts(*({"In": structure(**each), "N": {"type": "integer"}, "T": TEXT} for each in (before, after)))

    assert {each[0] for each in found} == {"member-removed", "member-added"}


def test_likeness_of_names_has_no_direction():
    """The ratio of the standard library depends on the order of its arguments; what looks renamed does not."""
    old, new = ({"In": structure(**{each: "N"}), "N": {"type": "long"}} for each in ("ArnItemCount", "TokenListCount"))

    assert [each[0] for each in (*facts(old, new), *facts(new, old))] == ["member-renamed"] * 2


def test_a_required_member_is_not_renamed_to_an_optional_one():
    """What is asked of the caller differs, so both are told."""
    old = {"In": structure("MaxItems", MaxItems="T"), "T": TEXT}
    new = {"In": structure(MaxItem="T"), "T": TEXT}

    assert [each[0] for each in facts(old, new)] == ["member-added", "required-member-removed"]


def test_an_operation_that_looks_renamed_says_so():
    """Both events stay, so that what is found does not depend on which operations are compared; each has a note."""
    shapes = {"In": structure(A="T"), "Query": structure(A="Word"), "T": TEXT, "Word": TEXT}
    old, new = model(shapes, {"ListItems": ("In", None)}), model(shapes, {"ListAllItems": ("Query", None)})

    assert detect(old, new) == [
        change("ListAllItems", "operation-added", "", "ListAllItems", (), note="looks like ListItems renamed"),
        change("ListItems", "operation-removed", "ListItems", "", (), note="looks renamed to ListAllItems"),
    ]


@pytest.mark.parametrize(
    ("name", "shape"),
    [("ListAllItems", {"B": "T"}), ("Describe", {"A": "T"})],
    ids=["other structure", "other name"],
)
def test_an_operation_that_differs_does_not_look_renamed(name, shape):
    """Two operations that share little are one that went and one that came."""
    old = model({"In": structure(A="T"), "T": TEXT}, {"ListItems": ("In", None)})
    new = model({"In": structure(**shape), "T": TEXT}, {name: ("In", None)})

    assert [each.note for each in detect(old, new)] == ["", ""]


def test_what_is_removed_says_that_it_was_deprecated():
    """A removal that was announced is as bad, but no surprise."""
    gone = {"shape": "T", "deprecated": True, "deprecatedSince": "2026-01-01", "deprecatedMessage": "Use  B."}
    old, new = ({"In": structure(**each), "T": TEXT} for each in ({"A": gone, "B": "T"}, {"B": "T"}))

    [found] = detect(model(old), model(new))

    assert (found.kind, found.note) == ("member-removed", "was deprecated since 2026-01-01; Use B.")


def test_an_error_class_goes_with_its_shape():
    """A client has a class for each shape marked as exception, whether an operation names it or not."""
    shapes = {"Bad": structure(traits={"exception": True})}
    old, new = model(shapes, {"A": (None, None, "Bad")}), model({}, {"A": (None, None)})
    removed = change("A.error.Bad", "error-removed", "Bad", "", ("error",), owner="Bad")
    class_removed = change("exceptions.Bad", "error-class-removed", "Bad", "", ("error",), ("A.error.Bad",))

    assert detect(old, new, entire=True) == [removed, class_removed]
    assert detect(old, model(shapes, {"A": (None, None)}), entire=True) == [removed]


def test_a_cut_model_does_not_tell_what_classes_there_are():
    """A shape that a cut model lacks may be named by an operation that was cut off."""
    old = model({"Bad": structure(traits={"exception": True})}, {"A": (None, None, "Bad")})

    assert [each.kind for each in detect(old, model({}, {"A": (None, None)}))] == ["error-removed"]


def test_an_input_brings_its_required_members():
    """An operation that takes parameters for the first time breaks its callers only if one is required."""
    shapes = {"In": structure("Id", Id="T", Note="T"), "T": TEXT}

    found = detect(model(shapes, {"Act": (None, None)}), model(shapes, {"Act": ("In", None)}))

    assert found == [
        change("Act.input", "input-introduced"),
        change("Act.input.Id", "required-member-added", "", "Id"),
    ]


def test_an_error_of_many_operations_is_one_change():
    """Forty operations that gain one error are one fact."""
    shapes = {"Bad": structure()}
    old = model(shapes, {"A": (None, None), "B": (None, None)})
    new = model(shapes, {"A": (None, None, "Bad"), "B": (None, None, "Bad")})
    ways = ("A.error.Bad", "B.error.Bad")

    assert detect(old, new) == [change("A.error.Bad", "error-added", "", "Bad", ("error",), ways, "Bad")]


def test_a_required_idempotency_token_asks_nothing():
    """botocore fills a token that the caller leaves out, so a required one is as good as optional."""
    token = {"shape": "T", "idempotencyToken": True}
    old = {"In": structure(Old=token), "T": TEXT}
    new = {"In": structure("Old", "New", Old=token, New=token), "T": TEXT}

    assert facts(old, new) == [
        ("idempotency-token-added", "Act.input.New", "", "New"),
        ("member-added", "Act.input.New", "", "New"),
        ("annotation-changed", "Act.input.Old", "optional", "required"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("[a-z]+", "^[a-z]+$", "pattern-respelled"),
        ("^[a-z]+", "[a-z]+$", "pattern-respelled"),
        (r"[a-z]+\\", r"[a-z]+\\$", "pattern-respelled"),
        (r"[a-z]+\$", r"[a-z]+\$$", "pattern-respelled"),
        (r"[a-z]+\$", r"[a-z]+\\", "pattern-changed"),
        (r"[a-z]+", r"[a-z]+\$", "pattern-changed"),
        ("[a-z]+", "[a-z]*", "pattern-changed"),
    ],
)
def test_outer_anchors_say_nothing(old, new, kind):
    """A model's pattern means the full text, so only its inside counts; an escaped dollar is inside."""
    shapes = [{"In": structure(A="T"), "T": {"type": "string", "pattern": each}} for each in (old, new)]

    assert facts(*shapes) == [(kind, "Act.input.A", old, new)]


@pytest.mark.parametrize(
    ("type_", "kind"),
    [("string", "minimum-respelled"), ("list", "minimum-respelled"), ("integer", "minimum-raised")],
)
def test_a_minimum_of_zero_limits_numbers_only(type_, kind):
    """No text is shorter than 0, but a number can be less."""
    rest = {"type": type_, "member": {"shape": "T"}} if type_ == "list" else {"type": type_}
    old, new = ({"In": structure(A="P"), "P": {**rest, **each}, "T": TEXT} for each in ({}, {"min": 0}))

    assert facts(old, new) == [(kind, "Act.input.A", "", "0")]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"httpStatusCode": 400}, {}, ("annotation-changed", "httpStatusCode=400", "")),
        ({"httpStatusCode": 400}, {"httpStatusCode": 409}, ("error-status-changed", "400", "409")),
        ({}, {"code": "Failed"}, ("annotation-changed", "", "code=Failed")),
        ({}, {"code": "Act.Failed"}, ("error-code-changed", "Failed", "Act.Failed")),
        ({}, {"senderFault": True}, ("sender-fault-changed", "", "senderFault=true")),
        ({}, {"mood": "bad"}, ("annotation-changed", "", "mood=bad")),
    ],
)
def test_an_error_is_its_code_and_status(old, new, expected):
    """The code of an error is its shape's name unless the model says otherwise; a status may be left unsaid."""
    operations = {"Act": (None, None, "Failed")}
    shapes = [
        {"Failed": structure(traits={"exception": True, **({"error": each} if each else {})})} for each in (old, new)
    ]

    found = detect(*(model(each, operations) for each in shapes))

    kind, before, after = expected
    assert found == [change("Act.error.Failed", kind, before, after, ("error",), owner="Failed")]


def test_a_member_may_limit_its_values_itself():
    """Enum and pattern of a member are compared as those of a shape."""
    old, new = (
        {"In": structure(A={"shape": "T", "enum": enum, "pattern": pattern}), "T": TEXT}
        for enum, pattern in ((["X"], "a"), (["X", "Y"], "^a$"))
    )

    assert facts(old, new) == [
        ("enum-value-added", "Act.input.A", "", "Y"),
        ("pattern-respelled", "Act.input.A", "a", "^a$"),
    ]


def test_an_unknown_trait_is_a_fact():
    """What nobody foresaw is told, never dropped; false is the same as absent."""
    old = {"In": structure(A="T"), "T": {**TEXT, "quiet": False}}
    new = {"In": structure(A="T"), "T": {**TEXT, "mood": {"b": 1.0, "a": [True]}}}

    assert facts(old, new) == [("trait-changed", "Act.input.A", "", "mood={a=true, b=1}")]


def test_a_mark_of_member_and_shape_is_one_change():
    """A trait may stand on the member or on the shape it names; both at once are told once."""
    old = {"In": structure(A="T"), "T": TEXT}
    new = {"In": structure(A={"shape": "T", "deprecated": True}), "T": {**TEXT, "deprecated": True}}

    assert facts(old, new) == [("deprecation-added", "Act.input.A", "", "deprecated=true")]


def test_a_mark_of_a_member_alone_is_the_members():
    """What only one of two members of a shape states is told of that member, not of the shape."""
    old = {"In": structure(A="T", B="T"), "T": TEXT}
    new = {"In": structure(A={"shape": "T", "deprecated": True}, B="T"), "T": TEXT}

    assert detect(model(old), model(new)) == [
        change("Act.input.A", "deprecation-added", "", "deprecated=true", owner="In.A")
    ]


def test_a_deprecation_brings_its_details_along():
    """Day and message of a new deprecation are its note; of an old one, they are changes."""
    marks = [{}, {"deprecated": True}, {"deprecated": True, "deprecatedSince": "2026-01-01"}]
    before, plain, dated = (model({"In": structure(A={"shape": "T", **each}), "T": TEXT}) for each in marks)

    assert [(each.kind, each.note) for each in detect(before, dated)] == [("deprecation-added", "since 2026-01-01")]
    assert [(each.kind, each.note) for each in detect(dated, before)] == [("deprecation-removed", "since 2026-01-01")]
    assert [(each.kind, each.new) for each in detect(plain, dated)] == [
        ("deprecation-detail-changed", "deprecatedSince=2026-01-01")
    ]


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        ({}, {"auth": ["aws.auth#sigv4"]}, ["auth-list-changed"]),
        ({}, {"auth": ["smithy.api#noAuth"]}, ["authtype-changed"]),
        ({}, {"authtype": "none", "auth": ["smithy.api#noAuth"]}, ["auth-list-changed", "authtype-changed"]),
        ({"authtype": "none"}, {"authtype": "none", "auth": ["smithy.api#noAuth"]}, ["auth-list-changed"]),
        ({"auth": ["aws.auth#sigv4"]}, {"auth": ["aws.auth#sigv4", "aws.auth#sigv4a"]}, ["auth-list-changed"]),
        ({}, {"auth": ["smithy.api#httpBearerAuth"]}, ["auth-scheme-changed"]),
    ],
)
def test_what_signs_a_call_is_the_first_of_the_list(old, new, kinds):
    """An operation without a list has its service's, and a service without one that of its signature version."""
    raws = [
        {
            "metadata": {"signatureVersion": "v4"},
            "operations": {"Act": {"name": "Act", "http": {}, **each}},
            "shapes": {},
        }
        for each in (old, new)
    ]

    assert [each.kind for each in detect(*map(parse, raws))] == kinds


def test_fingerprint_depends_on_the_fact_alone():
    """The fingerprint is kind, service, owner and values; not the way there, nor what else changed in the release."""
    here = change("Act.input.A", "enum-value-added", "", "X", ("input",), owner="S.A")
    same = change("B.output.A", "enum-value-added", "", "X", ("output",), ("B.output.A", "Act.input.A"), "S.A", "note")
    others = [
        change("Act.input.A", "enum-value-added", "", "Y", owner="S.A"),
        change("Act.input.A", "enum-value-added", "", "X", owner="S.B"),
        change("Act.input.A", "enum-value-removed", "X", "", owner="S.A"),
    ]

    assert here.fingerprint == same.fingerprint == "b7de575e579f"
    assert set(here.fingerprint) <= set(string.hexdigits)
    assert here.fingerprint not in {each.fingerprint for each in others}


def test_service_is_named_by_the_caller_or_by_the_model():
    """The name of the service is botocore's where the caller knows it, else the model's own id."""
    old, new = (model({}, {}, serviceId="Toy Shop", protocol=each) for each in ("json", "query"))
    named, own = detect(old, new, "toy")[0], detect(old, new)[0]

    assert (named, own.service) == (change("metadata", "protocol-changed", "json", "query", (), ()), "toy-shop")
