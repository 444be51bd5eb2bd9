"""
What other tools recorded, as cassettes: HAR files of browsers and proxies, placebo's directories, vcrpy's cassettes.

Nothing is scrubbed here and nothing written: both are the caller's, before anything reaches the disk.
"""

from bototape.importers.imported import Imported

__all__ = ["Imported"]
