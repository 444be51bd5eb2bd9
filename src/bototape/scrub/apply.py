"""Scrub a whole interaction: request before response, URI, headers, body, every piece in the order written."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bototape.interaction import Headers, Interaction, Request, Response, drop_headers
from bototape.scrub.bodies import Payload, payload
from bototape.scrub.digests import relinked
from bototape.scrub.edits import Change, Edit, make
from bototape.scrub.estate import Estate
from bototape.scrub.integrity import Message, repair
from bototape.scrub.kinds import stays
from bototape.scrub.known import Known, encoded_in, known_of, renames_of
from bototape.scrub.meaning import UNTOLD, Told
from bototape.scrub.names import HEADER, Place
from bototape.scrub.needles import Cores
from bototape.scrub.opaque import Opaque
from bototape.scrub.provenance import note_images, note_names
from bototape.scrub.pseudonyms import Pseudonyms, Rename
from bototape.scrub.text import Finder
from bototape.scrub.typed import Typed

__all__ = ["VOLATILE", "renamed", "scrub"]

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
_LEARNED = frozenset({"account", "canonical-user", "domain", "email", "kms-key", "name", "unique-id"})


#: What makes a name more than a word: a digit or mark in it, or its length.
_TELLING = re.compile(r"[\d_.-]|.{14}")

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
class _Body:
    """A body as it was, what it holds without its framing, the change of that, and how to find the next one."""

    before: bytes
    payload: Payload
    find: Callable[[bytes], Change]
    change: Change

    def made(self, pseudonyms: Pseudonyms) -> bytes:
        """Return the body with its edits made, until there are none left to make."""
        data, change = self.payload.data, self.change
        for _ in range(_ROUNDS):
            changed = change.made(pseudonyms)
            if changed is None:
                break
            data, change = changed, self.find(changed)
        stays = data == self.payload.data and not self.payload.is_signed
        return self.before if stays else self.payload.close(data)


@dataclass(frozen=True, slots=True)
class _Found:
    """The texts of one message: its URI (none of a response), its headers' values and its body."""

    uri: _Text
    headers: tuple[tuple[str, _Text], ...]
    body: _Body

    def texts(self) -> Iterator[str]:
        yield self.uri.text
        yield from (text.text for _, text in self.headers)
        yield self.body.change.text

    def facts(self) -> Iterator[tuple[str, str]]:
        for text in (self.uri, *(text for _, text in self.headers)):
            for edit in text.edits:
                yield from edit.facts
        yield from self.body.change.facts


def scrub(
    interaction: Interaction,
    estate: Estate,
    pseudonyms: Pseudonyms,
    *,
    typed: Typed | None = None,
    on_opaque: Callable[[Opaque], None] = lambda _: None,
) -> Interaction:
    """
    Return *interaction* with everything that identifies *estate* or its account replaced by pseudonyms.

    Numbers follow first appearance: request URI, headers, body, then the response's. Lengths and digests are
    repaired. A body without a finding comes back as the same bytes; scrubbing twice changes nothing more. *typed* is
    the call as its service's model knows it: what its members are is then found where no form tells. *on_opaque* is
    told of every content that could not be looked into.
    """
    pseudonyms.own("account", estate.account)
    pseudonyms.avoid(_values(estate))
    note_names(interaction.request, typed, pseudonyms)
    note_images(interaction.response, pseudonyms)
    request = _changed(interaction.request, drop_headers(interaction.request.headers, VOLATILE))
    finder = _finder(estate).fresh()
    found = _find(request, interaction.response, finder, typed)
    learned = _learned(found, finder.known, pseudonyms)
    if learned:
        pseudonyms.avoid(value for kind, value in learned if kind != "name")
        finder = Finder(known_of(estate, learned))
        found = _find(request, interaction.response, finder, typed)
    for each in finder.opaque:
        on_opaque(each)
    pseudonyms.reserve(value for _, value in finder.staying)
    return _made(interaction, request, found, pseudonyms)


def renamed(interaction: Interaction, renames: Sequence[Rename]) -> Interaction:
    """Return a scrubbed *interaction* with pseudonyms renamed in every layer and spelling, digests repaired."""
    finder = Finder(renames_of(renames), by_form=False)
    found = _find(interaction.request, interaction.response, finder, None)
    return _made(interaction, interaction.request, found, Pseudonyms.renaming(renames))


def _made(
    interaction: Interaction, request: Request, found: tuple[_Found, _Found], pseudonyms: Pseudonyms
) -> Interaction:
    made = _request(request, found[0], pseudonyms), _response(interaction.response, found[1], pseudonyms)
    before = request, interaction.response
    done = relinked(before, made)
    return replace(interaction, request=repair(done[0], before[0].body), response=repair(done[1], before[1].body))


