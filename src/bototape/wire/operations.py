"""
The operations of one REST service, arranged so that a request finds the ones it may be.

Source: Smithy, "http trait" (specificity of URI patterns and query literals) and "httpQuery", "httpHeader": a
required member is always on the wire, which tells CopyObject from PutObject.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import unquote, unquote_plus

from bototape.shapes import Member, Operation, Service
from bototape.wire.uritemplate import Segment, Template, template

__all__ = ["Asked", "Found", "Operations", "Rank"]

#: Query parameter that names the operation; newer models add it where the rest of a request does not tell.
_NAMED = "x-id"

_NOTHING: Mapping[str, str] = {}

#: Parameter of S3's endpoint rules: the operation is one of directory buckets, or may be.
_EXPRESS = "UseS3ExpressControlEndpoint"

_LITERAL, _LABEL, _GREEDY = 2, 1, 0

#: How well an operation fits a request; comparable with those of other operations and services.
Rank = tuple[object, ...]


class Asked:
    """
    What a request asks for: its *method*, its *path* percent-encoded, its *query*, its *headers* by lower-case name.

    *bucket* tells that the host has the S3 bucket, *express* that it is signed for S3 Express. *parts* are the path's
    segments, the last empty after a slash.
    """

    __slots__ = ("_parameters", "bucket", "express", "headers", "method", "parts", "query")

    def __init__(
        self,
        method: str,
        path: str,
        query: str,
        headers: Mapping[str, str],
        *,
        bucket: bool = False,
        express: bool = False,
    ) -> None:
        self.method = method
        self.parts = path.removeprefix("/").split("/")
        self.query = query
        self.headers = headers
        self.bucket = bucket
        self.express = express
        self._parameters: dict[str, str] | None = None

    @property
    def parameters(self) -> Mapping[str, str]:
        """The query parameters, their names decoded; of equal names the first."""
        if self._parameters is None:
            self._parameters = {}
            for each in self.query.split("&") if self.query else ():
                name, _, value = each.partition("=")
                self._parameters.setdefault(_decoded(name), value)
        return self._parameters


def _decoded(text: str) -> str:
    return unquote_plus(text) if "%" in text or "+" in text else text


class Found(NamedTuple):
    """An operation that a request may be, and what else it asks for; *path* ranks its URI pattern."""

    name: str
    literals: tuple[tuple[str, str | None], ...]
    parameters: tuple[str, ...]
    headers: tuple[str, ...]
    deprecated: bool
    express: bool
    path: tuple[int, ...]

    def fits(self, asked: Asked) -> bool:
        """Tell whether *asked* has all query literals."""
        sent = asked.parameters
        for name, value in self.literals:
            if name not in sent or (value is not None and value != _decoded(sent[name])):
                return False
        return True

    def rank(self, asked: Asked) -> Rank:
        """Return how well *asked*, which fits, does so: of several operations that of the highest rank is meant."""
        sent = asked.parameters if asked.query else _NOTHING
        missing = 0
        for each in self.parameters:
            missing += each not in sent
        for each in self.headers:
            missing += each not in asked.headers
        wanted = len(self.parameters) + len(self.headers)
        named = sent.get(_NAMED) == self.name
        apt = self.express == asked.express
        return (named, self.path, len(self.literals), not missing, wanted - missing, apt, not self.deprecated)


class _Leaf:
    """The operations of one URI pattern: those without query literals, and the others by their first literal."""

    __slots__ = ("literal", "plain")

    def __init__(self) -> None:
        self.plain: list[Found] = []
        self.literal: dict[str, list[Found]] = {}

    def add(self, found: Found) -> None:
        group = self.literal.setdefault(found.literals[0][0], []) if found.literals else self.plain
        group.append(found)

    def found(self, asked: Asked) -> list[Found]:
        if not self.literal or not asked.query:
            return self.plain
        some = [each for name in asked.parameters for each in self.literal.get(name, ()) if each.fits(asked)]
        return self.plain + some if some else self.plain


class _Node:
    """A place in the tree of paths: what ends here, where literals and a label lead, greedy labels by their end."""

    __slots__ = ("greedy", "label", "leaf", "literals")

    def __init__(self) -> None:
        self.leaf = _Leaf()
        self.literals: dict[str, _Node] = {}
        self.label: _Node | None = None
        self.greedy: dict[str, dict[tuple[Segment, ...], _Leaf]] = {}


class Operations:
    """
    The REST operations of *service*.

    With S3's models, whose paths begin with the bucket, a request whose host has the bucket is looked up without it.
    """

    def __init__(self, service: Service) -> None:
        self._whole: dict[str, _Node] = {}
        self._hosted: dict[str, _Node] = {}
        has_bucket = any(_template(each).has_bucket for each in service.operations.values())
        for operation in service.operations.values():
            uri = _template(operation)
            found = _found(service, operation, uri)
            method = str(operation.http.get("method", "POST"))
            _add(self._whole.setdefault(method, _Node()), uri.path, found)
            # Where the host has no bucket it may have another label (WriteGetObjectResponse).
            if has_bucket and (uri.has_bucket or "hostPrefix" in operation.traits.get("endpoint", {})):
                bare = uri.without_bucket() if uri.has_bucket else uri
                _add(self._hosted.setdefault(method, _Node()), bare.path, found)

    def find(self, asked: Asked) -> list[Found]:
        """Return the operations that *asked* may be, in no order."""
        root = (self._hosted if asked.bucket and self._hosted else self._whole).get(asked.method)
        if root is None:
            return []
        parts = asked.parts
        # A slash at the end means nothing, unless to a greedy label.
        end = len(parts) if parts[-1] else len(parts) - 1
        found: list[Found] = []
        for leaf in _walk(root, parts, 0, end):
            found += leaf.found(asked)
        return found


def _template(operation: Operation) -> Template:
    return template(str(operation.http.get("requestUri", "/")))


def _add(node: _Node, path: tuple[Segment, ...], found: Found) -> None:
    for at, each in enumerate(path):
        if each.greedy:
            rest = path[at + 1 :]
            last = rest[-1].text if rest and not rest[-1].label else ""
            node.greedy.setdefault(last, {}).setdefault(rest, _Leaf()).add(found)
            return
        if each.label:
            node.label = node.label or _Node()
            node = node.label
        else:
            node = node.literals.setdefault(each.text, _Node())
    node.leaf.add(found)


def _found(service: Service, operation: Operation, uri: Template) -> Found:
    shape = service.shapes[operation.input] if operation.input else None
    required = [each for each in shape.members.values() if each.required] if shape else []
    fixed = {name for name, _ in uri.literals}
    return Found(
        operation.name,
        tuple((name, value) for name, value in uri.literals if name != _NAMED),
        _bound(required, "querystring", fixed),
        tuple(each.lower() for each in _bound(required, "header", ())),
        bool(operation.traits.get("deprecated")),
        _EXPRESS in operation.traits.get("staticContextParams", {}),
        tuple(_GREEDY if each.greedy else _LABEL if each.label else _LITERAL for each in uri.path),
    )


def _bound(members: Iterable[Member], location: str, without: Collection[str]) -> tuple[str, ...]:
    bound = (each for each in members if each.traits.get("location") == location)
    return tuple(each.wire_name for each in bound if each.wire_name not in without)


def _walk(node: _Node, parts: Sequence[str], at: int, end: int) -> list[_Leaf]:
    """Return what the segments from *at* on lead to; *end* leaves out the empty one after a slash at the end."""
    found: list[_Leaf] = []
    while True:
        if node.greedy:
            found += _greedy(node, parts, at)
        if at >= end:
            found.append(node.leaf)
            return found
        part = parts[at]
        at += 1
        literal = node.literals.get(part)
        if literal is None and node.literals and "%" in part:
            literal = node.literals.get(unquote(part))
        label = node.label if part else None
        if literal is not None and label is not None:
            found += _walk(literal, parts, at, end)
        following = label or literal
        if following is None:
            return found
        node = following


def _greedy(node: _Node, parts: Sequence[str], at: int) -> Iterator[_Leaf]:
    end = unquote(parts[-1]) if "%" in parts[-1] else parts[-1]
    for key in (end, "") if end else ("",):
        for rest, leaf in node.greedy.get(key, {}).items():
            last = len(parts) - len(rest)
            if (last > at + 1 or (last == at + 1 and parts[at])) and (not rest or _fit(rest, parts[last:])):
                yield leaf


def _fit(rest: tuple[Segment, ...], parts: Sequence[str]) -> bool:
    return all(each.label or each.text in (part, unquote(part)) for each, part in zip(rest, parts, strict=True))
