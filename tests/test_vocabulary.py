"""Every key that models have used in twenty releases, with every service: no change of one is without a rule."""

import copy
import json
from itertools import permutations

import pytest

from bototape.diff import rules
from bototape.diff.compare import compare
from tests import pairs
from tests.apis import given

VOCABULARY = json.loads((pairs.MODELS / "vocabulary.json").read_text(encoding="utf-8"))
KEYS = [(level, key) for level, keys in VOCABULARY["levels"].items() for key, values in keys.items() if values]

PART = {"type": "structure", "members": {"A": {"shape": "Text"}, "L": {"shape": "List"}, "M": {"shape": "Map"}}}
BASE = {
    "model": {
        "metadata": {"serviceId": "Toy", "protocol": "json"},
        "operations": {
            "Act": {
                "name": "Act",
                "http": {},
                "input": {"shape": "In"},
                "output": {"shape": "Out"},
                "errors": [{"shape": "Bad"}],
            }
        },
        "shapes": {
            "In": {"type": "structure", "members": {"Part": {"shape": "Part"}}},
            "Out": {"type": "structure", "members": {"Part": {"shape": "Part"}}},
            "Bad": {"type": "structure", "members": {"Part": {"shape": "Part"}}, "error": {}},
            "Part": PART,
            "List": {"type": "list", "member": {"shape": "Text"}},
            "Map": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Number"}},
            "Text": {"type": "string"},
            "Number": {"type": "integer"},
        },
    },
    "paginator": {"pagination": {"Act": {}}},
    "waiter": {"waiters": {"Done": {"operation": "Act"}}},
}


def spots(files, level):
    """Return every object of *level* in a model: where its keys may stand."""
    model = files["model"]
    act, shapes = model["operations"]["Act"], model["shapes"]
    members = [member for each in shapes.values() for member in each.get("members", {}).values()]
    members += [each[end] for each in shapes.values() for end in ("member", "key", "value") if end in each]
    return {
        "top": [model],
        "metadata": [model["metadata"]],
        "operation": [act],
        "http": [act["http"]],
        "reference": [act["input"], act["output"]],
        "reference of an error": act["errors"],
        "shape": [*shapes.values()],
        "error": [shapes["Bad"]["error"]],
        "member": members,
        "paginator": [files["paginator"]["pagination"]["Act"]],
        "waiter": [files["waiter"]["waiters"]["Done"]],
    }[level]


def release(level, key, value):
    """Return the toy with *key* everywhere where *level* has keys; None leaves it out."""
    files = copy.deepcopy(BASE)
    for spot in spots(files, level):
        if value is not None:
            spot[key] = value
    sidecars = {"paginators-1.json": files["paginator"], "waiters-2.json": files["waiter"]}
    return given(files["model"], sidecars=sidecars)


def unruled(findings):
    return [f"{each.where}: {each.message}" for each in findings if each.rule == rules.UNCLASSIFIED]


@pytest.mark.parametrize(("level", "key"), KEYS, ids=[f"{level}-{key}" for level, key in KEYS])
def test_no_change_of_a_known_key_is_unclassified(level, key):
    """It may come, go and change at each place where such a key may stand, and is judged on every side."""
    values = [None, *VOCABULARY["levels"][level][key]]
    sides = [release(level, key, each) for each in values]

    assert [each for pair in permutations(sides, 2) for each in unruled(rules.judge(compare(*pair)))] == []


def test_the_vocabulary_is_that_of_twenty_releases():
    """The sample spans the releases from 1.34.0 on."""
    assert len(VOCABULARY["releases"]) == 20
    assert VOCABULARY["releases"][0] == "1.34.0"
    assert len(KEYS) > 80


def test_an_unknown_key_is_unclassified():
    """The test above can fail: a key that nobody has judged is told at each place."""
    levels = [level for level in VOCABULARY["levels"] if level not in ("top", "error")]
    bare = release("top", "x", None)

    assert [level for level in levels if not unruled(rules.judge(compare(bare, release(level, "mood", "bad"))))] == []


@pytest.mark.parametrize("path", sorted(pairs.MODELS.glob("*.xz")), ids=lambda each: each.name.partition(".json")[0])
def test_no_real_change_is_unclassified(path):
    """Every change between the stored models of two releases has a rule."""
    kept = pairs.unpacked(path)
    old, new = (given(kept[side]["model"]) for side in ("from", "to"))

    assert unruled(rules.judge([*compare(old, new), *compare(new, old)])) == []
