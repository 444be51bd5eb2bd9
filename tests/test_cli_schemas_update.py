import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bototape import releases
from bototape.cli import main, network
from bototape.releases import Index, cache, pins, snapshots, wheel
from bototape.releases.pipconf import Settings
from tests.modelled import MODEL, a_wheel
from tests.packages import release

ROOT = Path(__file__).parent.parent
ADD = "bototape schemas add RELEASE --service SERVICE"
GROWN = {**MODEL, "shapes": {**MODEL["shapes"], "Name": {"type": "string", "max": 5}}}


@pytest.fixture
def wheels(tmp_path, monkeypatch):
    """A directory of wheels that pip is configured for."""
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    place = tmp_path / "wheels"
    place.mkdir()
    monkeypatch.setattr(network, "Index", lambda **_: Index(settings=lambda: Settings(find_links=(str(place),))))
    monkeypatch.setenv("BOTOTAPE_OFFLINE", "0")
    return place


@pytest.fixture
def pinned(tmp_path, wheels):
    """Snapshots with one of release 1.0.0."""
    place = tmp_path / "schemas"
    place.mkdir()
    (place / "tracked.toml").write_text('[lab]\noperations = ["Measure", "Later"]\n')
    pins.add(wheel.source(a_wheel(wheels, "1.0.0"), "lab"), ["Measure", "Later"], place)
    return place


def schemas(capsys, *argv):
    code = main(["schemas", *map(str, argv)])
    out, err = capsys.readouterr()
    return code, out.splitlines(), err


def versions(place):
    return [each.version for each in releases.releases("lab", place)]


def test_a_release_is_added_from_the_index(capsys, pinned, wheels):
    """By version, by date or as the newest."""
    release(wheels, "1.1.0", "2023-01-02")
    release(wheels, "1.2.0", "2023-01-03")

    for spec, version in (("1.1.0", "1.1.0"), ("2023-01-02", "1.1.0"), ("latest", "1.2.0")):
        code, out, _ = schemas(capsys, "add", spec, "--service", "lab", "--schemas", pinned)
        assert (code, out[0].partition(":")[0]) == (0, f"wrote {pinned / 'lab' / '2020-01-01' / version}")
    assert [str(each) for each in releases.releases("lab", pinned)] == [
        "1.0.0 (2022-10-24)",
        "1.1.0 (2023-01-02)",
        "1.2.0 (2023-01-03)",
    ]


def test_update_passes_over_a_release_that_changes_nothing_tracked(capsys, pinned, wheels):
    """Most releases are about other services."""
    assert schemas(capsys, "update", "--schemas", pinned) == (
        0, ["lab: 1.0.0 (2022-10-24) is pinned, and 1.0.0 is the newest release"], "",
    )  # fmt: skip
    untracked = {**MODEL, "shapes": {**MODEL["shapes"], "Unused": {"type": "structure", "members": {}, "union": True}}}
    a_wheel(wheels, "1.1.0", model={**untracked, "metadata": {**MODEL["metadata"], "uid": "lab-2"}})

    assert schemas(capsys, "update", "--schemas", pinned) == (
        0, ["lab: nothing tracked changed from 1.0.0 (2022-10-24) to 1.1.0 (2022-10-24); nothing to add"], "",
    )  # fmt: skip
    assert versions(pinned) == ["1.0.0"]


def test_update_adds_the_newest_release_when_a_tracked_shape_changed(capsys, pinned, wheels):
    """And prints what did; a dry run only prints."""
    a_wheel(wheels, "1.1.0", model=GROWN)
    told = [
        "lab: 1.0.0 (2022-10-24) → 1.1.0 (2022-10-24)",
        "dangerous  lab.Measure.input.Name: maximum lowered from none to 5 [maximum-lowered]",
        "1 finding: 1 dangerous; gate never",
    ]

    code, out, _ = schemas(capsys, "update", "--dry-run", "--schemas", pinned)
    assert (code, out, versions(pinned)) == (0, [*told, "nothing written: --dry-run"], ["1.0.0"])

    code, out, _ = schemas(capsys, "update", "--service", "lab", "--schemas", pinned)
    assert (code, out[:3], out[3].partition(":")[0]) == (0, told, f"wrote {pinned / 'lab' / '2020-01-01' / '1.1.0'}")
    assert versions(pinned) == ["1.0.0", "1.1.0"]


