import ast
import json
import re
from math import ceil, log2
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bototape.errors import ModelUnavailable, ServiceUnknown, UsageError
from bototape.history import Appearance, Axis, Point, appeared, events, first_seen, span, split, trace
from bototape.history.lines import Line, folded, unfolded
from bototape.history.points import below, canonical, has, parent
from bototape.releases import Release, cache, timeline
from bototape.releases.timeline import Row, Timeline
from bototape.releases.tracking import track
from bototape.shapes import parse
from tests.growing import RELEASES

ROOT = Path(__file__).parent.parent
SCHEMAS = ROOT / "schemas"
PAGES = json.loads((Path(__file__).parent / "data" / "awsapichanges" / "complete.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    """The user's cache, empty."""
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))


# Points

TREE = parse(
    {
        "metadata": {},
        "operations": {
            "Grow": {
                "name": "Grow",
                "input": {"shape": "Seed"},
                "output": {"shape": "Tree"},
                "errors": [{"shape": "Frozen"}],
            }
        },
        "shapes": {
            "Seed": {"type": "structure", "members": {"Kind": {"shape": "Kind"}}},
            "Tree": {
                "type": "structure",
                "members": {
                    "Branches": {"shape": "Branches"},
                    "Labels": {"shape": "Labels"},
                    "Kind": {"shape": "Kind"},
                },
            },
            "Branches": {"type": "list", "member": {"shape": "Branch"}},
            "Branch": {"type": "structure", "members": {"Twigs": {"shape": "Branches"}, "Leaf": {"shape": "Leaf"}}},
            "Leaf": {"type": "structure", "members": {"Colour": {"shape": "Colour"}}},
            "Labels": {"type": "map", "key": {"shape": "Colour"}, "value": {"shape": "Leaf"}},
            "Kind": {"type": "string", "enum": ["OAK", "ELM"]},
            "Colour": {"type": "string", "enum": ["GREEN"]},
            "Frozen": {"type": "structure", "members": {"Message": {"shape": "Text"}}, "exception": True},
            "Text": {"type": "string"},
        },
    }
)


def written(points):
    return [f"{each.place}={each.value}" if each.value else each.place for each in points]


def test_every_point_is_listed_once_and_recursion_ends():
    """A shape that stands in several places is opened where the way to it is shortest, on each side."""
    points = below(TREE, "Grow")

    assert written(points) == [
        "Grow",
        "Grow.input",
        "Grow.input.Kind",
        "Grow.input.Kind=OAK",
        "Grow.input.Kind=ELM",
        "Grow.output",
        "Grow.output.Branches",
        "Grow.output.Branches[].Twigs",
        "Grow.output.Branches[].Leaf",
        "Grow.output.Labels",
        "Grow.output.Labels{key}=GREEN",
        "Grow.output.Labels{}.Colour",
        "Grow.output.Kind",
        "Grow.output.Kind=OAK",
        "Grow.output.Kind=ELM",
        "Grow.error.Frozen",
        "Grow.error.Frozen.Message",
    ]
    assert [each for each in points if not has(TREE, each)] == []
    assert written(below(TREE, "Grow.output.Branches[].Leaf")) == [
        "Grow.output.Branches[].Leaf",
        "Grow.output.Branches[].Leaf.Colour",
        "Grow.output.Branches[].Leaf.Colour=GREEN",
    ]
    assert written(below(TREE, "")) == ["Grow"]


@pytest.mark.parametrize(
    "point",
    [
        Point("Shrink"),
        Point("Grow.input.Sort"),
        Point("Grow.input.Kind.Latin"),
        Point("Grow.input.Kind", "ASH"),
        Point("Grow.output.Branches.Leaf"),
        Point("Grow.output.Branches{}.Leaf"),
        Point("Grow.error.Burnt"),
        Point("Grow.error.Frozen.Code"),
    ],
)
def test_what_is_not_there_is_not_had(point):
    """Neither by name nor by another kind of step."""
    assert not has(TREE, point)


