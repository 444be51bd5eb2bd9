"""
First pass: which distinct texts of a tree leak, through all layers, whatever their places.

A cassette says the same few thousand strings over and over. They are gathered without their places, searched in bulk,
and opened; a clean cassette ends here. Only for one that leaks does the second pass (`places`) walk the tree again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat

from bototape.audit import known, layers, named
from bototape.audit.detectors import DETECTORS, Detector
from bototape.audit.documents import BEGINNINGS, Documents
from bototape.audit.kinds import Hit
from bototape.audit.layers import Inner
from bototape.audit.packed import opaque_texts
from bototape.audit.sheets import Sheet
from bototape.audit.trees import Contexts, members, scalar
from bototape.audit.values import Flat, Opaque, Tree

__all__ = ["BUDGET", "DEPTH", "Means", "Survey"]

#: Layers inside layers that are opened.
DEPTH = 8
#: Characters that all layers may hold together, beyond four times the text itself.
BUDGET = 8 * 1024 * 1024


@dataclass(frozen=True)
class Means:
    """
    What is searched with: a test takes one away and sees that nothing else finds what it found.

    *public* are values that are no leak, in lower case, each behind the rule that would find it.
    """

    detectors: tuple[Detector, ...] = DETECTORS
    contexts: Contexts = named.CONTEXTS
    layers: tuple[layers.Layer, ...] = layers.LAYERS
    needles: Sequence[known.Needle] = ()
    public: frozenset[tuple[str, str]] = frozenset()


class _Names(dict[str, Contexts]):
    """What each name tells, worked out once."""

    def __init__(self, contexts: Contexts) -> None:
        self._contexts = contexts

    def __missing__(self, name: str) -> Contexts:
        found = self[name] = named.contexts_of(name, self._contexts)
        return found


class Survey:
    """
    What a tree holds: *hits* by text, *told* by what a name told and text, *inner* layers by text but JSON documents.

    *names* is what names tell.

    *size* is the length of the text that the tree was read from.
    """

    def __init__(self, tree: Tree, means: Means, size: int) -> None:
        self.hits: dict[str, dict[Hit, None]] = {}
        self.told: dict[tuple[Contexts, str], list[Hit]] = {}
        self.inner: dict[str, list[Inner]] = {}
        self.names = _Names(means.contexts)
        self._means = means
        self._seen: set[str] = {""}
        self._under: dict[str, list[Contexts]] = {}
        self._budget = BUDGET + 4 * size
        self._documents = Documents()
        self._run(tree)

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not self.hits and not any(self.told.values())

    def inside(self, text: str) -> Iterator[Inner]:
        """Yield the layers of *text*."""
        if text in self._documents:
            yield Inner("json", self._documents.tree(text))
        yield from self.inner.get(text, ())

    def _run(self, tree: Tree) -> None:
        trees: list[tuple[Contexts, Tree]] = [((), tree)]
        for depth in range(DEPTH + 1):
            texts = self._gather(trees)
            if not texts:
                return
            trees = self._open(texts, last=depth == DEPTH)

    def _gather(self, stack: list[tuple[Contexts, Tree]]) -> list[str]:
        """Return the texts of the trees on *stack* that were not met before; names are texts as well."""
        fresh: list[str] = []
        seen, names, push = self._seen, self.names, stack.append
        while stack:
            contexts, tree = stack.pop()
            kind = type(tree)
            if kind is list or kind is Flat or ((kind is tuple or kind is dict) and len(tree) != 2):  # noqa: PLR2004 - as in `members`
                # What `members` does, for the many that have no name for a value: a third of the time of an audit.
                for name, child in zip(repeat(""), tree) if kind is list else tree.items() if kind is dict else tree:
                    segment = name if type(name) is str else str(name)
                    if segment not in seen:
                        seen.add(segment)
                        fresh.append(segment)
                    under = names[segment] if segment else contexts
                    if under or type(child) is not str:
                        push((under, child))
                    elif child not in seen:
                        seen.add(child)
                        fresh.append(child)
                continue
            text = tree if kind is str else scalar(tree, contexts)
            if text is None:
                for name, under, child in members(tree, contexts, names):
                    if type(name) is str and name not in seen:
                        seen.add(name)
                        fresh.append(name)
                    push((under, child))
                continue
            if text not in seen:
                seen.add(text)
                fresh.append(text)
            if contexts and (contexts, text) not in self.told:
                self._tell(contexts, text)
                stack.extend((contexts, each.tree) for each in self.inner.get(text, ()))
                stack.extend((contexts, each) for each in self._documents.unnamed(text))
        return fresh

    def _tell(self, contexts: Contexts, text: str) -> None:
        hits = named.hits_under(contexts, text)
        self.told[contexts, text] = [each for each in hits if not self._is_public(each)]
        self._under.setdefault(text, []).append(contexts)

    def _open(self, texts: list[str], *, last: bool) -> list[tuple[Contexts, Tree]]:
        """Search *texts*, and return the trees inside them. A JSON document is searched by its tree alone."""
        trees: list[tuple[Contexts, Tree]] = []
        sheet = Sheet([text for text in texts if text[:1] not in BEGINNINGS or not self._take(text, last=last)])
        fresh, pairs = self._documents.fresh()
        trees.append(((), pairs))
        for text in fresh:
            trees.extend((contexts, each) for each in self._documents.unnamed(text) for contexts in self._about(text))
        self._search(sheet)
        for text, inner in layers.openings(sheet, self._means.layers):
            self._enter(text, inner, trees, last=last)
        for text, reason in opaque_texts(sheet):
            if not (text in self.inner or text in self.hits or self._told_of(text)):
                self._hit(text, Hit("opaque-layer", text, reason))
        return trees

    def _told_of(self, text: str) -> bool:
        return any(self.told[contexts, text] for contexts in self._under.get(text, ()))

    def _about(self, text: str) -> tuple[Contexts, ...]:
        """Return what the names tell that *text* stands under, first of all nothing."""
        return (), *self._under.get(text, ())

    def _take(self, text: str, *, last: bool) -> bool:
        """Take *text* up for the next round and return true, if it is a JSON document and that is not refused."""
        refusal = self._refusal(last=last)
        if refusal:
            if layers.document(text) is not None:
                self._hit(text, Hit("opaque-layer", text, refusal))
            return False
        taken = self._documents.take(text)
        self._budget -= len(text) if taken else 0
        return taken

    def _enter(self, text: str, inner: Inner, trees: list[tuple[Contexts, Tree]], *, last: bool) -> None:
        """Take *inner* up for the next round; when that is refused, say so: what was not opened is never clean."""
        refusal = self._refusal(last=last) or (inner.tree.reason if isinstance(inner.tree, Opaque) else "")
        if refusal:
            self._hit(text, Hit("opaque-layer", text, refusal))
            return
        self._budget -= _size(inner.tree, len(text))
        self.inner.setdefault(text, []).append(inner)
        trees.extend((contexts, inner.tree) for contexts in self._about(text))

    def _refusal(self, *, last: bool) -> str:
        if last:
            return f"more than {DEPTH} layers inside each other"
        return "too much packed data in one file" if self._budget < 0 else ""

    def _search(self, sheet: Sheet) -> None:
        for each in self._means.detectors:
            if not each.cues or any(cue in sheet.whole for cue in each.cues):
                for offset, value in each.search(sheet.whole):
                    self._hit(sheet.texts[sheet.position(offset)], Hit(each.rule, value))
        for offset, value in known.find(sheet.whole, self._means.needles):
            self._hit(sheet.texts[sheet.position(offset)], Hit("known-value", value))

    def _hit(self, text: str, hit: Hit) -> None:
        if not self._is_public(hit):
            self.hits.setdefault(text, {})[hit] = None  # a dict keeps the order, and each once

    def _is_public(self, hit: Hit) -> bool:
        return bool(self._means.public) and (hit.rule, hit.value.lower()) in self._means.public


def _size(tree: Tree, default: int) -> int:
    """Return about how many characters *tree* holds: a layer is no longer than its text, but for archives."""
    if isinstance(tree, (str, bytes)):
        return len(tree)
    if isinstance(tree, tuple):
        return default + sum(len(child) for _, child in tree if isinstance(child, bytes))
    return default
