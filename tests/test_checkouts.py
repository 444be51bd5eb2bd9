import gzip
import json
import os
import shutil
import subprocess

import pytest

from bototape.errors import ModelUnavailable
from bototape.releases import Release, checkouts, load
from tests.modelled import MODEL


def models(directory, services=("lab",), *, compressed=True):
    """A directory in botocore's layout."""
    for each in services:
        path = directory / each / "2020-01-01" / f"service-2.json{'.gz' if compressed else ''}"
        path.parent.mkdir(parents=True)
        text = json.dumps(MODEL).encode()
        path.write_bytes(gzip.compress(text) if compressed else text)
    return directory


@pytest.mark.parametrize("below", [".", "data", "botocore/data"])
@pytest.mark.parametrize("compressed", [True, False])
def test_a_directory_of_models_stands_for_a_release(tmp_path, below, compressed):
    """The models themselves, the package or the checkout around them; its path is its name."""
    models(tmp_path / below, compressed=compressed)
    found = load(str(tmp_path), "lab")

    assert (found.release, found.raw, found.tracked_only) == (Release(str(tmp_path)), MODEL, False)


def test_a_package_tells_its_version(tmp_path):
    """From its source; it is not imported."""
    models(tmp_path / "botocore" / "data")
    (tmp_path / "botocore" / "__init__.py").write_text("raise SystemExit\n__version__ = '1.28.0'\n")

    assert load(str(tmp_path), "lab").release == Release("1.28.0")


def test_a_directory_without_slash_is_found_but_never_before_a_version(tmp_path, monkeypatch):
    """A directory of that name does not shadow a release."""
    monkeypatch.chdir(tmp_path)
    models(tmp_path / "mine")
    models(tmp_path / "1.2.3")

    assert load("mine", "lab").release == Release("mine")
    with pytest.raises(ModelUnavailable, match=r"the installed botocore|it is not at hand"):
        load("1.2.3", "lab")
    assert load("./1.2.3", "lab").release == Release("1.2.3")


NONE = "nothing in it is in botocore's layout\n  fix: expected <service>/<api-version>/service-2.json"


@pytest.mark.parametrize(
    ("service", "made", "said"),
    [
        ("labb", True, "cannot load the model of labb: {0} has no such service\n  fix: did you mean lab?"),
        ("lab", False, f"cannot load models from {{0}}: {NONE}"),
        ("lab", None, "cannot load models from {0}: there is no such directory\n  fix: name a version, or a path"),
    ],
)  # fmt: skip
def test_a_directory_that_cannot_be_meant_is_named(tmp_path, service, made, said):
    """What is missing in it."""
    place = tmp_path / "models"
    if made is not None:
        place.mkdir()
    if made:
        models(place)

    with pytest.raises(ModelUnavailable) as caught:
        load(str(place), service)
    assert str(caught.value).replace(str(place / "."), "{0}") == said


def test_a_damaged_model_is_named(tmp_path):
    """With its path."""
    path = models(tmp_path) / "lab" / "2020-01-01" / "service-2.json.gz"
    path.write_bytes(path.read_bytes()[:-9])

    with pytest.raises(ModelUnavailable) as caught:
        load(str(tmp_path), "lab")
    assert str(caught.value).startswith(f"cannot load {path}: it is truncated or not readable")


# Git


def git(directory, *arguments):
    identity = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "HOME": str(directory)}
    names = {f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    dates = {f"GIT_{who}_DATE": "2022-10-24T20:00:00Z" for who in ("AUTHOR", "COMMITTER")}
    subprocess.run(
        ["git", "-C", str(directory), *arguments],
        check=True,
        capture_output=True,
        env={**os.environ, **identity, **names, **dates},
    )


@pytest.fixture
def checkout(tmp_path):
    """A checkout of two releases whose models are gone from the working tree."""
    place = tmp_path / "botocore-checkout"
    models(place / "botocore" / "data")
    git(tmp_path, "init", "-q", str(place))
    for version, service in (("1.27.0", None), ("1.28.0", "satellite")):
        if service:
            models(place / "botocore" / "data", [service], compressed=False)
        git(place, "add", ".")
        git(place, "commit", "-q", "-m", version)
        git(place, "tag", version)
    shutil.rmtree(place / "botocore")
    return place


def test_a_tag_of_a_checkout_stands_for_a_release(checkout):
    """Whatever is checked out; the date is the commit's."""
    for version, service in (("1.27.0", "lab"), ("1.28.0", "lab"), ("1.28.0", "satellite")):
        found = load(f"{checkout}@{version}", service)

        assert (found.name, found.release, found.raw) == (service, Release(version, "2022-10-24"), MODEL)


@pytest.mark.parametrize(
    ("spec", "service", "reason", "fix"),
    [
        ("{0}@1.27.9", "lab", "it has no such tag", "the nearest it has: 1.27.0 or 1.28.0"),
        ("{0}@--help", "lab", "it has no such tag", "the nearest it has: 1.27.0"),
        ("{0}@1.27.0", "satellite", "1.27.0 has no service satellite", "name another service, or a later tag"),
        ("{0}@1.27.0", "labb", "1.27.0 has no service labb", "did you mean lab?"),
        ("{0}/none@1.27.0", "lab", "there is no directory {0}/none", "name a git checkout of botocore"),
    ],
)
def test_a_checkout_that_cannot_be_meant_is_named(checkout, spec, service, reason, fix):
    """Tag, service or directory."""
    with pytest.raises(ModelUnavailable) as caught:
        load(spec.format(checkout), service)

    assert (caught.value.what, caught.value.reason, caught.value.fix) == (
        f"{service} of {spec.format(checkout)}", reason.format(checkout), fix,
    )  # fmt: skip


def test_a_directory_that_is_no_checkout_is_named(tmp_path, monkeypatch):
    """In git's own words."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))

    with pytest.raises(ModelUnavailable, match="not a git repository"):
        load(f"{tmp_path}@1.28.0", "lab")


def test_without_git_it_says_so(checkout, monkeypatch):
    """No stack of a missing file."""
    monkeypatch.setenv("PATH", "")

    with pytest.raises(ModelUnavailable, match="git is not installed"):
        load(f"{checkout}@1.28.0", "lab")


def test_an_at_in_a_path_is_part_of_it(tmp_path):
    """If there is such a directory."""
    models(tmp_path / "me@home")

    assert load(str(tmp_path / "me@home"), "lab").raw == MODEL
    assert checkouts.split(str(tmp_path / "x@1.0")) == (tmp_path / "x", "1.0")
