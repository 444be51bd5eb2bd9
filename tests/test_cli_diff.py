"""``bototape diff`` from outside."""

import base64
import json
import re
from pathlib import Path

import pytest

from bototape import releases
from bototape.cli import main
from bototape.releases import Model, Release
from bototape.shapes import parse

SCHEMAS = str(Path(__file__).parent.parent / "schemas")
NOTE = "sagemaker 1.27.96 (2022-10-21) and 1.28.0 (2022-10-24): 12 tracked operations only\n"
WAY = "CandidateProperties.CandidateMetrics[].StandardMetricName"


def diff(old, new, *options, service="sagemaker"):
    return main(["diff", old, new, "--service", service, "--schemas", SCHEMAS, *options])


def model(version, operations, absent=(), *, tracked_only=False, date="2026-01-02"):
    """A release whose operations neither take nor return anything."""
    raw = {
        "metadata": {"serviceId": "Toy", "serviceFullName": "Toy Service"},
        "operations": {each: {"name": each} for each in operations},
        "shapes": {},
    }
    return Model("toy", Release(version, date), parse(raw), raw, tracked_only=tracked_only, absent=tuple(absent))


@pytest.fixture
def toys(monkeypatch):
    """Releases of a service that has no snapshot: put them in by version."""
    known = {}
    monkeypatch.setattr(releases, "load", lambda spec, *_, **__: known[spec])
    return known


def test_text_names_what_changed_worst_first(capsys):
    """One line per finding and the counts on stdout; that it is only about tracked operations on stderr."""
    code = diff("1.27.96", "1.28.0")

    assert (code, *capsys.readouterr()) == (
        0,
        (
            f"dangerous  sagemaker.DescribeAutoMLJob.output.BestCandidate.{WAY}: "
            "enum value 'InferenceLatency' added, in 2 places [enum-value-added]\n"
            "info       sagemaker.ListInferenceRecommendationsJobSteps: operation added [operation-added]\n"
            "info       sagemaker.ListInferenceRecommendationsJobSteps.paginator: paginator added [paginator-added]\n"
            "3 findings: 1 dangerous, 2 info; gate breaking: 0 at or above\n"
        ),
        NOTE,
    )


def test_apichanges_is_the_published_page(capsys):
    """The page of 2022/10/24, from committed snapshots, offline; nothing else on stdout."""
    code = diff("1.27.96", "1.28.0", "--format", "apichanges", "--fail-on", "info")
    latency = "{'CandidateProperties': {'CandidateMetrics': {'StandardMetricName': {'InferenceLatency'}}}}}"

    assert (code, *capsys.readouterr()) == (
        0,
        (
            "2022/10/24 - Amazon SageMaker Service - 1 new 2 updated api methods\n"
            "\n"
            "ListInferenceRecommendationsJobSteps (new)\n"
            "\n"
            "DescribeAutoMLJob (updated)\n"
            "Changes (response)\n"
            f"{{'BestCandidate': {latency}\n"
            "\n"
            "ListCandidatesForAutoMLJob (updated)\n"
            "Changes (response)\n"
            f"{{'Candidates': {latency}\n"
        ),
        NOTE,
    )


def test_no_page_is_said(capsys):
    """A release that adds nothing has no page; that is said on stderr."""
    code = diff("1.28.0", "1.28.0", "--format", "apichanges")
    out, err = capsys.readouterr()

    assert (code, out) == (0, "")
    assert err.endswith("no page: no operation is new and none gained anything\n")


def test_page_of_a_release_without_a_date(toys, capsys):
    """The installed botocore may not know its date: the page says so instead of inventing one."""
    toys.update(old=model("1", ["A"]), installed=model("2", ["A", "B"], date=""))

    assert main(["diff", "old", "installed", "--service", "toy", "--format", "apichanges"]) == 0
    assert capsys.readouterr().out == "unknown date - Toy Service - 1 new api methods\n\nB (new)\n"


def test_json_is_json_only(capsys):
    """With --format json stdout is one JSON document."""
    code = diff("1.27.96", "1.28.0", "--format", "json")
    report = json.loads(capsys.readouterr().out)

    assert (code, report["version"], report["gate"]) == (0, 1, "breaking")
    assert [(each["rule"], each["severity"]) for each in report["findings"]] == [
        ("enum-value-added", "dangerous"),
        ("operation-added", "info"),
        ("paginator-added", "info"),
    ]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ([], 0),
        (["--fail-on", "dangerous"], 1),
        (["--fail-on", "info"], 1),
        (["--fail-on", "never"], 0),
        (["--fail-on", "dangerous", "--axis", "code"], 1),
        (["--fail-on", "dangerous", "--axis", "fixture"], 0),
        (["--fail-on", "dangerous", "--operation", "ListInferenceRecommendationsJobSteps"], 0),
        (["--fail-on", "sometimes"], 2),
        (["--format", "xml"], 2),
    ],
)
def test_exit_code_follows_the_gate(options, code, capsys):
    """0 below the gate, 1 at or above it on the chosen axis, 2 for what cannot be meant."""
    assert diff("1.27.96", "1.28.0", *options) == code
    capsys.readouterr()


