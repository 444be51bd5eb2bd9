"""Each release pair of which the public pages, or what they leave out, are known: our pages and our own diff."""

import ast
import json
import lzma
import re
import runpy
import zipfile
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from bototape.diff import apichanges
from bototape.diff.changes import Change, detect
from tests import pairs

COMPLETE = pairs.facts("complete.json")
PUBLISHED = pairs.facts("published.json")
UNPUBLISHED = pairs.facts("not_on_any_page.json")
SCRIPT = Path(__file__).parent.parent / "scripts/update_test_models"

#: Our kinds of a member that went.
MEMBER_REMOVED = ("member-removed", "member-renamed", "required-member-removed", "union-member-removed")

#: Our kinds of a type that changed.
TYPE_CHANGED = ("type-changed", "number-widened", "number-narrowed")

each_pair = pytest.mark.parametrize("pair", COMPLETE, ids=pairs.label)
each_gap = pytest.mark.parametrize("pair", UNPUBLISHED, ids=pairs.label)


class Outcome(NamedTuple):
    """What comes of a pair: the page as values and as text, our own diff, and that in the words of the gaps."""

    changes: apichanges.ApiChanges
    page: str
    found: list[Change]
    told: list[dict]


def outcome(pair):
    return _outcome(pair["service"], pair["from"], pair["to"])


@cache
def _outcome(service, old, new):
    models = pairs.load({"service": service, "from": old, "to": new})
    found = detect(models.old, models.new, service)
    return Outcome(
        apichanges.compute(models.old, models.new),
        apichanges.page(models.old, models.new, models.date),
        found,
        [told for change in found for way in change.operations for told in in_their_words(change, way, models.old)],
    )


def in_their_words(change, way, model):
    """Say *change*, met at *way*, as the stored gaps do: by the names of shapes instead of places."""
    operation, _, last = way.partition(".")[0], *way.rpartition(".")[1:]
    if change.kind == "operation-removed":
        return [{"kind": "operation removed", "op": operation}]
    if change.kind == "output-introduced":
        return [{"kind": "operation output appeared", "op": operation}]
    if change.kind == "enum-value-removed":
        return [{"kind": "enum value removed", "shape": pairs.shapes_at(model, way)[-1], "value": change.old}]
    if change.kind == "enum-value-added" and way.endswith("{key}"):
        return [{"kind": "map key enum value added", "shape": pairs.shapes_at(model, way)[-2], "value": change.new}]
    if change.kind in MEMBER_REMOVED and "." in change.place:
        return [{"kind": "member removed", "shape": pairs.shapes_at(model, way)[-2], "member": change.old}]
    if change.kind == "member-became-required":
        return [{"kind": "member became required", "shape": pairs.shapes_at(model, way)[-2], "member": last}]
    if change.kind in TYPE_CHANGED:
        parent, shape = [None, *pairs.shapes_at(model, way)][-2:]
        types = {"old": change.old, "new": change.new}
        return [
            {"kind": "member type changed", "shape": parent, "member": last, **types},
            {"kind": "shape type changed", "shape": shape, **types},
        ]
    return []


def labelled(parts):
    """Join equal sides to one that is called both, as the pages do."""
    same = len(parts) == 2 and parts["request"] == parts["response"]
    return {"both": parts["request"]} if same else dict(parts)


def expected_updates(pair):
    return {
        operation: {side: ast.literal_eval(each) for side, each in parts.items()}
        for operation, parts in pair["updated"].items()
    }


def printed(page):
    """Read a page back: headline, names of new operations, and the expressions of each updated operation by side."""
    headline, *blocks = page.removesuffix("\n").split("\n\n")
    new, updated = [], {}
    for block in blocks:
        title, *lines = block.split("\n")
        name, _, kind = title.removesuffix(")").partition(" (")
        if kind == "new":
            new.append(name)
        else:
            updated[name] = {side: ast.literal_eval(each) for side, each in sides(lines).items()}
    return headline, new, updated


def sides(lines):
    """Cut the text of one updated operation by its labels."""
    label = lines[0].removeprefix("Changes (").removesuffix(")")
    if label != "request, response":
        return {label: "\n".join(lines[1:])}
    cut = lines.index("Response")
    assert lines[1] == "Request"
    return {"request": "\n".join(lines[2:cut]), "response": "\n".join(lines[cut + 1 :])}


def as_cached(value):
    """Write sets as the site's JSON cache does, as lists; ours are sorted."""
    if isinstance(value, dict):
        return {key: as_cached(each) for key, each in value.items()}
    return sorted(value) if isinstance(value, set | list) and all(isinstance(each, str) for each in value) else value


@each_pair
def test_computes_what_the_page_shows(pair):
    """New and updated operations, their sides and expressions are those of the published page."""
    changes = outcome(pair).changes

    assert pair["new"] == list(changes.new)
    assert expected_updates(pair) == {name: labelled(parts) for name, parts in changes.updated.items()}


@each_pair
def test_prints_what_the_page_shows(pair):
    """The page as text says the same, under the headline of the published one, date included."""
    assert (pair["headline"], pair["new"], expected_updates(pair)) == printed(outcome(pair).page)