def test_update_adds_a_release_with_a_tracked_operation_that_is_new(capsys, pinned, wheels):
    """It was waited for."""
    a_wheel(wheels, "1.1.0", model={**MODEL, "operations": {**MODEL["operations"], "Later": {"name": "Later"}}})

    code, out, _ = schemas(capsys, "update", "--schemas", pinned)
    assert (code, out[1]) == (0, "info       lab.Later: operation added [operation-added]")
    assert versions(pinned) == ["1.0.0", "1.1.0"]


def test_update_needs_the_index_and_a_snapshot(capsys, pinned, tmp_path):
    """It does not guess offline, and does not choose a service."""
    code, _, err = schemas(capsys, "update", "--offline", "--schemas", pinned)
    assert (code, "only the package index can tell it" in err) == (3, True)

    (tmp_path / "empty").mkdir()
    code, _, err = schemas(capsys, "update", "--schemas", tmp_path / "empty")
    assert (code, err) == (
        2,
        f"bototape: there is no snapshot below {tmp_path / 'empty'}\n  fix: {ADD}\n",
    )


# The wheel of bototape


LOAD = """
import sys
sys.path.insert(0, sys.argv[1])
from bototape import releases
from bototape.releases import snapshots
assert releases.__file__.startswith(sys.argv[1])
print(releases.load("pinned", "sagemaker").release)
for path in snapshots.paths("sagemaker", snapshots.roots(None)).values():
    print(path)
"""


@pytest.fixture(scope="module")
def unzipped(tmp_path_factory):
    """Our own wheel, built and unzipped."""
    place = tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "README.md", "LICENSE", "src", "schemas", "scripts"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, place / "project" / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (place / "project").mkdir(exist_ok=True)
            shutil.copy(source, place / "project" / name)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(place)]
    done = subprocess.run(command, cwd=place / "project", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(next(place.glob("*.whl"))) as archive:
        archive.extractall(place / "unzipped")
    return place / "unzipped"


def test_the_wheel_ships_the_newest_snapshots_and_no_others(unzipped):
    """Byte for byte, with the timeline and the list of tracked operations."""
    newest = snapshots.paths("sagemaker", [ROOT / "schemas"]).popitem()[1]
    shipped = unzipped / "bototape" / "_schemas"
    timeline = ROOT / "schemas" / "sagemaker" / "timeline.jsonl"
    wanted = [ROOT / "schemas" / "tracked.toml", timeline, *newest.iterdir()]

    assert {each.relative_to(shipped): each.read_bytes() for each in shipped.rglob("*") if each.is_file()} == {
        each.relative_to(ROOT / "schemas"): each.read_bytes() for each in wanted
    }


def test_the_wheel_ships_what_reports_are_made_of(unzipped):
    """Byte for byte: the JSON report's schema, and the HTML page's template, style and script."""
    names = ("report.schema.json", "page.html", "page.css", "page.js")
    ours, shipped = ROOT / "src" / "bototape" / "report", unzipped / "bototape" / "report"

    assert [(shipped / each).read_bytes() for each in names] == [(ours / each).read_bytes() for each in names]


def test_someone_who_installed_the_wheel_has_snapshots(unzipped, tmp_path):
    """Without a project; a project's own come first, release by release, and pin."""
    *_, newest = releases.releases("sagemaker", ROOT / "schemas")
    shipped = unzipped / "bototape" / "_schemas" / "sagemaker" / "2017-07-24" / newest.version
    command = [sys.executable, "-I", "-c", LOAD, str(unzipped)]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == [str(newest), str(shipped)]

    own = tmp_path / "schemas" / "sagemaker" / "2017-07-24"
    shutil.copytree(ROOT / "schemas" / "sagemaker" / "2017-07-24" / "1.28.0", own / "1.28.0")
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    pinned = "1.28.0 (2022-10-24)"
    assert ran.stdout.splitlines() == [pinned, str((own / "1.28.0").relative_to(tmp_path)), str(shipped)]

    shutil.copytree(ROOT / "schemas" / "sagemaker" / "2017-07-24" / newest.version, own / newest.version)
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[2:] == [str((own / newest.version).relative_to(tmp_path))]
