"""
The seeded estate: an invented identifier in every string member of every operation, and none of them left.

Input and output of an operation are one interaction: written by botocore's serializer and by our codec, scrubbed,
then read by both again and searched in every layer. All services of the list are slow; a fixed sample of each is not.
"""

from itertools import islice

import pytest

from tests.seeded import Estates
from tests.wire.botocore_side import services

pytestmark = pytest.mark.newest_botocore

#: Per service of the sample, how many of its operations are passed over for one that is taken.
SAMPLE = {
    "sagemaker": 20,
    "dynamodb": 6,
    "kinesis": 6,
    "cloudwatch": 8,
    "lambda": 8,
    "bedrock-runtime": 2,
    "bedrock-agent-runtime": 5,
    "bedrock-agentcore": 12,
    "s3": 8,
    "route53": 8,
    "iam": 12,
    "sts": 2,
    "sns": 6,
    "ec2": 80,
    "kms": 6,
    "ecr": 8,
    "logs": 12,
    "organizations": 8,
}


@pytest.mark.parametrize("name", SAMPLE)
def test_a_sample_of_each_protocol_keeps_no_canary(name):
    """Nothing planted is left, every pseudonym is valid in its member, and scrubbing again changes nothing."""
    estates = Estates(name)
    taken = set(list(estates.proof.service.operations)[:: SAMPLE[name]])

    assert list(islice(estates.failures(kept=taken.__contains__), 5)) == []
    assert estates.unsent == []
    assert estates.done == len(taken) * len(estates.proof.protocols)


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLE)
def test_every_operation_keeps_no_canary(name):
    """All operations of sagemaker and of services that together speak every protocol."""
    estates = Estates(name)

    assert list(islice(estates.failures(), 5)) == []
    assert len(estates.unsent) <= max(1, estates.done // 50)  # inputs that are event streams


def test_every_kind_is_planted():
    """Were a kind never planted, nobody would see that it is not found."""
    kinds = set()
    for name in ("s3", "organizations", "iam"):
        estates = Estates(name)
        taken = set(list(estates.proof.service.operations)[::2])
        for _ in estates.failures(kept=taken.__contains__):
            pass
        kinds |= estates.kinds.keys()

    assert kinds == {"account", "arn", "blob", "email", "kms", "own", "page", "prose", "sensitive"}


def test_the_sample_is_of_services_that_are_there():
    """A service that botocore drops is missed here."""
    assert SAMPLE.keys() <= set(services())