def test_operation_limits_the_comparison(capsys):
    """Only what the named operations meet is compared."""
    diff("1.27.96", "1.28.0", "--operation", "ListCandidatesForAutoMLJob")

    assert capsys.readouterr().out.splitlines() == [
        (
            f"dangerous  sagemaker.ListCandidatesForAutoMLJob.output.Candidates[].{WAY}: "
            "enum value 'InferenceLatency' added [enum-value-added]"
        ),
        "1 finding: 1 dangerous; gate breaking: 0 at or above",
    ]


def test_an_unknown_operation_is_a_mistake(capsys):
    """An operation that neither side knows is refused with the nearest name, not compared as absent."""
    code = diff("1.27.96", "1.28.0", "--operation", "DescribeAutoMlJob")

    assert code == 2
    assert capsys.readouterr().err == (
        f"{NOTE}bototape: cannot compare operation DescribeAutoMlJob: it is not among the 12 compared\n"
        "  fix: did you mean DescribeAutoMLJob?\n"
    )


def test_an_unknown_release_cannot_be_loaded(capsys):
    """A release without a snapshot is exit 3, and the message says what there is."""
    assert diff("1.0.0", "1.28.0") == 3
    assert capsys.readouterr().err.startswith("bototape: cannot load sagemaker of release 1.0.0: ")


def test_untracked_is_neither_added_nor_removed(toys, capsys):
    """Against a whole model a snapshot speaks of its tracked operations only: absent ones can be added, others not."""
    toys.update(old=model("1", ["A", "Gone"], ["New"], tracked_only=True), new=model("2", ["A", "New", "Untracked"]))

    main(["diff", "old", "new", "--service", "toy"])
    forward = capsys.readouterr()
    main(["diff", "new", "old", "--service", "toy"])
    back = capsys.readouterr()

    assert forward.out.splitlines()[:-1] == [
        "breaking   toy.Gone: operation removed [operation-removed]",
        "info       toy.New: operation added [operation-added]",
    ]
    assert back.out.splitlines()[:-1] == [
        "breaking   toy.New: operation removed [operation-removed]",
        "info       toy.Gone: operation added [operation-added]",
    ]
    assert forward.err == "toy 1 (2026-01-02) and 2 (2026-01-02): 3 tracked operations only\n"


def test_snapshots_of_different_tracking_meet_in_the_middle(toys, capsys):
    """An operation that was tracked later is not new."""
    toys.update(
        old=model("1", ["A"], tracked_only=True),
        new=model("2", ["A", "TrackedLater"], tracked_only=True),
    )

    assert main(["diff", "old", "new", "--service", "toy", "--fail-on", "info"]) == 0
    assert capsys.readouterr().out == "0 findings; gate info: 0 at or above\n"


def test_whole_models_are_compared_whole(toys, capsys):
    """Between two whole models everything counts and nothing is said about tracking."""
    toys.update(old=model("1", ["A", "B"]), new=model("2", ["A"]))

    assert main(["diff", "old", "new", "--service", "toy"]) == 1
    assert tuple(capsys.readouterr()) == (
        (
            "breaking   toy.B: operation removed [operation-removed]\n"
            "1 finding: 1 breaking; gate breaking: 1 at or above\n"
        ),
        "",
    )


def lanes(page):
    """The operations in the timeline of *page*, from the top, and the newest release it was drawn for."""
    packed = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', page)
    if not packed:
        return None
    picture = base64.b64decode(packed[1]).decode()
    return re.findall(r'text-anchor="end">([A-Za-z]+)<', picture), re.search(r"as of ([^ ]+)", picture)[1]


def test_the_page_shows_when_what_changed_came(capsys):
    """Operations with findings, oldest first, up to the newer release: the committed timeline tells, offline."""
    diff("1.20.41", "1.28.0", "--format", "html", "--fail-on", "never", "--operation", "DescribeAutoMLJob")

    assert lanes(capsys.readouterr().out) == (["DescribeAutoMLJob"], "1.28.0")


def test_a_page_without_a_timeline_has_no_picture(toys, capsys):
    """A service that no timeline tracks is reported without."""
    toys.update(old=model("1", ["A", "B"]), new=model("2", ["A"]))

    main(["diff", "old", "new", "--service", "toy", "--format", "html", "--fail-on", "never"])

    assert lanes(capsys.readouterr().out) is None
