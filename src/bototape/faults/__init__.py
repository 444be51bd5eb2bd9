"""
Faults on purpose: an error, a broken connection, half a body, a batch that fails in part, an answer that takes long.

Values in, values out; the seam plays them, so that retries, error classes and pauses are botocore's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bototape.faults.broken import Broken, Network
from bototape.late import late

if TYPE_CHECKING:
    from bototape.faults.fault import Fault, Settings, planned
    from bototape.faults.injector import Injector

__all__ = ["Broken", "Fault", "Injector", "Network", "Settings", "planned"]

__getattr__ = late(__name__, {"Fault": "fault", "Injector": "injector", "Settings": "fault", "planned": "fault"})