@pytest.mark.parametrize(
    ("point", "above"),
    [
        (Point("Grow.output.Kind", "OAK"), Point("Grow.output.Kind")),
        (Point("Grow.output.Labels{key}", "GREEN"), Point("Grow.output.Labels{key}")),
        (Point("Grow.output.Labels{key}"), Point("Grow.output.Labels")),
        (Point("Grow.output.Labels{}.Colour"), Point("Grow.output.Labels{}")),
        (Point("Grow.output.Labels"), Point("Grow.output")),
        (Point("Grow.output"), Point("Grow")),
        (Point("Grow.error.Frozen"), Point("Grow")),
        (Point("Grow.error.Frozen.Message"), Point("Grow.error.Frozen")),
        (Point("Grow"), None),
    ],
)
def test_a_point_stands_in_another(point, above):
    """Up to the operation, which stands in none."""
    assert parent(point) == above


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ("Grow", "Grow"),
        ("Grow.output", "Grow.output"),
        ("Grow.output.Branches.Leaf.Colour", "Grow.output.Branches[].Leaf.Colour"),
        ("Grow.output.Branches[].Twigs[].Leaf", "Grow.output.Branches[].Twigs[].Leaf"),
        ("Grow.output.Labels.Colour", "Grow.output.Labels{}.Colour"),
        ("Grow.output.Labels{key}", "Grow.output.Labels{key}"),
        ("Grow.error.Frozen.Message", "Grow.error.Frozen.Message"),
    ],
)
def test_lists_and_maps_may_be_left_out_of_a_place(given, place):
    """Nobody thinks of them."""
    assert canonical(TREE, given, "garden", "1.2.3") == place


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("Grw", "cannot find operation 'Grw': garden of release 1.2.3 has no such\n  fix: did you mean Grow?"),
        (
            "Grow.outputs",
            "cannot find side 'outputs': garden.Grow of release 1.2.3 has no such\n  fix: did you mean output?",
        ),
        (
            "Grow.output.Brnches",
            (
                "cannot find member 'Brnches': garden.Grow.output of release 1.2.3 has no such\n"
                "  fix: did you mean Branches?"
            ),
        ),
        (
            "Grow.output.Branches.Xyz",
            (
                "cannot find member 'Xyz': garden.Grow.output.Branches[] of release 1.2.3 has no such\n"
                "  fix: it has Leaf, Twigs"
            ),
        ),
        (
            "Grow.output.Kind.Latin",
            (
                "cannot find member 'Latin': garden.Grow.output.Kind of release 1.2.3 has no such\n"
                "  fix: name another, or another release with --release"
            ),
        ),
        ("Grow.error", "cannot find error '': garden.Grow of release 1.2.3 has no such\n  fix: it has Frozen"),
        ("Grow.output.Labels[]", None),
        ("Grow..output", None),
        ("Grow.output.[", None),
    ],
)
def test_a_place_that_is_not_there_is_refused_with_the_nearest(given, message):
    """Exit code 2: the user can type another."""
    with pytest.raises(UsageError) as caught:
        canonical(TREE, given, "garden", "1.2.3")

    assert message in (None, str(caught.value))


@pytest.mark.parametrize(
    ("target", "parts"),
    [
        ("sagemaker", ("sagemaker", "")),
        ("sagemaker.DescribeAutoMLJob", ("sagemaker", "DescribeAutoMLJob")),
        ("runtime.lex.v2.PostText.output", ("runtime.lex.v2", "PostText.output")),
        ("s3.GetObject.output.Body", ("s3", "GetObject.output.Body")),
    ],
)
def test_a_target_is_a_service_and_a_place(target, parts):
    """Operations begin with a capital; names of services may hold dots."""
    assert split(target) == parts


# Bisection


@given(st.data())
def test_bisection_agrees_with_looking_at_every_release(data):
    """Within the promised number of questions; nothing is asked twice of one release."""
    count = data.draw(st.integers(1, 300))
    born = data.draw(st.dictionaries(st.integers(0, 50), st.integers(0, count + 2), max_size=30))
    asked = []

    def present(release, things):
        asked.append(release)
        return [each for each in things if born[each] <= release]

    found = first_seen(born, range(count), present)

    assert found == {thing: day for thing, day in born.items() if day < count}
    assert len(asked) == len(set(asked)) <= count
    each = max(1, ceil(log2(count + 1)) + 1)
    assert len(asked) <= each * max(1, len({*found.values()}))


def test_something_that_came_twice_is_found_where_it_came_once():
    """And never where it did not."""
    there = [False, True, True, False, False, True, True, True]

    found = first_seen(["x"], there, lambda release, things: things if release else [])
    assert found["x"] in (1, 5)


