"""
Saved values that scrubbing changed, had again from who knows the account: no real one is on disk.

An ARN holds the account and, at most, names that the recorder knows of itself. Kept are its scrubbed text and a keyed
digest of the real one; whoever records again knows what stands behind those pseudonyms, and the digest says whether
that was all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bototape.scrub.kinds import BY_NAME, canonical
from bototape.scrub.pseudonyms import digest

__all__ = ["Restorer"]

#: What the digest of a saved value is told from those of identifiers by.
_SAVED = "saved value"


@dataclass(frozen=True, slots=True, repr=False)
class Restorer:
    """Puts the values *known*, (kind, value) pairs, where their pseudonyms stand; *key* is that of the digests."""

    key: bytes
    known: Sequence[tuple[str, str]]

    def digest(self, value: Any) -> str:
        """Return what tells *value* from others, and nothing of it; raises TypeError for what JSON cannot say."""
        return digest(self.key, _SAVED, json.dumps(value, sort_keys=True))

    def restored(self, hidden: Mapping[str, tuple[Any, str]], names: Mapping[str, str]) -> dict[str, Any]:
        """
        Return the real values of *hidden* that can be had: by name, each was (scrubbed, digest).

        *names* are the ledger's entries, digest → pseudonym.
        """
        real = {}
        for kind, value in self.known:
            if kind in BY_NAME and (pseudonym := names.get(digest(self.key, kind, canonical(kind, value)))):
                real[pseudonym] = value
        found = {name: _put(scrubbed, real) for name, (scrubbed, _) in hidden.items()}
        return {name: value for name, value in found.items() if self.digest(value) == hidden[name][1]}


def _put(value: Any, real: Mapping[str, str]) -> Any:
    if isinstance(value, str) and real:
        some = "|".join(re.escape(each) for each in sorted(real, key=len, reverse=True))
        return re.sub(rf"(?<![A-Za-z0-9])(?:{some})(?![A-Za-z0-9])", lambda match: real[match[0]], value)
    if isinstance(value, list):
        return [_put(each, real) for each in value]
    return {name: _put(each, real) for name, each in value.items()} if isinstance(value, dict) else value
