"""
Instances of shapes that a protocol can carry: valid, every member once, deterministic, and awkward on purpose.

An instance is written as `bototape.wire.instance` says: timestamps as the protocol and the place write them, blobs as
base64. A structure is filled the first time it is met in an instance and kept thin after that, so that recursion ends
and size stays in bounds; a union takes its members in turn. Ranges, lengths and enums are respected, patterns are not.
"""

import base64
import itertools
import zlib
from datetime import UTC, datetime
from email.utils import format_datetime

from bototape.shapes import Member, Operation, Service, Shape

#: Text for bodies: what has to be escaped, what looks like something else, what is easily lost.
_COMMON = (
    "plain",
    "quote \" apostrophe ' backslash \\ slash /",
    "é ü 漢字",
    "<a href='x'>&amp;</a> ]]> <!-- -->",
    "",
    "emoji 😀 \U0010ffff",
    "  spaces  ",
    "null",
    "007",
    "a+b %41 &=;#?",
    "line\nbreak\ttab",
    "\u2028\u0085\u00a0\ufeff",
)
_TEXTS = {
    "json": (*_COMMON, "\x00\x1f\x7f", "carriage\r\nreturn"),
    "xml": (*_COMMON, "carriage\r\nreturn"),
    # botocore's serializer leaves a carriage return bare, and XML's line-end rule makes it a line feed.
    "xml request": _COMMON,
    "form": (*_COMMON, "\x01\x7f", "carriage\r\nreturn"),
    "header": ("plain", "inner space", 'a=b; c="d"', "2:3,4", "~!@#$%^&*()"),
    "header list": ("plain", "inner space", "a=b;c"),
    "quoted header list": ("plain", "a,b", 'say "hi"', "inner space"),
    "query": ("plain", "é 漢 😀", "a+b %41 &=;#?/", "", "*~'()"),
    "uri": ("plain", "é 漢 😀", "a+b %41 &=;#?/c", "arn:aws:x:::y/z", "*~'()"),
    "greedy": ("plain", "a/b c/é", "a//b", "a+b&%2F"),
    "host": ("host-1", "a.b", "x"),
    "payload": ("plain", "é 漢 😀\r\n", '{"a": 1}'),
}
_KEYS = {
    "headers": ("one", "two-2", "three"),
    "query": ("key one", "é&=", "three"),
    "body": ("key", "<é &\"'>", "a.b c"),
}
_BLOBS = (b"plain", b"\x00\xff\xfe\r\n", b"", b"~~~???>>>", b"\x1f\x8b")
_INTEGERS = (1, 0, -1, 2**31 - 1, -(2**31), 42)
_LONGS = (2**53 + 1, 0, -1, 2**63 - 1, -(2**63), 42)
_FLOATS = (1.5, 0.0, -0.25, 3.4028234663852886e38, "NaN", "Infinity", 1e10, "-Infinity")
_DOUBLES = (0.1, 1.7976931348623157e308, "NaN", -1e-300, 2.5, "Infinity", "-Infinity", 100.0)
_DOCUMENTS = ({"a": [1, None, 2.5, "é"], "b": {"c": True, "d": ""}}, {"n": None, "list": [], "map": {}})
#: Milliseconds since 1970: an ordinary moment, a leap day, the first, before it, the last.
_MOMENTS = (1636115696123, 951782400000, 0, 1636115696000, -86400000, 253402300799000, 1500)

#: How deep structures are filled; below they are thin.
_DEEP = 10

#: How many members of a union one list shows.
_SHOWN = 12

Value = object


def seed(text: str) -> int:
    """A number that depends on *text* alone."""
    return zlib.crc32(text.encode())


