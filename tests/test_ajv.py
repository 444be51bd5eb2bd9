"""The files of ``schemas/`` in ajv, the validator that JavaScript has: the verdicts of profile ``strict``."""

import json
import os
import random
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from botocore import session

from bototape import cassettes
from bototape.check import Checker
from bototape.finding import Severity
from bototape.interaction import Interaction
from bototape.releases import load
from bototape.schema.patterns import translate
from bototape.wire.codec import Codec, is_error
from tests import builders
from tests.modelled import instance, put

ROOT = Path(__file__).parent.parent
SNAPSHOTS = ROOT / "schemas" / "sagemaker" / "2017-07-24"

#: No 2**63: JavaScript has no number between it and the largest long.
ODD = (7, 7.0, -1, 2**31, 2**64, 2.5, "", "\u00e9", "\U0001d4b3", "a" * 3000, True, [], {}, [None], {"a": 1}, "a\n")
TIMES = ("2023-02-29T00:00:00Z", "2024-02-29T00:00:00.5+01:00", "NaN", "Wed, 21 Oct 2015 07:28:00 GMT")

pytestmark = [pytest.mark.slow]


@pytest.fixture(scope="session")
def modules():
    """The directory of Node's modules with ajv in it; scripts/test makes it where it runs the slow tests."""
    found = Path(os.environ.get("BOTOTAPE_AJV", ROOT / ".venv-ajv")) / "node_modules"
    if shutil.which("node") is None:
        pytest.skip("there is no node to run ajv with")
    if not (found / "ajv").is_dir():
        pytest.skip("ajv is not installed: scripts/test installs it into .venv-ajv")
    return found


def run(modules, program, text=""):
    """What a program of Node with *modules* at hand prints."""
    found = subprocess.run(
        ["node", *program],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NODE_PATH": str(modules)},
    )
    assert found.returncode == 0, found.stderr[-2000:]
    return found.stdout


def walked(value, path=()):
    """The paths of all values below *value*, itself included."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from walked(each, (*path, key))


def broken(whole, dice, nulls):
    """Instances with an odd value at each of some places, without a member, and with one more."""
    odd = (*ODD, *TIMES, *((None,) if nulls else ()))
    places = list(walked(whole))
    yield from (put(whole, path, dice.choice(odd)) for path in dice.sample(places, min(100, len(places))))
    for name in whole:
        yield {key: each for key, each in whole.items() if key != name}
    yield {**whole, "Newer": 1}


def invented(release, service):
    """For each operation and side ``(schema, body, call)``: made by the model, whole and broken."""
    dice = random.Random(release)  # noqa: S311 - the same corpus each time
    for name, operation in service.operations.items():
        known = {"input": instance(service, operation.input) if operation.input else {}}
        known["output"] = instance(service, operation.output) if operation.output else {}
        for side, whole in known.items():
            for each in (whole, *broken(whole, dice, nulls=side == "input")):
                yield f"{name}.{side}", each, called(name, side, each)
        for error in operation.errors:
            trait = service.shapes[error].traits.get("error", {})
            whole = {"__type": trait.get("code", error), **instance(service, error)}
            for each in (whole, *broken(whole, dice, nulls=False)):
                told = each if isinstance(each, dict) and isinstance(each.get("__type"), str) else whole
                yield f"{name}.error", told, called(name, "error", told, trait.get("httpStatusCode", 400))


def called(name, side, body, status=400):
    """A call of the operation *name* with *body* on one side; the other side is of no interest."""
    if side == "input":
        # A service refused it: an empty request that was answered with success is a hole in a recording.
        return Interaction(
            sent(name, body), builders.response({"__type": "Refused"}, 400), builders.Call("sagemaker", name)
        )
    answer = builders.response(body, status if side == "error" else 200)
    answer = builders.Response(answer.status, answer.reason, answer.headers, json.dumps(body).encode())
    return Interaction(sent(name, {}), answer, builders.Call("sagemaker", name))


def sent(name, body):
    """A request of the operation *name* with *body*."""
    request = builders.request(name)
    return builders.Request(request.method, request.uri, request.headers, json.dumps(body).encode())


def recorded(service):
    """The same of the bodies of this repository's cassettes that are their own instances."""
    codec = Codec(service)
    for path in sorted((ROOT / "cassettes").glob("*.yaml")):
        for each in cassettes.read(path).interactions:
            operation = service.operations.get(each.call.operation)
            if operation is None:
                continue
            yield f"{operation.name}.input", json.loads(each.request.body), each
            if each.response.body and not codec.decode_response(operation, each.response).nulls:
                side = "error" if is_error(each.response) else "output"
                yield f"{operation.name}.{side}", json.loads(each.response.body), each


