"""
Invented estates, and what they leak: leak vectors (`tests.scrub_vectors`) of every kind, each time with other values.

``vectors(seed)`` are those of one estate. What they say is true whatever the values are, so that a scrubber cannot
pass because it knows the ones that are stored. A vector that is ``told`` needs the estate; ``fp`` is a trap, of which
every byte stays.
"""

import random

from tests.invented import accounts, alone, credentials, ids, layers, traps
from tests.invented.values import Invented

__all__ = ["Invented", "vectors"]

_BUILDERS = (
    *accounts.BUILDERS,
    *credentials.BUILDERS,
    *ids.BUILDERS,
    *layers.BUILDERS,
    *traps.BUILDERS,
    *alone.BUILDERS,
)


def vectors(seed, region=""):
    """Return the estate of *seed*, in *region* or any, and the vectors of it."""
    return _estate(seed, region), [each for build in _BUILDERS for each in _named(build, seed, region)]


def _estate(seed, region):
    made = Invented(random.Random(seed))
    made.region = region or made.region
    return made


def _named(build, seed, region):
    # Each vector has random values of its own, and the estate of all.
    made = _estate(seed, region)
    made.rng = random.Random(f"{seed} {build.__name__}")
    found = build(made)
    for at, each in enumerate(found if isinstance(found, list) else [found]):
        yield {"name": f"{build.__name__.replace('_', '-')}-{at}", **each}