@lru_cache(maxsize=2)
def _values(estate: Estate) -> frozenset[str]:
    return frozenset(value for _, value in estate.known())


@lru_cache(maxsize=2)
def _finder(estate: Estate) -> Finder:
    return Finder(known_of(estate))


def _find(request: Request, response: Response, finder: Finder, typed: Typed | None) -> tuple[_Found, _Found]:
    return _found(request, finder, typed), _found(response, finder, typed)


def _found(message: Request | Response, finder: Finder, typed: Typed | None) -> _Found:
    held = payload(message.body, message.headers)

    def told(body: bytes | None = None, uri: str | None = None) -> Told:
        if typed is None:
            return UNTOLD
        if isinstance(message, Request) and uri is not None:
            return typed.told(replace(message, uri=uri))
        return typed.told(message if body is None else replace(message, body=held.close(body)))

    first = told()
    uri = message.uri if isinstance(message, Request) else ""
    side = "request" if isinstance(message, Request) else "response"
    finder.where = "request URI"
    address = _Text(uri, lambda text: finder.uri(text, told(uri=text)), finder.uri(uri, first) if uri else ())
    headers: list[tuple[str, _Text]] = []
    for name, value in message.headers:
        finder.where = f"{side} header {name}"
        headers.append((name, _text(value, _header_finder(name, finder, first))))
    finder.where = f"{side} body"
    body = _Body(message.body, held, lambda data: finder.body(data, told(data)), finder.body(held.data, first))
    return _Found(address, tuple(headers), body)


def _text(text: str, finder: Callable[[str], tuple[Edit, ...]]) -> _Text:
    return _Text(text, finder, finder(text) if text else ())


def _header_finder(name: str, finder: Finder, told: Told) -> Callable[[str], tuple[Edit, ...]]:
    place = Place(name, HEADER, told.headers.get(name.lower()))
    return lambda text: finder.find(text, place)


def _learned(found: tuple[_Found, _Found], known: Known, pseudonyms: Pseudonyms) -> tuple[tuple[str, str], ...]:
    """Return the values seen in a plain context, here or earlier, that also stand somewhere without one."""
    counts: dict[tuple[str, str], int] = {
        ("name", value): 0 for value in pseudonyms.replaced("name") if _TELLING.search(value)
    }
    before = frozenset(known.pairs)
    for each in found:
        for fact in each.facts():
            if fact[0] in _LEARNED and fact not in before and not _stays(*fact, pseudonyms):
                counts[fact] = counts.get(fact, 0) + 1
    if not counts:
        return ()
    texts = "\n".join(text for each in found for text in each.texts())
    stands = _occurrences(texts.lower(), counts)
    encoded = encoded_in(texts, (fact for fact in counts if fact[0] == "account"))
    return tuple(fact for fact, count in counts.items() if stands[fact] > count or fact in encoded)


def _stays(kind: str, value: str, pseudonyms: Pseudonyms) -> bool:
    """Tell whether a value needs not be looked for: it stays, or it is a name that is a word like any other."""
    return stays(kind, value) or pseudonyms.keeps(kind, value) or (kind == "name" and not _TELLING.search(value))


def _occurrences(texts: str, facts: Iterable[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """Return how often the value of each of *facts* stands in *texts*, which is in lower case."""
    asked = [(fact, spelled) for fact in facts for spelled in _spellings(*fact)]
    return Counter(asked[number][0] for number, _ in Cores([spelled for _, spelled in asked]).hits(texts))


def _spellings(kind: str, value: str) -> tuple[str, ...]:
    if kind != "account":
        return (value.lower(),)
    # As a number it has no leading zeros.
    return (value.lstrip("0"), "-".join((value[:4], value[4:8], value[8:])))


def _request(request: Request, found: _Found, pseudonyms: Pseudonyms) -> Request:
    uri = found.uri.made(pseudonyms)
    changed = _changed(request, _headers(found, pseudonyms), found.body.made(pseudonyms))
    return changed if uri == changed.uri else replace(changed, uri=uri)


def _response(response: Response, found: _Found, pseudonyms: Pseudonyms) -> Response:
    return _changed(response, _headers(found, pseudonyms), found.body.made(pseudonyms))


def _changed(message: Message, headers: Headers, body: bytes | None = None) -> Message:
    """Return *message* with other *headers* and *body* (None: its own); itself where they are the same."""
    body = message.body if body is None else body
    is_same = headers == message.headers and body == message.body
    return message if is_same else replace(message, headers=headers, body=body)


def _headers(found: _Found, pseudonyms: Pseudonyms) -> Headers:
    return tuple((name, text.made(pseudonyms)) for name, text in found.headers)
