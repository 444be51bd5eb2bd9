"""What of an API the cassettes exercise."""

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from bototape.cli import main
from bototape.coverage import covered, heatmap
from bototape.interaction import Call, Interaction, Request, Response
from bototape.recordings import Recorded
from bototape.releases import Model, Release
from bototape.shapes import parse
from tests import builders

ROOT = Path(__file__).parent.parent

RAW = {
    "metadata": {"protocol": "json", "targetPrefix": "Lab", "jsonVersion": "1.1"},
    "operations": {
        "List": {
            "name": "List",
            "input": {"shape": "Ask"},
            "output": {"shape": "Things"},
            "errors": [{"shape": "Gone"}, {"shape": "Busy"}],
        },
        "Stop": {"name": "Stop"},
    },
    "shapes": {
        "Ask": {"type": "structure", "members": {"Token": {"shape": "Text"}, "Colour": {"shape": "Colour"}}},
        "Things": {
            "type": "structure",
            "members": {"Thing": {"shape": "Thing"}, "Things": {"shape": "ThingList"}, "Token": {"shape": "Text"}},
        },
        "ThingList": {"type": "list", "member": {"shape": "Thing"}},
        "Thing": {"type": "structure", "members": {"Name": {"shape": "Text"}, "Inner": {"shape": "Thing"}}},
        "Colour": {"type": "string", "enum": ["red", "green", "blue"]},
        "Text": {"type": "string"},
        "Gone": {"type": "structure", "exception": True, "members": {}},
        "Busy": {"type": "structure", "exception": True, "members": {}},
    },
}
SIDECARS = {"paginators-1.json": {"pagination": {"List": {"input_token": "Token", "output_token": "Token"}}}}
MODEL = Model("lab", Release("1.0"), parse(RAW), RAW, sidecars=SIDECARS)


def call(ask, answer, status=200, operation="List"):
    """A recorded call of the small service."""
    headers = (("X-Amz-Target", f"Lab.{operation}"),)
    request = Request("POST", "/", headers, json.dumps(ask).encode())
    response = Response(status, "", (), json.dumps(answer).encode())
    return Recorded(1, "lab", operation, Interaction(request, response, Call("lab", operation)))


def shown(service, operation="List"):
    """The counts of an operation as text."""
    found = next(each for each in service.operations if each.operation == operation)
    return found.calls, {kind: str(tally) for kind, tally in found.tallies.items()}


def test_each_kind_is_counted():
    """A member once for each side, however often; one enum value of three; one error of two; the first page of two."""
    calls = [
        call({"Colour": "red"}, {"Things": [{"Name": "a"}, {"Name": "b"}]}),
        call({}, {"__type": "Gone"}, 400),
    ]

    assert shown(covered(MODEL, calls)) == (
        2,
        {"input": "1/2", "output": "2/5", "values": "1/3", "errors": "1/2", "pages": "1/2"},
    )


def test_the_next_page_is_another_page():
    """A recording of one page alone does not prove the loop over them."""
    calls = [call({}, {}), call({"Token": "x"}, {})]

    assert shown(covered(MODEL, calls))[1]["pages"] == "2/2"


def test_what_is_not_called_and_what_the_model_lacks_is_told():
    """An operation without a recording counts as a thing of its own; a call of another release is named."""
    found = covered(MODEL, [call({}, {}, operation="New")])

    assert found.unknown == ("New",)
    assert shown(found, "Stop") == (0, dict.fromkeys(("input", "output", "values", "errors", "pages"), "-"))
    assert found.share == 0


def test_a_call_that_cannot_be_read_is_counted_as_such():
    """It is neither exercised nor passed over."""
    bad = call({}, {})
    broken = Recorded(
        1, "lab", "List", Interaction(bad.interaction.request, Response(200, body=b"<"), bad.interaction.call)
    )

    assert covered(MODEL, [broken]).unread == 1


