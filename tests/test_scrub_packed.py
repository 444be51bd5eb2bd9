import base64
import gzip
import io
import json
import lzma
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bototape.interaction import Interaction, Request, Response
from bototape.scrub.apply import scrub
from bototape.scrub.estate import Estate
from bototape.scrub.opaque import Opaque
from bototape.scrub.packed import opened
from bototape.scrub.pseudonyms import Pseudonyms
from bototape.wire import cborwrite, frames
from bototape.wire.instance import Reading

READING = Reading("a body", drops_nulls=False)
ACCOUNT = "604913827755"
ESTATE = Estate(account=ACCOUNT)
ARN = f"arn:aws:iam::{ACCOUNT}:role/kelp"
CLEAN = "arn:aws:iam::123456789012:role/example-role-1"


def answered(body, *headers, estate=ESTATE):
    """Return the body that a recording keeps of an answer, and what the scrubber could not look into."""
    opaque = []
    raw = Interaction(Request("GET", "https://h/"), Response(200, "", headers, body))
    done = scrub(raw, estate, Pseudonyms(b"a key for tests", {}), on_opaque=opaque.append)
    assert scrub(done, estate, Pseudonyms(b"a key for tests", {})) == done
    return done.response.body, opaque


def zipped(members, comment=b""):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.comment = comment
        for name, content in members.items():
            info = zipfile.ZipInfo(name, (2024, 6, 7, 10, 11, 12))
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o755 << 16
            archive.writestr(info, content)
    return out.getvalue()


def unzipped(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        heads = {(each.date_time, each.compress_type, each.external_attr) for each in archive.infolist()}
        assert heads == {((2024, 6, 7, 10, 11, 12), zipfile.ZIP_DEFLATED, 0o755 << 16)}
        return {each.filename: archive.read(each) for each in archive.infolist()}, archive.comment


def stream(*payloads, note="nothing"):
    """Return an event stream of JSON events that carry a header of text."""
    heads = (
        frames.Header(":event-type", "string", "PayloadPart"),
        frames.Header("note", "string", note),
        frames.Header("count", "integer", 7),
    )
    return b"".join(frames.write(heads, each) for each in payloads)


def test_an_archive_is_opened_and_closed_again():
    """Names, contents and comment of a zip are scrubbed; dates, modes and compression stay."""
    done, opaque = answered(
        zipped({f"{ACCOUNT}.json": f'{{"r":"{ARN}"}}', "b.bin": b"\xff\xfe\xff", "c": b"x"}, ACCOUNT.encode())
    )

    assert unzipped(done) == (
        {"123456789012.json": f'{{"r":"{CLEAN}"}}'.encode(), "b.bin": b"\xff\xfe\xff", "c": b"x"},
        b"123456789012",
    )
    assert opaque == []


def test_an_archive_in_base64_in_json_is_opened():
    """Function code is sent as a zip, in base64, in JSON."""
    code = base64.b64encode(zipped({"config.json": f'{{"role":"{ARN}"}}'})).decode()

    done, _ = answered(json.dumps({"Code": {"ZipFile": code}}).encode())

    found = base64.b64decode(json.loads(done)["Code"]["ZipFile"])
    assert unzipped(found) == ({"config.json": f'{{"role":"{CLEAN}"}}'.encode()}, b"")


def test_an_event_stream_is_framed_again():
    """Lengths and both checksums of every message are those of the scrubbed event; other messages keep their bytes."""
    plain = b'{"bytes":"aGVsbG8="}'
    packed = json.dumps({"bytes": base64.b64encode(f'{{"r":"{ARN}"}}'.encode()).decode()}).encode()
    expected = json.dumps({"bytes": base64.b64encode(f'{{"r":"{CLEAN}"}}'.encode()).decode()}).encode()

    done, _ = answered(stream(plain, packed, plain) + stream(plain, note=f"by {ARN}"))

    assert done == stream(plain, expected, plain) + stream(plain, note=f"by {CLEAN}")


def test_cbor_is_written_item_by_item():
    """Text, names, bytes and integers of CBOR are scrubbed in place, everything else keeps its bytes."""

    def body(account, arn):
        tree = {
            "owner": arn,
            "blob": f'{{"r":"{arn}"}}'.encode(),
            arn: [1, 1.5, True, None, {"AccountId": account, "n": 107374182400}],
            "when": cborwrite.Tagged(1, 1700000000),
            "number": int(account),
        }
        return cborwrite.dump(tree, READING)

    done, opaque = answered(body(ACCOUNT, ARN), ("Content-Type", "application/cbor"))

    assert done == body("123456789012", CLEAN)
    assert opaque == []


@pytest.mark.parametrize("mark", [b"\xff\xfe", b""], ids=["with mark", "without"])
def test_text_of_two_bytes_a_character_is_text(mark):
    """What PowerShell and Windows write is UTF-16."""
    done, _ = answered(mark + f"role {ARN}".encode("utf-16-le"))

    assert done == mark + f"role {CLEAN}".encode("utf-16-le")


def test_zlib_is_opened():
    """Deflated data with a zlib header is no stranger than gzip."""
    done, _ = answered(zlib.compress(ARN.encode()))

    assert zlib.decompress(done) == CLEAN.encode()


def test_base64_in_lines_is_read_as_one():
    """PEM, MIME and YAML break base64 into lines; an identifier may stand across a break."""
    indent = "\n      "
    before, after = ("x" * 40 + f" {each} " + "y" * 40 for each in (ARN, CLEAN))

    def lines(text):
        run = base64.b64encode(text.encode()).decode()
        return indent.join(run[at : at + 76] for at in range(0, len(run), 76))

    done, _ = answered(f"data: !!binary |{indent}{lines(before)}\nend: 1".encode())

    assert done == f"data: !!binary |{indent}{lines(after)}\nend: 1".encode()


WRAPPERS = {
    "base64": base64.b64encode,
    "base64url": lambda data: base64.urlsafe_b64encode(data).rstrip(b"="),
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "zlib": zlib.compress,
    "zip": lambda data: zipped({"a": data}),
    "cbor": lambda data: cborwrite.dump({"a": data}, READING),
    "event stream": stream,
    "json": lambda data: json.dumps({"a": data.decode("utf-8", "replace")}).encode(),
    "utf-16": lambda data: b"\xff\xfe" + data.decode("utf-8").encode("utf-16-le"),
}
TEXTUAL = ("base64", "base64url", "json")


def unwrapped(name, data):
    """Return what is in *data*, by code of its own."""
    if name == "base64":
        return base64.b64decode(data, validate=True)
    if name == "base64url":
        return base64.urlsafe_b64decode(data + b"=" * (-len(data) % 4))
    if name == "json":
        return json.loads(data)["a"].encode()
    if name == "zip":
        return unzipped(data)[0]["a"]
    if name == "event stream":
        return frames.parse(data, READING)[0].payload
    opening = {"gzip": gzip.decompress, "zlib": zlib.decompress, "utf-16": lambda each: each.decode("utf-16").encode()}
    return opening[name](data) if name in opening else opened(data).pieces[1].data


def stacks(names, depth=3):
    return st.lists(st.sampled_from(names), min_size=1, max_size=depth)


@settings(max_examples=80, deadline=None)
@given(stacks(sorted(WRAPPERS)), st.text("abc <>&\"'\\/\n é", max_size=8))
def test_a_canary_in_any_three_encodings_is_gone(names, around):
    """Opened layer by layer, what comes out is the scrubbed text, and it parses as before."""
    text = f"{around} {ARN} {around}"
    data = text.encode()
    kept = []
    for name in names:
        if name in ("json", "utf-16") and not is_text(data):
            continue
        data = WRAPPERS[name](data)
        kept.append(name)

    done, opaque = answered(data)

    for name in reversed(kept):
        done = unwrapped(name, done)
    assert done == text.replace(ARN, CLEAN).encode()
    assert opaque == []


def is_text(data):
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


@settings(max_examples=80, deadline=None)
@given(stacks(sorted(WRAPPERS)), st.binary(max_size=30))
def test_what_holds_nothing_keeps_every_byte(names, data):
    """A packed content without a finding is not packed again."""
    for name in names:
        if name not in ("json", "utf-16") or is_text(data):
            data = WRAPPERS[name](data)

    assert answered(data, estate=Estate())[0] == data


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(set(WRAPPERS) - set(TEXTUAL))), st.data())
def test_what_is_damaged_is_never_an_error(name, data):
    """A content that only looks packed is bytes, and the rest of the recording goes on."""
    raw = bytearray(WRAPPERS[name](b"some content of some length"))
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(raw[: data.draw(st.integers(0, len(raw)))])

    answered(cut)


