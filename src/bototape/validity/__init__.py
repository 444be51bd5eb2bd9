"""The releases that a recording is valid for, and what breaks at each edge: each distinct model is checked once."""

from bototape.validity.models import Models, Version
from bototape.validity.spans import RULES, Span, reported, spans

__all__ = ["RULES", "Models", "Span", "Version", "reported", "spans"]