@pytest.mark.parametrize("page", PUBLISHED, ids=pairs.label)
def test_prints_the_published_text(page):
    """As far as the text of the page itself is known, ours is the same to the character."""
    headline, *blocks = outcome(page).page.removesuffix("\n").split("\n\n")

    # The site loses the blank in "1 new 9 updated".
    assert re.sub(r"new(?=\d)", "new ", page["headline"]) == headline
    assert set(blocks) >= {f"{each} (new)" for each in page["new"]}
    for each in page["changes"]:
        [block] = [block for block in blocks if block.startswith(f"{each['operation']} (updated)\n")]
        lines = block.split("\n")[1:]
        assert lines[0] == f"Changes ({each['label']})"
        ours = sides(lines)[each.get("part", each["label"])]
        if each["compare"] == "value":
            assert as_cached(ast.literal_eval(each["text"])) == as_cached(ast.literal_eval(ours))
        else:
            assert each["text"] == (ours if each["complete"] else ours[: len(each["text"])])


@each_pair
def test_own_diff_sees_what_the_page_shows(pair):
    """Our own diff has each operation that is new or gone, and a change on each side that the page updates."""
    found = outcome(pair).found

    assert pair["new"] == [each.place for each in found if each.kind == "operation-added"]
    assert pair["deleted"] == [each.place for each in found if each.kind == "operation-removed"]
    named = {"request": ("input",), "response": ("output",), "both": ("input", "output")}
    ways = {tuple(way.split(".")[:2]) for each in found for way in each.operations}
    assert ways >= {
        (operation, side)
        for operation, parts in pair["updated"].items()
        if operation not in pair["new"]
        for part in parts
        for side in named[part]
    }


@each_gap
def test_own_diff_finds_what_no_page_shows(pair):
    """Each removal, narrowing and change of type that the pages leave out is found."""
    told = outcome(pair).told

    assert [each for each in pair["items"] if each not in told] == []


@pytest.mark.slow
@each_gap
def test_there_is_a_page_where_the_site_has_one(pair):
    """A release that only takes away has no page."""
    assert pair["page_would_exist"] == (outcome(pair).page != "")


def test_models_are_those_needed_and_hold_no_documentation():
    """One file for each pair, with both releases of its service, and nothing that is not compared."""
    wanted = {pairs.path(each): each for each in (*COMPLETE, *PUBLISHED, *UNPUBLISHED)}

    assert set(wanted) == set(pairs.MODELS.glob("*.xz"))
    for path, pair in wanted.items():
        text = lzma.decompress(path.read_bytes())
        kept = json.loads(text)
        assert (pair["service"], pair["from"], pair["to"]) == (
            kept["service"],
            kept["from"]["release"],
            kept["to"]["release"],
        )
        assert b'"documentation":"' not in text


def wheel(directory, version, shape):
    """Write a wheel of botocore that holds one model with one shape."""
    model = {
        "version": "2.0",
        "metadata": {"serviceId": "Toy", "protocol": "json"},
        "operations": {"Act": {"name": "Act", "documentation": "<p>Acts.</p>", "input": {"shape": "In"}}},
        "shapes": {"In": shape, "Text": {"type": "string", "documentation": "<p>Text.</p>"}},
        "documentation": "<p>A service.</p>",
    }
    with zipfile.ZipFile(directory / f"botocore-{version}-py3-none-any.whl", "w") as archive:
        archive.writestr(f"botocore-{version}.dist-info/METADATA", "")
        archive.writestr("botocore/data/toy/2026-01-02/service-2.json", json.dumps(model))


TOY = {"service": "toy", "from": "1.0.0", "to": "1.0.1", "model": "botocore/data/toy/2026-01-02/service-2.json"}


def test_maker_drops_documentation_only_and_repeats_itself(tmp_path):
    """Text about the API goes, a member that is called documentation stays; a file that is right is not touched."""
    member = {"documentation": {"shape": "Text", "documentation": "<p>Its text.</p>"}}
    for version in ("1.0.0", "1.0.1"):
        wheel(tmp_path, version, {"type": "structure", "members": member})
    write = runpy.run_path(str(SCRIPT))["write"]

    assert [write(TOY, tmp_path, tmp_path), write(TOY, tmp_path, tmp_path)] == [True, False]
    kept = pairs.unpacked(tmp_path / "toy_1.0.0_1.0.1.json.xz")
    assert kept["to"] | {"date": ""} == {
        "release": "1.0.1",
        "date": "",
        "model": {
            "version": "2.0",
            "metadata": {"serviceId": "Toy", "protocol": "json"},
            "operations": {"Act": {"name": "Act", "input": {"shape": "In"}}},
            "shapes": {
                "In": {"type": "structure", "members": {"documentation": {"shape": "Text"}}},
                "Text": {"type": "string"},
            },
        },
    }


def test_maker_refuses_to_lose_more(tmp_path):
    """A model that would mean something else without what is dropped is not written."""
    wheel(tmp_path, "1.0.0", {"type": "structure", "members": {}, "custom": {"documentation": "a trait"}})
    write = runpy.run_path(str(SCRIPT))["write"]

    with pytest.raises(SystemExit, match="lost more than its documentation"):
        write(TOY, tmp_path, tmp_path)
    assert list(tmp_path.glob("*.xz")) == []
