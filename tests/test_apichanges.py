"""The published API change page, computed again."""

import json
from pathlib import Path

import pytest

from bototape import releases
from bototape.diff import apichanges
from bototape.shapes import parse

ROOT = Path(__file__).parent.parent
PUBLISHED = json.loads((ROOT / "tests/data/awsapichanges/sagemaker.json").read_text(encoding="utf-8"))
TEXT = {"type": "string"}


def service(shapes, operations, prefix="toy"):
    """Build a model; *operations* maps a name to its (input, output) shapes, None for none."""
    return parse(
        {
            "metadata": {"endpointPrefix": prefix, "serviceFullName": "Toy Service"},
            "operations": {
                name: {key: {"shape": shape} for key, shape in zip(("input", "output"), sides, strict=True) if shape}
                for name, sides in operations.items()
            },
            "shapes": shapes,
        }
    )


def structure(**members):
    return {"type": "structure", "members": {name: {"shape": shape} for name, shape in members.items()}}


def gained(old, new, **options):
    """Compare two sets of shapes under the operation Act, which takes In and returns Out."""
    operations = {"Act": ("In" if "In" in new else None, "Out" if "Out" in new else None)}
    before, after = (service(shapes, operations, **options) for shapes in (old, new))
    return apichanges.compute(before, after).updated.get("Act", {})


@pytest.mark.parametrize("published", PUBLISHED, ids=lambda each: each["to"])
def test_equals_the_published_page(published):
    """From the committed snapshots comes the page that was published, to the character."""
    old, new = (releases.load(published[each], "sagemaker", ROOT / "schemas") for each in ("from", "to"))

    blocks = [published["headline"], *(f"{each} (new)" for each in published["new"])]
    update = "{operation} (updated)\nChanges ({side})\n{expression}"
    blocks += [update.format_map(each) for each in published["updated"]]
    assert "\n\n".join(blocks) + "\n" == apichanges.page(old.service, new.service, new.release.date.replace("-", "/"))


def test_headline_has_the_date_of_the_release():
    """The date of the page is that of the newer release, as its snapshot says."""
    dates = [releases.load(each["to"], "sagemaker", ROOT / "schemas").release.date for each in PUBLISHED]

    assert [each["date"] for each in PUBLISHED] == [each.replace("-", "/") for each in dates]


def test_equal_models_have_no_page():
    """The site has no page for a release that adds nothing."""
    model = service({"In": structure(A="T"), "T": TEXT}, {"Act": ("In", None)})

    assert apichanges.page(model, model, "2026/01/01") == ""


def test_a_new_service_has_new_operations_only():
    """A service without an older model is all new."""
    model = service({"In": structure()}, {"B": ("In", None), "A": (None, None)})

    assert apichanges.page(None, model, "2026/01/01") == (
        "2026/01/01 - Toy Service - 2 new api methods\n\nA (new)\n\nB (new)\n"
    )


def test_removals_are_not_shown():
    """Operations, members and enum values that went leave no trace."""
    old = service(
        {"In": structure(A="E", B="E"), "E": {"type": "string", "enum": ["X", "Y"]}},
        {"Act": ("In", None), "Gone": (None, None)},
    )
    new = service({"In": structure(A="E"), "E": {"type": "string", "enum": ["Y"]}}, {"Act": ("In", None)})

    assert not apichanges.compute(old, new)


def test_labels_tell_the_side():
    """Equal gains of request and response are printed once, different ones one below the other."""
    shapes = {"In": structure(), "Out": structure(), "T": TEXT, "N": {"type": "integer"}}
    old = service(shapes, {"Act": ("In", "Out")})
    same = service({**shapes, "In": structure(A="T"), "Out": structure(A="T")}, {"Act": ("In", "Out")})
    other = service({**shapes, "In": structure(A="T"), "Out": structure(A="N")}, {"Act": ("In", "Out")})

    headline = "D - Toy Service - 1 updated api methods\n\nAct (updated)\n"
    assert [apichanges.page(old, each, "D") for each in (same, other)] == [
        headline + "Changes (both)\n{'A': 'string'}\n",
        headline + "Changes (request, response)\nRequest\n{'A': 'string'}\nResponse\n{'A': 'integer'}\n",
    ]


