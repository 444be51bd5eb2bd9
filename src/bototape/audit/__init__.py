"""
Audit finished cassette text for what should have been scrubbed.

A second program, written apart: it shares no code and no pattern with the scrubber, reads the text that is about to
be written, opens every layer it knows, and reports places and kinds but never a value. What it cannot open is a
finding too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bototape import yamltext
from bototape.audit import layout
from bototape.audit.digests import stale_digests
from bototape.audit.known import estate_values, needles
from bototape.audit.layers import document
from bototape.audit.places import COMMENT, findings_in, stale_findings
from bototape.audit.survey import Means, Survey
from bototape.audit.values import Tree
from bototape.finding import Finding, Severity

__all__ = ["audit", "audit_text", "estate_values"]


def audit(
    text: str, *, where: str, known: Sequence[str] = (), public: frozenset[tuple[str, str]] = frozenset()
) -> list[Finding]:
    """
    Return what identifies an account or a person in the cassette *text*, in the order of the document.

    Digests that are not of the bodies beside them come last. *where* names the file in findings; *known* are values of
    the recorded estate, found in every spelling when they have five characters or more; *public* are identifiers that
    everybody may know (a vendor's account), by kind. A text that is no YAML is audited as it stands, and that is a
    finding. Severity is error for credentials, capabilities and identities (tiers T0 to T2), warning for topology and
    names (T3), info for trace ids (T4) and layers that could not be opened.
    """
    means = Means(needles=needles(known), public=public)
    comments = tuple((f"{COMMENT}{line}", comment) for line, comment in _comments(text))
    laid = layout.read(text)
    if laid is not None:
        survey = Survey((("", laid.texts), *comments), means, len(text))
        found = [] if survey.clean else findings_in(survey, (("", yamltext.load(text)), *comments), where)
        return [*found, *stale_findings(stale_digests(laid.digests), where)]
    try:
        tree = _read(text)
    except yamltext.NotYaml as error:
        unread = Finding(
            f"{where}:{error.line}" if error.line else where,
            "not-yaml",
            Severity.WARNING,
            "cannot be read as YAML, so it was audited as plain text",
        )
        return [unread, *_audited(text, text, where, means)]
    found = _audited((("", tree), *comments), text, where, means)
    return [*found, *stale_findings(stale_digests(tree), where)]


def audit_text(
    text: str, *, where: str, known: Sequence[str] = (), public: frozenset[tuple[str, str]] = frozenset()
) -> list[Finding]:
    """Return the same for a text of any other format (a log, XML, a HAR file), whose layers are opened as well."""
    return _audited(text, text, where, Means(needles=needles(known), public=public))


def _audited(tree: Tree, text: str, where: str, means: Means) -> list[Finding]:
    survey = Survey(tree, means, len(text))
    return [] if survey.clean else findings_in(survey, tree, where)


def _read(text: str) -> Tree:
    whole = document(text)  # JSON first: a member that stands twice is kept
    return yamltext.load(text) if whole is None else whole.tree


def _comments(text: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of what may be a comment: the tree does not show it."""
    line, counted = 1, 0
    at = text.find("#")
    while at >= 0:
        end = at + 1
        if at == 0 or text[at - 1] in " \t\n":
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            line += text.count("\n", counted, at)
            counted = at
            yield line, text[at:end]
        at = text.find("#", end)
