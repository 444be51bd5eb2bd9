"""A value as a message may show it: of what identifies somebody or opens something, only its kind and length."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from bototape.shapes import Shape

__all__ = ["UNTYPED", "Typed", "shown", "step"]

_LONGEST = 80
_SECRET_WORDS = ("secret", "password", "passwd", "token", "credential", "authorization", "privatekey")
_SENSITIVE, _SECRET, _ACCOUNT = "sensitive", "secret-value", "account-id"

#: What has no kind that could be told, and what traces a request only.
_HARMLESS = frozenset({"opaque-layer", "not-yaml", "request-id"})

#: An account looks like this anywhere: here nobody knows what stands around it.
_TWELVE = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")


class Typed(NamedTuple):
    """The *shape* of a value and those of its service; with *sensitive*, it stands in something sensitive."""

    shape: Shape | None = None
    shapes: Mapping[str, Shape] = {}
    sensitive: bool = False

    @property
    def is_hidden(self) -> bool:
        """Whether the model says not to show it (``sensitive`` trait, Smithy)."""
        return self.sensitive or bool(self.shape and self.shape.traits.get("sensitive"))

    def below(self, name: object) -> Typed:
        """Return what a member, by either of its names, an element or an entry is."""
        if self.shape is None:
            return self
        members = self.shape.members
        member = self.shape.element or self.shape.value or members.get(str(name))
        if member is None:
            member = next((each for each in members.values() if each.wire_name == name), None)
        return Typed(self.shapes[member.shape] if member else None, self.shapes, self.is_hidden)


#: Nothing is known of the value.
UNTYPED = Typed()


class _Hidden(str):
    """Stands for a value, in a text that would show it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def shown(name: str, value: object, typed: Typed = UNTYPED) -> str:
    """
    Return *value*, which stands under *name*, on one line and cut where it is long.

    Hidden is what is sensitive by its shape, secret by its name, or a finding of the audit, and every number that may
    be an account.
    """
    text = repr(_redacted(name, value, typed))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def step(name: str) -> str:
    """Return the name of a map's entry as a place may show it: what a caller made up may identify somebody."""
    kind = _kind("", name)
    return f"<{kind}>" if kind else name


def _redacted(name: str, value: object, typed: Typed) -> Any:
    if isinstance(value, Mapping):
        is_map = typed.shape is None or typed.shape.type == "map"
        return {(step(key) if is_map else key): _redacted(key, each, typed.below(key)) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted(name, each, typed.below(index)) for index, each in enumerate(value)]
    if typed.is_hidden:
        return _hidden(_SENSITIVE, value)
    kind = _kind(name, value)
    return _hidden(kind, value) if kind else value


def _hidden(kind: str, value: object) -> _Hidden:
    text = value if isinstance(value, str | bytes) else str(value)
    unit = "bytes" if isinstance(value, bytes) else "characters"
    return _Hidden(f"<{kind}, {len(text)} {unit}>")


def _kind(name: str, value: object) -> str:
    """Return the kind of what *value* must not show, or an empty string."""
    if value is None or isinstance(value, bool):
        return ""
    folded = name.lower().replace("_", "").replace("-", "")
    if isinstance(value, str) and any(word in folded for word in _SECRET_WORDS) and folded != "nexttoken":
        return _SECRET
    text = value if isinstance(value, str) else repr(value)
    if len(text) < _SHORTEST:
        return ""
    return _audited(name, text)


#: No identifier the audit knows has fewer characters.
_SHORTEST = 5


def _audited(name: str, text: str) -> str:
    from bototape.audit import audit_text  # noqa: PLC0415 - only where something is to be shown
    from bototape.audit.examples import is_example_account  # noqa: PLC0415 - as above

    found = audit_text(json.dumps({name: text}), where="")
    kind = next((each.rule for each in found if each.rule not in _HARMLESS), "")
    if not kind and any(not is_example_account(each) for each in _TWELVE.findall(text)):
        return _ACCOUNT
    return kind
