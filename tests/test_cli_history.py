"""``bototape history`` from outside."""

import json
import os
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from bototape.cli import main, network
from bototape.releases import Index, cache, timeline
from bototape.releases.pipconf import Settings
from tests.growing import RELEASES, a_model, a_wheel, wheels
from tests.packages import serving

ROOT = Path(__file__).parent.parent
UP_TO = "bototape: sagemaker: releases up to 1.44.5 only, as the network is not used\n"
METRIC = "sagemaker.DescribeAutoMLJob.output.BestCandidate.CandidateProperties.CandidateMetrics[].StandardMetricName"


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    """The user's cache, empty; no snapshots but our own."""
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    monkeypatch.chdir(ROOT)
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A directory of the wheels of all releases."""
    return wheels(tmp_path_factory.mktemp("packages") / "wheels")


@pytest.fixture
def server(place, monkeypatch):
    """A package index that pip is configured for."""
    with serving(place) as found:
        use(found, monkeypatch)
        yield found


def use(found, monkeypatch):
    """Have the command ask this package index."""
    settings = Settings(indexes=(found.url,), timeout_s=5)
    monkeypatch.setattr(network, "Index", lambda **options: Index(**options, settings=lambda: settings))
    monkeypatch.setenv("BOTOTAPE_OFFLINE", "0")


def history(capsys, *argv):
    code = main(["history", *map(str, argv)])
    return code, *capsys.readouterr()


def test_a_member_of_sagemaker_is_told_offline(capsys):
    """From what is committed: the value of the published page of 2022-10-24 among them."""
    assert history(capsys, METRIC, "--release", "1.28.0") == (
        0,
        (
            f"1.25.6  2022-05-03  {METRIC.removeprefix('sagemaker.')} (with 14 values)\n"
            f"1.28.0  2022-10-24  {METRIC.removeprefix('sagemaker.')} = 'InferenceLatency'\n"
            f"{METRIC} as of 1.28.0 (2022-10-24): 1 member and 15 values in 2 releases\n"
        ),
        UP_TO,
    )


def test_what_changed_and_went_is_told_after_a_release(capsys):
    """Judged as a diff is; neutral changes are counted."""
    code, out, err = history(capsys, "sagemaker.DescribeAutoMLJob.output.InputDataConfig", "--since", "1.34.0")

    assert (code, out.partition("\n\n")[2].splitlines(), err) == (
        0,
        [
            "changes after 1.34.0:",
            (
                "1.34.2    2023-12-15  dangerous  DescribeAutoMLJob.output.InputDataConfig[].DataSource: "
                "member became optional [member-became-optional]"
            ),
            "5 changes in 2 releases, 4 of them neutral (not listed)",
        ],
        UP_TO,
    )


def test_an_unknown_service_is_found_by_bisection(capsys, server, empty_cache):
    """Without a timeline: a few models, from the index, and no wheel twice."""
    code, out, err = history(capsys, "lab.Measure")

    assert (code, out.splitlines()) == (
        0,
        [
            "1.9.0   2021-02-01  Measure (with 1 member)",
            "1.10.0  2021-03-01  Measure.output.Status",
            "1.10.1  2021-03-02  Measure.output.Status = 'DONE'",
            "1.11.0  2021-04-01  Measure.output.Score",
            "lab.Measure as of 1.12.0 (2021-05-03): 4 members and 1 value in 4 releases",
        ],
    )
    assert err == (
        "bototape: looking up the releases in the package index\n"
        "bototape: reading models of lab from the package index: at most 4 for each member\n"
    )
    assert not (empty_cache / "timelines").exists()

    server.asked.clear()
    assert history(capsys, "lab.Measure")[1] == out
    assert [path for path, _ in server.asked if "1.8.0" not in path] == ["/simple/botocore/"]


def test_all_walks_announces_and_keeps(capsys, server):
    """The number of requests is said first; a second time only the releases are looked up, offline nothing at all."""
    code, out, err = history(capsys, "lab.Measure", "--all")
    assert (code, out.splitlines()[5:]) == (
        0,
        [
            "",
            "changes since the first release known:",
            "1.9.0   2021-02-01  info       Measure: operation added [operation-added]",
            "1.10.0  2021-03-01  info       Measure.output.Status: member added [member-added]",
            "1.10.1  2021-03-02  dangerous  Measure.output.Status: enum value 'DONE' added [enum-value-added]",
            "1.11.0  2021-04-01  dangerous  Measure.output.Name: member removed [member-removed]",
            "1.11.0  2021-04-01  info       Measure.output.Score: member added [member-added]",
            "1.12.0  2021-05-03  dangerous  Measure.output.Status: enum value 'NEW' removed [enum-value-removed]",
            "6 changes in 5 releases",
        ],
    )
    assert err == (
        "bototape: looking up the releases in the package index\n"
        "bototape: looking into 8 wheels in the package index for lab: one small request each, two for some; 6 at one "
        "time\n"
        "bototape: reading 4 models of lab from the package index: two or three requests each\n"
    )

    server.asked.clear()
    assert history(capsys, "lab.Measure", "--all") == (0, out, err.partition("\n")[0] + "\n")
    assert [path for path, _ in server.asked] == ["/simple/botocore/"]

    offline = "bototape: lab: releases up to 1.12.0 only, as the network is not used\n"
    assert history(capsys, "lab.Measure", "--all", "--offline") == (0, out, offline)


def test_a_date_or_a_word_names_a_release(capsys, server):
    """As everywhere."""
    code, out, _ = history(capsys, "lab.Measure.output.Status", "--release", "2021-03-15", "--since", "2021-02-15")

    assert (code, out.splitlines()) == (
        0,
        [
            "1.10.0  2021-03-01  Measure.output.Status (with 1 value)",
            "1.10.1  2021-03-02  Measure.output.Status = 'DONE'",
            "lab.Measure.output.Status as of 1.10.1 (2021-03-02): 1 member and 2 values in 2 releases",
            "",
            "changes after 1.9.1:",
            "1.10.0  2021-03-01  info       Measure.output.Status: member added [member-added]",
            "1.10.1  2021-03-02  dangerous  Measure.output.Status: enum value 'DONE' added [enum-value-added]",
            "2 changes in 2 releases",
        ],
    )
    assert history(capsys, "lab.Measure", "--release", "latest")[1].endswith(
        "lab.Measure as of 1.12.0 (2021-05-03): 4 members and 1 value in 4 releases\n"
    )
    assert server.asked


def test_json_folds_nothing_and_names_what_is_exact(capsys, server):
    """For programs: each member and value, and each change with its fingerprint."""
    code, out, _ = history(capsys, "lab.Measure.output.Status", "--all", "--format", "json")
    document = json.loads(out)

    changes = document.pop("changes")
    assert (code, document) == (
        0,
        {
            "version": 1,
            "service": "lab",
            "place": "Measure.output.Status",
            "release": {"version": "1.12.0", "date": "2021-05-03"},
            "appeared": [
                {
                    "place": "Measure.output.Status", "value": None,
                    "release": "1.10.0", "date": "2021-03-01", "after": "1.9.1", "exact": True,
                },
                {
                    "place": "Measure.output.Status", "value": "DONE",
                    "release": "1.10.1", "date": "2021-03-02", "after": "1.10.0", "exact": True,
                },
            ],
            "since": None,
        },
    )  # fmt: skip
    assert [(each["release"], each["after"], each["exact"], each["rule"], each["severity"]) for each in changes] == [
        ("1.10.0", "1.9.1", True, "member-added", "info"),
        ("1.10.1", "1.10.0", True, "enum-value-added", "dangerous"),
        ("1.12.0", "1.11.1", True, "enum-value-removed", "dangerous"),
    ]
    assert all(re.fullmatch(r"[0-9a-f]{12}", each["evidence"]["fingerprint"]) for each in changes)
    assert json.loads(history(capsys, "lab.Measure", "--format", "json")[1])["changes"] is None
    assert server.asked


def test_the_picture_needs_nothing_else(capsys, server, tmp_path):
    """A lane for each line of the table, dots and diamonds where their days are; well-formed, nothing fetched."""
    path = tmp_path / "measure.svg"
    assert history(capsys, "lab.Measure", "--all", "--format", "svg", "--output", path)[:2] == (0, "")
    text = path.read_text(encoding="utf-8")
    root = ET.fromstring(text)  # noqa: S314 - our own

    svg = "{http://www.w3.org/2000/svg}"
    titles = [each.findtext(f"{svg}title") for each in root.iter(f"{svg}g")]
    assert titles == [
        "Measure (with 1 member): 1.9.0 (2021-02-01)",
        "Measure.output.Status: 1.10.0 (2021-03-01)",
        "Measure.output.Status = 'DONE': 1.10.1 (2021-03-02)",
        "Measure.output.Score: 1.11.0 (2021-04-01)",
    ]
    dots = [float(each.get("cx")) for each in root.iter(f"{svg}circle")]
    days = [0, 28, 29, 59]
    assert dots == pytest.approx([dots[0] + 560 * each / 91 for each in days], abs=0.1)
    marks = [(each.get("class"), each.findtext(f"{svg}title")) for each in root.iter(f"{svg}path")]
    assert marks == [
        ("dangerous", "1.10.1 (2021-03-02) dangerous: Measure.output.Status: enum value 'DONE' added"),
        ("dangerous", "1.11.0 (2021-04-01) dangerous: Measure.output.Name: member removed"),
        ("dangerous", "1.12.0 (2021-05-03) dangerous: Measure.output.Status: enum value 'NEW' removed"),
    ]
    assert re.findall(r"https?://[^\"']+|href|url\(|@import|<script", text) == ["http://www.w3.org/2000/svg"]
    assert server.asked


def test_names_in_a_picture_or_table_cannot_break_it(capsys, tmp_path, monkeypatch):
    """Models may hold anything: markup is escaped, control characters are shown."""
    model = a_model("Status", "\x1bName", values=["</svg>\n<script>"])
    with serving(wheels(tmp_path / "wheels", (("1.0.0", "2021-01-01", model),))) as found:
        use(found, monkeypatch)
        code, out, _ = history(capsys, "lab.Measure.output", "--expand")
        assert (code, "\x1b" in out, out.count("\n")) == (0, False, 5)

        code, out, _ = history(capsys, "lab.Measure.output", "--expand", "--format", "svg")
    assert (code, [each.tag for each in ET.fromstring(out).iter() if each.tag.endswith("script")]) == (0, [])  # noqa: S314 - our own


def test_expand_gives_every_member_a_line(capsys, server):
    """Also those that came with what they are in."""
    code, out, _ = history(capsys, "lab.Measure.output", "--expand", "--release", "1.10.0")

    assert (code, out.splitlines()[:-1]) == (
        0,
        [
            "1.9.0   2021-02-01  Measure.output",
            "1.9.0   2021-02-01  Measure.output.Name",
            "1.10.0  2021-03-01  Measure.output.Status",
            "1.10.0  2021-03-01  Measure.output.Status = 'NEW'",
        ],
    )
    assert server.asked


def test_a_whole_service_is_told_by_operations(capsys, server):
    """One that came later among them."""
    code, out, _ = history(capsys, "lab")

    assert (code, out.splitlines()) == (
        0,
        [
            "1.9.0   2021-02-01  Measure",
            "1.12.0  2021-05-03  Stop",
            "lab as of 1.12.0 (2021-05-03): 2 members in 2 releases",
        ],
    )
    assert server.asked


def test_an_index_that_does_not_answer_leaves_what_is_known(capsys, server):
    """And is not needed for what is committed."""
    assert history(capsys, "lab.Measure", "--all")[0] == 0
    server.page = 500, "text/plain", "oops"

    code, out, err = history(capsys, "lab.Measure")
    assert (code, out.splitlines()[-1]) == (
        0, "lab.Measure as of 1.12.0 (2021-05-03): 4 members and 1 value in 4 releases",
    )  # fmt: skip
    assert "bototape: releases up to 1.12.0 only: cannot load the list of releases" in err
    assert history(capsys, "other.Get")[0] == 3


def test_a_walk_that_stopped_is_finished_by_the_next(capsys, server, tmp_path, monkeypatch):
    """A hole is named on stderr; the next run asks for that wheel alone."""
    broken = wheels(tmp_path / "wheels")
    (broken / "botocore-1.10.1-py3-none-any.whl").write_bytes(b"not a wheel" * 1000)
    with serving(broken) as found:
        use(found, monkeypatch)
        code, out, err = history(capsys, "lab.Measure.output.Status", "--all")
    assert (code, out.splitlines()[1]) == (0, "(1.10.0, 1.11.0]  2021-04-01  Measure.output.Status = 'DONE'")
    assert re.search(r"bototape: botocore-1\.10\.1-py3-none-any\.whl of \S+ could not be read", err)

    use(server, monkeypatch)
    code, out, err = history(capsys, "lab.Measure.output.Status", "--all")
    assert (code, out.splitlines()[1]) == (0, "1.10.1  2021-03-02  Measure.output.Status = 'DONE'")
    assert "looking into 1 wheels" in err


def test_a_new_release_continues_the_committed_timeline(capsys, tmp_path, monkeypatch):
    """It is asked for its model alone; what is committed is not asked for again."""
    schemas = tmp_path / "schemas"
    (schemas / "lab").mkdir(parents=True)
    with serving(wheels(tmp_path / "old", RELEASES[:-1])) as found:
        use(found, monkeypatch)
        assert history(capsys, "lab.Measure", "--all", "--schemas", schemas)[0] == 0
    known = timeline.known("lab", [])
    (schemas / "lab" / timeline.FILE).write_text(timeline.text(known), encoding="utf-8")
    (Path(os.environ[cache.VARIABLE]) / "timelines" / "lab.txt").unlink()

    a_wheel(tmp_path / "old", *RELEASES[-1])
    with serving(tmp_path / "old") as found:
        use(found, monkeypatch)
        code, out, _ = history(capsys, "lab.Stop", "--schemas", schemas)
    assert (code, out.splitlines()[0]) == (0, "1.12.0  2021-05-03  Stop (with 3 members and 1 value)")
    asked = {path.removeprefix("/files/botocore-").partition("-")[0] for path, _ in found.asked if "/files/" in path}
    assert asked == {"1.12.0"}


@pytest.mark.parametrize(
    ("argv", "expected", "said"),
    [
        (["sagemaker.DescribeAutoMLJob", "--all", "--since", "1.30.0"], 2, "--all and --since: give one of them"),
        (
            ["sagemaker.DescribeAutoMLJob", "--release", "1.5.0"],
            3,
            "it has no such service: it appeared in 1.8.4 (2017-11-29)",
        ),
        (["sagemaker.DescribeAutoMLJob", "--release", "1.9.10"], 2, "of release 1.9.10 has no such"),
        (["sagemaker.DescribeAutoMLJob", "--release", "99.0"], 3, "no such release; known without the network are "),
        (["sagemaker.DescribeAutoMLJob", "--release", "2022-10-24"], 3, "only the package index can tell it"),
        (["sagemaker.DescribeAutoMLJob", "--since", "2022-13-24"], 3, "that is no day"),
        (["sagemaker.DescribeAutoMLJob", "--since", "99.0"], 3, "there is no such release"),
        (["sagemaker.DescribeAutoMLJob.output.BestCandidat"], 2, "did you mean BestCandidate?"),
        (["sagemaker.DescribeAutoMLJobb"], 2, "did you mean DescribeAutoMLJob?"),
        (["sagemakr.DescribeAutoMLJob"], 3, "did you mean sagemaker?"),
        (["Sagemaker"], 2, "give it as sagemaker.DescribeAutoMLJob.output.BestCandidate"),
        (["sagemaker.DescribeAutoMLJob", "--output", "no/such/directory/x"], 2, "cannot write no/such/directory/x"),
        (["sagemaker.DescribeAutoMLJob", "--schemas", "no/such/directory"], 2, "is not a directory"),
    ],
    ids=lambda each: "-".join(each[1:] or each) if isinstance(each, list) else "",
)
def test_what_cannot_be_told_is_said(capsys, argv, expected, said):
    """With what was probably meant; never a traceback."""
    code, out, err = history(capsys, *argv)

    assert (code, out, said in err, "Traceback" in err) == (expected, "", True, False), err


def test_a_damaged_timeline_is_an_input_that_cannot_be_loaded(capsys, tmp_path):
    """Exit code 3, with the file."""
    (tmp_path / "sagemaker").mkdir()
    (tmp_path / "sagemaker" / timeline.FILE).write_text("{")

    code, _, err = history(capsys, "sagemaker.DescribeAutoMLJob", "--schemas", tmp_path)
    assert (code, err.splitlines()[0]) == (
        3, f"bototape: cannot load {tmp_path / 'sagemaker' / timeline.FILE}: it is truncated",
    )  # fmt: skip