def test_lists_and_maps_are_transparent_on_the_way_only():
    """A gain inside a list or map is shown without it; a new list or map is shown with it."""
    shapes = {
        "In": structure(Many="Many", Named="Named"),
        "Many": {"type": "list", "member": {"shape": "One"}},
        "Named": {"type": "map", "key": {"shape": "T"}, "value": {"shape": "One"}},
        "One": structure(),
        "T": TEXT,
    }
    more = {"One": structure(Tag="T"), "In": structure(Many="Many", Named="Named", More="Many", Other="Named")}

    assert gained(shapes, {**shapes, **more}) == {
        "request": {
            "Many": {"Tag": "string"},
            "More": [{"Tag": "string"}],
            "Named": {"Tag": "string"},
            "Other": {"string": {"Tag": "string"}},
        }
    }


def test_enum_shows_a_set_where_it_grew_and_a_choice_where_it_is_new():
    """New values are a set; a new member lists all of its values in model order."""
    old = {"In": structure(A="E"), "E": {"type": "string", "enum": ["X"]}}
    new = {"In": structure(A="E", B="E"), "E": {"type": "string", "enum": ["X", "Z", "Y"]}}

    assert gained(old, new) == {"request": {"A": {"Y", "Z"}, "B": "X | Z | Y"}}


def test_a_shape_inside_itself_is_an_empty_tuple():
    """A recursive addition ends in (), beside itself it is printed again."""
    new = {
        "In": structure(Filter="F", Other="F"),
        "F": structure(And="Fs", Not="F"),
        "Fs": {"type": "list", "member": {"shape": "F"}},
    }
    expected = {"And": [()], "Not": ()}

    assert gained({**new, "In": structure()}, new) == {"request": {"Filter": expected, "Other": expected}}


def test_a_gain_below_a_recursion_is_found_once():
    """A shape that is met again on the way down adds nothing more."""
    old = {"In": structure(F="F"), "F": structure(Not="F"), "T": TEXT}

    assert gained(old, {**old, "F": structure(Not="F", Tag="T")}) == {"request": {"F": {"Tag": "string"}}}


def test_gate_hides_a_structure_that_was_a_string():
    """It is shown in full only if something else in the same tree changed."""
    old = {"In": structure(A="T"), "T": TEXT, "S": structure(B="T")}
    alone = {**old, "In": structure(A="S")}
    beside = {**old, "In": structure(A="S", C="T")}

    assert [gained(old, each) for each in (alone, beside)] == [{}, {"request": {"A": {"B": "string"}, "C": "string"}}]


def test_a_type_that_the_site_stumbles_over_shows_nothing():
    """A list or an enum in the place of another scalar is no gain, and no crash."""
    old = {"In": structure(A="N"), "N": {"type": "integer"}, "L": {"type": "list", "member": {"shape": "N"}}}

    assert gained(old, {**old, "In": structure(A="L")}) == {}


def test_renamed_input_is_not_compared():
    """The old side is found by shape name, so a renamed input shows nothing."""
    old = service({"In": structure(), "T": TEXT}, {"Act": ("In", None)})
    new = service({"In2": structure(A="T"), "T": TEXT}, {"Act": ("In2", None)})

    assert not apichanges.compute(old, new)


def test_new_operation_on_a_grown_shape_is_listed_twice():
    """A new operation that returns a shape that grew is new and updated."""
    old = service({"Out": structure(), "T": TEXT}, {})
    new = service({"Out": structure(A="T"), "T": TEXT}, {"Act": (None, "Out")})

    assert apichanges.ApiChanges(("Act",), {"Act": {"response": {"A": "string"}}}) == apichanges.compute(old, new)


def test_ec2_hides_its_tag_specifications():
    """For ec2 alone a request's TagSpecifications are thrown away, and the operation if nothing is left."""
    old = {"In": structure(), "T": TEXT}
    new = {**old, "In": structure(TagSpecifications="T")}

    assert [gained(old, new, prefix=each) for each in ("ec2", "toy")] == [
        {},
        {"request": {"TagSpecifications": "string"}},
    ]


def test_sets_print_sorted_on_one_line_and_on_many():
    """The text is the same at every run, whatever order a set has in memory."""
    values = [f"value-{each:02}" for each in range(20)]

    texts = [
        apichanges.page(
            service({"In": structure(A="E"), "E": {"type": "string", "enum": ["X"]}}, {"Act": ("In", None)}),
            service({"In": structure(A="E"), "E": {"type": "string", "enum": ["X", *many]}}, {"Act": ("In", None)}),
            "D",
        ).splitlines()[4:]
        for many in (values[2::-1], values[::-1])
    ]

    assert texts == [
        ["{'A': {'value-00', 'value-01', 'value-02'}}"],
        ["{'A': {'value-00',", *(f"       '{each}'," for each in values[1:-1]), "       'value-19'}}"],
    ]
