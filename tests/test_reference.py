import re
import textwrap
from pathlib import Path

import botocore.session
import pytest
from botocore.docs.bcdoc.restdoc import DocumentStructure
from botocore.docs.example import RequestExampleDocumenter, ResponseExampleDocumenter

from bototape.cli import main
from bototape.reference import page, request_syntax, response_syntax
from bototape.shapes import parse

ROOT = Path(__file__).parent.parent

#: Every protocol; documents, JSON headers, streams of bytes and events, recursion, unions.
SERVICES = ("sagemaker", "s3", "bedrock-runtime", "lex-runtime", "dynamodb", "wafv2", "cloudwatch", "kinesis", "sns")


class Deaf:
    """An event emitter without listeners: what boto3 customises is not in the model."""

    def emit(self, *_, **__):
        """Do nothing."""


def documented(service, name, side):
    """The syntax as botocore's own documentation has it."""
    operation = service.operation_model(name)
    shape = operation.input_shape if side == "request" else operation.output_shape
    context = {
        "special_shape_types": {
            "streaming_input_shape": operation.get_streaming_input(),
            "streaming_output_shape": operation.get_streaming_output(),
            "eventstream_output_shape": operation.get_event_stream_output(),
        }
    }
    kind = RequestExampleDocumenter if side == "request" else ResponseExampleDocumenter
    section = DocumentStructure("any", target="html")
    prefix = f"response = client.{botocore.xform_name(name)}" if side == "request" else None
    documenter = kind(service.service_name, name, Deaf(), context)
    documenter.document_example(section, shape, prefix=prefix)
    text = section.flush_structure().decode().partition("::\n")[2]
    text = re.sub(r"\{\}\s*,", "{},", text)  # theirs breaks lines after an empty structure
    return textwrap.dedent("\n".join(line for line in text.splitlines() if line.strip())).strip()


