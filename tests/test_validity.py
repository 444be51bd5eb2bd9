"""The releases that a recording is valid for."""

import json
from pathlib import Path

import pytest

from bototape.check import Checker, Policy
from bototape.cli import main
from bototape.finding import Severity
from bototape.history import Axis
from bototape.interaction import Interaction, Request, Response
from bototape.recordings import read
from bototape.releases import installed, natural, timeline
from bototape.releases.snapshots import digest
from bototape.validity import Models, common, spans
from tests import builders, worlds

ROOT = Path(__file__).parent.parent
SCHEMAS = ROOT / "schemas"
STEPS = ROOT / "cassettes" / "list_inference_recommendations_job_steps.yaml"
DESCRIBE = ROOT / "cassettes" / "describe_auto_ml_job.yaml"
KNOWN = timeline.known("sagemaker", [SCHEMAS])


@pytest.fixture
def run(capsys):
    """Run a check over a range without the network; exit code, lines of stdout, stderr."""

    def run(path, span, *options):
        code = main(["check", str(path), "--releases", span, "--schemas", str(SCHEMAS), "--offline", *options])
        out, err = capsys.readouterr()
        return code, out.splitlines(), err

    return run


def over(path, first, last, breaks):
    """The spans of the cassette at *path*, and its models by operation."""
    recording = read(path)
    names = sorted({each.operation for each in recording.calls})
    made = {
        ("sagemaker", each): Models(Axis("sagemaker", each, KNOWN, [SCHEMAS]), first, last, Policy()) for each in names
    }
    return recording, made, spans(recording, made, (first, last), breaks)


def is_error(finding):
    return finding.severity >= Severity.ERROR or finding.rule == "operation-unknown"


def is_warning(finding):
    return finding.severity >= Severity.WARNING


def test_each_edge_is_a_release_and_says_what_breaks(run):
    """Before its operation appeared a recording is not valid; the release in which it came is the first that is."""
    code, out, _ = run(STEPS, "1.20.40..1.44.5")
    lacks = "request: operation ListInferenceRecommendationsJobSteps is not in 1.20.40 [operation-unknown]"

    assert code == 1
    assert out == [
        (
            f"error      {STEPS}: not valid in sagemaker 1.20.40..1.27.96: #1 {lacks}; #2 {lacks}; #3 {lacks} "
            "[cassette-not-valid]"
        ),
        f"info       {STEPS}: valid in sagemaker 1.28.0 (2022-10-24)..1.44.5 [cassette-valid]",
        "2 findings: 1 error, 1 info; gate error: 1 at or above",
    ]


def test_a_recording_that_is_valid_throughout_is_one_span(run):
    """One line, exit 0."""
    assert run(DESCRIBE, "1.20.41..1.44.5")[:2] == (
        0,
        [
            f"info       {DESCRIBE}: valid in sagemaker 1.20.41 (2021-03-30)..1.44.5 [cassette-valid]",
            "1 finding: 1 info; gate error: 0 at or above",
        ],
    )


def test_the_gate_decides_what_is_valid(run):
    """A value that came later is a warning: with --fail-on warning the recording begins with the release it came in."""
    code, out, _ = run(DESCRIBE, "1.29.33..1.29.34", "--fail-on", "warning", "--format", "json")
    found = json.loads("\n".join(out))["findings"]

    assert code == 1
    assert [(each["rule"], each["evidence"]["from"], each["evidence"]["to"]) for each in found] == [
        ("cassette-not-valid", "1.29.33", "1.29.33"),
        ("cassette-valid", "1.29.34", "1.29.34"),
    ]


@pytest.mark.parametrize("breaks", [is_error, is_warning])
def test_a_span_says_what_a_check_of_each_of_its_releases_says(breaks):
    """The verdict of the span around a release is that of a check against that release alone."""
    recording, _, found = over(DESCRIBE, "1.20.40", "1.44.5", breaks)
    axis = Axis("sagemaker", "DescribeAutoMLJob", KNOWN, [SCHEMAS])
    steps = [each for each in axis.until("1.44.5") if natural(each.version) > natural("1.20.40")]

    for step in steps[::20]:
        around = [each for each in found if natural(each.first.version) <= natural(step.version)][-1]
        model = axis.operations(step)
        checker = Checker(model, "x", name="sagemaker")
        alone = [one for each in recording.calls for one in checker.interaction(each.interaction, each.number, "")]
        assert bool(around.broken) == any(map(breaks, alone)), step.version


def test_each_distinct_model_is_checked_once():
    """Of some 300 releases that changed sagemaker, few changed the operation; the others share their models."""
    _, made, _ = over(DESCRIBE, "1.20.40", "1.44.5", is_error)
    models = made["sagemaker", "DescribeAutoMLJob"]

    assert len(models.versions) > 200
    assert len({each.model for each in models.versions}) < 40
    assert len(models._found) == len({each.model for each in models.versions}) * 7  # its calls


def test_releases_without_a_model_at_hand_are_told(run, tmp_path):
    """An operation that no snapshot tracks is known of the installed release alone."""
    path = builders.written(tmp_path, builders.interaction("DescribeModel", {"ModelName": "m"}, {}))
    code, out, _ = run(path, f"1.44.5..{installed.version()}", "--severity", "member-missing=off")

    assert code == 0
    assert [each.partition("sagemaker ")[0] for each in out[:-1]] == [
        f"info       {path}: not checked in ",
        f"info       {path}: valid in ",
    ] or installed.version() == "1.44.5"


