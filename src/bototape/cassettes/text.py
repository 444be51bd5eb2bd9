"""Cassette ⇄ text: which tree goes to YAML, and what a text must be to count as a cassette."""

from __future__ import annotations

from dataclasses import replace

from bototape import yamltext
from bototape.cassettes import direct
from bototape.cassettes.parse import Malformed, parse
from bototape.cassettes.tree import tree
from bototape.errors import CassetteUnreadable
from bototape.interaction import Cassette, Headers, Interaction

__all__ = ["from_text", "grouped", "to_text"]

_RESTORE = "restore it from version control, or record it again"


def to_text(cassette: Cassette) -> str:
    """
    Return *cassette* as YAML, as vcrpy reads it.

    A text body of several lines becomes a literal block, a body that is not UTF-8 ``!!binary``. Header values of one
    name stand together (see `grouped`). Raises ValueError, naming the path, for text that YAML cannot hold.
    """
    return yamltext.dump(tree(cassette))


def from_text(text: str, path: str) -> Cassette:
    """
    Return the cassette in *text*: ours, or one of vcrpy or pytest-recording (provenance and calls are then None).

    Raises CassetteUnreadable, naming *path*, the line and the field, never a value.
    """
    usual = direct.read(text)
    if usual is not None:
        return usual
    try:
        found = yamltext.load(text)
    except yamltext.NotYaml as error:
        raise CassetteUnreadable(
            path, f"it is not YAML that may be read: {error.reason}", _RESTORE, error.line
        ) from error
    if found is None:
        raise CassetteUnreadable(path, "the file is empty", _RESTORE)
    try:
        return parse(found)
    except Malformed as error:
        line = yamltext.line_of(text, error.path)
        raise CassetteUnreadable(path, str(error), error.fix or _RESTORE, line) from error


def grouped(cassette: Cassette) -> Cassette:
    """
    Return *cassette* as a file holds it: the values of one field name stand together, at the place of the first.

    The order among different names means nothing (RFC 9110 section 5.3); that of the values of one name is kept.
    """
    return replace(cassette, interactions=tuple(_grouped(each) for each in cassette.interactions))


def _grouped(interaction: Interaction) -> Interaction:
    return replace(
        interaction,
        request=replace(interaction.request, headers=_together(interaction.request.headers)),
        response=replace(interaction.response, headers=_together(interaction.response.headers)),
    )


def _together(headers: Headers) -> Headers:
    first: dict[str, int] = {}
    for place, (name, _) in enumerate(headers):
        first.setdefault(name, place)
    return tuple(sorted(headers, key=lambda each: first[each[0]]))