def test_the_heat_map_is_a_picture_of_its_own():
    """Well-formed SVG that names each operation and its counts, and loads nothing."""
    picture = heatmap([covered(MODEL, [call({"Colour": "red"}, {})])])
    texts = [each.text for each in ET.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")]  # noqa: S314 - ours

    assert texts[0] == "lab 1.0: 25% exercised"
    assert texts[1:] == ["input", "output", "values", "errors", "pages", "List", "1/2", "0/5", "1/3", "0/2", "1/2"]
    assert "href" not in picture


def test_where_there_is_nothing_to_exercise_the_heat_map_has_a_dash():
    """A cell of which nothing is exercised is drawn; that a service without errors lacks one is no hole."""
    picture = heatmap([covered(MODEL, [call({}, {}, operation="Stop")])])
    found = ET.fromstring(picture)  # noqa: S314 - ours

    assert [each.text for each in found.iter("{http://www.w3.org/2000/svg}text")][6:] == ["Stop", *"-----"]
    assert list(found.iter("{http://www.w3.org/2000/svg}rect")) == []


def test_the_heat_map_is_as_wide_as_its_longest_title():
    """A short operation of a service with a long name."""
    name = "license-manager-linux-subscriptions-of-another-account"
    picture = heatmap([covered(replace(MODEL, name=name), [call({}, {})])])
    [title, *_] = ET.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")  # noqa: S314 - ours

    assert int(ET.fromstring(picture).get("width")) > len(title.text) * 8.43  # noqa: S314 - as above


@pytest.mark.parametrize("part", [0, 1], ids=["light", "dark"])
def test_counts_can_be_read_on_every_cell(part):
    """WCAG 2.2, 1.4.3: a contrast of 4.5 between text and ground, on the palest and on the strongest cell."""
    picture = heatmap([covered(MODEL, [call({"Colour": "red"}, {})])])
    style = picture.partition("<style>")[2].partition("</style>")[0].split("@media")[part]
    text, none, cell = (re.search(rf"{each} {{ fill: #(\w{{6}})", style)[1] for each in ("text", r"\.none", r"\.cell"))
    shares = [float(each) for each in re.findall(r'opacity="([\d.]+)"', picture)]
    grounds = [mixed(none, cell, each) for each in (0, max(shares) / (1 / 2))]  # the fullest cell there is half full

    assert min(contrast(channels(text), each) for each in grounds) >= 4.5


def channels(colour):
    return [int(colour[at : at + 2], 16) for at in (0, 2, 4)]


def mixed(below, above, opacity):
    """The colour that is seen where *above* lies on *below*."""
    return [low * (1 - opacity) + high * opacity for low, high in zip(channels(below), channels(above), strict=True)]


def contrast(one, other):
    """WCAG 2.2's ratio of two colours."""
    light, dark = sorted(map(luminance, (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour):
    linear = [each / 255 / 12.92 if each <= 10 else ((each / 255 + 0.055) / 1.055) ** 2.4 for each in colour]
    return sum(part * each for part, each in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.fixture
def run(capsys):
    """Run the command line; exit code and stdout."""

    def run(*argv):
        code = main([*map(str, argv), "--schemas", str(ROOT / "schemas")])
        return code, capsys.readouterr().out

    return run


def test_the_table_is_of_what_is_called(run, tmp_path):
    """A line for each operation that is called, the sums, and the names of the others."""
    path = builders.written(tmp_path, builders.interaction("StopAutoMLJob", {"AutoMLJobName": "churn"}, {}))
    code, out = run("coverage", path, "--release", "1.20.41")

    assert code == 0
    assert out.splitlines() == [
        "sagemaker 1.20.41 (2021-03-30): 1% exercised",
        "operation       calls  input  output  values  errors  pages",
        "StopAutoMLJob       1    1/1       -       -     0/1      -",
        "1/5 operations      1   1/49   0/103   0/111     0/5    0/4",
        "not called: CreateAutoMLJob, DescribeAutoMLJob, ListAutoMLJobs, ListCandidatesForAutoMLJob",
    ]
    assert run("coverage", path, "--release", "1.20.41", "--fail-under", "50")[0] == 1


def test_json_and_html_have_what_is_missing(run, tmp_path):
    """For programs by name; for a browser with the heat map."""
    page = tmp_path / "coverage.html"
    report = json.loads(run("coverage", ROOT / "cassettes", "--format", "json")[1])
    operations = report["services"][0]["operations"]

    assert operations["ListAutoMLJobs"]["pages"] == {"used": 1, "all": 2, "missing": ["next"]}
    assert run("coverage", ROOT / "cassettes", "--format", "html", "--output", page) == (0, "")
    assert "data:image/svg+xml;base64," in page.read_text()
    assert "no recording calls it" in page.read_text()
    assert re.findall('alt="([^"]*)"', page.read_text()) == [
        "Heat map: how much of each operation the recordings exercise"
    ]


def test_decode_prints_what_schemas_describe(run, tmp_path):
    """By member names, each with what it is; one side of one interaction alone."""
    request = Request("GET", "https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/?MaxItems=5")
    answer = Response(200, "", (("Content-Type", "application/json"),), b'{"Functions":[]}')
    path = builders.written(tmp_path, Interaction(request, answer))
    head = {"interaction": 1, "service": "lambda", "operation": "ListFunctions"}

    assert json.loads(run("decode", path)[1]) == [
        {**head, "side": "input", "instance": {"MaxItems": 5}},
        {**head, "side": "output", "instance": {"Functions": []}},
    ]
    assert json.loads(run("decode", path, "--interaction", "1", "--side", "output")[1]) == {"Functions": []}
    assert run("decode", path, "--interaction", "2")[0] == 2
    assert run("decode", path, "--interaction", "1", "--side", "error")[0] == 2