class Instances:
    """
    Makes instances of the shapes of *service* as *protocol* carries them on *side* (input, output, error).

    *start* is where the turns begin: another one gives other values. With *raises* event streams have exceptions.
    *heights* is for several makers of one service: what one learns of its shapes, the next one knows.
    """

    def __init__(
        self,
        service: Service,
        protocol: str,
        side: str,
        start: int = 0,
        *,
        raises: bool = False,
        heights: dict[str, float] | None = None,
    ):
        self.shapes = service.shapes
        self.protocol = protocol
        self.side = side
        self.rest = protocol in ("rest-json", "rest-xml")
        self.raises = raises
        self._form = protocol in ("query", "ec2") and side == "input"
        self._turns = itertools.count(start)
        self._start = start
        self._seen: set[str] = set()
        self._taken: dict[str, int] = {}
        self._heights = {} if heights is None else heights
        self._text = "json"
        if self._form:
            self._text = "form"
        elif protocol in ("query", "ec2", "rest-xml"):
            self._text = "xml request" if side == "input" else "xml"

    def root(self, name: str, operation: Operation | None = None, *, full: bool = True) -> dict:
        """An instance of the shape *name* that a whole message carries; without *full* only what is required."""
        shape = self.shapes[name]
        self._seen = {name}
        greedy = operation.http.get("requestUri", "") if operation else ""
        payload = shape.traits.get("payload") if self.rest else None
        found = {}
        for member in self._shown(shape) if full else self._needed(shape):
            if self._is_left_out(member):
                continue
            if self._is_stream(member) and not full:
                found[member.name] = []
            elif member.name == payload:
                found[member.name] = self._payload(member, full=full)
            else:
                place = self._place(member, greedy)
                found[member.name] = self._member(member, 1, place, full=full or place != "body")
        found = {key: each for key, each in found.items() if each is not None}
        if self.rest and self.side == "output":  # a map of headers is there, if only an empty one
            found |= {key: {} for key in self._in_headers(shape) - found.keys()}
        self._measure(found, shape, payload)
        return carried(found, shape, self.shapes, self.protocol) if self.side == "input" else self._kept(found, shape)

    def _kept(self, found: dict, shape: Shape) -> dict:
        flat = self.protocol in ("query", "ec2", "rest-xml")
        return without_empty_flattened(found, shape, self.shapes) if flat else found

    def _is_left_out(self, member: Member) -> bool:
        # botocore writes no event streams, and raises what an exception in one says.
        return self.side == "input" and self._is_stream(member)

    def _is_stream(self, member: Member) -> bool:
        return bool(self.shapes[member.shape].traits.get("eventstream"))

    def _place(self, member: Member, template: str) -> str:
        location = member.traits.get("location") if self.rest else None
        if member.traits.get("hostLabel") and self.side == "input":
            return "host"
        if self.side != "input" and location in ("uri", "querystring"):
            return "body"
        if location == "uri":
            return "greedy" if "{" + member.wire_name + "+}" in template else "uri"
        return {"querystring": "query", None: "body"}.get(location, str(location))

    def _measure(self, found: dict, shape: Shape, payload: str | None) -> None:
        """Let a member that is the Content-Length of an answer be it: botocore's streams believe it."""
        size = len(base64.b64decode(found.get(payload, ""))) if payload and self._is_blob(shape, payload) else 0
        for member in shape.members.values():
            if self.rest and member.wire_name.lower() == "content-length" and member.name in found:
                found[member.name] = size

    def _in_headers(self, shape: Shape) -> set[str]:
        return {each.name for each in shape.members.values() if each.traits.get("location") == "headers"}

    def _is_blob(self, shape: Shape, name: str) -> bool:
        return self.shapes[shape.members[name].shape].type == "blob"

    def _payload(self, member: Member, *, full: bool) -> Value:
        shape = self.shapes[member.shape]
        if not full and shape.type in ("string", "blob") and not shape.enum:
            return ""
        if shape.type == "string" and not shape.enum:
            return self._fitted(self._next(_TEXTS["payload"]), shape) or "x"
        if shape.type == "blob":
            return base64.b64encode(self._next(_BLOBS) or b"x").decode()
        return self._member(member, 1, "body", full=full)

    def _next(self, choices):
        return choices[next(self._turns) % len(choices)]

    def _member(self, member: Member, depth: int, place: str, *, full: bool) -> Value:
        shape = self.shapes[member.shape]
        if shape.traits.get("document"):
            return self._next(_DOCUMENTS)
        match shape.type:
            case "structure":
                if shape.traits.get("eventstream"):
                    return self._events(shape, depth)
                return self._structure(shape, depth, full=full)
            case "list":
                return self._list(shape, depth, place, full=full)
            case "map":
                return self._map(shape, depth, place, full=full)
            case "string" | "character":
                return self._string(shape, member, place)
            case "blob":
                return base64.b64encode(self._sized(self._next(_BLOBS), shape, b"b")).decode()
            case "boolean":
                return next(self._turns) % 2 == 0
            case "timestamp":
                return self._timestamp(member, shape, place)
            case _:
                return self._number(shape, place)

    def _structure(self, shape: Shape, depth: int, *, full: bool) -> dict:
        full = full and shape.name not in self._seen and depth < _DEEP
        if shape.traits.get("union"):
            member = self._alternative(shape, full=full)
            self._seen |= {shape.name} if full else set()
            return {member.name: self._member(member, depth + 1, "body", full=full)}
        self._seen |= {shape.name} if full else set()
        members = self._shown(shape) if full else self._needed(shape)
        found = {each.name: self._member(each, depth + 1, "body", full=full) for each in members}
        return {key: each for key, each in found.items() if each is not None}

    def _shown(self, shape: Shape) -> list[Member]:
        return list(shape.members.values())

    def _needed(self, shape: Shape) -> list[Member]:
        members = shape.members.values()
        needed = [each for each in members if each.required or self._is_always(shape, each)]
        if not needed and self._form:  # an empty structure leaves no trace in a form
            return sorted(members, key=lambda each: self._height(each.shape))[:1]
        return needed

    def _is_always(self, shape: Shape, member: Member) -> bool:
        """Tell whether a message always has *member*: a label, a status, a stream, a body that is data."""
        if self._is_stream(member) or member.traits.get("hostLabel") or not self.rest:
            return self._is_stream(member) or bool(member.traits.get("hostLabel"))
        is_data = self.shapes[member.shape].type in ("string", "blob") and shape.traits.get("payload") == member.name
        return member.traits.get("location") in ("uri", "statusCode") or (self.side != "input" and is_data)

    def _alternative(self, shape: Shape, *, full: bool) -> Member:
        members = list(shape.members.values())
        if not full:
            return min(members, key=lambda each: self._height(each.shape))
        turn = self._taken.get(shape.name, self._start)
        self._taken[shape.name] = turn + 1
        return members[turn % len(members)]

    def _list(self, shape: Shape, depth: int, place: str, *, full: bool) -> list:
        inner = self.shapes[shape.element.shape]
        least = int(shape.min or 0)
        place = {"header": "header list"}.get(place, place)
        if not full:
            count = least or self._trace(shape, depth)
        elif inner.type == "structure" and inner.traits.get("union") and inner.name not in self._seen:
            return self._every(shape, inner, depth, int(shape.max or _SHOWN), least)
        else:
            count = max(least, min(2, int(shape.max if shape.max is not None else 2)))
        values = [self._member(shape.element, depth + 1, place, full=full) for _ in range(count)]
        if shape.traits.get("sparse") and self.side != "input" and full:
            values[-1:] = [None]
        return values

    def _trace(self, shape: Shape, depth: int) -> int:
        """How many entries a list or map needs that an empty one leaves no trace of."""
        return int((self._form or bool(shape.traits.get("flattened"))) and depth < 2 * _DEEP)

    def _every(self, shape: Shape, union: Shape, depth: int, most: int, least: int) -> list:
        """One element for each member of *union*, as many as may stand in the list."""
        values = []
        for _ in range(max(least, min(len(union.members), most, _SHOWN))):
            self._seen.discard(union.name)
            values.append(self._member(shape.element, depth + 1, "body", full=True))
        return values

    def _map(self, shape: Shape, depth: int, place: str, *, full: bool) -> dict:
        keys = self.shapes[shape.key.shape]
        least = int(shape.min or 0)
        thin = least or self._trace(shape, depth)
        count = max(least, min(2, int(shape.max if shape.max is not None else 2))) if full else thin
        found = {}
        for at in range(min(count, len(keys.enum)) if keys.enum else count):
            key = keys.enum[at] if keys.enum else self._key(keys, place, at)
            found[key] = self._member(shape.value, depth + 1, "header" if place == "headers" else place, full=full)
        return found

    def _key(self, shape: Shape, place: str, at: int) -> str:
        if shape.type != "string":
            raise TypeError(f"a map's key is a {shape.type}")
        choices = _KEYS.get(place, _KEYS["body"])
        text = self._fitted(choices[at % len(choices)], shape, mark=f"{at}" if at >= len(choices) else "")
        return text or "k"

    def _string(self, shape: Shape, member: Member, place: str) -> Value:
        if member.traits.get("jsonvalue") and place == "header":
            return self._next(_DOCUMENTS)
        enum = member.traits.get("enum") or shape.enum
        if enum:
            return self._next(enum)
        kind = self._text if place == "body" else place
        if kind == "header list" and self.side == "input":
            kind = "quoted header list"
        text = self._fitted(self._next(_TEXTS[kind]), shape)
        return text or "x" if place in ("uri", "greedy", "header list") else text

    def _fitted(self, text: str, shape: Shape, mark: str = "") -> str:
        text = text + mark
        if shape.max is not None and len(text) > shape.max:
            text = text[: int(shape.max)].strip()
        return self._sized(text, shape, "a")

    @staticmethod
    def _sized(value, shape: Shape, filler):
        if shape.max is not None:
            value = value[: int(shape.max)]
        return value + filler * max(0, int(shape.min or 0) - len(value))

    def _number(self, shape: Shape, place: str) -> Value:
        if place == "statusCode":
            return 202
        choices = {"integer": _INTEGERS, "long": _LONGS, "float": _FLOATS}.get(shape.type, _DOUBLES)
        value = self._next(choices)
        if isinstance(value, str):
            return value if shape.min is None and shape.max is None else (shape.min or 0.5)
        if shape.min is not None:
            value = max(value, shape.min)
        if shape.max is not None:
            value = min(value, shape.max)
        return int(value) if shape.type in ("integer", "long") else float(value)

    def _timestamp(self, member: Member, shape: Shape, place: str) -> Value:
        default = {"header": "rfc822", "header list": "rfc822", "query": "iso8601", "uri": "iso8601"}.get(place)
        body = "unixTimestamp" if self.protocol in ("json", "rest-json", "smithy-rpc-v2-cbor") else "iso8601"
        form = member.traits.get("timestampFormat") or shape.traits.get("timestampFormat") or default or body
        if self.protocol == "smithy-rpc-v2-cbor":
            form = "unixTimestamp"
        milliseconds = self._next(_MOMENTS)
        if form == "rfc822" or (place == "header" and self.side == "input"):
            milliseconds -= milliseconds % 1000
        return moment(milliseconds, form, digits=6 if self.side == "input" else 3)

    def _events(self, shape: Shape, depth: int) -> list:
        events = []
        for member in shape.members.values():
            if self.shapes[member.shape].traits.get("exception") and not self.raises:
                continue
            self._seen.discard(member.shape)
            events.append({member.name: self._member(member, depth + 1, "body", full=True)})
        return events

    def _height(self, name: str) -> float:
        """How many levels the thinnest instance of the shape *name* has; recursion counts as endless."""
        if name not in self._heights:
            self._heights |= dict.fromkeys(self.shapes, float("inf"))
            changed = True
            while changed:
                changed = False
                for each, shape in self.shapes.items():
                    height = self._lowest(shape)
                    if height < self._heights[each]:
                        self._heights[each], changed = height, True
        return self._heights[name]

    def _lowest(self, shape: Shape) -> float:
        if shape.type == "structure":
            if shape.traits.get("document") or not shape.members:
                return 1
            if shape.traits.get("union"):
                return 1 + min(self._heights[each.shape] for each in shape.members.values())
            needed = [self._heights[each.shape] for each in shape.members.values() if each.required]
            return 1 + max(needed, default=0)
        if shape.type in ("list", "map"):
            return 1 + (self._heights[(shape.element or shape.value).shape] if shape.min else 0)
        return 0


