"""The aws-chunked coding, against botocore's writer, Amazon's documented example and the CRT's checksums."""

import base64
import hashlib
import io
import re
import zlib

import pytest
from awscrt import checksums
from botocore.httpchecksum import AwsChunkedWrapper, Crc32Checksum, Sha256Checksum
from hypothesis import given
from hypothesis import strategies as st

from bototape.errors import WireError
from bototape.wire import chunked
from bototape.wire.instance import Reading

# Amazon S3 API reference, "Signature calculations: transferring payload in multiple chunks", example.
FIRST = b"ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"
SECOND = b"0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"
THIRD = b"b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"


def chunk(data: bytes, signature: bytes = b"") -> bytes:
    extension = b";chunk-signature=" + signature if signature else b""
    return b"%x%b\r\n%b\r\n" % (len(data), extension, data)


SIGNED = chunk(b"a" * 65536, FIRST) + chunk(b"a" * 1024, SECOND) + chunk(b"", THIRD)


def undone(body: bytes) -> bytes:
    return chunked.undo(body, Reading("the body", drops_nulls=False))


def by_botocore(payload: bytes, size: int, checksum=None, name: str = "x-amz-checksum-crc32") -> bytes:
    wrapper = AwsChunkedWrapper(io.BytesIO(payload), checksum_cls=checksum, checksum_name=name, chunk_size=size)
    return wrapper.read()


payloads = st.binary(max_size=50)
sizes = st.integers(1, 20)


@given(payloads, sizes, st.sampled_from([None, Crc32Checksum, Sha256Checksum]))
def test_what_botocore_frames_is_undone(payload, size, checksum):
    """With a checksum in the trailer and without, in chunks of any size."""
    assert undone(by_botocore(payload, size, checksum)) == payload


@given(payloads, payloads, sizes)
def test_another_payload_is_framed_as_botocore_would(payload, other, size):
    """Chunks of the same size, and a checksum that is right."""
    first = by_botocore(payload, size, Crc32Checksum)

    redone = chunked.redo(first, other)

    assert undone(redone) == other
    if len(payload) > size:
        assert redone == by_botocore(other, size, Crc32Checksum)


@given(payloads, sizes)
def test_the_same_payload_leaves_the_body_alone(payload, size):
    """Not a byte changes, whatever the framing."""
    body = by_botocore(payload, size, Crc32Checksum)[:-2] + b"x-amz-trailer-signature:00\r\n\r\n"

    assert chunked.redo(body, payload) == body


def test_a_body_left_alone_keeps_its_spelling_and_its_errors():
    """Sizes in capitals with leading zeros, a checksum that was wrong, one of an unknown kind."""
    body = b"00A\r\n0123456789\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\nx-amz-checksum-xxhash3:AA==\r\n\r\n"

    assert chunked.redo(body, b"0123456789") == body


def test_signed_chunks_keep_their_signatures_and_a_new_one_has_zeros():
    """They are stale, as the one in the Authorization header; none is made up that could look true."""
    payload = b"b" * (65536 * 2 + 5)

    assert undone(SIGNED) == b"a" * 66560
    assert chunked.redo(SIGNED, payload) == (
        chunk(b"b" * 65536, FIRST) + chunk(b"b" * 65536, SECOND) + chunk(b"b" * 5, b"0" * 64) + chunk(b"", THIRD)
    )
    assert chunked.redo(SIGNED, b"b" * 66560) == (
        chunk(b"b" * 65536, FIRST) + chunk(b"b" * 1024, SECOND) + chunk(b"", THIRD)
    )
    assert chunked.redo(SIGNED, b"") == chunk(b"", THIRD)


def test_uneven_chunks_keep_their_sizes_while_the_length_stays():
    """A value replaced by one as long moves no boundary."""
    body = chunk(b"abc") + chunk(b"d") + chunk(b"ef") + b"0\r\n\r\n"

    assert chunked.redo(body, b"ABCDEF") == chunk(b"ABC") + chunk(b"D") + chunk(b"EF") + b"0\r\n\r\n"
    assert chunked.redo(body, b"ABCDEFG") == chunk(b"ABC") + chunk(b"DEF") + chunk(b"G") + b"0\r\n\r\n"


def test_a_single_chunk_stays_one():
    """An upload of one chunk holds what it is given."""
    assert chunked.redo(chunk(b"abc") + b"0\r\n\r\n", b"abcdef") == chunk(b"abcdef") + b"0\r\n\r\n"


