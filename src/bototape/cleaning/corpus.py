"""
Scrub the cassettes of a project together: what one file tells plainly is looked for in all of them.

Nobody knows any more who recorded them. So all are read twice: first to learn accounts and other identities where
their form or the model tells them, then to find these in every spelling, also where nothing tells.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from bototape import cassettes, yamltext
from bototape.audit import audit
from bototape.cassettes.parse import Malformed, parse
from bototape.cleaning.stored import rebuilt
from bototape.errors import BototapeError, CassetteUnreadable, CassetteUnwritable, ModelUnavailable
from bototape.finding import Finding, Severity, at_or_above
from bototape.interaction import Cassette, Interaction, Request, Response
from bototape.jsontext import is_document
from bototape.releases import directory
from bototape.scrub.apply import scrub
from bototape.scrub.estate import Estate
from bototape.scrub.kinds import canonical
from bototape.scrub.known import is_sought
from bototape.scrub.pseudonyms import Pseudonyms
from bototape.scrub.typed import Typed, Typing
from bototape.wire.index import Index

__all__ = ["Cleaned", "Cleaner", "read_tree", "text_like"]

#: Kinds of which a value, once it was plain somewhere, is looked for everywhere.
_LEARNED = frozenset({"account", "canonical-user", "email", "kms-key", "unique-id"})

_AS_CASSETTE = "restore it from version control, or record it again"


@dataclass(frozen=True, slots=True)
class Cleaned:
    """
    What became of one file.

    *text* is what to write, None where nothing changed. *replaced* counts distinct values by kind, *dropped* request
    and response headers by name; *opaque* says what could not be looked into, *left* what the audit finds in the new
    text. No value is in here.
    """

    path: Path
    interactions: int
    text: str | None
    replaced: Mapping[str, int]
    dropped: Mapping[str, int]
    opaque: tuple[str, ...] = ()
    left: tuple[Finding, ...] = ()


class _Counting(Pseudonyms):
    """Pseudonyms that tell which (kind, value) pairs they stand for."""

    __slots__ = ("met",)

    def __init__(self, key: bytes, known: Mapping[str, str]) -> None:
        super().__init__(key, known)
        self.met: set[tuple[str, str]] = set()

    def of(self, kind: str, value: str) -> str:
        given = super().of(kind, value)
        if given != value:
            self.met.add((kind, canonical(kind, value)))
        return given


@dataclass(slots=True)
class Cleaner:
    """
    Scrubs files one after the other, with the same pseudonym for the same value in all of them.

    *estate* is what is known of who recorded them; *key* and *known* are the ledger's. `learn` from all files first.
    """

    estate: Estate
    key: bytes
    known: Mapping[str, str]
    _pseudonyms: _Counting = field(init=False)
    _total: set[tuple[str, str]] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self._pseudonyms = _Counting(self.key, self.known)

    @property
    def learned(self) -> Mapping[str, str]:
        """The entries the ledger does not have yet: digest → pseudonym."""
        return self._pseudonyms.learned

    @property
    def counts(self) -> Mapping[str, int]:
        """How many distinct values of each kind were replaced in all files, sorted by kind."""
        return _counted(self._total)

    def learn(self, paths: Sequence[Path]) -> None:
        """Add to the estate what the files at *paths* tell of who recorded them; a file that cannot be read is not."""
        self.learn_from(_readable(paths))

    def learn_from(self, recorded: Iterable[Cassette]) -> None:
        """Add to the estate what cassettes tell of who recorded them."""
        aside = _Counting(self.key, {})
        for each in (each for cassette in recorded for each in cassette.interactions):
            scrub(each, self.estate, aside, typed=_typed(each))
        found = [each for each in sorted(aside.met) if each[0] in _LEARNED and is_sought(*each)]
        self.estate = replace(self.estate, values=tuple(dict.fromkeys((*self.estate.values, *found))))

    def clean(self, path: Path) -> Cleaned:
        """
        Return the file at *path* scrubbed, proven to be read back, and audited; nothing is written.

        Raises CassetteMissing, CassetteUnreadable, and CassetteUnwritable for a tree that the file's format cannot
        hold.
        """
        text = cassettes.text_of(path)
        tree, cassette = read_tree(text, str(path))
        self._pseudonyms.met.clear()
        opaque: list[str] = []
        before = cassette.interactions
        after = tuple(
            scrub(
                each,
                self.estate,
                self._pseudonyms,
                typed=_typed(each),
                on_opaque=lambda one, at=number: opaque.append(f"interaction {at}: {one}"),  # type: ignore[misc]  # mypy cannot infer a lambda with a default
            )
            for number, each in enumerate(before)
        )
        made = rebuilt(tree, before, after, self._other)
        self._total |= self._pseudonyms.met
        new = None if made == tree else text_like(made, text, str(path))
        known = tuple(value for _, value in self.estate.known())
        left = at_or_above(audit(text if new is None else new, where=str(path), known=known), Severity.ERROR)
        replaced = _counted(self._pseudonyms.met)
        return Cleaned(path, len(before), new, replaced, _dropped(before, after), tuple(opaque), tuple(left))

    def scrubbed(self, cassette: Cassette) -> tuple[Cassette, Mapping[str, int]]:
        """Return *cassette* scrubbed, and how many distinct values of each kind were replaced."""
        self._pseudonyms.met.clear()
        found = tuple(scrub(each, self.estate, self._pseudonyms, typed=_typed(each)) for each in cassette.interactions)
        self._total |= self._pseudonyms.met
        return replace(cassette, interactions=found), _counted(self._pseudonyms.met)

    def _other(self, name: str, text: str) -> str:
        """Return a text that stands beside requests and responses, scrubbed as an address or as a header."""
        if not text:
            return text
        if "://" in text[:12]:
            found = scrub(Interaction(Request("GET", text), Response(200)), self.estate, self._pseudonyms)
            return found.request.uri
        held = Interaction(Request("GET", ""), Response(200, headers=((name, text),)))
        headers = scrub(held, self.estate, self._pseudonyms).response.headers
        return headers[0][1] if headers else ""


def _readable(paths: Sequence[Path]) -> Iterator[Cassette]:
    for path in paths:
        try:
            yield read_tree(cassettes.text_of(path), str(path))[1]
        except BototapeError:
            continue  # `clean` raises it


def _counted(pairs: set[tuple[str, str]]) -> Mapping[str, int]:
    return dict(sorted(Counter(kind for kind, _ in pairs).items()))


def _dropped(before: Sequence[Interaction], after: Sequence[Interaction]) -> Mapping[str, int]:
    def names(interactions: Sequence[Interaction]) -> Counter[str]:
        messages = (message for each in interactions for message in (each.request, each.response))
        return Counter(name for message in messages for name, _ in message.headers)

    return dict(sorted((names(before) - names(after)).items()))


def read_tree(text: str, where: str) -> tuple[dict[str, Any], Cassette]:
    """Return tree and cassette of *text*; raises CassetteUnreadable."""
    try:
        tree = json.loads(text) if is_document(text) else yamltext.load(text)
        cassette = parse(tree, as_stored=True)
    except yamltext.NotYaml as error:
        reason = f"it is not YAML that may be read: {error.reason}"
        raise CassetteUnreadable(where, reason, _AS_CASSETTE, error.line) from error
    except Malformed as error:
        line = yamltext.line_of(text, error.path)
        raise CassetteUnreadable(where, str(error), error.fix or _AS_CASSETTE, line) from error
    if not isinstance(tree, dict):  # parse refuses any other; said for the type checker
        raise CassetteUnreadable(where, "it is not a mapping", _AS_CASSETTE)
    return tree, cassette


def text_like(tree: dict[str, Any], old: str, where: str) -> str:
    """Return *tree* as text in the format of *old*, proven to be read back as the same."""
    fix = "take the value out of the file by hand, or report it with its kind"
    try:
        if is_document(old):
            indent = 4 if "\n" in old.strip() else None  # vcrpy's serializer indents by 4
            return json.dumps(tree, indent=indent) + ("\n" if old.endswith("\n") else "")
        text = yamltext.dump(tree)
        yamltext.prove(text, tree)
    except (TypeError, ValueError) as error:
        raise CassetteUnwritable(where, str(error), fix) from error
    return text


@cache
def _services() -> directory.Directory:
    return directory.directory()


@cache
def _index() -> Index:
    return Index(_services().entries, _services().load)


@cache
def _typing(entry: tuple[str, str]) -> Typing | None:
    found = next(each for each in _services().entries if (each.name, each.api_version) == entry)
    try:
        return Typing(_services().load(found))
    except ModelUnavailable:
        return None


def _typed(interaction: Interaction) -> Typed | None:
    """Return the call that *interaction* is as the installed botocore's model knows it, if it does."""
    call = interaction.call
    if call is None:
        resolved = _index().resolve(interaction.request)
        if resolved is None:
            return None
        typing = _typing((resolved.service, resolved.api_version))
        operation = typing.service.operations.get(resolved.operation) if typing else None
        return Typed(typing, operation, resolved.protocol) if typing and operation else None
    versions = [each for each in _services().entries if each.name == call.service]
    typings = (_typing((each.name, each.api_version)) for each in reversed(versions))
    return next((typed for typing in typings if typing and (typed := typing.of(call))), None)
