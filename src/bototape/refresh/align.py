"""
Which new pseudonym stands where an old one stood: two recordings of one scenario, made under different keys.

Told by structure alone: the same call, the same place in it, and text that is alike but for pseudonyms of one kind.
What is said most often wins, and each pseudonym has one partner at most: the renaming can be undone.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

from bototape.errors import WireError
from bototape.interaction import Cassette, Interaction
from bototape.refresh.answers import Answer
from bototape.replay.groups import Models
from bototape.scrub.kinds import BY_NAME

__all__ = ["aligned"]

_START, _END = r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])"


def aligned(old: Cassette, new: Cassette, kinds: Mapping[str, str], models: Models) -> dict[str, str]:
    """
    Return the old pseudonym of each new one that has one; *kinds* are those of the new ones, by pseudonym.

    No two have the same. A pseudonym that is its own is in it as well.
    """
    if not kinds:
        return {}
    places = _Places(kinds)
    found: Counter[tuple[str, str]] = Counter()
    was, now = (_messages(each, places, models) for each in (old, new))
    for key, messages in now.items():
        before = was.get(key, [])
        for position, message in enumerate(messages if before else ()):
            found.update(places.pairs(before[min(position, len(before) - 1)], message))
    kept: dict[str, str] = {}
    for (mine, theirs), _ in found.most_common():
        if mine not in kept and theirs not in kept.values():
            kept[mine] = theirs
    return kept


def _messages(cassette: Cassette, places: _Places, models: Models) -> dict[tuple[str, str], list[Any]]:
    """Return what each call says and is answered, in order: by the call's name and its parameters, names apart."""
    found: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for number, each in enumerate(cassette.interactions, 1):
        answer = Answer.of(number, each, models)
        sent = _sent(answer, each)
        name = each.call.name if each.call else each.request.method
        found[name, places.masked(sent)].append([each.request.uri, sent, answer.said[1]])
    return found


def _sent(answer: Answer, each: Interaction) -> Any:
    if answer.codec is not None and answer.operation is not None and each.call is not None:
        try:
            return answer.codec.decode_request(answer.operation, each.request, each.call.protocol)
        except WireError:
            pass
    return each.request.body.decode("utf-8", "backslashreplace")


class _Places:
    """Looks for the pseudonyms *kinds*, by pseudonym, and for whatever was of the same kinds in their places."""

    def __init__(self, kinds: Mapping[str, str]) -> None:
        self._kinds = kinds
        mine = "|".join(re.escape(each) for each in sorted(kinds, key=len, reverse=True))
        self._mine = re.compile(f"{_START}(?:{mine}){_END}")
        any_of = {name: _flat(BY_NAME[name].pattern) for name in sorted({*kinds.values()})}
        self._any = re.compile(_START + "(?:" + "|".join(any_of.values()) + ")" + _END)
        self._of_kind = any_of

    def masked(self, value: Any) -> str:
        """Return *value* as text without any pseudonym of these kinds."""
        return self._any.sub("*", json.dumps(value, sort_keys=True, default=str))

    def pairs(self, old: Any, new: Any) -> Iterator[tuple[str, str]]:
        """Yield what stands in *new* and what stood in its place in *old*."""
        if isinstance(old, str) and isinstance(new, str):
            yield from self._in_text(old, new)
        elif isinstance(old, dict) and isinstance(new, dict):
            for name in new:
                if name in old:
                    yield from self.pairs(old[name], new[name])
        elif isinstance(old, list) and isinstance(new, list):
            for one, other in self._elements(old, new):
                yield from self.pairs(one, other)

    def _elements(self, old: list[Any], new: list[Any]) -> Iterable[tuple[Any, Any]]:
        """Pair the elements of two lists: what came in between shifts nobody's name."""
        was, now = ([self.masked(each) for each in both] for both in (old, new))
        for _, low, high, start, end in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
            if high - low == end - start:
                yield from zip(old[low:high], new[start:end], strict=True)

    def _in_text(self, old: str, new: str) -> Iterator[tuple[str, str]]:
        mine = [each[0] for each in self._mine.finditer(new)]
        if not mine:
            return
        literal = [re.escape(each) for each in self._mine.split(new)]
        groups = [f"({self._of_kind[self._kinds[each]]})" for each in mine]
        pattern = "".join(part + group for part, group in zip(literal, [*groups, ""], strict=True))
        match = re.fullmatch(pattern, old)
        if match:
            yield from zip(mine, match.groups(), strict=True)


def _flat(pattern: re.Pattern[str]) -> str:
    """Return *pattern*, which has no groups of its own, as a part of another one, its flags with it."""
    return f"(?i:{pattern.pattern})" if pattern.flags & re.IGNORECASE else f"(?:{pattern.pattern})"
