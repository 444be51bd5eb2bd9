"""
Faults on purpose: an error, a broken connection, half a body, a batch that fails in part, an answer that takes long.

Values in, values out; the seam plays them, so that retries, error classes and pauses are botocore's own.
"""

from bototape.faults.fault import Broken, Fault, Network, Settings, planned
from bototape.faults.injector import Injector

__all__ = ["Broken", "Fault", "Injector", "Network", "Settings", "planned"]