def moment(milliseconds: int, form: str, *, digits: int = 3) -> Value:
    """A timestamp in one of Smithy's formats, a number for ``unixTimestamp``; *digits* of a fraction that is not 0."""
    seconds, rest = divmod(milliseconds, 1000)
    if form == "unixTimestamp":
        return milliseconds / 1000 if rest else seconds
    when = datetime.fromtimestamp(seconds, UTC)
    if form == "rfc822":
        return format_datetime(when, usegmt=True)
    fraction = f".{rest:03d}".ljust(digits + 1, "0") if rest else ""
    return f"{when.strftime('%Y-%m-%dT%H:%M:%S')}{fraction}Z"


def is_flattened(member: Member, shape: Shape) -> bool:
    """Tell whether the list or map *shape* has no element of its own around its entries."""
    return bool(member.traits.get("flattened") or shape.traits.get("flattened"))


def without_empty_flattened(value: Value, shape: Shape, shapes) -> Value:
    """*value* without the flattened lists and maps that have no entry: nothing of them is in XML."""
    if isinstance(value, dict) and shape.type == "structure":
        found = {}
        for key, each in value.items():
            member = shape.members[key]
            inner = shapes[member.shape]
            if each in ([], {}) and inner.type in ("list", "map") and is_flattened(member, inner):
                continue
            found[key] = without_empty_flattened(each, inner, shapes)
        return found
    if isinstance(value, dict) and shape.type == "map":
        return {key: without_empty_flattened(each, shapes[shape.value.shape], shapes) for key, each in value.items()}
    if isinstance(value, list) and shape.type == "list":
        return [without_empty_flattened(each, shapes[shape.element.shape], shapes) for each in value]
    return value