def is_valid(checker, call, side):
    """Tell whether profile strict finds nothing at warning or worse on that side of *call*."""
    half = "request" if side == "input" else "response"
    found = checker.interaction(call, 1, "c")
    return not any(each.severity >= Severity.WARNING and dict(each.evidence)["side"] == half for each in found)


@pytest.mark.parametrize("release", sorted(each.name for each in SNAPSHOTS.iterdir()))
def test_ajv_gives_the_verdicts_of_profile_strict(modules, release):
    """All bodies of AWS JSON, recorded and invented, valid and broken, in one process of Node."""
    service = load(release, "sagemaker", ROOT / "schemas").service
    checker = Checker(service, release, "strict", name="sagemaker")
    corpus = [*invented(release, service), *recorded(service)]
    ours = [is_valid(checker, call, schema.rpartition(".")[2]) for schema, _, call in corpus]
    asked = {
        "schemas": {schema: str(SNAPSHOTS / release / f"{schema}.schema.json") for schema, _, _ in corpus},
        "bodies": [[schema, json.dumps(body)] for schema, body, _ in corpus],
    }
    told = json.loads(run(modules, [ROOT / "scripts" / "ajv" / "verdicts.cjs"], json.dumps(asked)))

    assert [(*each[:2], mine) for each, mine, its in zip(corpus, ours, told, strict=True) if mine != its] == []
    assert set(ours) == {True, False}
    assert len(asked["schemas"]) == len(list((SNAPSHOTS / release).glob("*.schema.json")))


def test_the_command_in_the_docs_is_one_that_works(modules, tmp_path):
    """What docs/checking.md says to run, with the program that npx would fetch; it tells valid from invalid."""
    page = (ROOT / "docs" / "checking.md").read_text(encoding="utf-8")
    [line] = [each for each in page.splitlines() if each.startswith("    npx ajv-cli")]
    words = [each.replace("body.json", str(tmp_path / "body.json")) for each in shlex.split(line)[2:]]
    program = [modules / "ajv-cli" / "dist" / "index.js", *words]
    told = []
    for name in ("no-such-job", ""):
        (tmp_path / "body.json").write_text(json.dumps({"AutoMLJobName": name}))
        found = subprocess.run(["node", *program], capture_output=True, text=True, check=False, cwd=ROOT)
        told.append((found.returncode, (found.stdout + found.stderr).splitlines()[0].rpartition(" ")[2]))

    assert told == [(0, "valid"), (1, "invalid")]


@pytest.mark.newest_botocore
def test_javascript_reads_every_pattern_of_every_service(modules):
    """With the flag ``u``, as JSON Schema has it; 4,551 of them in botocore 1.44.8."""
    patterns = set()
    for name in (loader := session.get_session().get_component("data_loader")).list_available_services("service-2"):
        shapes = loader.load_service_model(name, "service-2")["shapes"].values()
        patterns |= {each["pattern"] for each in shapes if "pattern" in each}
    rewritten = sorted(filter(None, map(translate, patterns)))
    program = 'JSON.parse(require("fs").readFileSync(0)).forEach(each => new RegExp(each, "u"))'
    assert run(modules, ["-e", program], json.dumps(rewritten)) == ""
    assert len(rewritten) > 4000
