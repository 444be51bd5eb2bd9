"""
When are two calls the same call? The call key of a request, and what two calls differ in.

AWS semantics, not bytes: operation, region and the decoded parameters, read with the service's model where it is known
(`by_model`) and off the wire where it is not (`canonical`). The order of members, the spelling of numbers, white space,
framing and compression do not count; idempotency tokens, checksums and signatures are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bototape.late import late
from bototape.match.canonical import call_key, group_key, parameters

if TYPE_CHECKING:
    from bototape.match.by_model import Modelled, Normalise, modelled
    from bototape.match.differing import ABSENT, Difference, Place, differences, places, told
    from bototape.match.ignored import ignoring, paths_of, secrets
    from bototape.match.showing import UNTYPED, Typed, shown

__all__ = [
    "ABSENT",
    "UNTYPED",
    "Difference",
    "Modelled",
    "Normalise",
    "Place",
    "Typed",
    "call_key",
    "differences",
    "group_key",
    "ignoring",
    "modelled",
    "parameters",
    "paths_of",
    "places",
    "secrets",
    "shown",
    "told",
]

__getattr__ = late(
    __name__,
    {
        **dict.fromkeys(("ABSENT", "Difference", "Place", "differences", "places", "told"), "differing"),
        **dict.fromkeys(("ignoring", "paths_of", "secrets"), "ignored"),
        **dict.fromkeys(("Modelled", "Normalise", "modelled"), "by_model"),
        **dict.fromkeys(("UNTYPED", "Typed", "shown"), "showing"),
    },
)
