"""Second pass: where the texts stand that leak, as findings which name the place and never the value."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from bototape.audit.digests import Stale
from bototape.audit.kinds import KINDS, Hit
from bototape.audit.preview import preview
from bototape.audit.survey import DEPTH, Survey
from bototape.audit.trees import Contexts, members, scalar
from bototape.audit.values import Tree
from bototape.finding import Finding

__all__ = ["COMMENT", "findings_in", "stale_findings"]

#: How the name of a comment's text starts, in the tree that is audited.
COMMENT = "comment on line "

_Path = tuple[str | int, ...]


class _Place(NamedTuple):
    """*interaction* counts from 1 (0: none); *part* is such as ``request header Authorization``."""

    interaction: int
    part: str
    pointer: str


class _Sighting(NamedTuple):
    """One hit at one place; *layers* from the outside in."""

    place: _Place
    hit: Hit
    layers: tuple[str, ...]


class _Step(NamedTuple):
    path: _Path
    contexts: Contexts
    tree: Tree
    layers: tuple[str, ...] = ()


def findings_in(survey: Survey, tree: Tree, where: str) -> list[Finding]:
    """
    Return the findings of a surveyed *tree* in the order of the document.

    A tree that is one text (no document) has lines for places.
    """
    lines = _Lines(tree if isinstance(tree, str) else "")
    return [_finding(each, where, lines) for each in _distinct(_Walk(survey).sightings(_Step((), (), tree)))]


def stale_findings(stale: Iterable[Stale], where: str) -> list[Finding]:
    """Return the findings of digests that are not of the bodies beside them."""
    lines = _Lines("")
    return [_finding(_Sighting(_place(each.path), each.hit, ()), where, lines) for each in stale]


class _Lines:
    """Tells on which line of a text a value stands first; quick for values that are asked for in their order."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends = [match.start() for match in re.finditer("\n", text)]
        self._at = 0

    def of(self, value: str) -> str:
        at = self._text.find(value, self._at)
        if at < 0:
            at = self._text.find(value)
        if at < 0:
            return ""
        self._at = at
        return f":{bisect_left(self._ends, at) + 1}"


class _Walk:
    """Walks a tree through all layers; each text is looked at once in each place."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self._taint = _Taint(survey)
        self._visited: set[tuple[_Path, Contexts, str]] = set()

    def sightings(self, step: _Step) -> list[_Sighting]:
        found: list[_Sighting] = []
        stack = [step]
        while stack:
            step = stack.pop()
            text = scalar(step.tree, step.contexts)
            if text is None:
                stack.extend(reversed(list(self._children(step))))
            else:
                found.extend(self._in_text(step, text))
        return found

    def _in_text(self, step: _Step, text: str) -> list[_Sighting]:
        """
        Return the sightings in *text* itself and in each of its layers, every hit by one way only.

        The way that leads to the most precise place is taken: markup is searched as a whole and by its elements.
        """
        key = (step.path, step.contexts, text)
        # An archive can hold itself, so depth ends the walk as well.
        if key in self._visited or len(step.layers) > DEPTH or not self._taint.of(text, step.contexts):
            return []
        self._visited.add(key)
        survey = self._survey
        layers = (*step.layers, "binary") if isinstance(step.tree, bytes) else step.layers
        hits = (*survey.hits.get(text, ()), *survey.told.get((step.contexts, text), ()))
        ways = [[_Sighting(_place(step.path), hit, layers) for hit in hits]]
        inside = (_Step(step.path, step.contexts, each.tree, (*layers, each.layer)) for each in survey.inside(text))
        ways.extend(map(self.sightings, inside))
        best: dict[Hit, tuple[int, int]] = {}
        for number, way in enumerate(ways):
            for each in way:
                rank = (len(each.place.pointer), -number)
                best[each.hit] = max(best.get(each.hit, rank), rank)
        return [each for number, way in enumerate(ways) for each in way if best[each.hit][1] == -number]

    def _children(self, step: _Step) -> Iterator[_Step]:
        """Yield the children of an object or list; a name that leaks is a child of its own, and no part of a place."""
        for position, (segment, contexts, child) in enumerate(members(step.tree, step.contexts, self._survey.names), 1):
            if isinstance(segment, str) and self._taint.of(segment, ()):
                redacted = (*step.path, f"<name {position}>")
                yield _Step(redacted, (), segment, step.layers)
                yield _Step(redacted, contexts, child, step.layers)
            else:
                yield _Step((*step.path, segment) if segment != "" else step.path, contexts, child, step.layers)


class _Taint:
    """Tells which texts hold a hit, in whatever layer: the walk leaves out all others."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self._known: dict[tuple[Contexts, str], bool] = {}

    def of(self, text: str, contexts: Contexts) -> bool:
        key = (contexts, text)
        if key not in self._known:
            self._known[key] = False  # an archive can hold itself
            survey = self._survey
            self._known[key] = (
                text in survey.hits
                or bool(survey.told.get(key))
                or any(self._holds(each.tree, contexts) for each in survey.inside(text))
            )
        return self._known[key]

    def _holds(self, tree: Tree, contexts: Contexts) -> bool:
        stack = [(contexts, tree)]
        while stack:
            under, node = stack.pop()
            text = scalar(node, under)
            if text is not None:
                if self.of(text, under):
                    return True
                continue
            for segment, contexts_of, child in members(node, under, self._survey.names):
                if isinstance(segment, str) and self.of(segment, ()):
                    return True
                stack.append((contexts_of, child))
        return False