@pytest.mark.slow
@pytest.mark.parametrize("name", SERVICES)
def test_syntax_is_that_of_botocores_own_documentation(name):
    """What boto3's reference shows of the installed release, for many operations."""
    theirs = botocore.session.get_session().get_service_model(name)
    ours = parse(theirs._service_description)

    for each in theirs.operation_names[:: len(theirs.operation_names) // 30 + 1]:
        operation = theirs.operation_model(each)
        if operation.input_shape:
            mine = request_syntax(ours, each, botocore.xform_name(each))
            assert mine == documented(theirs, each, "request"), each
        if operation.output_shape:
            assert response_syntax(ours, each) == documented(theirs, each, "response"), each


LAB = {
    "metadata": {"protocol": "rest-json"},
    "operations": {
        "MixPaint": {
            "name": "MixPaint",
            "input": {"shape": "Recipe"},
            "output": {"shape": "Paint"},
            "errors": [{"shape": "Spilled"}, {"shape": "Dry"}],
            "deprecated": True,
            "deprecatedMessage": "Use Blend",
        },
        "Rinse": {"name": "Rinse"},
    },
    "shapes": {
        "Recipe": {
            "type": "structure",
            "required": ["Name", "Parts"],
            "members": {
                "Name": {"shape": "Name", "location": "uri", "locationName": "name"},
                "Parts": {"shape": "Parts"},
                "Token": {"shape": "Text", "idempotencyToken": True},
                "Old": {"shape": "Text", "deprecated": True, "deprecatedMessage": "gone soon"},
                "Share": {"shape": "Share"},
            },
        },
        "Name": {"type": "string", "min": 1, "max": 64, "pattern": "[a-z]+"},
        "Text": {"type": "string"},
        "Share": {"type": "double", "min": 0, "max": 0.5},
        "Parts": {"type": "list", "member": {"shape": "Part"}, "min": 2},
        "Part": {
            "type": "structure",
            "members": {"Shades": {"shape": "Shades"}, "Within": {"shape": "Part"}, "Raw": {"shape": "Raw"}},
            "union": True,
        },
        "Shades": {"type": "map", "key": {"shape": "Colour"}, "value": {"shape": "Amount"}, "max": 1},
        "Colour": {"type": "string", "enum": ["RED", "BLUE"]},
        "Amount": {"type": "integer", "min": 1},
        "Raw": {"type": "blob", "min": 4, "max": 4, "sensitive": True},
        "Paint": {
            "type": "structure",
            "required": ["Count"],
            "members": {
                "Count": {"shape": "Amount", "location": "header", "locationName": "x-count"},
                "Body": {"shape": "Stream"},
            },
            "payload": "Body",
        },
        "Stream": {"type": "blob", "streaming": True},
        "Spilled": {"type": "structure", "members": {}, "exception": True, "error": {"httpStatusCode": 409}},
        "Dry": {"type": "structure", "members": {}, "exception": True, "error": {"code": "NoPaint"}},
    },
}
PAGE = r"""lab.MixPaint in botocore 1.2.3

Deprecated: Use Blend

Request Syntax

    response = client.mix_paint(
        Name='string',
        Parts=[
            {
                'Shades': {
                    'string': 123
                },
                'Within': {'... recursive ...'},
                'Raw': b'bytes'
            },
        ],
        Token='string',
        Old='string',
        Share=123.0
    )

Parameters

    - Name (string) -- [REQUIRED] 1 to 64 characters; pattern [a-z]+; in the URI: name
    - Parts (list) -- [REQUIRED] at least 2 items
        - (dict) -- exactly one member
            - Shades (dict) -- at most 1 entry
                - (string) -- one of RED, BLUE
                    - (integer) -- at least 1
            - Within (dict) -- exactly one member
            - Raw (bytes) -- exactly 4 bytes; sensitive
    - Token (string) -- made up if not provided
    - Old (string) -- deprecated: gone soon
    - Share (float) -- 0 to 0.5

Response Syntax

    {
        'Count': 123,
        'Body': StreamingBody()
    }

Response Structure

    (dict) --
        - Count (integer) -- required; at least 1; in the header: x-count
        - Body (StreamingBody) --

Exceptions

    client.exceptions.Spilled -- HTTP 409
    client.exceptions.Dry -- code NoPaint
"""


def test_a_page_has_everything_the_model_asks_for():
    """Types, requirements, bounds, places, errors, deprecation; recursion ends."""
    assert page(parse(LAB), "MixPaint", "mix_paint", "lab.MixPaint in botocore 1.2.3") == PAGE


def test_an_operation_without_input_and_output_has_a_page():
    """It is called without arguments and returns nothing."""
    assert page(parse(LAB), "Rinse", "rinse", "lab.Rinse") == (
        "lab.Rinse\n\nRequest Syntax\n\n    response = client.rinse()\n\nResponse\n\n    None\n"
    )


def test_an_input_that_holds_itself_ends():
    """As botocore's documentation does."""
    shapes = {"Box": {"type": "structure", "members": {"Box": {"shape": "Box"}}}}
    model = {"metadata": {}, "operations": {"Put": {"name": "Put", "input": {"shape": "Box"}}}, "shapes": shapes}

    assert request_syntax(parse(model), "Put", "put") == "response = client.put(\n    Box={'... recursive ...'}\n)"


def show(capsys, *argv):
    code = main(["show", *argv, "--schemas", str(ROOT / "schemas")])
    return code, *capsys.readouterr()


def test_show_prints_the_operation_of_the_release_named(capsys):
    """With a member that came in that release, and not in the one before."""
    code, out, err = show(capsys, "sagemaker.DescribeAutoMLJob", "--release", "1.20.41")
    assert (code, out.splitlines()[0], err) == (0, "sagemaker.DescribeAutoMLJob in botocore 1.20.41 (2021-03-30)", "")
    assert "        'PartialFailureReasons': [" in out.splitlines()

    code, out, _ = show(capsys, "sagemaker.DescribeAutoMLJob", "--release", "1.20.40")
    assert (code, "PartialFailureReasons" in out) == (0, False)


def test_show_of_a_service_lists_its_operations(capsys):
    """In alphabetical order, and says when they are not all."""
    code, out, err = show(capsys, "sagemaker", "--release", "1.20.40")

    assert (code, out.splitlines(), err) == (
        0,
        ["CreateAutoMLJob", "DescribeAutoMLJob", "ListAutoMLJobs", "ListCandidatesForAutoMLJob", "StopAutoMLJob"],
        "sagemaker 1.20.40 (2021-03-29): 5 tracked operations only\n",
    )


@pytest.mark.parametrize(
    ("argv", "expected", "said"),
    [
        (["sagemaker.DescribeAutoMLJobb"], 2, "did you mean DescribeAutoMLJob?"),
        (["sagemakr.DescribeAutoMLJob"], 3, "did you mean sagemaker?"),
        (["DescribeAutoMLJob"], 2, "give it as sagemaker.DescribeAutoMLJob.output.BestCandidate"),
        (["sagemaker.DescribeAutoMLJob.output"], 2, "bototape show sagemaker.DescribeAutoMLJob"),
        (["sagemaker.DescribeAutoMLJobV2", "--release", "1.20.40"], 2, "did you mean DescribeAutoMLJob?"),
        (["sagemaker.CreateModel", "--release", "1.20.40"], 3, "schemas add 1.20.40 --service sagemaker"),
        (["sagemaker.CreateModel", "--release", "1.5.0"], 3, "schemas add 1.5.0 --service sagemaker"),
    ],
)
def test_what_cannot_be_shown_is_said(capsys, argv, expected, said):
    """With what was probably meant; never a traceback."""
    code, out, err = show(capsys, *argv)

    assert (code, out, err.rstrip().endswith(said), "Traceback" in err) == (expected, "", True, False), err