def _crt(function, size):
    return lambda payload: function(payload).to_bytes(size, "big")


COMPUTED = {
    "crc32": lambda payload: zlib.crc32(payload).to_bytes(4, "big"),
    "crc32c": _crt(checksums.crc32c, 4),
    "crc64nvme": _crt(checksums.crc64nvme, 8),
    "sha1": lambda payload: hashlib.sha1(payload, usedforsecurity=False).digest(),
    "sha256": lambda payload: hashlib.sha256(payload).digest(),
    "sha512": lambda payload: hashlib.sha512(payload).digest(),
    "md5": lambda payload: hashlib.md5(payload, usedforsecurity=False).digest(),
}


@pytest.mark.parametrize("algorithm", COMPUTED)
@given(payload=st.binary(min_size=1, max_size=40))
def test_checksums_in_trailers_are_made_right(algorithm, payload):
    """Every algorithm that the standard library or a table can compute; the name keeps its spelling."""
    name = f"X-Amz-Checksum-{algorithm}".encode()
    body = b"0\r\n" + name + b":old\r\nx-amz-trailer-signature:11\r\n\r\n"

    expected = base64.b64encode(COMPUTED[algorithm](payload))
    assert chunked.redo(body, payload) == (
        chunk(payload) + b"0\r\n" + name + b":" + expected + b"\r\nx-amz-trailer-signature:11\r\n\r\n"
    )


def test_a_checksum_that_cannot_be_computed_is_left_out():
    """A digest of the former payload would tell of it."""
    assert chunked.redo(b"0\r\nx-amz-checksum-xxhash3:AAAA\r\n\r\n", b"x") == chunk(b"x") + b"0\r\n\r\n"


def test_the_empty_line_at_the_end_may_be_missing():
    """Some clients end with the trailers; the body redone ends as the first did."""
    assert undone(b"0\r\n") == b""
    assert chunked.redo(b"0\r\nx-amz-checksum-crc32:AAAAAA==\r\n", b"x") == (
        chunk(b"x") + b"0\r\nx-amz-checksum-crc32:jNwWgw==\r\n"
    )


MALFORMED = {
    b"": "the body at byte 0: expected the size of a chunk, in hexadecimal digits",
    b"3\r\nabc\r\n": "the body at byte 8: expected the size of a chunk, in hexadecimal digits",
    b"xyz\r\n": "the body at byte 0: expected the size of a chunk, in hexadecimal digits",
    b"-1\r\nabc\r\n": "the body at byte 0: expected the size of a chunk, in hexadecimal digits",
    b"11111111111111111\r\n": "the body at byte 0: expected the size of a chunk, in hexadecimal digits",
    b"4\r\nabc\r\n": "the body at byte 0: it is cut short: a chunk has 4 bytes",
    b"ffffffffffffffff\r\nabc\r\n": "the body at byte 0: it is cut short: a chunk has 18446744073709551615 bytes",
    b"2\r\nabc\r\n0\r\n\r\n": "the body at byte 0: no line break follows a chunk that has 2 bytes",
    b"0\r\nabc": "the body at byte 3: something follows after its last chunk and its trailers",
    b"0\r\n\r\nabc": "the body at byte 3: something follows after its last chunk and its trailers",
    b"0\r\na:b\r\n\r\n\r\n": "the body at byte 8: something follows after its last chunk and its trailers",
}


@pytest.mark.parametrize("body", MALFORMED)
def test_a_body_that_is_not_framed_so_is_refused(body):
    """The place and the reason."""
    with pytest.raises(WireError, match=re.escape(MALFORMED[body]) + "$"):
        undone(body)


def test_redoing_needs_a_body_that_can_be_undone():
    """The former body may come from a file that was edited by hand."""
    with pytest.raises(WireError, match="the aws-chunked body at byte 0"):
        chunked.redo(b"no chunks", b"x")


@given(st.binary(max_size=40) | payloads.map(lambda each: by_botocore(each, 7)[:-4] + each[:9]))
def test_reading_anything_gives_a_payload_or_our_error(body):
    """No input, however broken, raises anything else; what is read can be framed again."""
    try:
        payload = undone(body)
    except WireError:
        return
    assert undone(chunked.redo(body, payload + b"x")) == payload + b"x"
