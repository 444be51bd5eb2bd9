"""
A recording as an older (or newer) release of the API would have answered it.

What the release does not know is left out of answers; what it could not have said or understood is told as a reason.
"""

from bototape.age.age import Age
from bototape.age.then import Point, Then

__all__ = ["Age", "Point", "Then"]
