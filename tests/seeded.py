"""
A seeded estate: messages of any operation with one invented identifier in each string member, and the search for them.

What a member is, is decided here by its pattern, traits and name alone, with no code of the scrubber. A member that
allows no identifier of its kind gets the account that the scrubber is told, wherever its pattern leaves room.
"""

import base64
import functools
import html
import itertools
import json
import re
from dataclasses import dataclass
from urllib.parse import unquote, unquote_plus

from bototape.errors import WireError
from bototape.interaction import Call, Interaction, Request, Response
from bototape.schema.patterns import translate
from bototape.scrub.apply import scrub
from bototape.scrub.estate import Estate
from bototape.scrub.pseudonyms import Pseudonyms
from bototape.scrub.typed import Typing
from tests.wire.botocore_side import Python, parsed, plain, sent
from tests.wire.instances import Instances, seed
from tests.wire.proof import Proof

#: The account that is told to the scrubber; all others in a message are not.
OWN = "604975318642"
ESTATE = Estate(account=OWN)

_REGION = "us-east-1"
_STABLE = re.compile(r"(?:client|idempotency|creation|caller).{0,12}(?:token|reference)$", re.IGNORECASE)
_PAGE = re.compile(r"(?:next|continuation|pagination|page)_?token$", re.IGNORECASE)
_SECRET = re.compile(r"(?:password|secret|secretstring|clientsecret|accesstoken|refreshtoken|idtoken)$", re.IGNORECASE)
_ACCOUNT = re.compile(r"^(?:aws)?account_?ids?$|^ownerid$|^registryid$|owneraccount(?:id)?$", re.IGNORECASE)
_KMS = re.compile(r"kms.*key(?:id|arn)?$", re.IGNORECASE)
#: Not in the recording any more: a digest that cannot be made true, a trace, which differs in each.
_DROPPED = re.compile(r"checksum|etag|md5|traceid$|traceparent$|tracestate$", re.IGNORECASE)
_TWELVE = re.compile(r"\^?\(?(?:\\d|\[0-9\])\{12\}\)?\$?")


@dataclass(frozen=True)
class Canary:
    """What was put into a member: its *kind* and the *needle* that must be found nowhere afterwards."""

    kind: str
    member: str
    needle: str


@functools.cache
def pattern(text):
    """The pattern of a model as one of Python's, or None where it cannot be said."""
    translated = translate(text) if text else None
    try:
        return re.compile(translated) if translated else None
    except re.error:
        return None


def is_valid(text, shape):
    """Tell whether the model allows *text* in a string of *shape*."""
    if (shape.max is not None and len(text) > shape.max) or len(text) < int(shape.min or 0):
        return False
    found = pattern(shape.pattern)
    return found is None or found.search(text) is not None


