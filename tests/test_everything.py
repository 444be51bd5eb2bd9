"""All services of a release, wherever it comes from."""

import json
import subprocess

import pytest

from bototape.errors import ModelUnavailable
from bototape.releases import Index, Release, installed
from bototape.releases.everything import everything
from bototape.releases.pipconf import Settings
from tests.modelled import MODEL
from tests.packages import release, serving


def told(spec, **options):
    """The services, and what the first and last load as."""
    with everything(spec, **options) as found:
        ends = [found.load(each) for each in (found.services[0], found.services[-1])]
        return found.services, [(each.name, each.release) for each in ends]


def git(directory, *arguments):
    options = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(directory), *options, *arguments], check=True, capture_output=True)


def checkout(directory, *services):
    for each in services:
        path = directory / "botocore" / "data" / each / "2020-01-01" / "service-2.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(MODEL))
    return directory


@pytest.mark.newest_botocore
def test_the_installed_release_has_hundreds():
    """Every one of them has a name that loads."""
    services, ends = told("installed")

    assert len(services) > 400
    assert ends == [(each, Release(installed.version())) for each in (services[0], services[-1])]


def test_a_directory_has_what_lies_in_it(tmp_path):
    """A checkout of botocore, or its data alone."""
    place = checkout(tmp_path, "lab", "sts")

    assert told(str(place)) == (("lab", "sts"), [(each, Release(str(place))) for each in ("lab", "sts")])
    assert told(str(place / "botocore" / "data"))[0] == ("lab", "sts")


def test_a_checkout_at_a_tag(tmp_path):
    """What is checked out does not matter."""
    place = checkout(tmp_path, "lab")
    git(place, "init", "-q")
    git(place, "add", ".")
    git(place, "commit", "-qm", "one")
    git(place, "tag", "1.9.0")
    checkout(place, "sts")

    assert told(f"{place}@1.9.0") == (("lab",), [("lab", Release("1.9.0"))] * 2)
    with pytest.raises(ModelUnavailable, match="it has no such tag"):
        told(f"{place}@1.8.0")


def test_a_version_is_downloaded_whole_once_and_gone_afterwards(tmp_path):
    """One request for the wheel, whatever the number of services."""
    release(tmp_path / "wheels", "1.9.0", services=("lab", "sts"))
    said = []
    with serving(tmp_path / "wheels") as server:
        index = Index(said.append, settings=lambda: Settings(indexes=(server.url,)))
        with everything("1.9.0", index=index) as found:
            assert [found.load(each).release for each in found.services] == [Release("1.9.0")] * 2

        [sent] = [sent for path, sent in server.asked if path == "/files/botocore-1.9.0-py3-none-any.whl"]
        assert sent == (tmp_path / "wheels" / "botocore-1.9.0-py3-none-any.whl").stat().st_size
    assert said == ["downloading botocore 1.9.0 with all its services from the package index"]
    with pytest.raises(ModelUnavailable, match="there is no such directory"):
        found.load("lab")


def test_without_the_network_a_version_is_refused():
    """Not guessed, and not taken from the installed one."""
    with pytest.raises(ModelUnavailable, match="the package index, and it is not used"), everything("1.9.0"):
        pass


@pytest.mark.parametrize(("place", "reason"), [("no/such", "no such directory"), ("{}", "botocore's layout")])
def test_a_place_without_models_is_told(place, reason, tmp_path):
    """A missing directory, and an empty one."""
    with pytest.raises(ModelUnavailable, match=reason), everything(place.format(tmp_path)):
        pass
