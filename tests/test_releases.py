import gzip
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import botocore
import pytest

from bototape.errors import ModelUnavailable, UsageError
from bototape.finding import Finding, Severity
from bototape.releases import Release, default, installed, load, natural, pins, releases, snapshots, wheel
from tests.modelled import a_wheel

ROOT = Path(__file__).parent.parent
SCHEMAS = ROOT / "schemas"


@pytest.fixture
def snapshot(tmp_path):
    """The directory of a snapshot of two operations, one more tracked."""
    source = wheel.source(a_wheel(tmp_path), "lab")
    return pins.add(source, ["Measure", "Stop", "Later"], tmp_path / "schemas")


def test_versions_are_ordered_as_numbers():
    """1.20.9 is older than 1.20.40, and a release candidate older than its release."""
    versions = ["1.28.0", "1.20.40", "1.20.9", "2.0", "1.20.40rc1", "1.20"]

    assert sorted(versions, key=natural) == ["1.20", "1.20.9", "1.20.40", "1.20.40rc1", "1.28.0", "2.0"]


@pytest.mark.parametrize(("date", "expected"), [("2022-10-24", "1.28.0 (2022-10-24)"), ("", "1.28.0")])
def test_a_release_reads_as_version_and_date(date, expected):
    """As in every message."""
    assert str(Release("1.28.0", date)) == expected


def test_the_committed_releases_are_these():
    """Oldest first, each with the date of its model."""
    assert [str(each) for each in releases("sagemaker", SCHEMAS)][:4] == [
        "1.20.40 (2021-03-29)",
        "1.20.41 (2021-03-30)",
        "1.27.96 (2022-10-21)",
        "1.28.0 (2022-10-24)",
    ]


def test_a_snapshot_is_read():
    """Its release, its operations, and which tracked ones came later."""
    model = load("1.28.0", "sagemaker", SCHEMAS)

    assert (model.name, str(model.release), model.tracked_only) == ("sagemaker", "1.28.0 (2022-10-24)", True)
    assert "ListInferenceRecommendationsJobSteps" in model.service.operations
    assert model.absent == ("CreateAutoMLJobV2", "DescribeAutoMLJobV2")
    assert model.raw["operations"].keys() == model.service.operations.keys()


def test_pinned_is_the_newest_snapshot(tmp_path):
    """By number, not by name."""
    for version in ("1.9.0", "1.10.0"):
        pins.add(wheel.source(a_wheel(tmp_path, version), "lab"), ["Measure"], tmp_path / "schemas")

    assert load("pinned", "lab", tmp_path / "schemas").release == Release("1.10.0", "2022-10-24")


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """A project, and snapshots inside the package: of the service lab, one of release 1.10.0 that tracks Measure."""
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    monkeypatch.setattr(snapshots, "packaged", lambda: tmp_path / "package")
    pins.add(wheel.source(a_wheel(tmp_path, "1.10.0"), "lab"), ["Measure"], tmp_path / "package")
    return tmp_path


@pytest.mark.parametrize(("operations", "spec"), [(["Measure"], "pinned"), (["Measure", "Weigh"], "installed")])
@pytest.mark.usefixtures("shipped")
def test_a_shipped_snapshot_counts_where_it_has_all_that_is_called(operations, spec):
    """It tracks what our own cassettes call: a project that calls something else would be told that nothing drifts."""
    assert default("lab", operations) == spec


def test_a_projects_own_snapshot_counts_whatever_it_tracks(shipped):
    """The project chose it; a newer one of ours does not take its place."""
    pins.add(wheel.source(a_wheel(shipped, "1.9.0"), "lab"), ["Measure"], shipped / "project" / "schemas")

    assert default("lab", ["Weigh"]) == "pinned"
    assert load("pinned", "lab").release.version == "1.9.0"


@pytest.mark.usefixtures("shipped")
def test_without_any_snapshot_the_installed_release_counts():
    """As for most services."""
    assert default("sts", ["GetCallerIdentity"]) == "installed"


def test_the_newest_api_version_wins(tmp_path):
    """Of one release that has two."""
    for api_version in ("2020-01-01", "2021-01-01"):
        path = a_wheel(tmp_path, api_version=api_version)
        pins.add(wheel.source(path, "lab"), ["Measure"], tmp_path / "schemas")

    assert [each.parts[-2] for each in snapshots.paths("lab", [tmp_path / "schemas"]).values()] == ["2021-01-01"]


def test_snapshots_of_the_current_directory_are_found(tmp_path, monkeypatch, snapshot):
    """A project's own schemas need no option."""
    monkeypatch.chdir(tmp_path)

    assert load("1.2.3", "lab").release == Release("1.2.3", "2022-10-24")
    assert snapshot == tmp_path / "schemas" / "lab" / "2020-01-01" / "1.2.3"


