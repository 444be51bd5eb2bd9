"""All services of a release: metadata from the head of each file, models when they are asked for."""

import gzip
import json
import zipfile

import botocore
import pytest
from botocore.loaders import Loader

from bototape.errors import ModelUnavailable
from bototape.interaction import Request
from bototape.releases.directory import directory, index
from bototape.shapes import parse
from tests.modelled import MODEL
from tests.packages import release


def put(data, service, version="2020-01-01", *, model=MODEL, packed=True):
    """Write one model in botocore's layout."""
    place = data / service / version
    place.mkdir(parents=True)
    text = json.dumps(model).encode()
    if packed:
        (place / "service-2.json.gz").write_bytes(gzip.compress(text, mtime=0))
    else:
        (place / "service-2.json").write_bytes(text)
    return place


def told(found):
    return [(each.name, each.api_version, each.metadata) for each in found.entries]


def test_every_service_of_the_installed_botocore_is_found():
    """Names, API versions and metadata are those that botocore's own loader gives."""
    loader = Loader(include_default_search_paths=False, extra_search_paths=[f"{botocore.__path__[0]}/data"])
    names = loader.list_available_services("service-2")

    found = directory()

    assert sorted({each.name for each in found.entries}) == names
    assert [each.api_version for each in found.entries if each.name == "ec2"] == loader.list_api_versions(
        "ec2", "service-2"
    )
    for name in ("ec2", "s3", "sagemaker", "cloudwatch", "lambda"):
        version = loader.determine_latest_version(name, "service-2")
        metadata = next(each.metadata for each in found.entries if (each.name, each.api_version) == (name, version))
        assert metadata == loader.load_service_model(name, "service-2")["metadata"]


def test_a_model_is_read_whole_when_it_is_asked_for(tmp_path):
    """What comes is the service that the file holds."""
    put(tmp_path, "lab")

    found = directory(tmp_path)

    assert found.load(found.entries[0]) == parse(MODEL)


@pytest.mark.parametrize("below", [".", "data", "botocore/data"])
def test_a_directory_may_be_models_package_or_checkout(tmp_path, below):
    """Wherever botocore's layout begins."""
    put(tmp_path / below, "lab", "2019-01-01", packed=False)
    put(tmp_path / below, "lab", "2020-01-01")
    put(tmp_path / below, "bench")

    assert told(directory(tmp_path)) == [
        ("bench", "2020-01-01", MODEL["metadata"]),
        ("lab", "2019-01-01", MODEL["metadata"]),
        ("lab", "2020-01-01", MODEL["metadata"]),
    ]


def test_of_a_model_in_both_forms_the_plain_one_counts(tmp_path):
    """As in botocore's loader."""
    place = put(tmp_path, "lab")
    plain = {**MODEL, "metadata": {"endpointPrefix": "plain"}}
    (place / "service-2.json").write_text(json.dumps(plain), encoding="utf-8")

    assert told(directory(tmp_path)) == [("lab", "2020-01-01", {"endpointPrefix": "plain"})]


@pytest.mark.parametrize(
    "model",
    [
        {"version": "2.0", **MODEL},
        {"operations": MODEL["operations"], "shapes": MODEL["shapes"], "metadata": MODEL["metadata"]},
        {"examples": {"metadata": {"not": "this"}}, **MODEL},
        {"documentation": "é" * 5000, **MODEL},
    ],
    ids=["as shipped", "last", "another of that name deeper", "beyond the first bytes, in the middle of a character"],
)
@pytest.mark.parametrize("packed", [True, False], ids=["gzip", "plain"])
def test_metadata_is_found_wherever_it_stands(tmp_path, model, packed):
    """Only the member of the model itself counts."""
    put(tmp_path, "lab", model=model, packed=packed)

    assert told(directory(tmp_path)) == [("lab", "2020-01-01", MODEL["metadata"])]


def test_only_the_head_of_a_model_is_read(tmp_path):
    """What follows may be damaged and is not noticed before it is needed."""
    place = put(tmp_path, "lab", model={"metadata": MODEL["metadata"], "shapes": {}, "x": list(range(100_000))})
    file = place / "service-2.json.gz"
    file.write_bytes(file.read_bytes()[:4096])

    found = directory(tmp_path)

    assert told(found) == [("lab", "2020-01-01", MODEL["metadata"])]
    with pytest.raises(ModelUnavailable, match=r"lab.2020-01-01.service-2\.json\.gz: it is truncated"):
        found.load(found.entries[0])


@pytest.mark.parametrize(
    "content",
    [b"", b"not gzip", *(gzip.compress(each, mtime=0) for each in (b"[]", b'{"metadata": 1', b"{}"))],
    ids=["empty", "not gzip", "an array", "cut short", "no metadata"],
)
def test_a_damaged_head_names_the_file(tmp_path, content):
    """A broken installation is no empty one."""
    put(tmp_path, "bench")
    file = put(tmp_path, "lab") / "service-2.json.gz"
    file.write_bytes(content)

    with pytest.raises(ModelUnavailable) as raised:
        directory(tmp_path)

    assert raised.value.what == str(file)
    assert raised.value.fix == "reinstall botocore, or get the release again"


def test_a_wheel_is_read_without_unpacking(tmp_path):
    """Names, metadata and models come straight from the archive."""
    wheel = release(tmp_path, "1.28.0", services=("lab", "bench"))

    found = directory(wheel)

    assert told(found) == [(each, "2020-01-01", MODEL["metadata"]) for each in ("bench", "lab")]
    assert found.load(found.entries[1]) == parse(MODEL)


def test_a_wheel_that_is_gone_is_said_when_its_model_is_asked_for(tmp_path):
    """Between the list and the model, files may go."""
    wheel = release(tmp_path, "1.28.0")
    found = directory(wheel)
    wheel.unlink()

    with pytest.raises(ModelUnavailable, match="it is not readable"):
        found.load(found.entries[0])


def test_what_holds_no_models_is_said(tmp_path):
    """A wrong path, an empty directory, another archive, no archive."""
    other = tmp_path / "other.whl"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("x", "")
    (tmp_path / "text.whl").write_text("no archive", encoding="utf-8")

    for place, reason in (
        (tmp_path / "nowhere", "there is no such directory"),
        (tmp_path, "nothing in it is in botocore's layout"),
        (other, "it is not a wheel of botocore"),
        (tmp_path / "text.whl", "it is truncated or not a wheel"),
    ):
        with pytest.raises(ModelUnavailable, match=reason):
            directory(place)


def test_an_index_resolves_with_the_models_of_the_place(tmp_path):
    """The files of a release are all that is needed to know its calls."""
    model = {
        "metadata": {"protocol": "rest-json", "endpointPrefix": "lab"},
        "operations": {"GetThing": {"name": "GetThing", "http": {"method": "GET", "requestUri": "/things/{id}"}}},
        "shapes": {},
    }
    put(tmp_path, "lab", model=model)

    found = index(tmp_path).resolve(Request("GET", "https://lab.us-east-1.amazonaws.com/things/1"))

    assert (found.service, found.operation, found.protocol) == ("lab", "GetThing", "rest-json")
    assert index().resolve(
        Request("GET", "https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/")
    ).operation == ("ListFunctions")
