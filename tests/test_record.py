"""The recorder keeps scrubbed, readable answers, and says where they come from."""

import json
import zlib
from dataclasses import replace

import pytest

from bototape.interaction import Call, Interaction, Provenance, Response
from bototape.record import Recorder, readable
from tests.builders import describe, interaction, request

COMPACT = b'{"A":1.581375932441E9,"B":[{},{"c":"\\u003d\\/"}],"D":[]}'
READABLE = b"""{
  "A": 1.581375932441E9,
  "B": [
    {},
    {
      "c": "\\u003d\\/"
    }
  ],
  "D": []
}"""


def answered(body, *headers, call=None):
    return Interaction(request(), Response(200, "OK", headers, body), call or Call("sagemaker", "DescribeAutoMLJob"))


def test_a_json_answer_is_indented_and_every_token_kept():
    """A reviewer reads one member a line; numbers and escapes stay as AWS wrote them; lengths and sums fit."""
    headers = (("Content-Length", "57"), ("x-amz-crc32", str(zlib.crc32(COMPACT))), ("Date", "x"))
    length, checksum = str(len(READABLE)), str(zlib.crc32(READABLE))

    assert readable(answered(COMPACT, *headers)).response == Response(
        200, "OK", (("Content-Length", length), ("x-amz-crc32", checksum), ("Date", "x")), READABLE
    )


@pytest.mark.parametrize(
    "kept",
    [
        answered(b"not json"),
        answered(b"\xff\xfe"),
        answered(b'"a string"'),
        answered(COMPACT, call=Call("s3", "GetObject", protocol="rest-xml")),
        replace(answered(COMPACT), call=None),
    ],
    ids=["text", "bytes", "scalar", "another protocol", "no call"],
)
def test_what_is_no_json_document_by_protocol_keeps_its_bytes(kept):
    """An object in S3 that happens to be JSON is the user's data, not ours to re-indent."""
    assert readable(kept) == kept


def test_only_the_scrubbed_form_is_kept():
    """What goes in is scrubbed first; the cassette has nothing else."""
    clean = describe("clean")
    recorder = Recorder(lambda _: clean, "aws", "1.44.5")

    kept = recorder.add(*_parts(describe("raw")))
    assert kept == readable(clean)
    assert recorder.cassette().interactions == (readable(clean),)
    assert len(recorder) == 1


def test_the_date_is_that_of_the_last_answer():
    """The day is read off the answers, whatever the clock of the machine says; one without a date changes nothing."""
    recorder = Recorder(lambda each: each, "custom", "1.44.5")
    dates = ["Mon, 02 Nov 2026 23:59:59 GMT", "Tue, 03 Nov 2026 00:00:01 GMT", "yesterday"]
    for date in dates:
        sent, response, call = _parts(describe("a"))
        recorder.add(sent, replace(response, headers=(("date", date),)), call)

    assert recorder.cassette().provenance == Provenance("custom", "2026-11-03", "1.44.5")


def test_the_last_answer_may_repeat():
    """Only the last one, and only if it is one of ours."""
    recorder = Recorder(lambda each: each, "aws", "1.44.5")
    recorder.repeat_last()
    recorder.add(*_parts(interaction(parameters={"AutoMLJobName": "a"})))
    recorder.add(*_parts(interaction(parameters={"AutoMLJobName": "b"})))
    recorder.repeat_last()

    assert [each.call.repeat for each in recorder.cassette().interactions] == [False, True]
    assert json.loads(recorder.cassette().interactions[1].request.body) == {"AutoMLJobName": "b"}


def _parts(each):
    return each.request, each.response, each.call