def test_the_installed_model_is_whole():
    """All operations, of the version that is installed; the same under its number."""
    model = load("installed", "sagemaker", SCHEMAS)
    sts = load(botocore.__version__, "sts", SCHEMAS)

    assert (model.release.version, model.tracked_only, model.absent) == (botocore.__version__, False, ())
    assert len(model.service.operations) > 300
    assert sts.release == Release(botocore.__version__)


def test_an_unknown_release_is_named_with_those_known():
    """A typing error shows what there is."""
    with pytest.raises(ModelUnavailable) as caught:
        load("1.28.9", "sagemaker", SCHEMAS)

    known = ", ".join(each.version for each in releases("sagemaker", SCHEMAS))
    assert str(caught.value) == (
        "cannot load sagemaker of release 1.28.9: it is not at hand, and the network is not used "
        f"(snapshots: {known}; installed: {botocore.__version__})\n"
        "  fix: drop --offline, or: bototape schemas add 1.28.9 --service sagemaker"
    )


def test_pinned_without_snapshots_says_so(tmp_path):
    """A fresh project has none yet."""
    with pytest.raises(ModelUnavailable) as caught:
        load("pinned", "sts", tmp_path)

    assert str(caught.value) == (
        "cannot load the pinned release of sts: there is no snapshot of sts\n"
        "  fix: bototape schemas add VERSION --service sts"
    )


@pytest.mark.parametrize("spec", ["installed", "pinned", "1.28.0"])
def test_an_unknown_service_is_named_with_its_neighbour(spec):
    """botocore's names are not AWS's."""
    with pytest.raises(ModelUnavailable) as caught:
        load(spec, "sagemakr", SCHEMAS)

    assert str(caught.value) == (
        f"cannot load the model of sagemakr: the installed botocore {botocore.__version__} has no such service\n"
        "  fix: did you mean sagemaker?"
    )


@pytest.mark.parametrize("name", ["../x", "", "a/b", "SageMaker", "*"])
def test_a_service_name_is_not_a_path(name):
    """Nothing outside of the snapshots is looked at."""
    with pytest.raises(ModelUnavailable, match="that is not a service name"):
        load("1.28.0", name, SCHEMAS)


def test_a_missing_directory_of_snapshots_is_named(tmp_path):
    """An option that names nothing is not passed over."""
    with pytest.raises(UsageError) as caught:
        load("pinned", "sagemaker", tmp_path / "none")

    assert str(caught.value) == (
        f"cannot read snapshots: {tmp_path / 'none'} is not a directory\n  fix: name the directory with --schemas"
    )


def _without_digest(text):
    return text.replace('"sha256"', '"md5"')


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        ("service-2.json", lambda text: text[:-40], "it is truncated or not JSON"),
        ("service-2.json", lambda text: text.replace("Name", "Nome"), "it was edited: its digest is not the one in"),
        ("service-2.json", lambda _: None, "it is not readable: No such file or directory"),
        ("release.json", lambda text: text[:-40], "it is truncated or not JSON"),
        ("release.json", lambda _: "[]", "expected a JSON object, found list"),
        (
            "release.json",
            lambda text: text.replace("1.2.3", "1.2.4"),
            "it says version '1.2.4' in the directory of '1.2.3'",
        ),
        ("release.json", _without_digest, "it has no dict 'sha256'"),
    ],
)
def test_a_broken_snapshot_is_named_with_the_reason(snapshot, name, change, reason):
    """Truncated, edited, missing: the path, why, and how to get it back; never another release's model instead."""
    path = snapshot / name
    text = change(path.read_text())
    if text is None:
        path.unlink()
    else:
        path.write_text(text)

    with pytest.raises(ModelUnavailable) as caught:
        load("1.2.3", "lab", snapshot.parents[2])

    assert str(caught.value).startswith(f"cannot load {path}: {reason}")
    assert "bototape schemas add 1.2.3 --service lab" in str(caught.value)


def test_an_edit_that_keeps_the_digest_must_still_be_a_model(snapshot):
    """A snapshot with a fitting digest and a dangling shape is refused with the place."""
    path = snapshot / "service-2.json"
    model = json.loads(path.read_text())
    model["shapes"]["Sample"]["members"]["Name"]["shape"] = "Gone"
    path.write_text(json.dumps(model))
    about = json.loads((snapshot / "release.json").read_text())
    about["sha256"]["service-2.json"] = snapshots.digest(path.read_bytes())
    (snapshot / "release.json").write_text(json.dumps(about))

    with pytest.raises(ModelUnavailable, match="shape 'Sample': 'Name' names the unknown shape 'Gone'"):
        snapshots.read(snapshot)