def _place(path: _Path) -> _Place:
    """Read a path through a cassette; anything else is a pointer of its own."""
    match path:
        case ("interactions", int(index), "request" | "response" as side, "headers", name, *_):
            return _Place(index + 1, f"{side} header {name}", "")
        case ("interactions", int(index), "request" | "response" as side, "body", "string" | "base64_string", *rest):
            return _Place(index + 1, f"{side} body", _pointer(rest))
        case ("interactions", int(index), "request" | "response" as side, str(member), *rest):
            return _Place(index + 1, f"{side} {member}", _pointer(rest))
        case ("interactions", int(index), *rest):
            return _Place(index + 1, "", _pointer(rest))
        case (str(first), *_) if first.startswith(COMMENT):
            return _Place(0, first, "")
    return _Place(0, "", _pointer(path))


def _pointer(path: Sequence[str | int]) -> str:
    """Return the RFC 6901 pointer of *path*."""
    return "".join(f"/{str(each).replace('~', '~0').replace('/', '~1')}" for each in path)


def _distinct(sightings: list[_Sighting]) -> list[_Sighting]:
    """Leave out known values that their form shows as well, and comments that are part of a text in the tree."""
    values: dict[_Place, set[str]] = defaultdict(set)
    outside: set[Hit] = set()
    for place, hit, _ in sightings:
        if hit.rule != "known-value":
            values[place].add(hit.value.lower())
        if not place.part.startswith(COMMENT):
            outside.add(hit)
    kept: dict[tuple[_Place, Hit], _Sighting] = {}
    for each in sightings:
        place, hit, _ = each
        by_form = hit.rule == "known-value" and any(hit.value.lower() in value for value in values[place])
        repeated = place.part.startswith(COMMENT) and hit in outside
        if not (by_form or repeated):
            kept.setdefault((place, hit), each)
    return list(kept.values())


def _finding(sighting: _Sighting, where: str, lines: _Lines) -> Finding:
    place, hit, layers = sighting
    kind = KINDS[hit.rule]
    number = f"#{place.interaction}" if place.interaction else "" if layers else lines.of(hit.value)
    inside = " > ".join(layers)
    message = f"holds {kind.words} ({len(hit.value)} characters{', inside ' + inside if inside else ''})"
    if hit.note:
        message = f"{message}: {hit.note}"
    evidence = (
        ("kind", hit.rule),
        ("tier", kind.tier),
        ("file", where),
        ("interaction", str(place.interaction)),
        ("part", place.part),
        ("pointer", place.pointer),
        ("layers", inside),
        ("preview", preview(hit)),
    )
    full = " ".join(each for each in (f"{where}{number}", place.part, place.pointer) if each)
    return Finding(full, hit.rule, kind.severity, message, evidence)