def carried(value: dict, shape: Shape, shapes, protocol: str) -> dict:
    """The input *value* without what botocore's serializer of *protocol* leaves no trace of: empty containers."""
    if protocol in ("query", "ec2"):
        return _in_form(value, shape, shapes, protocol)
    if protocol == "rest-xml":
        value = without_empty_flattened(value, shape, shapes)
    if protocol in ("rest-json", "rest-xml"):
        bound = ("header", "headers", "querystring")
        found = {
            key: each
            for key, each in value.items()
            if not (each in ([], {}) and shape.members[key].traits.get("location") in bound)
        }
        payload = shape.members.get(shape.traits.get("payload"))
        if payload and protocol == "rest-json" and shapes[payload.shape].type == "structure":
            found.setdefault(payload.name, {})  # botocore writes it when it is not given
        return found
    return value


def _in_form(value: Value, shape: Shape, shapes, protocol: str) -> Value:
    if shape.type == "structure":
        found = {key: _in_form(each, shapes[shape.members[key].shape], shapes, protocol) for key, each in value.items()}
        return {key: each for key, each in found.items() if each != {} and not (each == [] and protocol == "ec2")}
    if shape.type == "list":
        inner = shapes[shape.element.shape]
        found = [_in_form(each, inner, shapes, protocol) for each in value]
        return [each for each in found if each not in ({}, [])] if protocol == "ec2" else [x for x in found if x != {}]
    if shape.type == "map":
        inner = shapes[shape.value.shape]
        return {key: _in_form(each, inner, shapes, protocol) for key, each in value.items()}
    return value
