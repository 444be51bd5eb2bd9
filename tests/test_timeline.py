import json
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bototape.errors import ModelUnavailable
from bototape.releases import Index, cache, timeline, wheel
from bototape.releases.pipconf import Settings
from bototape.releases.timeline import Row, Timeline
from bototape.releases.tracking import track
from bototape.releases.walk import walk
from bototape.shapes import cut
from tests.growing import FILLER, RELEASES, a_model, a_wheel, wheels
from tests.packages import serving, until

ROOT = Path(__file__).parent.parent
VERSIONS = [version for version, _, _ in RELEASES]


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    """The user's cache, empty."""
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A directory of the wheels of all releases."""
    return wheels(tmp_path_factory.mktemp("packages") / "wheels")


def index(server):
    return Index(settings=lambda: Settings(indexes=(server.url,), timeout_s=5))


def walked(server, *places, since="", announce=lambda _: None, progress=lambda *_: None):
    return walk("lab", places, index(server), since, announce=announce, progress=progress)


def shown(found):
    """Version, day and predecessor of each row, and whether it has the service."""
    return [(each.version, each.date, each.after, bool(each.crc)) for each in found.rows]


WHOLE = [
    ("1.8.0", "2021-01-04", "", False),
    ("1.9.0", "2021-02-01", "1.8.0", True),
    ("1.10.0", "2021-03-01", "1.9.1", True),
    ("1.10.1", "2021-03-02", "1.10.0", True),
    ("1.11.0", "2021-04-01", "1.10.1", True),
    ("1.12.0", "2021-05-03", "1.11.1", True),
]


# Walks


def test_a_walk_finds_the_releases_that_changed_the_model(place):
    """From the lists of files of the wheels alone: one small request each, announced first."""
    told, heard = [], []
    with serving(place) as server:
        found = walked(server, announce=told.append, progress=lambda *each: heard.append(each))

    assert (shown(found.timeline), found.timeline.last, found.timeline.date) == (WHOLE, "1.12.0", "2021-05-03")
    assert (list(found.published), found.unread) == (VERSIONS, ())
    requests = "one small request each, two for some; 6 at one time"
    assert told == [f"looking into 8 wheels in the package index for lab: {requests}"]
    assert sorted(heard) == [(number, 8) for number in range(1, 9)]
    assert len(server.asked) == 1 + len(VERSIONS)
    assert server.sent() < len(VERSIONS) * FILLER


def test_a_second_walk_asks_for_what_is_new_alone(place, tmp_path):
    """What was read once is kept."""
    first = wheels(tmp_path / "wheels", RELEASES[:-1])
    with serving(first) as server:
        walked(server)
    told = []
    with serving(place) as server:
        found = walked(server, announce=told.append)

    assert shown(found.timeline) == WHOLE
    assert [path for path, _ in server.asked] == ["/simple/botocore/", "/files/botocore-1.12.0-py3-none-any.whl"]
    assert told[0].startswith("looking into 1 wheels")


def test_a_walk_since_a_release_leaves_older_ones_alone(place):
    """Its first row is that release, of which it is not known what it brought."""
    with serving(place) as server:
        found = walked(server, since="1.10.1")

    assert shown(found.timeline) == [("1.10.1", "2021-03-02", "", True), *WHOLE[4:]]
    assert len(server.asked) == 1 + 4


def test_refused_ranges_end_a_walk_and_nothing_is_downloaded_whole(place):
    """A thousand wheels of 15 MB are not what anyone asked for."""
    with serving(place, ranges=False) as server, pytest.raises(ModelUnavailable) as caught:
        walked(server)

    assert str(caught.value).startswith("cannot load the releases of lab: 0 of 8 wheels were read, then: botocore-1.")
    assert "the index does not give parts of files, or the wheel is damaged" in str(caught.value)
    assert str(caught.value).endswith("fix: run it again: what was read is kept")
    assert {path for path, _ in server.asked if path.endswith(".whl")} <= {
        f"/files/botocore-{each}-py3-none-any.whl" for each in VERSIONS
    }
    assert len(server.asked) == 1 + len(VERSIONS)


def test_an_index_that_stops_answering_is_named(place):
    """With what it said; remotezip alone would hide it."""
    with serving(place, wheel_status=503) as server, pytest.raises(ModelUnavailable) as caught:
        walked(server)

    assert ": HTTP 503" in str(caught.value)
    assert server.root in str(caught.value)


def test_a_wheel_that_cannot_be_read_is_a_hole_and_read_next_time(place, tmp_path):
    """What came after it may have come with it, which the timeline says; the others are kept."""
    broken = wheels(tmp_path / "wheels")
    (broken / "botocore-1.10.1-py3-none-any.whl").write_bytes(b"not a wheel" * 1000)
    with serving(broken) as server:
        found = walked(server)
    assert shown(found.timeline) == [*WHOLE[:3], ("1.11.0", "2021-04-01", "", True), WHOLE[5]]
    assert [each.what.partition(" ")[0] for each in found.unread] == ["botocore-1.10.1-py3-none-any.whl"]
    assert shown(timeline.known("lab", [])) == shown(found.timeline)

    with serving(place) as server:
        assert shown(walked(server).timeline) == WHOLE
    assert len(server.asked) == 2


WALK = """
import sys
from bototape.releases import Index
from bototape.releases.pipconf import Settings
from bototape.releases.walk import walk
index = Index(settings=lambda: Settings(indexes=(sys.argv[1],), timeout_s=30))
walk("lab", [], index, announce=print, progress=lambda *_: None)
"""


def test_an_interrupted_walk_goes_on_where_it_stopped(place, tmp_path, empty_cache):
    """Ctrl-C, the cache as it then is, and the rest of the wheels."""
    log = empty_cache / "timelines" / "lab.txt"
    slow = wheels(tmp_path / "wheels")
    with serving(slow) as server:
        server.held = {"/files/botocore-1.12.0-py3-none-any.whl"}
        environment = {**os.environ, cache.VARIABLE: str(empty_cache), "PYTHONPATH": os.pathsep.join(sys.path)}
        process = subprocess.Popen(
            [sys.executable, "-c", WALK, server.url], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        until(lambda: log.is_file() and log.read_text().count(" .") == len(VERSIONS) - 1)
        process.send_signal(signal.SIGINT)
        server.held.clear()
        _, err = process.communicate()
    assert (process.returncode != 0, b"KeyboardInterrupt" in err) == (True, True)
    with serving(place) as server:
        assert shown(walked(server).timeline) == WHOLE

    assert [path for path, _ in server.asked] == ["/simple/botocore/", "/files/botocore-1.12.0-py3-none-any.whl"]


# CRCs


@pytest.mark.parametrize("second", [0, 1, 2, 59])
def test_a_model_compressed_anew_has_the_same_crc(tmp_path, second):
    """botocore packs its models with the time of each release, which the archive knows to two seconds."""
    model = a_model("Name")
    one = a_wheel(tmp_path, "1.0.0", "2024-02-29", model, compressed=True)
    other = a_wheel(tmp_path, "1.0.1", "2026-11-17", model, compressed=True, second=second)
    changed = a_wheel(tmp_path, "1.0.2", "2026-11-17", a_model("Nome"), compressed=True, second=second)

    first, same, new = (wheel.opened(each, "", lambda a: wheel.glance(a, "", "lab")) for each in (one, other, changed))
    with zipfile.ZipFile(one) as left, zipfile.ZipFile(other) as right:
        name = "botocore/data/lab/2020-01-01/service-2.json.gz"
        assert left.getinfo(name).CRC != right.getinfo(name).CRC
    assert (first, same[0]) == (("2024-02-29", first[1]), "2026-11-17")
    assert first[1] == same[1] != new[1]


# Files


def test_a_timeline_reads_as_it_is_written():
    """Also what it holds of tracked operations."""
    rows = (Row("1.0.0", "2020-01-01", ""), Row("1.1.0", "2020-02-01", "0badcafe", "1.0.9", {"shapes": {"A": None}}))
    found = Timeline("lab", rows, "1.2.0", "2020-03-01", ("Measure",))

    read = timeline.parse(timeline.text(found).encode(), "timeline.jsonl")

    assert (read, [each.changed for each in read.rows]) == (found, [{}, {"shapes": {"A": None}}])
    assert [found.row(each) for each in ("0.9.9", "1.0.0", "1.0.10", "1.1.0", "1.2.0", "1.2.1")] == [
        None, rows[0], rows[0], rows[1], rows[1], None,
    ]  # fmt: skip


HEAD = '{"timeline":1,"service":"lab","last":"1.2.0","date":"","tracked":[]}\n'
ROW = '{"version":"1.0.0","date":"2020-01-01","crc":""}\n'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is truncated"),
        (HEAD + ROW[:-1], "it is truncated"),
        (HEAD.replace("1,", "2,", 1), "it is of format 2; this bototape reads 1"),
        (HEAD, "its rows are not in the order of releases"),
        (HEAD + ROW + ROW, "its rows are not in the order of releases"),
        (HEAD + ROW.replace("1.0.0", "1.3.0"), "its rows are not in the order of releases"),
        (HEAD + '{"version":"1.0.0"}\n', "a row is not as bototape writes it: KeyError: 'date'"),
        (HEAD + ROW.replace('"1.0.0"', "7"), "a row is not as bototape writes it: TypeError"),
        (HEAD + ROW.replace('crc":""', 'crc":"","changed":[1]'), "a row is not as bototape writes it: TypeError"),
    ],
)
def test_a_damaged_timeline_is_refused_with_its_name(tmp_path, text, reason):
    """It is never taken for an empty one."""
    (tmp_path / "lab").mkdir()
    path = tmp_path / "lab" / timeline.FILE
    path.write_text(text)

    with pytest.raises(ModelUnavailable) as caught:
        timeline.known("lab", [tmp_path])
    assert str(caught.value).startswith(f"cannot load {path}: {reason}")


def test_a_line_that_is_not_json_is_named(tmp_path):
    """By its number."""
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / timeline.FILE).write_text(HEAD + '{"version":\n')

    with pytest.raises(ModelUnavailable) as caught:
        timeline.known("lab", [tmp_path])
    assert caught.value.what == f"{tmp_path / 'lab' / timeline.FILE}:2"


def test_walks_continue_a_committed_timeline(place, tmp_path):
    """Which need not be read again; without its end, what lies beyond is not known."""
    with serving(place) as server:
        whole = walked(server).timeline
    early = Timeline("lab", whole.rows[:3], "1.10.0", "2021-03-01")
    (tmp_path / "schemas" / "lab").mkdir(parents=True)
    (tmp_path / "schemas" / "lab" / timeline.FILE).write_text(timeline.text(early))

    assert timeline.known("lab", [tmp_path / "schemas"]) == whole
    log = Path(os.environ[cache.VARIABLE]) / "timelines" / "lab.txt"
    log.write_text("".join(each for each in log.read_text().splitlines(keepends=True) if not each.startswith("1.10.1")))
    assert timeline.known("lab", [tmp_path / "schemas"]) == early

    with serving(place) as server:
        assert walked(server, tmp_path / "schemas").timeline == whole
    assert [path for path, _ in server.asked] == ["/simple/botocore/", "/files/botocore-1.10.1-py3-none-any.whl"]


def test_of_an_unfinished_walk_the_newest_releases_without_a_hole_count():
    """What lies between two releases that were read is not known to be like the first."""
    for version, day, after in (
        ("1.9.0", "2021-02-01", "1.8.0"),
        ("1.11.1", "2021-04-02", "1.11.0"),
        ("1.12.0", "2021-05-03", "1.11.1"),
    ):
        timeline.keep("lab", Row(version, day, version.replace(".", "").zfill(8), after))

    assert shown(timeline.known("lab", [])) == [
        ("1.11.1", "2021-04-02", "", True),
        ("1.12.0", "2021-05-03", "1.11.1", True),
    ]


def test_damaged_lines_of_the_cache_count_as_unread(place):
    """A walk reads those releases again."""
    with serving(place) as server:
        walked(server)
    log = Path(os.environ[cache.VARIABLE]) / "timelines" / "lab.txt"
    lines = sorted(log.read_text().splitlines())
    log.write_text("\n".join([*lines[:-2], lines[-2][:9], "\x00\xff"]))

    with serving(place) as server:
        assert shown(walked(server).timeline) == WHOLE
    assert len(server.asked) == 3


# Models of tracked operations


def test_models_of_tracked_operations_are_kept_as_what_changed():
    """And come back whole for each row; those that are known are not asked for again."""
    rows = tuple(
        Row(version, day, f"{number:08x}" * (model is not None))
        for number, (version, day, model) in enumerate(RELEASES, 1)
    )
    models = {version: model for version, _, model in RELEASES}
    asked = []

    def model_of(row):
        asked.append(row.version)
        return models[row.version]

    found = track(Timeline("lab", rows, VERSIONS[-1]), ["Measure"], model_of, Timeline("lab"))

    kept = found.models()
    for version, model in models.items():
        wanted = cut(model, ["Measure"]) if model else {"metadata": {}, "operations": {}, "shapes": {}}
        assert kept[version] == {part: wanted[part] for part in ("metadata", "operations", "shapes")}
    assert kept["1.9.0"] is kept["1.9.1"]
    assert [each.version for each in found.rows if each.changed] == ["1.9.0", "1.10.0", "1.10.1", "1.11.0", "1.12.0"]
    assert found.rows[5].changed["shapes"].keys() == {"Name", "Report", "Score"}
    assert found.rows[5].changed["shapes"]["Name"] is None
    assert asked == VERSIONS[1:]

    asked.clear()
    assert timeline.text(track(Timeline("lab", rows, VERSIONS[-1]), ["Measure"], model_of, found)) == timeline.text(
        found
    )
    assert asked == []


def test_sagemakers_timeline_holds_the_models_of_the_snapshots():
    """Two ways to the same models: each wheel's own, and all changes added up."""
    found = timeline.committed("sagemaker", [ROOT / "schemas"])
    models = found.models()

    snapshots = sorted(ROOT.glob("schemas/sagemaker/*/*/service-2.json"))
    assert len(snapshots) >= 5
    for path in snapshots:
        wanted = json.loads(path.read_text(encoding="utf-8"))
        assert models[found.row(path.parent.name).version] == {
            part: wanted[part] for part in ("metadata", "operations", "shapes")
        }
    assert timeline.text(found) == (ROOT / "schemas" / "sagemaker" / timeline.FILE).read_text(encoding="utf-8")
