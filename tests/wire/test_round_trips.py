"""
Every operation of the installed botocore, in every protocol its service speaks, both ways.

What we write, botocore's parser reads as the same value, and so do we; what botocore's serializer writes, we read as
the parameters it was given. All operations are slow; a fixed sample of each protocol is not.
"""

import fnmatch
from dataclasses import dataclass

import pytest
from botocore.parsers import PROTOCOL_PARSERS

from tests.wire.botocore_side import services
from tests.wire.proof import Proof

pytestmark = pytest.mark.newest_botocore

#: Per service of the sample, one of how many of its operations is taken.
SAMPLE = {
    "dynamodb": 1,
    "kinesis": 1,
    "sagemaker": 20,
    "logs": 4,
    "cloudwatch": 1,
    "pi": 1,
    "lambda": 2,
    "mediaconvert": 6,
    "lex-runtime": 1,
    "iot-data": 1,
    "bedrock-runtime": 1,
    "polly": 1,
    "s3": 1,
    "route53": 4,
    "cloudfront": 8,
    "iam": 8,
    "sdb": 1,
    "sns": 1,
    "ec2": 40,
}


@dataclass(frozen=True)
class Excepted:
    """What botocore cannot do, or does otherwise: patterns of service, protocol, operation and step, and the reason."""

    service: str
    protocol: str
    operation: str
    step: str
    reason: str

    def covers(self, failure):
        """Tell whether *failure* is the one this is about."""
        pairs = ((getattr(failure, each), getattr(self, each)) for each in ("service", "protocol", "operation", "step"))
        return all(fnmatch.fnmatchcase(value, pattern) for value, pattern in pairs)


_NO_STREAM = "botocore writes no event streams, and this input is one"
_LENGTH = "botocore writes a Content-Length where the parameter bound to it is not given"
_SHARED = "the model has two members for one element: the deprecated Event, and Events"
_ALL_HEADERS = "this map takes all headers, those of the transport as well"

EXCEPTIONS = (
    Excepted("bedrock-runtime", "rest-json", "InvokeModelWithBidirectionalStream", "input *", _NO_STREAM),
    Excepted("lexv2-runtime", "rest-json", "StartConversation", "input *", _NO_STREAM),
    Excepted("polly", "rest-json", "StartSpeechSynthesisStream", "input *", _NO_STREAM),
    Excepted("qbusiness", "rest-json", "Chat", "input *", _NO_STREAM),
    Excepted("connecthealth", "rest-json", "StartMedicalScribeListeningSession", "input *", _NO_STREAM),
    Excepted("s3", "rest-xml", "PutObject", "input *", _LENGTH),
    Excepted("s3", "rest-xml", "UploadPart", "input *", _LENGTH),
    Excepted("s3", "rest-xml", "WriteGetObjectResponse", "input *", _LENGTH),
    Excepted("s3", "rest-xml", "PutBucketNotification", "input *", _SHARED),
    Excepted("s3", "rest-xml", "GetBucketNotification", "output *", _SHARED),
    Excepted(
        "s3",
        "rest-xml",
        "GetBucketLocation",
        "output read by botocore",
        "S3 answers with the bare location; a handler of botocore's reads it, not its parser",
    ),
    Excepted("dataexchange", "rest-json", "SendApiAsset", "output *", _ALL_HEADERS),
    Excepted(
        "bedrock-agentcore",
        "rest-json",
        "InvokeAgentRuntimeCommand",
        "input read by us",
        "botocore writes a Content-Type where the parameter bound to it is not given",
    ),
)


def unexpected(failures):
    """The first failures that no exception covers, as text."""
    return [str(each) for each in failures if not any(entry.covers(each) for entry in EXCEPTIONS)][:5]


@pytest.mark.parametrize("name", SAMPLE)
def test_a_sample_of_each_protocol_survives_the_round_trip(name):
    """A sample of the operations of services that together speak every protocol."""
    proof = Proof(name)
    taken = set(list(proof.service.operations)[:: SAMPLE[name]])

    assert unexpected(proof.failures(kept=taken.__contains__)) == []


def test_the_sample_speaks_every_protocol():
    """A protocol that botocore learns is missed here until a service of it is in the sample."""
    assert {each for name in SAMPLE for each in Proof(name).protocols} == PROTOCOL_PARSERS.keys()


@pytest.mark.slow
@pytest.mark.parametrize("name", services())
def test_every_operation_survives_the_round_trip(name):
    """All operations of a service, in all protocols it speaks."""
    assert unexpected(Proof(name).failures()) == []


@pytest.mark.parametrize("entry", EXCEPTIONS, ids=lambda each: f"{each.service}.{each.operation} {each.protocol}")
def test_every_exception_is_needed(entry):
    """An entry whose reason went away is taken out."""
    proof = Proof(entry.service)
    failures = proof.failures(kept=lambda name: fnmatch.fnmatchcase(name, entry.operation.partition(" ")[0]))

    assert [each for each in failures if entry.covers(each)] != []
