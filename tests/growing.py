"""Wheels of a service that grows, shrinks and is compressed anew: what a history is told of."""

import gzip
import json
import zipfile
from datetime import UTC, datetime

FILLER = 300_000  # more than one read of the end of an archive


def a_model(*members, operations=("Measure",), values=(), **traits):
    """A service whose operations return these members; Status has these *values*."""
    shapes = {
        "Report": {"type": "structure", "members": {each: {"shape": each} for each in members}, **traits},
        **{each: {"type": "string"} for each in members},
    }
    if values:
        shapes["Status"] = {"type": "string", "enum": list(values)}
    return {
        "version": "2.0",
        "metadata": {"protocol": "json", "serviceId": "Lab"},
        "operations": {each: {"name": each, "output": {"shape": "Report"}} for each in operations},
        "shapes": shapes,
    }


#: Releases of the service lab: version, day, model. None: the release lacks the service.
RELEASES = (
    ("1.8.0", "2021-01-04", None),
    ("1.9.0", "2021-02-01", a_model("Name")),
    ("1.9.1", "2021-02-02", a_model("Name")),
    ("1.10.0", "2021-03-01", a_model("Name", "Status", values=["NEW"])),
    ("1.10.1", "2021-03-02", a_model("Name", "Status", values=["NEW", "DONE"])),
    ("1.11.0", "2021-04-01", a_model("Status", "Score", values=["NEW", "DONE"])),
    ("1.11.1", "2021-04-02", a_model("Status", "Score", values=["NEW", "DONE"])),
    ("1.12.0", "2021-05-03", a_model("Status", "Score", values=["DONE"], operations=("Measure", "Stop"))),
)


def a_wheel(directory, version, day, model, *, compressed=False, second=0):
    """A wheel of botocore of that day with the service lab, if there is a *model*, and another one."""
    directory.mkdir(exist_ok=True, parents=True)
    path = directory / f"botocore-{version}-py3-none-any.whl"
    year, month, date = map(int, day.split("-"))
    when = (year, month, date, 18, 30, second)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo("botocore/filler", when), "x" * FILLER)
        archive.writestr(zipfile.ZipInfo("botocore/data/other/2020-01-01/service-2.json", when), "{}")
        if model is not None:
            text = json.dumps(model).encode()
            stamp = int(datetime(*when, tzinfo=UTC).timestamp())
            name = f"botocore/data/lab/2020-01-01/service-2.json{'.gz' if compressed else ''}"
            content = gzip.compress(text, mtime=stamp) if compressed else text
            archive.writestr(zipfile.ZipInfo(name, (*when[:5], second - second % 2)), content)
        archive.writestr(zipfile.ZipInfo(f"botocore-{version}.dist-info/METADATA", when), "")
    return path


def wheels(directory, releases=RELEASES):
    """A directory with the wheels of all *releases*."""
    for version, day, model in releases:
        a_wheel(directory, version, day, model)
    return directory
