"""What is used of an API: the operations and members that recordings, scenarios or a list name."""

from bototape.usage.limit import ABSENCE, limit, seated, unknown
from bototape.usage.places import Usage, listed, of_interaction, of_parameters, of_reads, of_request

__all__ = [
    "ABSENCE",
    "Usage",
    "limit",
    "listed",
    "of_interaction",
    "of_parameters",
    "of_reads",
    "of_request",
    "seated",
    "unknown",
]
