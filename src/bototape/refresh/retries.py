"""A recording without the attempts that failed and were made again."""

from __future__ import annotations

from dataclasses import replace

from bototape.interaction import Cassette, Interaction
from bototape.wire.codec import is_error

__all__ = ["once"]


def once(cassette: Cassette) -> Cassette:
    """Return *cassette* with the last attempt of each call only, as if it had been the first."""
    whole = cassette.interactions
    kept = (each for each, after in zip(whole, (*whole[1:], None), strict=True) if not _is_made_again(each, after))
    return Cassette(tuple(_first(each) for each in kept), cassette.provenance)


def _is_made_again(each: Interaction, after: Interaction | None) -> bool:
    """Tell whether *after* is the next attempt of what *each* failed at; attempts without an answer have no number."""
    if each.call is None or after is None or after.call is None or not is_error(each.response):
        return False
    same = (each.call.name, each.request.uri, each.request.body) == (
        after.call.name,
        after.request.uri,
        after.request.body,
    )
    return same and after.call.attempt > each.call.attempt


def _first(each: Interaction) -> Interaction:
    return replace(each, call=replace(each.call, attempt=1)) if each.call and each.call.attempt != 1 else each
