"""
Read a cassette that stands exactly as we write it, without building YAML's tree first.

One regular expression an interaction, for the usual layout only: variables that are text of one line, calls without
idempotency tokens, bodies that are one quoted line or one plain literal block, unquoted field names, the short escapes.
Anything else, a single character out of place included, is left to the YAML readers, which also say what is wrong.
"""

from __future__ import annotations

import json
import re

from bototape.cassettes.parse import VCR_VERSION
from bototape.interaction import FORMAT, Call, Cassette, Headers, Interaction, Provenance, Request, Response
from bototape.yamltext.characters import PLAIN_KEY, is_hazardous

__all__ = ["read"]

_QUOTED = r'"[^"\\\n]*+(?:\\["\\nrt][^"\\\n]*+)*+"'
_FIELDS = rf"(?: \{{\}}\n|\n(?:      {PLAIN_KEY}:\n(?:      - {_QUOTED}\n)++)++)"

_START = re.compile(
    rf'bototape:\n  date: "((?:\d{{4}}-\d\d-\d\d)?)"\n  endpoint: "(aws|custom)"\n  format: {FORMAT}\n'
    rf"  release: ({_QUOTED})\n  scrub: ({_QUOTED})\n"
    rf"(?:  seed: (0|[1-9]\d{{0,8}}+)\n)?(?:  variables:\n((?:    {PLAIN_KEY}: {_QUOTED}\n)++))?interactions:\n",
    re.ASCII,
)
_INTERACTION = re.compile(
    r"- (?:bototape:\n"
    r"(?:    attempt: ([1-9]\d{0,8}+)\n)?"
    rf"    operation: ({_QUOTED})\n    protocol: ({_QUOTED})\n    region: ({_QUOTED})\n"
    r"(?:    repeat: (true|[2-9]|[1-9]\d{1,5})\n)?"
    rf"    service: ({_QUOTED})\n"
    r"  )?request:\n"
    rf"    body: (null|{_QUOTED})\n    headers:({_FIELDS})    method: ({_QUOTED})\n    uri: ({_QUOTED})\n"
    r"  response:\n"
    r"    body:\n"
    rf"      string: (?:({_QUOTED})\n|\|-\n(?= {{8}}[^ \n])((?:(?: {{8}}[^\n]++)?\n)++))"
    rf"    headers:({_FIELDS})"
    rf"    status:\n      code: ([1-9]\d\d)\n      message: ({_QUOTED})\n",
    re.ASCII,
)
_VARIABLE = re.compile(rf"    ({PLAIN_KEY}): ({_QUOTED})\n")
_FIELD = re.compile(rf"      ({PLAIN_KEY}):\n((?:      - {_QUOTED}\n)++)")
_ENTRY = re.compile(rf"      - ({_QUOTED})\n")
_END = f"version: {VCR_VERSION}\n"


class _Unusual(Exception):
    """The text is not in the usual layout; it may be right or wrong."""


def read(text: str) -> Cassette | None:
    """Return the cassette in *text*, or None where the layout is not the usual one: the YAML readers decide then."""
    start = _START.match(text)
    if start is None or is_hazardous(text):
        return None
    kept: dict[str, Headers] = {}
    found: list[Interaction] = []
    at = start.end()
    try:
        provenance = _provenance(start)
        while match := _INTERACTION.match(text, at):
            found.append(_interaction(match, kept))
            at = match.end()
    except _Unusual:
        return None
    if not found or text[at:] != _END:
        return None
    return Cassette(tuple(found), provenance)


def _provenance(start: re.Match[str]) -> Provenance:
    date, endpoint, release, scrub, seed, variables = start.groups()
    told = _VARIABLE.findall(variables or "")
    if len({name for name, _ in told}) != len(told):
        raise _Unusual
    return Provenance(
        "aws" if endpoint == "aws" else "custom",
        date,
        _unquoted(release),
        _unquoted(scrub),
        seed=int(seed) if seed else None,
        variables={name: _unquoted(value) for name, value in told},
    )


def _interaction(match: re.Match[str], kept: dict[str, Headers]) -> Interaction:
    attempt, operation, protocol, region, repeat, service, sent, fields, method, uri, line, block, got, code, reason = (
        match.groups()
    )
    call = None
    if service is not None:
        call = Call(
            _unquoted(service),
            _unquoted(operation),
            _unquoted(region),
            _unquoted(protocol),
            int(attempt) if attempt else 1,
            True if repeat == "true" else int(repeat or 0) or False,
        )
    body = b"" if sent == "null" else _unquoted(sent).encode()
    answer = _unquoted(line) if line is not None else _unindented(block)
    return Interaction(
        Request(_unquoted(method), _unquoted(uri), _headers(fields, kept), body),
        Response(int(code), _unquoted(reason), _headers(got, kept), answer.encode()),
        call,
    )


def _unquoted(quoted: str) -> str:
    """Return the value of a quoted scalar; the escapes that `_QUOTED` lets through mean the same in JSON."""
    return quoted[1:-1] if "\\" not in quoted else str(json.loads(quoted))


def _unindented(block: str) -> str:
    """Return the text of a literal block; one that ends in blank lines, or has blanks at line ends, is unusual."""
    if block.endswith("\n\n") or " \n" in block:
        raise _Unusual
    return block.replace("\n        ", "\n")[8:-1]


def _headers(fields: str, kept: dict[str, Headers]) -> Headers:
    """Return the fields; many interactions have the same, so each text is read once."""
    headers = kept.get(fields)
    if headers is None:
        found = _FIELD.findall(fields)
        if len({name for name, _ in found}) != len(found):
            raise _Unusual
        headers = tuple((name, _unquoted(value)) for name, values in found for value in _ENTRY.findall(values))
        kept[fields] = headers
    return headers
