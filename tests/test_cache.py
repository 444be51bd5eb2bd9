import gzip
import hashlib
import json
import subprocess
import sys

import pytest

from bototape.releases import cache
from bototape.releases.model import Release
from bototape.releases.wheel import Source
from tests.modelled import MODEL, WAITERS

FILES = {"service-2.json": MODEL, "waiters-2.json": WAITERS}
SOURCE = Source("lab", "2020-01-01", Release("1.10.0", "2022-10-24"), FILES)


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """The user's cache, empty."""
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def entry(place):
    """The one entry of the cache."""
    assert cache.put(SOURCE) == ""
    return place / "models" / "1.10.0" / "lab.json.gz"


def test_the_cache_is_the_users(monkeypatch):
    """Where the platform keeps caches, unless it is put elsewhere."""
    monkeypatch.delenv(cache.VARIABLE)

    assert cache.directory().name == "bototape"


def test_what_was_kept_comes_back(entry):
    """All of it, by release and service, and nothing besides."""
    assert cache.get("1.10.0", "lab") == SOURCE
    assert (cache.get("1.10.1", "lab"), cache.get("1.10.0", "other")) == (None, None)
    assert [each.name for each in entry.parent.iterdir()] == ["lab.json.gz"]


def test_releases_are_listed_oldest_first(entry):
    """Of one service."""
    cache.put(Source("lab", "2020-01-01", Release("1.9.0"), {"service-2.json": MODEL}))

    assert (cache.versions("lab"), cache.versions("other"), entry.exists()) == (["1.9.0", "1.10.0"], [], True)


def sealed(content):
    packed = gzip.compress(json.dumps(content).encode())
    return b"bototape model 1 sha256 " + hashlib.sha256(packed).hexdigest().encode() + b"\n" + packed


GOOD = {"service": "lab", "apiVersion": "2020-01-01", "version": "1.10.0", "date": "", "files": FILES}


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-1],
        lambda content: content[:-5] + bytes([content[-5] ^ 1]) + content[-4:],
        lambda content: content.replace(b"model 1", b"model 2"),
        lambda _: b"",
        lambda content: content.partition(b"\n")[0] + b"\n" + sealed(GOOD).partition(b"\n")[2],
        lambda _: sealed(GOOD | {"version": "1.10.1"}),
        lambda _: sealed(GOOD | {"service": "other"}),
        lambda _: sealed(GOOD | {"files": {"service-2.json": []}}),
        lambda _: sealed(GOOD | {"files": {}}),
        lambda _: sealed([]),
    ],
    ids=["short", "a bit", "format", "empty", "other", "version", "service", "list", "no model", "no object"],
)
def test_a_damaged_entry_counts_as_absent_and_is_replaced(entry, damage):
    """A full disk or a flipped bit never gives a wrong model."""
    assert cache.get("1.10.0", "lab") == SOURCE
    entry.write_bytes(damage(entry.read_bytes()))

    assert cache.get("1.10.0", "lab") is None
    assert cache.put(SOURCE) == ""
    assert cache.get("1.10.0", "lab") == SOURCE


def test_a_sealed_entry_is_read():
    """What the cases above damage is good before."""
    path = cache.directory() / "models" / "1.10.0" / "lab.json.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(sealed(GOOD))

    assert cache.get("1.10.0", "lab") == Source("lab", "2020-01-01", Release("1.10.0"), FILES)


@pytest.mark.parametrize("version", ["../../x", "", "v1", "1/2"])
def test_a_version_is_not_a_path(version, place):
    """Nothing outside of the cache is read or written."""
    assert cache.get(version, "lab") is None
    assert cache.put(Source("lab", "", Release(version), {})) == f"{version!r} is not a version"
    assert not place.exists()


def test_a_model_outside_of_the_cache_is_not_read(place):
    """Even if it is sound."""
    (place / "outside").mkdir(parents=True)
    (place / "models").mkdir()
    (place / "outside" / "lab.json.gz").write_bytes(sealed(GOOD | {"version": "../outside"}))

    assert cache.get("../outside", "lab") is None


def test_a_cache_that_cannot_be_written_is_no_reason_to_fail(place):
    """It says why."""
    place.write_text("a file where the directory should be")

    assert cache.put(SOURCE).startswith(str(place / "models" / "1.10.0" / "lab.json.gz: "))


def test_a_failed_write_leaves_what_was_there(entry, monkeypatch):
    """No part of a file, no temporary file."""
    before = entry.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(entry), "replace", full)
    assert cache.put(SOURCE).endswith("No space left on device")
    assert [(each.name, each.read_bytes()) for each in entry.parent.iterdir()] == [("lab.json.gz", before)]


RACE = """
import json, sys
from bototape.releases import cache
from bototape.releases.model import Release
from bototape.releases.wheel import Source
for turn in range(100):
    files = {"service-2.json": {"by": sys.argv[1], "turn": turn, "filler": "x" * 20000}}
    assert cache.put(Source("lab", "2020-01-01", Release("1.9.0"), files)) == ""
    found = cache.get("1.9.0", "lab")
    assert found is not None and len(found.files["service-2.json"]["filler"]) == 20000
"""


def test_several_processes_write_one_entry(place):
    """A reader sees one whole entry or another, never a mixture."""
    racers = [subprocess.Popen([sys.executable, "-c", RACE, name], stderr=-1, text=True) for name in "ab"]

    assert [(each.communicate()[1], each.returncode) for each in racers] == [("", 0)] * 2
    assert [each.name for each in (place / "models" / "1.9.0").iterdir()] == ["lab.json.gz"]