def test_line_ends_of_a_checkout_do_not_matter(snapshot):
    """Git on Windows writes CRLF."""
    path = snapshot / "service-2.json"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    assert snapshots.read(snapshot).release.version == "1.2.3"


@pytest.mark.parametrize(
    "content", [b"\x1f\x8b\x08", b"{", gzip.compress(b"{}", mtime=0)[:-4], gzip.compress(b"[]", mtime=0)]
)
def test_a_broken_installed_model_is_named(tmp_path, content):
    """A half-installed botocore gives its path and a reason."""
    path = tmp_path / "lab" / "2020-01-01" / "service-2.json.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)

    with pytest.raises(ModelUnavailable) as caught:
        installed.model("lab", data=tmp_path)

    assert str(caught.value).startswith(f"cannot load {path}: ")
    assert str(caught.value).endswith("\n  fix: reinstall botocore")


# Making snapshots


@pytest.mark.parametrize("compressed", [False, True])
def test_a_snapshot_holds_what_is_tracked_and_nothing_else(tmp_path, compressed):
    """Operations asked for, shapes they reach, pages and waiters of theirs; no documentation; date of the model."""
    source = wheel.source(a_wheel(tmp_path, compressed=compressed), "lab")
    directory = pins.add(source, ["Measure", "Stop", "Later"], tmp_path / "schemas")
    files = {each.name: json.loads(each.read_text()) for each in directory.iterdir()}
    about = files["release.json"]

    assert files["service-2.json"] == {
        "version": "2.0",
        "metadata": {"protocol": "json", "serviceId": "Lab"},
        "operations": {"Measure": {"name": "Measure", "input": {"shape": "Sample"}}, "Stop": {"name": "Stop"}},
        "shapes": {
            "Sample": {"type": "structure", "members": {"Name": {"shape": "Name"}}},
            "Name": {"type": "string"},
        },
    }
    assert files["paginators-1.json"] == {"pagination": {"Measure": {"result_key": "Name"}}}
    assert files["waiters-2.json"] == {"version": 2, "waiters": {"Measured": {"operation": "Measure"}}}
    assert (about["date"], about["operations"], about["absent"]) == ("2022-10-24", ["Measure", "Stop"], ["Later"])
    assert sorted(files) == [
        "Measure.input.schema.json",
        "Measure.output.schema.json",
        "Stop.input.schema.json",
        "Stop.output.schema.json",
        "paginators-1.json",
        "release.json",
        "service-2.json",
        "waiters-2.json",
    ]


def test_making_it_again_changes_nothing(tmp_path, snapshot):
    """Byte for byte."""
    before = {each.name: each.read_bytes() for each in snapshot.iterdir()}
    pins.add(wheel.source(a_wheel(tmp_path), "lab"), ["Measure", "Stop", "Later"], tmp_path / "schemas")

    assert {each.name: each.read_bytes() for each in snapshot.iterdir()} == before
    assert [each.name for each in snapshot.parent.iterdir()] == ["1.2.3"]


@pytest.mark.parametrize("method", ["write_text", "rename"])
def test_a_disk_that_fails_leaves_the_old_snapshot(tmp_path, snapshot, monkeypatch, method):
    """Whole or not at all."""
    before = {each.name: each.read_bytes() for each in snapshot.iterdir()}
    source = wheel.source(a_wheel(tmp_path), "lab")
    real = getattr(Path, method)

    def full(self, *args, **kwargs):
        if self.name in ("made", "release.json"):
            raise OSError(28, "No space left on device")
        return real(self, *args, **kwargs)

    monkeypatch.setattr(Path, method, full)
    with pytest.raises(UsageError) as caught:
        pins.add(source, ["Measure"], tmp_path / "schemas")

    assert str(caught.value).startswith(f"cannot write {snapshot}: No space left on device")
    assert {each.name: each.read_bytes() for each in snapshot.iterdir()} == before
    assert [each.name for each in snapshot.parent.iterdir()] == ["1.2.3"]


def test_a_release_without_any_of_the_operations_is_refused(tmp_path):
    """An empty snapshot would say that everything is fine."""
    with pytest.raises(UsageError) as caught:
        pins.add(wheel.source(a_wheel(tmp_path), "lab"), ["Later", "Never"], tmp_path / "schemas")

    assert str(caught.value) == "botocore 1.2.3 (2022-10-24) has none of the operations: Later, Never"
    assert not (tmp_path / "schemas").exists()