def test_sagemaker_takes_ten_questions_at_most():
    """Of 362 releases that changed it in nine years; the issue allows fifteen."""
    known = timeline.committed("sagemaker", [SCHEMAS])

    assert 2**9 > len(known.rows) > 300


# Histories


def tracked(releases=RELEASES, operations=("Measure", "Stop"), *, after=True):
    """The timeline of the service lab."""
    versions = ["", *(version for version, _, _ in releases)]
    rows, crc = [], None
    for before, (version, day, model) in zip(versions, releases, strict=False):
        new = json.dumps(model)
        if new != crc:
            rows.append(Row(version, day, f"{len(rows):08x}" * (model is not None), before if after else ""))
        crc = new
    models = {version: model for version, _, model in releases}
    found = Timeline("lab", tuple(rows), versions[-1], releases[-1][1])
    return track(found, operations, lambda row: models[row.version], Timeline("lab")) if operations else found


def told(history):
    return [
        (f"{each.point.place}={each.point.value}".rstrip("="), str(each.release), each.after, each.exact)
        for each in history.appearances
    ]


def test_a_history_tells_the_first_release_of_each_member_and_value():
    """And the last one without it."""
    history = trace(Axis("lab", "Measure", tracked(), []))

    assert (history.name, str(history.release)) == ("lab.Measure", "1.12.0 (2021-05-03)")
    assert told(history) == [
        ("Measure", "1.9.0 (2021-02-01)", "1.8.0", True),
        ("Measure.output", "1.9.0 (2021-02-01)", "1.8.0", True),
        ("Measure.output.Status", "1.10.0 (2021-03-01)", "1.9.1", True),
        ("Measure.output.Status=DONE", "1.10.1 (2021-03-02)", "1.10.0", True),
        ("Measure.output.Score", "1.11.0 (2021-04-01)", "1.10.1", True),
    ]


def test_a_history_as_of_an_older_release_lists_what_that_has():
    """A member that went since, and no later one; releases between two rows have the earlier one's model."""
    history = trace(Axis("lab", "Measure.output", tracked(), []), "1.9.1")

    assert (str(history.release), [row[:2] for row in told(history)]) == (
        "1.9.1",
        [("Measure.output", "1.9.0 (2021-02-01)"), ("Measure.output.Name", "1.9.0 (2021-02-01)")],
    )


def test_what_lies_between_is_said_when_it_is_not_known():
    """A timeline with holes tells no more than it saw."""
    history = trace(Axis("lab", "Measure.output.Status", tracked(after=False), []))

    assert told(history) == [
        ("Measure.output.Status", "1.10.0 (2021-03-01)", "1.9.0", False),
        ("Measure.output.Status=DONE", "1.10.1 (2021-03-02)", "1.10.0", False),
    ]
    first = trace(Axis("lab", "Measure", tracked(RELEASES[1:]), []))
    assert told(first)[0] == ("Measure", "1.9.0 (2021-02-01)", "", False)


def test_a_model_that_is_not_at_hand_is_not_guessed():
    """A timeline without models tells when something changed, and not what."""
    known = tracked(operations=())
    axis = Axis("lab", "Measure", known, [])

    with pytest.raises(ServiceUnknown):  # it is in no installed botocore either
        trace(Axis("lab", "Measure", Timeline("lab"), []))
    with pytest.raises(ModelUnavailable) as caught:
        trace(axis, "1.10.0")
    assert str(caught.value) == (
        "cannot load lab of release 1.10.0: it is not at hand, and the network is not used\n  fix: drop --offline"
    )


@pytest.mark.parametrize(
    ("release", "error", "message"),
    [
        ("1.8.0", ServiceUnknown, "lab of release 1.8.0: it has no such service: it appeared in 1.9.0 (2021-02-01)"),
        (
            "1.7.0",
            ModelUnavailable,
            "lab of release 1.7.0: there is no such release; known without the network are 1.8.0",
        ),
        (
            "2.0.0",
            ModelUnavailable,
            "lab of release 2.0.0: there is no such release; known without the network are 1.12.0",
        ),
    ],
)
def test_a_release_that_is_too_old_or_unknown_is_refused(release, error, message):
    """Exit code 3: an input that cannot be loaded."""
    with pytest.raises(error) as caught:
        trace(Axis("lab", "Measure", tracked(), []), release)

    assert (str(caught.value).partition("\n")[0], caught.value.exit_code) == (f"cannot load {message}", 3)