class Seeded(Instances):
    """Instances with a canary in every string that has room for one; ``canaries`` are those it gave."""

    def __init__(self, *arguments, service="", **options):
        super().__init__(*arguments, **options)
        self.service = service
        self.canaries = []
        self._numbers = itertools.count(1)

    def _string(self, shape, member, place):
        enum = member.traits.get("enum") or shape.enum
        if enum or member.traits.get("jsonvalue"):
            return super()._string(shape, member, place)
        for kind, text, needle in self._candidates(shape, member, place):
            if is_valid(text, shape):
                self.canaries.append(Canary(kind, member.name, needle))
                return text
        return super()._string(shape, member, place)

    def _candidates(self, shape, member, place):
        number = next(self._numbers)
        account = str(604900000000 + number * 7919)
        if place == "host":
            return
        name = member.name if member.name != "member" else shape.name
        is_arn = "arn:" in (shape.pattern or "") or re.search(r"arns?$", name, re.IGNORECASE)
        if is_arn:
            for arn in _arns(self.service, account):
                yield "arn", arn, account
        if (shape.pattern and _TWELVE.fullmatch(shape.pattern)) or _ACCOUNT.search(name):
            yield "account", account, account
        if any(_KMS.search(each) for each in (name, shape.name)):
            key = f"{number:08x}-1a2b-4c3d-9e8f-6b{number:010x}"
            yield "kms", key, key
            arn = f"arn:aws:kms:{_REGION}:{account}:key/{key}"
            yield "kms", arn, key
        if shape.traits.get("sensitive") or member.traits.get("sensitive"):
            word = f"Zq{number:04}vexilloid"
            yield "sensitive", word, word
        if _PAGE.search(name):
            token = base64.b64encode(json.dumps({"at": number, "owner": account}).encode()).decode()
            yield "page", token, token
        if _SECRET.search(name):
            word = f"Pq7{number:04}trireme"
            yield "secret", word, word
        if not _STABLE.search(name) and not member.traits.get("idempotencyToken"):
            person = f"p{number:04}@workshop.dev"
            if "email" in name.lower():
                yield "email", person, person
            prose = f"see arn:aws:iam::{account}:role/r{number:04}brigantine"
            if place == "body" and not shape.pattern:
                yield "prose", prose, account
        ends = (f"-{number}q", f"n{number}q", f"/{number}q")
        for start, end in (("x-", ends[0]), ("x", ends[1]), ("/x/", ends[2]), ("s3://x-", ends[2]), ("", ends[0])):
            yield "own", f"{start}{OWN}{end}", f"{OWN}{end}"
        yield "own", OWN, OWN

    def _member(self, member, depth, place, *, full):
        shape = self.shapes[member.shape]
        if shape.type == "blob" and place == "body":
            account = str(604900000000 + next(self._numbers) * 7919)
            held = json.dumps({"role": f"arn:aws:iam::{account}:role/x"}).encode()
            if shape.max is None or len(held) <= shape.max:
                self.canaries.append(Canary("blob", member.name, account))
                return base64.b64encode(held).decode()
        return super()._member(member, depth, place, full=full)


def _arns(service, account):
    """ARNs of many forms, for the first that a pattern allows."""
    kinds = (
        "role/r1brigantine", "user/x", "model/x", "domain/d-abcdefghij", "training-job/x", "x/y", "x:y", "x", "x/y/z",
        "key/0a1b2c3d-1a2b-4c3d-9e8f-6b0a1b2c3d4e", "stack/x/y", "function:x", "table/x", "stream/x", "topic",
        "log-group:x", "secret:x", "policy/x", "root", "layer:x:1", "hub-content/h/Model/m/1.0.0",
    )  # fmt: skip
    services = dict.fromkeys((service, "sagemaker", "iam", "kms", "s3", "sns", "sqs", "lambda", "ec2", "ecs", "logs"))
    for name in services:
        for region in (_REGION, ""):
            for kind in kinds:
                yield f"arn:aws:{name}:{region}:{account}:{kind}"


