"""What two calls differ in, member by member; a secret is never shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["Difference", "differences"]


class Difference(NamedTuple):
    """One place where two calls differ; None stands for "not there"."""

    path: str
    recorded: str | None
    sent: str | None

    def __str__(self) -> str:
        if self.recorded is None:
            return f"{self.path}: {self.sent} sent, nothing recorded"
        if self.sent is None:
            return f"{self.path}: {self.recorded} recorded, nothing sent"
        return f"{self.path}: {self.recorded} recorded, {self.sent} sent"


def differences(recorded: object, sent: object, path: str = "") -> Iterator[Difference]:
    """Yield where two decoded values differ, member by member, in the order of the recorded one."""
    if isinstance(recorded, dict) and isinstance(sent, dict):
        for name in [*recorded, *(each for each in sent if each not in recorded)]:
            place = f"{path}.{name}" if path else str(name)
            if name not in sent:
                yield Difference(place, _shown(name, recorded[name]), None)
            elif name not in recorded:
                yield Difference(place, None, _shown(name, sent[name]))
            else:
                yield from differences(recorded[name], sent[name], place)
    elif isinstance(recorded, list) and isinstance(sent, list) and len(recorded) == len(sent):
        for index, (old, new) in enumerate(zip(recorded, sent, strict=True)):
            yield from differences(old, new, f"{path}[{index}]")
    elif recorded != sent or isinstance(recorded, bool) != isinstance(sent, bool):
        name = path.rpartition(".")[2]
        yield Difference(path, _shown(name, recorded), _shown(name, sent))


_LONGEST = 80
_SECRET_WORDS = ("secret", "password", "passwd", "token", "credential", "authorization", "privatekey")


def _shown(name: str, value: object) -> str:
    folded = name.lower().replace("_", "").replace("-", "")
    if isinstance(value, str) and any(word in folded for word in _SECRET_WORDS) and folded != "nexttoken":
        return f"<{len(value)} characters>"
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