def test_an_operation_that_is_misspelt_is_answered_with_those_there_are():
    """Also when the models at hand are cut to some operations."""
    with pytest.raises(UsageError) as caught:
        trace(Axis("sagemaker", "DescribeAutoMLJobb", timeline.committed("sagemaker", [SCHEMAS]), [SCHEMAS]))

    assert caught.value.fix == "did you mean DescribeAutoMLJob?"


def changes(place, since="", release=""):
    axis = Axis("lab", place, tracked(), [])
    return [
        (str(each.release.version), each.after, each.exact, each.finding.where, each.finding.rule)
        for each in events(axis, place, span(axis, since, release))
    ]


def test_changes_tell_what_came_changed_and_went():
    """Release by release, judged as a diff is."""
    assert changes("Measure") == [
        ("1.9.0", "1.8.0", True, "lab.Measure", "operation-added"),
        ("1.10.0", "1.9.1", True, "lab.Measure.output.Status", "member-added"),
        ("1.10.1", "1.10.0", True, "lab.Measure.output.Status", "enum-value-added"),
        ("1.11.0", "1.10.1", True, "lab.Measure.output.Name", "member-removed"),
        ("1.11.0", "1.10.1", True, "lab.Measure.output.Score", "member-added"),
        ("1.12.0", "1.11.1", True, "lab.Measure.output.Status", "enum-value-removed"),
    ]


def test_changes_after_a_release_and_up_to_another():
    """Of a member alone, if asked; a release between two rows counts as the earlier."""
    assert [each[0] for each in changes("Measure", since="1.10.0")] == ["1.10.1", "1.11.0", "1.11.0", "1.12.0"]
    assert [each[0] for each in changes("Measure", since="1.11.1")] == ["1.12.0"]
    assert [each[0] for each in changes("Measure", since="1.9.1", release="1.10.1")] == ["1.10.0", "1.10.1"]
    assert [each[::4] for each in changes("Measure.output.Status")] == [
        ("1.10.0", "member-added"),
        ("1.10.1", "enum-value-added"),
        ("1.12.0", "enum-value-removed"),
    ]
    assert changes("Measure", since="1.12.0") == []


def test_changes_of_a_member_are_found_by_a_way_that_is_not_the_shortest():
    """A diff names the shortest way alone to what lies below a shape used twice."""

    def model(*leaves):
        return {
            "metadata": {},
            "operations": {"Get": {"name": "Get", "output": {"shape": "Out"}}},
            "shapes": {
                "Out": {"type": "structure", "members": {"A": {"shape": "Box"}, "B": {"shape": "Wrap"}}},
                "Wrap": {"type": "structure", "members": {"Inner": {"shape": "Box"}}},
                "Box": {"type": "structure", "members": {"Leaf": {"shape": "Leaf"}}},
                "Leaf": {"type": "structure", "members": {each: {"shape": "Text"} for each in leaves}},
                "Text": {"type": "string"},
            },
        }

    known = tracked((("1.0.0", "2020-01-01", model("X")), ("1.1.0", "2020-02-01", model("X", "Y"))), ("Get",))
    axis = Axis("lab", "Get.output.B", known, [])
    [event] = events(axis, "Get.output.B", span(axis))

    assert (event.finding.where, event.finding.rule) == ("lab.Get.output.B.Inner.Leaf.Y", "member-added")
    whole = Axis("lab", "Get", known, [])
    [same] = events(whole, "Get", span(whole))
    assert (same.finding.where, dict(same.finding.evidence)["fingerprint"]) == (
        "lab.Get.output.A.Leaf.Y",
        dict(event.finding.evidence)["fingerprint"],
    )


