"""What is loaded late is loaded when it is asked for, and a replay of AWS JSON asks for little."""

import subprocess
import sys

import pytest

from bototape import clock, faults, match, record, replay, yamltext
from tests.builders import describe, written

PACKAGES = [clock, faults, match, record, replay, yamltext]

REPLAY = """
import sys
import boto3
from bototape import use_cassette

keys = {{"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "x"}}
with use_cassette({path!r}):
    found = boto3.client("sagemaker", region_name="us-east-1", **keys).describe_auto_ml_job(AutoMLJobName="a")
print(sorted(each for each in sys.modules if each.partition(".")[0] in {ours} or each in {heavy}))
"""


FORGETTING = """
import sys
from bototape import yamltext

before = dict(sys.modules)
yamltext.NotYaml
sys.modules.clear()
sys.modules.update(before)
try:
    yamltext.load("a: *b")
except yamltext.NotYaml:
    print("found")
"""


@pytest.mark.parametrize("package", PACKAGES, ids=lambda each: each.__name__)
def test_every_public_name_is_found(package):
    """By attribute, as by import."""
    assert [each for each in package.__all__ if not hasattr(package, each)] == []


def test_what_was_forgotten_in_between_still_goes_together():
    """A run of pytester's in its own process forgets the modules that were first loaded in it."""
    done = subprocess.run([sys.executable, "-c", FORGETTING], capture_output=True, text=True, check=False)

    assert (done.stdout, done.stderr) == ("found\n", "")


def test_an_unknown_name_is_said_to_be_unknown():
    """As of any module."""
    with pytest.raises(AttributeError, match=r"^module 'bototape\.match' has no attribute 'keys'$"):
        match.keys  # noqa: B018 - what is tested


def test_a_replay_loads_no_reader_of_other_formats(tmp_path):
    """Codecs, YAML, the clock, faults and explanations are for those who need them: a suite starts without."""
    path = written(tmp_path, describe("a"))
    heavy = {"asyncio", "bototape.wire.codec", "bototape.shapes", "bototape.replay.misses", "bototape.faults.fault"}
    code = REPLAY.format(path=str(path), ours={"yaml", "yaml12", "jsonschema", "vcr"}, heavy=heavy)

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (done.stdout, done.stderr) == ("[]\n", "")
