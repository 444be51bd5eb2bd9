"""Which characters and keys are written as themselves; told without a YAML reader."""

from __future__ import annotations

import re
from functools import cache

__all__ = ["HAZARD", "PLAIN_KEY", "is_hazardous"]

#: A key that may stand without quotes before its colon: no boolean, null or number in YAML 1.1 or 1.2.
PLAIN_KEY = r"(?!(?i:y|n|yes|no|on|off|true|false|null):)[A-Za-z_][A-Za-z0-9_-]*+"

_ASTRAL = "".join(f"{chr(plane)}-{chr(plane + 0xFFFD)}" for plane in range(0x10000, 0x110000, 0x10000))

#: A character that is never written as itself: controls, what the two readers break lines at or reject (tab, CR,
#: U+0085, U+2028, U+2029, U+FEFF, surrogates, noncharacters), and marks that reorder the text a reviewer sees.
HAZARD = (
    "[^\n -~\xa0-\u061b\u061d-\u200d\u2010-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufdcf\ufdf0-\ufefe"
    f"\uff00-\ufffd{_ASTRAL}]"
)

_PRINTABLE = bytes([ord("\n"), *range(ord(" "), ord("~") + 1)])


def is_hazardous(text: str) -> bool:
    """Tell whether *text* has a character that ``emit.dump`` never writes as itself."""
    return bool(text.encode().translate(None, _PRINTABLE)) if text.isascii() else _hazard().search(text) is not None


@cache
def _hazard() -> re.Pattern[str]:
    """Return the pattern, which takes long to make; a text of ASCII needs none."""
    return re.compile(HAZARD)
