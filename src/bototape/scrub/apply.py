"""Scrub a whole interaction: request before response, URI, headers, body, every piece in the order written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

from bototape.interaction import Headers, Interaction, Request, Response, drop_headers
from bototape.scrub.bodies import Body, opened
from bototape.scrub.edits import Edit, choose, make
from bototape.scrub.estate import Estate
from bototape.scrub.integrity import repair, true_digests
from bototape.scrub.kinds import stays
from bototape.scrub.known import Known, known_of
from bototape.scrub.names import HEADER, Place
from bototape.scrub.pseudonyms import Pseudonyms
from bototape.scrub.text import find, find_uri

__all__ = ["VOLATILE", "scrub"]

#: Request headers that differ in every call or prove who calls; what names the call is kept in `Interaction.call`.
VOLATILE = frozenset(
    {
        "amz-sdk-invocation-id",
        "amz-sdk-request",
        "authorization",
        "connection",
        "cookie",
        "expect",
        "proxy-authorization",
        "user-agent",
        "x-amz-date",
        "x-amz-security-token",
        "x-amz-user-agent",
        "x-amzn-trace-id",
    }
)

#: Kinds whose values, once seen where their meaning is plain, are looked for in the whole interaction. Names are
#: not among them: a name may be part of another name that an interaction without this one repeats.
_LEARNED = frozenset({"account", "canonical-user", "domain", "email", "kms-key", "unique-id"})


#: How often a changed text is read again: a change may put together what only then has a form.
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class _Text:
    """A text, the edits of it, and how to find those of what it becomes."""

    text: str
    find: Callable[[str], tuple[Edit, ...]]
    edits: tuple[Edit, ...]

    def made(self, pseudonyms: Pseudonyms) -> str:
        """Return the text with its edits made, until there are none left to make."""
        text, edits = self.text, self.edits
        for _ in range(_ROUNDS):
            changed = make(text, edits, pseudonyms)
            if changed == text:
                break
            text, edits = changed, self.find(changed)
        return text


@dataclass(frozen=True, slots=True)
class _Found:
    """The texts of one message: its URI (none of a response), its headers' values and its body."""

    uri: _Text
    headers: tuple[tuple[str, _Text], ...]
    body: _Text
    coding: Body

    def texts(self) -> tuple[_Text, ...]:
        return (self.uri, *(text for _, text in self.headers), self.body)

    def facts(self) -> tuple[tuple[str, str], ...]:
        return tuple(fact for text in self.texts() for edit in text.edits for fact in edit.facts)


def scrub(interaction: Interaction, estate: Estate, pseudonyms: Pseudonyms) -> Interaction:
    """
    Return *interaction* with everything that identifies *estate* or its account replaced by pseudonyms.

    Numbers follow first appearance: request URI, headers, body, then the response's. Lengths and digests are
    repaired. A body without a finding comes back as the same bytes; scrubbing twice changes nothing more.
    """
    pseudonyms.own("account", estate.account)
    pseudonyms.avoid(value for _, value in estate.known())
    request = replace(interaction.request, headers=drop_headers(interaction.request.headers, VOLATILE))
    found = _find(request, interaction.response, _known(estate))
    learned = _learned(found, _known(estate))
    if learned:
        found = _find(request, interaction.response, known_of(estate, learned))
    pseudonyms.reserve(value for each in found for kind, value in each.facts() if stays(kind, value))
    return replace(
        interaction,
        request=_request(request, found[0], pseudonyms),
        response=_response(interaction.response, found[1], pseudonyms),
    )


@lru_cache(maxsize=2)
def _known(estate: Estate) -> Known:
    return known_of(estate)


def _find(request: Request, response: Response, known: Known) -> tuple[_Found, _Found]:
    return _found(request, request.uri, known), _found(response, "", known)


def _found(message: Request | Response, uri: str, known: Known) -> _Found:
    coding = opened(message.body, message.headers)
    return _Found(
        _text(uri, lambda text: find_uri(text, known)),
        tuple((name, _text(value, _header_finder(name, known))) for name, value in message.headers),
        _text(coding.text, _body_finder(known, readable=coding.readable)),
        coding,
    )


def _text(text: str, finder: Callable[[str], tuple[Edit, ...]]) -> _Text:
    return _Text(text, finder, finder(text) if text else ())


def _header_finder(name: str, known: Known) -> Callable[[str], tuple[Edit, ...]]:
    return lambda text: find(text, Place(name, HEADER), known)


def _body_finder(known: Known, *, readable: bool) -> Callable[[str], tuple[Edit, ...]]:
    if readable:
        return lambda text: find(text, Place(), known)
    return lambda text: choose(known.find(text))


def _learned(found: tuple[_Found, _Found], known: Known) -> tuple[tuple[str, str], ...]:
    """Return the values seen in a plain context that also stand somewhere without one."""
    counts: dict[tuple[str, str], int] = {}
    for each in found:
        for fact in each.facts():
            if fact[0] in _LEARNED and fact not in known.pairs and not stays(*fact):
                counts[fact] = counts.get(fact, 0) + 1
    if not counts:
        return ()
    texts = "\n".join(text.text for each in found for text in each.texts()).lower()
    return tuple(fact for fact, count in counts.items() if _occurrences(texts, *fact) > count)


def _occurrences(texts: str, kind: str, value: str) -> int:
    dashed = texts.count("-".join((value[:4], value[4:8], value[8:]))) if kind == "account" else 0
    return texts.count(value.lower()) + dashed


def _request(request: Request, found: _Found, pseudonyms: Pseudonyms) -> Request:
    uri = found.uri.made(pseudonyms)
    headers = _headers(found, pseudonyms)
    body = _body(request.body, found, pseudonyms)
    return repair(replace(request, uri=uri, headers=headers, body=body), request.body)


def _response(response: Response, found: _Found, pseudonyms: Pseudonyms) -> Response:
    headers = _headers(found, pseudonyms)
    body = _body(response.body, found, pseudonyms)
    return repair(replace(response, headers=headers, body=body), response.body)


def _headers(found: _Found, pseudonyms: Pseudonyms) -> Headers:
    return tuple((name, text.made(pseudonyms)) for name, text in found.headers)


def _body(before: bytes, found: _Found, pseudonyms: Pseudonyms) -> bytes:
    old = found.body.text
    new = true_digests(old, found.body.made(pseudonyms))
    return before if new == old and not found.coding.signed else found.coding.close(new)