def test_what_stays_closed_is_said():
    """A form that nobody opens is searched for known values and named: its place, its form, its size."""
    packed = lzma.compress(b"x" * 100)
    encrypted = bytearray(zipped({"a": b"x" * 50}))
    for flags in (6, bytes(encrypted).index(b"PK\x01\x02") + 8):
        encrypted[flags] |= 1
    blob = bytes(range(128, 256)) * 2

    body = json.dumps(
        {
            "Data": base64.b64encode(blob).decode(),
            "Digest": base64.b64encode(blob[:32]).decode(),
            "NextToken": base64.b64encode(blob).decode(),
        }
    ).encode()

    assert answered(packed)[1] == [Opaque("response body", "", "xz", len(packed), "it cannot be opened")]
    assert answered(bytes(encrypted))[1] == [Opaque("response body", "", "zip", len(encrypted), "it cannot be opened")]
    assert answered(body)[1] == [Opaque("response body", "Data", "binary", 256, "it cannot be opened")]
    assert answered(b"\xff\x00" * 20 + ACCOUNT.encode())[0] == b"\xff\x00" * 20 + b"123456789012"


def test_a_token_that_is_replaced_is_not_said_to_be_closed():
    """Nobody needs to look into what is not there any more."""
    token = "IQoJb3JpZ2luX2Vj" + base64.b64encode(bytes(range(128, 256)) * 2).decode().rstrip("=")

    done, opaque = answered(f"the token {token} was".encode())

    assert done == f"the token FwoGZXIvYXdzEXAMPLETOKEN{'0' * 76}EXAMPLETOKEN was".encode()
    assert opaque == []


def test_signs_of_a_tag_are_no_layer():
    """A text between angle brackets that has no tag in it is one text, not eight."""
    assert answered(f"<> {ARN} <>".encode()) == (f"<> {CLEAN} <>".encode(), [])


def test_what_is_too_deep_is_said():
    """More layers than are opened are named, and the outermost are still looked into."""
    text = f"{ARN}"
    for _ in range(10):
        text = json.dumps([text])

    _, opaque = answered(text.encode(), estate=Estate())

    assert [(each.where, each.reason) for each in opaque] == [("response body", "it is more than 8 layers deep")]
    assert str(opaque[0]).startswith("opaque, not inspected: response body: text, ")


def test_a_bomb_stays_closed(monkeypatch):
    """What would grow beyond any answer is named, not unpacked."""
    monkeypatch.setattr("bototape.scrub.packed.LARGEST", 1000)
    bomb = zipped({"a": b"0" * 2000})

    assert answered(bomb)[1] == [Opaque("response body", "", "zip", len(bomb), "it cannot be opened")]
    assert answered(zlib.compress(b"0" * 2000))[1] == [Opaque("response body", "", "binary", 23, "it cannot be opened")]
