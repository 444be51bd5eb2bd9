"""Models, wheels of them, and instances of their shapes: valid in every member, with ways to break one."""

import gzip
import json
import zipfile

from bototape.shapes import Service

#: Strings that fit the patterns of the AutoML shapes; ``+`` marks where more characters may go.
FITTING = {
    "AutoMLJobArn": "arn:aws:sagemaker:us-east-1:123456789012:automl-job/+",
    "CandidateStepArn": "arn:aws:sagemaker:us-east-1:123456789012:training-job/+",
    "ContainerImage": "123456789012.dkr.ecr.us-east-1.amazonaws.com/image+",
    "RoleArn": "arn:aws:iam::123456789012:role/+",
    "S3Uri": "s3://amzn-s3-demo-bucket/+",
    "Url": "s3://amzn-s3-demo-bucket/+",
}


def fitting(shape, length):
    """A string of *length* characters that the shape's pattern allows, if its fixed part is no longer."""
    before = FITTING.get(shape.name, "+").replace("+", "")
    return before[:length] if length < len(before) else before + "a" * (length - len(before))


def instance(service: Service, name: str, depth: int = 0):
    """A valid instance of the shape *name* with every member, one element per list, one entry per map."""
    shape = service.shapes[name]
    match shape.type:
        case "structure":
            members = list(shape.members.values())
            kept = members[:1] if shape.traits.get("union") else members
            return {each.name: instance(service, each.shape, depth + 1) for each in kept}
        case "list":
            return [instance(service, shape.element.shape, depth + 1)] * max(1, int(shape.min or 0))
        case "map":
            return {instance(service, shape.key.shape): instance(service, shape.value.shape, depth + 1)}
        case "string":
            length = max(int(shape.min or 0), len(fitting(shape, 0)), len(FITTING.get(shape.name, "")), 1)
            return shape.enum[0] if shape.enum else fitting(shape, length)
        case "boolean":
            return True
        case "timestamp":
            return 1.581375932441e9
        case _:
            return max(1, int(shape.min or 0)) if shape.max is None or shape.max >= 1 else shape.max


def paths(service: Service, name: str, path=()):
    """Every path of `instance` with the name of the shape there, the root included; a map's key as ``(path, None)``."""
    shape = service.shapes[name]
    yield path, name
    if shape.type == "structure":
        for each in shape.members.values():
            yield from paths(service, each.shape, (*path, each.name))
    elif shape.type == "list":
        yield from paths(service, shape.element.shape, (*path, 0))
    elif shape.type == "map":
        key = instance(service, shape.key.shape)
        yield from paths(service, shape.value.shape, (*path, key))


def put(document, path, value):
    """A copy of *document* with *value* at *path*."""
    if not path:
        return value
    first, *rest = path
    if isinstance(document, dict):
        return {**document, first: put(document[first], rest, value)}
    return [*document[:first], put(document[first], rest, value), *document[first + 1 :]]


#: A small service.
MODEL = {
    "version": "2.0",
    "metadata": {"protocol": "json", "serviceId": "Lab"},
    "operations": {
        "Measure": {"name": "Measure", "input": {"shape": "Sample"}, "documentation": "<p>Measures.</p>"},
        "Stop": {"name": "Stop"},
        "Other": {"name": "Other", "input": {"shape": "Unused"}},
    },
    "shapes": {
        "Sample": {"type": "structure", "members": {"Name": {"shape": "Name", "documentation": "A name."}}},
        "Unused": {"type": "structure", "members": {}},
        "Name": {"type": "string"},
    },
}
PAGINATORS = {"pagination": {"Measure": {"result_key": "Name"}, "Other": {}}}
WAITERS = {"version": 2, "waiters": {"Measured": {"operation": "Measure"}, "Othered": {"operation": "Other"}}}


def a_wheel(directory, version="1.2.3", *, model=MODEL, compressed=False, api_version="2020-01-01"):
    """A small wheel of botocore with one service."""
    path = directory / f"botocore-{version}-py3-none-any.whl"
    data = f"botocore/data/lab/{api_version}"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"botocore-{version}.dist-info/METADATA", "")
        text = json.dumps(model).encode()
        name = f"{data}/service-2.json{'.gz' if compressed else ''}"
        content = gzip.compress(text, mtime=0) if compressed else text
        archive.writestr(zipfile.ZipInfo(name, (2022, 10, 24, 23, 32, 0)), content)
        archive.writestr(f"{data}/paginators-1.json", json.dumps(PAGINATORS))
        archive.writestr(f"{data}/waiters-2.json", json.dumps(WAITERS))
    return path
