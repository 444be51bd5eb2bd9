"""Scrub a whole interaction: request before response, URI, headers, body, every piece in the order written."""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True)
class _Found:
    """The texts of one message and the edits of each."""

    uri: tuple[str, tuple[Edit, ...]]
    headers: tuple[tuple[str, str, tuple[Edit, ...]], ...]
    body: tuple[Body, tuple[Edit, ...]]

    def texts(self) -> str:
        return "\n".join((self.uri[0], *(value for _, value, _ in self.headers), self.body[0].text))

    def facts(self) -> tuple[tuple[str, str], ...]:
        edits = (*self.uri[1], *(edit for _, _, edits in self.headers for edit in edits), *self.body[1])
        return tuple(fact for edit in edits for fact in edit.facts)


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
    return (
        _Found((request.uri, find_uri(request.uri, known)), _headers(request.headers, known), _body(request, known)),
        _Found(("", ()), _headers(response.headers, known), _body(response, known)),
    )


def _headers(headers: Headers, known: Known) -> tuple[tuple[str, str, tuple[Edit, ...]], ...]:
    return tuple((name, value, find(value, Place(name, HEADER), known)) for name, value in headers)


def _body(message: Request | Response, known: Known) -> tuple[Body, tuple[Edit, ...]]:
    body = opened(message.body, message.headers)
    return body, find(body.text, Place(), known) if body.readable else choose(known.find(body.text))


def _learned(found: tuple[_Found, _Found], known: Known) -> tuple[tuple[str, str], ...]:
    """Return the values seen in a plain context that also stand somewhere without one."""
    counts: dict[tuple[str, str], int] = {}
    for each in found:
        for fact in each.facts():
            if fact[0] in _LEARNED and fact not in known.pairs and not stays(*fact):
                counts[fact] = counts.get(fact, 0) + 1
    if not counts:
        return ()
    texts = "\n".join(each.texts() for each in found).lower()
    return tuple(fact for fact, count in counts.items() if _occurrences(texts, *fact) > count)


def _occurrences(texts: str, kind: str, value: str) -> int:
    dashed = texts.count("-".join((value[:4], value[4:8], value[8:]))) if kind == "account" else 0
    return texts.count(value.lower()) + dashed


def _request(request: Request, found: _Found, pseudonyms: Pseudonyms) -> Request:
    uri = make(*found.uri, pseudonyms)
    headers = _made_headers(found, pseudonyms)
    body = _made_body(request.body, found, pseudonyms)
    return repair(replace(request, uri=uri, headers=headers, body=body), request.body)


def _response(response: Response, found: _Found, pseudonyms: Pseudonyms) -> Response:
    headers = _made_headers(found, pseudonyms)
    body = _made_body(response.body, found, pseudonyms)
    return repair(replace(response, headers=headers, body=body), response.body)


def _made_headers(found: _Found, pseudonyms: Pseudonyms) -> Headers:
    return tuple((name, make(value, edits, pseudonyms)) for name, value, edits in found.headers)


def _made_body(before: bytes, found: _Found, pseudonyms: Pseudonyms) -> bytes:
    body, edits = found.body
    changed = true_digests(body.text, make(body.text, edits, pseudonyms)) if edits else body.text
    return before if changed == body.text and not body.signed else body.close(changed)