@pytest.mark.parametrize("span", ["1.20.40", "..1.20.40", "1.20.40..", "1.20.40..1.28.0..1.44.5"])
def test_another_form_than_first_and_last_is_a_usage_error(run, span):
    """Exit 2, with an example."""
    assert run(STEPS, span) == (
        2,
        [],
        f"bototape: --releases: expected FIRST..LAST, found {span!r}\n  fix: such as --releases 1.20.40..latest\n",
    )


def test_a_service_without_a_timeline_is_known_as_installed(run, tmp_path):
    """Offline only the installed release of it is at hand: the message names that one."""
    request = Request("GET", "https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/")
    path = builders.written(tmp_path, Interaction(request, Response(200, body=b'{"Functions":[]}')))
    version = installed.version()

    assert run(path, f"{version}..{version}")[1][0] == f"info       {path}: valid in lambda {version} [cassette-valid]"
    assert f"there is no such release; known without the network are {version}\n" in run(path, f"1.0.0..{version}")[2]


def test_a_release_that_is_not_known_cannot_be_loaded(run):
    """Exit 3, and what there is."""
    code, out, err = run(STEPS, "0.0.1..1.44.5")

    assert (code, out) == (3, [])
    assert "sagemaker of release 0.0.1" in err


def snapshot(place, service, version, **shapes):
    """Commit a snapshot of *service*, of which *shapes* differ."""
    directory = place / service / "2020-01-01" / version
    directory.mkdir(parents=True)
    content = json.dumps(worlds.model(**shapes)).encode()
    about = {"service": service, "version": version, "date": "", "absent": [], "operations": ["GetBox", "PutBox"]}
    about["sha256"] = {"service-2.json": digest(content)}
    (directory / "service-2.json").write_bytes(content)
    (directory / "release.json").write_text(json.dumps(about))


@pytest.fixture
def two(tmp_path, capsys):
    """Two services whose pinned releases differ; run a check over a range on cassettes of one of them, and of both."""
    place = tmp_path / "schemas"
    strict = {"In": worlds.holds("Name", "Owner", Name="Text", Owner="Text")}
    for service, version, shapes in (
        ("alpha", "1.44.1", strict),
        ("alpha", "1.44.2", {}),
        ("alpha", "1.44.3", {}),
        ("beta", "1.44.1", {}),
        ("beta", "1.44.2", {}),
        ("beta", "1.44.4", strict),
    ):
        snapshot(place, service, version, **shapes)
    cassettes = tmp_path / "cassettes"
    cassettes.mkdir()
    alpha, beta = worlds.call(service="alpha"), worlds.call(service="beta")
    for name, calls in {"a": [alpha], "ab": [alpha, beta], "b": [beta], "ba": [beta, alpha]}.items():
        worlds.cassette(cassettes / f"{name}.yaml", *calls)

    def run(span):
        options = ["--schemas", str(place), "--offline", "--format", "json"]
        code = main(["check", str(cassettes), "--releases", span, *options])
        out, err = capsys.readouterr()
        found = {}
        for each in json.loads(out)["findings"]:
            evidence = each["evidence"]
            told = (
                each["rule"].removeprefix("cassette-"),
                evidence["from"],
                evidence["to"] or f"<{evidence['before']}",
            )
            found.setdefault(Path(each["where"]).stem, []).append(told)
        return code, {name: sorted(each, key=lambda told: told[1]) for name, each in found.items()}, err

    return run


def test_a_cassette_of_several_services_ends_where_the_first_of_them_does(two):
    """Whatever their order: beta breaks in a release that is not in the range of alpha."""
    code, found, err = two("1.44.1..pinned")
    both = [("not-valid", "1.44.1", "<1.44.2"), ("valid", "1.44.2", "1.44.3")]

    assert code == 1
    assert found == {
        "a": both,
        "ab": both,
        "ba": both,
        "b": [("valid", "1.44.1", "<1.44.4"), ("not-valid", "1.44.4", "1.44.4")],
    }
    assert [each.partition(": ")[2].partition(".yaml: ")[2] for each in err.splitlines()] == [
        "checked over the releases that its services have in common: alpha 1.44.1..1.44.3, beta 1.44.1..1.44.4"
    ] * 2


def test_a_range_begins_where_the_last_of_the_services_does(tmp_path):
    """Edges outside of what all have in common are none."""
    stop = builders.interaction("StopAutoMLJob", {"AutoMLJobName": "churn"}, {})
    newer = builders.interaction("DescribeAutoMLJobV2", {"AutoMLJobName": "churn"}, {})
    recording = read(builders.written(tmp_path, stop, newer))
    ends = {"StopAutoMLJob": ("1.20.40", "1.30.0"), "DescribeAutoMLJobV2": ("1.28.0", "1.44.5")}
    made = {
        ("sagemaker", name): Models(Axis("sagemaker", name, KNOWN, [SCHEMAS]), *each, Policy())
        for name, each in ends.items()
    }
    found = spans(recording, made, common(ends.values()), is_error)

    assert [(each.first.version, each.last, bool(each.broken)) for each in found] == [
        ("1.28.0", "1.29.97", True),
        ("1.29.98", "1.30.0", False),
    ]


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ([("1.2.0", "1.10.0"), ("1.9.0", "1.11.0")], ("1.9.0", "1.10.0")),
        ([("1.2.0", "1.9.0"), ("1.10.0", "1.11.0")], None),
        ([], None),
    ],
)
def test_what_ranges_have_in_common(ends, expected):
    """The latest of their beginnings to the earliest of their ends."""
    assert common(ends) == expected
