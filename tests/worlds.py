"""Two releases of a small service on disk, and recordings of it: what diff and drift are run on from outside."""

import json
from pathlib import Path

from bototape import cassettes
from bototape.interaction import Call, Cassette, Interaction, Provenance, Request, Response

TEXT = {"type": "string"}


def holds(*required, **members):
    """A structure; members by the name of their shape."""
    shaped = {name: {"shape": each} for name, each in members.items()}
    return {"type": "structure", "members": shaped, "required": list(required)}


def model(operations=("GetBox", "PutBox"), **shapes):
    """A service of AWS JSON whose operations all take In and return Out; *shapes* add and replace."""
    return {
        "version": "2.0",
        "metadata": {
            "apiVersion": "2020-01-01",
            "endpointPrefix": "toy",
            "protocol": "json",
            "jsonVersion": "1.1",
            "serviceFullName": "Toy",
            "serviceId": "Toy",
            "signatureVersion": "v4",
            "targetPrefix": "Toy",
        },
        "operations": {
            each: {
                "name": each,
                "http": {"method": "POST", "requestUri": "/"},
                "input": {"shape": "In"},
                "output": {"shape": "Out"},
                "errors": [{"shape": "NoBox"}],
            }
            for each in operations
        },
        "shapes": {
            "In": holds("Name", Name="Text", Size="Size"),
            "Out": holds("Colour", Colour="Colour", Lid="Lid", Note="Text"),
            "Lid": holds(Weight="Weight"),
            "NoBox": {"type": "structure", "members": {"message": {"shape": "Text"}}, "exception": True},
            "Colour": {"type": "string", "enum": ["RED", "BLUE"]},
            "Size": {"type": "integer", "min": 1},
            "Weight": {"type": "integer"},
            "Text": TEXT,
            **shapes,
        },
    }


def release(directory: Path, **services):
    """Write the models of *services* as botocore lays them out, and return the directory."""
    for name, each in services.items():
        path = directory / name / "2020-01-01" / "service-2.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(each), encoding="utf-8")
    return directory


def call(operation="GetBox", parameters=None, answer=None, *, service="toy", status=200):
    """One recorded call."""
    request = json.dumps({"Name": "a"} if parameters is None else parameters).encode()
    response = json.dumps({"Colour": "RED"} if answer is None else answer).encode()
    kind = ("Content-Type", "application/x-amz-json-1.1")
    return Interaction(
        Request(
            "POST", f"https://{service}.us-east-1.amazonaws.com/", (kind, ("X-Amz-Target", f"Toy.{operation}")), request
        ),
        Response(status, "OK" if status == 200 else "Bad Request", (kind,), response),
        Call(service, operation, "us-east-1"),
    )


def cassette(path: Path, *calls, date="2026-11-01", release="1.44.0"):
    """Write a cassette and return its path."""
    cassettes.write(path, Cassette(calls or (call(),), Provenance("custom", date, release)), lambda _: [])
    return path
