"""What of an API the cassettes exercise: operations, members, enum values, errors and pages."""

from bototape.coverage.count import KINDS, Covered, Kind, Service, Tally, covered
from bototape.coverage.heatmap import heatmap
from bototape.coverage.table import as_dict, findings, table

__all__ = ["KINDS", "Covered", "Kind", "Service", "Tally", "as_dict", "covered", "findings", "heatmap", "table"]
