"""
When are two calls the same call? The call key of a request, and what two calls differ in.

AWS semantics, not bytes: operation, region and the decoded parameters, read with the service's model where it is known
(`modelled`) and off the wire where it is not (`canonical`). The order of members, the spelling of numbers, white space,
framing and compression do not count; idempotency tokens, checksums and signatures are left out.
"""

from bototape.match.canonical import call_key, group_key, parameters
from bototape.match.differing import ABSENT, Difference, Place, differences, places, told
from bototape.match.ignoring import ignoring, paths_of, secrets
from bototape.match.modelled import Modelled, Normalise, modelled
from bototape.match.shown import UNTYPED, Typed, shown

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