def test_a_sound_snapshot_verifies(snapshot):
    """Nothing to say."""
    assert pins.verify(snapshot) == []


def test_verify_names_every_file_that_is_wrong(snapshot):
    """Changed, missing, left over, edited."""
    (snapshot / "Measure.input.schema.json").write_text("{}")
    (snapshot / "Stop.input.schema.json").unlink()
    (snapshot / "Gone.output.schema.json").write_text("{}")
    (snapshot / "waiters-2.json").write_text("{}")

    assert pins.verify(snapshot) == [
        Finding(where(snapshot, name), rule, Severity.ERROR, message)
        for name, rule, message in (
            ("waiters-2.json", "snapshot-edited", "its digest is not the one in release.json"),
            ("Gone.output.schema.json", "schema-left-over", "no operation needs this schema"),
            ("Measure.input.schema.json", "schema-differs", "the schema is not what service-2.json compiles to"),
            ("Stop.input.schema.json", "schema-missing", "the schema is missing"),
        )
    ]


def where(directory, name):
    return str(directory / name)


def test_verify_names_a_snapshot_that_cannot_be_read(snapshot):
    """As loading it would."""
    (snapshot / "service-2.json").write_text("{")

    assert [each.rule for each in pins.verify(snapshot)] == ["snapshot-unusable"]


def test_tracked_operations_stand_in_one_place():
    """The list of the project, and the snapshots follow it."""
    names = snapshots.tracked("sagemaker", [SCHEMAS])

    for each in snapshots.snapshots([SCHEMAS]):
        model = snapshots.read(each)
        assert {*model.service.operations, *model.absent} == set(names)


@pytest.mark.parametrize("text", ["", "[other]\noperations = ['A']\n", "[lab]\noperations = []\n"])
def test_a_service_without_tracked_operations_says_where_to_list_them(tmp_path, text):
    """The file and its form."""
    (tmp_path / "tracked.toml").write_text(text)

    with pytest.raises(UsageError) as caught:
        snapshots.tracked("lab", [tmp_path])

    assert str(caught.value) == (
        "no tracked operations of lab are listed\n"
        "  fix: list them in schemas/tracked.toml: [lab] and operations = [...], or name them with --operations"
    )


def test_a_broken_list_of_tracked_operations_is_named(tmp_path):
    """With the line."""
    (tmp_path / "tracked.toml").write_text("[lab\n")

    with pytest.raises(UsageError, match=r"tracked.toml: .*line 1"):
        snapshots.tracked("lab", [tmp_path])


# Wheels


def test_a_wheel_that_is_none_is_named(tmp_path):
    """Not a zip, another package, another service, a broken model inside."""
    other = tmp_path / "other.whl"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("other-1.0.dist-info/METADATA", "")
    text = tmp_path / "text.whl"
    text.write_text("not a zip")
    broken = a_wheel(tmp_path, "9.9")
    broken.write_bytes(broken.read_bytes()[:-80])

    for path, service, reason in (
        (text, "lab", "it is truncated or not a wheel"),
        (broken, "lab", "it is truncated or not a wheel"),
        (tmp_path / "none.whl", "lab", "it is truncated or not a wheel"),
        (other, "lab", "it is not a wheel of botocore"),
        (a_wheel(tmp_path), "nolab", "botocore 1.2.3 has no service nolab"),
    ):
        with pytest.raises(ModelUnavailable) as caught:
            wheel.source(path, service)
        assert str(caught.value).startswith(f"cannot load {path}: {reason}")


def test_pip_downloads_the_wheel(tmp_path, monkeypatch):
    """With the user's own configuration, one wheel and no dependencies."""
    calls = []

    def run(command, **options):
        calls.append((command, options))
        a_wheel(tmp_path, "1.28.0")
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", run)

    assert wheel.download("1.28.0", tmp_path) == tmp_path / "botocore-1.28.0-py3-none-any.whl"
    options = ["--no-deps", "--only-binary=:all:", "--disable-pip-version-check", "--quiet"]
    command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(tmp_path), "botocore==1.28.0"]
    assert calls == [(command, {"capture_output": True, "check": False})]


def test_a_failing_pip_is_told_without_its_output(tmp_path, monkeypatch):
    """Its output may hold the address of an index, credentials included."""
    monkeypatch.setattr(
        subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 1, b"", b"https://user:pw@host")
    )

    with pytest.raises(ModelUnavailable) as caught:
        wheel.download("9.9.9", tmp_path)

    assert str(caught.value) == (
        "cannot load the wheel of botocore==9.9.9: pip could not download it (exit 1)\n"
        "  fix: see why with: python -m pip download --no-deps botocore==9.9.9; or give the file with --wheel"
    )
