"""
URI templates of REST operations: which paths they fit, and where in a path each label stands.

Source: Smithy, "http trait", URI patterns: labels are whole segments, one may be greedy, query literals follow ``?``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

__all__ = ["BUCKET", "Segment", "Template", "segments", "template"]

#: The label that AWS's S3 model has for the bucket: the first segment, unless the host has it.
BUCKET = "Bucket"


class Segment(NamedTuple):
    """A segment of a template: a literal *text*, or the name of a *label*, which may span several segments."""

    text: str
    label: bool = False
    greedy: bool = False


class Template(NamedTuple):
    """The *path* of a template, and its query *literals*: names, with a value where one is asked for."""

    path: tuple[Segment, ...]
    literals: tuple[tuple[str, str | None], ...]

    @property
    def has_bucket(self) -> bool:
        """Tell whether the path begins with the S3 bucket."""
        return self.path[:1] == (Segment(BUCKET, label=True),)

    def without_bucket(self) -> Template:
        """Return the template as it is when the host has the bucket."""
        return self._replace(path=self.path[1:])

    def fit(self, path: str, start: int = 0) -> dict[str, tuple[int, int]] | None:
        """
        Return where each label stands in *path*, read from *start* on; None if the template does not fit.

        Spans count characters of *path*, which is percent-encoded as sent.
        """
        parts = list(segments(path, start))
        greedy = next((at for at, each in enumerate(self.path) if each.greedy), None)
        if greedy is None and parts and parts[-1][0] == parts[-1][1]:
            parts.pop()  # a slash at the end means nothing
        spare = len(parts) - len(self.path)
        if spare < 0 or (spare and greedy is None):
            return None
        if greedy is not None:
            joined = (parts[greedy][0], parts[greedy + spare][1])
            parts[greedy : greedy + spare + 1] = [joined]
        found = {}
        for segment, (begin, end) in zip(self.path, parts, strict=True):
            if segment.label:
                if begin == end:
                    return None
                found[segment.text] = (begin, end)
            elif segment.text != path[begin:end] and segment.text != unquote(path[begin:end]):
                return None
        return found


def segments(path: str, start: int = 0) -> Iterator[tuple[int, int]]:
    """Yield the spans of the segments of *path*, each after a slash; the first slash may be missing."""
    begin = start + 1 if path.startswith("/", start) else start
    if begin >= len(path):
        return
    while (end := path.find("/", begin)) >= 0:
        yield begin, end
        begin = end + 1
    yield begin, len(path)


@lru_cache(4096)
def template(request_uri: str) -> Template:
    """Return the template that ``http.requestUri`` of a model says."""
    path, _, query = request_uri.partition("?")
    pieces = [path[begin:end] for begin, end in segments(path)]
    if pieces and not pieces[-1]:
        pieces.pop()
    pairs = [each.partition("=") for each in query.split("&") if each]
    return Template(
        tuple(_segment(each) for each in pieces),
        tuple((name, value if mark else None) for name, mark, value in pairs),
    )


def _segment(text: str) -> Segment:
    if text.startswith("{") and text.endswith("}"):
        name = text[1:-1]
        return Segment(name.removesuffix("+"), label=True, greedy=name.endswith("+"))
    return Segment(text)
