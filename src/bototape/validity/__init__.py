"""The releases that a recording is valid for, and what breaks at each edge: each distinct model is checked once."""

from bototape.validity.models import Models, Version
from bototape.validity.spans import RULES, Ends, Span, common, reported, spans

__all__ = ["RULES", "Ends", "Models", "Span", "Version", "common", "reported", "spans"]
