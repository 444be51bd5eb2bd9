"""The facts of a diff: what changed, where, in which direction, for which operations."""

import string
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bototape import releases
from bototape.diff.changes import Change, detect
from bototape.diff.rules import BY_ID
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


def change(place, kind, old="", new="", directions=("input",), operations=None):
    return Change(place, kind, old, new, directions, (place,) if operations is None else operations, "toy")


def facts(old, new):
    """Return kind, place, old and new of each change between two sets of shapes under Act."""
    return [(each.kind, each.place, each.old, each.new) for each in detect(model(old), model(new))]


def mirrored(each):
    return Change(
        each.place, BY_ID[each.kind].mirror, each.new, each.old, each.directions, each.operations, each.service
    )


def by_place(each):
    return each.place, each.kind, each.old, each.new


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
    assert detect(new, old) == sorted(map(mirrored, detect(old, new)), key=by_place)


RELEASES = ("1.20.40", "1.20.41", "1.27.96", "1.28.0", "pinned")


@pytest.mark.parametrize(("old", "new"), list(pairwise(RELEASES)))
def test_real_models_mirror_too(old, new):
    """Both properties hold between the committed snapshots."""
    before, after = (releases.load(each, "sagemaker", ROOT / "schemas").service for each in (old, new))

    assert detect(before, before) == []
    assert detect(after, before) == sorted(map(mirrored, detect(before, after)), key=by_place)


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
        ),
        Change(added, "operation-added", "", added, (), (added,), "sagemaker"),
    ]


def test_a_renamed_shape_is_no_change():
    """Python never sees a shape's name."""
    old = {"In": structure(Part="Before"), "Before": structure(A="T"), "T": TEXT}
    new = {"In": structure(Part="After"), "After": structure(A="Word"), "Word": TEXT}

    assert detect(model(old), model(new)) == []


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

    assert found == [change("Put.input.B", "member-added", "", "B", ("input", "output", "error"), places)]


def test_both_members_of_one_operation_are_named():
    """Two members that name one shape are two ways to its change."""
    shapes = {"In": structure(From="N", To="N"), "N": {"type": "timestamp"}}
    ways = ("Act.input.From", "Act.input.To")

    found = detect(model(shapes), model({**shapes, "N": {"type": "long"}}))

    assert found == [change(ways[0], "type-changed", "timestamp", "long", ("input",), ways)]


def test_of_equally_short_ways_the_first_is_named():
    """Which way is shown does not depend on the order in which a set is walked."""
    middle = {f"S{each}": structure(Part="Part") for each in "ABCDEF"}
    shapes = {"In": structure(**{each: f"S{each}" for each in "FEDCBA"}), **middle, "Part": structure(Size="N")}
    old, new = ({**shapes, "N": {"type": "integer", "max": each}} for each in (1, 2))

    assert detect(model(old), model(new)) == [change("Act.input.A.Part.Size", "maximum-raised", "1", "2")]


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

    assert detect(old, new) == [change("A.error.Bad", "error-added", "", "Bad", ("error",), ways)]


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
        ({}, {"senderFault": True}, ("annotation-changed", "", "senderFault=true")),
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
    assert found == [change("Act.error.Failed", kind, before, after, ("error",))]


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


def test_fingerprint_depends_on_the_fact_alone():
    """The fingerprint is kind, service, place and values; what else changed in the release is not in it."""
    here = change("Act.input.A", "enum-value-added", "", "X", ("input",))
    same = change("Act.input.A", "enum-value-added", "", "X", ("input", "output"), ("Act.input.A", "Act.output.A"))
    others = [
        change("Act.input.A", "enum-value-added", "", "Y"),
        change("Act.input.B", "enum-value-added", "", "X"),
        change("Act.input.A", "enum-value-removed", "X", ""),
    ]

    assert here.fingerprint == same.fingerprint == "85f5b6b0e858"
    assert set(here.fingerprint) <= set(string.hexdigits)
    assert here.fingerprint not in {each.fingerprint for each in others}


def test_service_is_named_by_the_caller_or_by_the_model():
    """The name of the service is botocore's where the caller knows it, else the model's own id."""
    old, new = (model({}, {}, serviceId="Toy Shop", protocol=each) for each in ("json", "query"))
    named, own = detect(old, new, "toy")[0], detect(old, new)[0]

    assert (named, own.service) == (change("metadata", "protocol-changed", "json", "query", (), ()), "toy-shop")