def test_check_can_ask_since_when_a_member_is_there():
    """Offline, from what is committed: the sentence that `check` needs."""
    place = "DescribeAutoMLJob.output.BestCandidate.CandidateProperties.CandidateMetrics[].StandardMetricName"
    asked = [Point(place), Point(place, "InferenceLatency"), Point("DescribeAutoMLJob.output.NoSuchMember")]

    assert appeared("sagemaker", asked, schemas=SCHEMAS) == {
        asked[0]: Appearance(asked[0], Release("1.25.6", "2022-05-03"), "1.25.5", exact=True),
        asked[1]: Appearance(asked[1], Release("1.28.0", "2022-10-24"), "1.27.96", exact=True),
    }
    assert appeared("sagemaker", asked, schemas=SCHEMAS, release="1.27.96").keys() == {asked[0]}
    assert appeared("sagemaker", [], schemas=SCHEMAS) == {}
    assert appeared("no-such-service", [Point("Get")], schemas=SCHEMAS) == {}


# Published pages


def leaves(tree, path=()):
    """The members and values that a published page says are new."""
    if isinstance(tree, dict):
        for name, inner in tree.items():
            yield from leaves(inner, (*path, name))
    elif isinstance(tree, list):
        yield from leaves(tree[0], path)
    elif isinstance(tree, set):
        yield from ((".".join(path), value) for value in tree)
    else:
        yield ".".join(path), ""


def published():
    known = timeline.committed("sagemaker", [SCHEMAS])
    for page in PAGES:
        if page["service"] == "sagemaker":
            for name, sides in page["updated"].items():
                if name in known.tracked:
                    for side, text in sides.items():
                        yield page["to"], name, {"request": "input", "response": "output"}[side], ast.literal_eval(text)


@pytest.mark.slow
@pytest.mark.parametrize(("release", "operation", "side", "tree"), [*published()], ids=lambda each: str(each)[:24])
def test_the_history_of_sagemaker_is_the_published_one(release, operation, side, tree):
    """What AWS's change pages say came with a release, our history says came with it."""
    place = f"{operation}.{side}"
    history = trace(Axis("sagemaker", place, timeline.committed("sagemaker", [SCHEMAS]), [SCHEMAS]))

    came = {each.point for each in history.appearances if each.release.version == release and each.exact}
    ours = {
        (re.sub(r"\[\]|\{\}", "", each.place).removeprefix(f"{place}."), each.value)
        for each in came
        if not (each.value and Point(each.place) in came)
        if each.value or not any(other.place.startswith(each.place + end) for other in came for end in ".[{")
    }
    wanted = {*leaves(tree)}
    assert ours <= wanted
    assert {_ending(each) for each in ours} == {_ending(each) for each in wanted}  # a shape used twice is opened once


def _ending(leaf):
    return leaf[0].rpartition(".")[2], leaf[1]


# Lines


def test_what_came_together_shares_a_line():
    """The outermost thing stands for what is in it; values that came later are told together."""
    [whole] = folded(trace(Axis("lab", "Measure", tracked(RELEASES[1:3]), [])).appearances)
    assert (whole.place, whole.members, whole.inner) == ("Measure", 2, 0)

    history = trace(Axis("lab", "Measure", tracked(), []))
    assert [
        (each.place, each.values, each.release.version, each.members, each.inner)
        for each in folded(history.appearances)
    ] == [
        ("Measure", (), "1.9.0", 1, 0),
        ("Measure.output.Status", (), "1.10.0", 0, 0),
        ("Measure.output.Status", ("DONE",), "1.10.1", 0, 0),
        ("Measure.output.Score", (), "1.11.0", 0, 0),
    ]
    assert [each.place for each in unfolded(history.appearances)] == [each.point.place for each in history.appearances]


@pytest.mark.slow
def test_no_point_is_lost_in_folding():
    """Every member and value is on a line or counted on one, for each tracked operation of sagemaker."""
    known = timeline.committed("sagemaker", [SCHEMAS])
    for operation in known.tracked:
        found = trace(Axis("sagemaker", operation, known, [SCHEMAS])).appearances
        for lines in (folded(found), unfolded(found)):
            assert sum(max(1, len(each.values)) + each.members + each.inner for each in lines) == len(found)


def test_a_line_names_values_or_a_place():
    """Both are told apart by their values."""
    one = Appearance(Point("Get.output.Kind", "A"), Release("1.0.0"), "", exact=False)
    other = Appearance(Point("Get.output.Kind", "B"), Release("1.0.0"), "", exact=False)

    assert folded([one, other]) == [Line("Get.output.Kind", ("A", "B"), Release("1.0.0"), "", exact=False)]