class Estates:
    """The seeded messages of one service of the installed botocore, scrubbed and searched."""

    def __init__(self, name):
        self.proof = Proof(name)
        self.name = name
        self.typing = Typing(self.proof.service)
        self.kinds = {}
        self.done = 0
        self.unsent = []

    def failures(self, *, kept=lambda _operation: True):
        """What is left, what is no valid value any more, and what cannot be read any more, as text."""
        for protocol in self.proof.protocols:
            for name, operation in self.proof.service.operations.items():
                if kept(name):
                    for failure in self._operation(protocol, operation):
                        yield f"{self.name}.{name} {protocol} {failure}"

    def _operation(self, protocol, operation):
        codec = self.proof.codec
        asked = self._instance(protocol, "input", operation)
        given = self._instance(protocol, "output", operation)
        model = self.proof.model.operation_model(operation.name)
        parameters = self._parameters(protocol, asked, operation)
        try:
            request = sent(protocol, parameters, model)
            response = codec.encode_response(operation, given[0], protocol)
            before = (
                codec.decode_request(operation, request, protocol),
                codec.decode_response(operation, response, protocol).instance,
            )
        except (WireError, TypeError, KeyError, ValueError):
            self.unsent.append(f"{operation.name} {protocol}")  # the wire's own tests tell why
            return
        self.done += 1
        call = Call(self.name, operation.name, _REGION, protocol)
        done = scrub(
            Interaction(request, response, call),
            ESTATE,
            Pseudonyms(b"a key for the tests", {}),
            typed=self.typing.of(call),
        )
        again = scrub(done, ESTATE, Pseudonyms(b"another key", {}), typed=self.typing.of(call))
        if again != done:
            yield f"changes when it is scrubbed again: {_change(done, again)}"
        for canary in (*asked[1], *given[1]):
            self.kinds[canary.kind] = self.kinds.get(canary.kind, 0) + 1
        try:
            after = (
                codec.decode_request(operation, done.request, protocol),
                codec.decode_response(operation, done.response, protocol).instance,
            )
            answer = parsed(protocol, done.response, model)
        except Exception as error:  # noqa: BLE001 - whatever a reader raises is the finding
            yield f"cannot be read any more: {type(error).__name__}: {error}"
            return
        sides = (("input", asked, done.request, after[0]), ("output", given, done.response, (after[1], answer)))
        for side, made, message, instance in sides:
            layers = _layers(message, instance)
            yield from (
                f"{side} {each.member}: {each.kind} is left"
                for each in made[1]
                if any(each.needle in x for x in layers)
            )
        for side, root, old, new in (
            ("input", operation.input, before[0], after[0]),
            ("output", operation.output, before[1], after[1]),
        ):
            yield from (f"{side} {each}" for each in self._invalid(root, old, new))

    def _instance(self, protocol, side, operation):
        root = operation.input if side == "input" else operation.output
        maker = Seeded(self.proof.service, protocol, side, seed(operation.name), service=self._namespace)
        return (maker.root(root, operation), tuple(maker.canaries)) if root else ({}, ())

    def _parameters(self, protocol, asked, operation):
        return Python(self.proof.service.shapes, protocol).parameters(asked[0], operation.input)

    @property
    def _namespace(self):
        metadata = self.proof.service.metadata
        return str(metadata.get("signingName") or metadata.get("endpointPrefix", self.name)).split(".")[-1].lower()

    def _invalid(self, root, old, new):
        """Yield the members whose value was valid and is not any more, or whose list has another length."""
        if root is None:
            return
        olds, news = (dict(_leaves(value, root, self.proof.service.shapes)) for value in (old, new))
        olds = {place: each for place, each in olds.items() if place in news or not _DROPPED.search(place)}
        if len(olds) != len(news):
            yield f"has {len(news)} texts instead of {len(olds)}"
            return
        for (place, (shape, was)), (_, is_now) in zip(olds.items(), news.values(), strict=True):
            if was != is_now and is_valid(was, shape) and not is_valid(is_now, shape):
                yield f"{place}: {is_now!r} does not match {shape.pattern!r} {shape.min} {shape.max}"


def _change(one, other):
    for side in ("request", "response"):
        for part in ("uri", "headers", "body"):
            old, new = (getattr(getattr(each, side), part, "") for each in (one, other))
            if old != new:
                at = next((i for i, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), 0)
                return f"{side} {part}: {old[max(0, at - 60) : at + 60]!r} {new[max(0, at - 60) : at + 60]!r}"
    return ""


def _leaves(value, name, shapes, at=""):
    """Yield (place, (shape, text)) of each string of *value*, an instance of the shape *name*."""
    shape = shapes[name]
    if isinstance(value, str):
        if shape.type == "string":
            yield at, (shape, value)
    elif isinstance(value, list):
        inner = shape.element.shape if shape.element else name
        for index, each in enumerate(value):
            yield from _leaves(each, inner, shapes, f"{at}/{index}")
    elif isinstance(value, dict) and shape.type == "map":
        for key, each in value.items():
            yield from _leaves(each, shape.value.shape, shapes, f"{at}/{key}")
    elif isinstance(value, dict):
        for key, each in value.items():
            if key in shape.members:
                yield from _leaves(each, shape.members[key].shape, shapes, f"{at}/{key}")


def _layers(message: Request | Response, instance):
    """The texts of *message* in every layer: as they stand, percent-decoded, as values, and base64 in them."""
    uri = message.uri if isinstance(message, Request) else ""
    body = message.body.decode("latin-1")
    values = repr(plain(instance))
    texts = [uri, unquote(uri), *(value for _, value in message.headers), body, unquote_plus(body), values]
    texts += [unquote(value) for _, value in message.headers]
    texts += [html.unescape(body)]
    texts += [_opened(each) for each in re.findall(r"[A-Za-z0-9+/]{24,}={0,2}", values)]
    return texts


def _opened(text):
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4)).decode("latin-1")
    except ValueError:
        return ""
