"""
Suites that use vcrpy, played and recorded by us without an edit.

vcrpy loads their cassettes, with their serializers, persisters and hooks; calls of AWS are then found by what they
say, all else by the suite's own matchers, and nothing of it races or leaks.
"""

from bototape.adopted.opening import adoption
from bototape.adopted.tape import AdoptedTape

__all__ = ["AdoptedTape", "adoption"]
