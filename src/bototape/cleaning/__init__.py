"""
Scrub cassettes that are stored already, whoever recorded them: ours, and those of vcrpy and pytest-recording.

``stored`` puts what changed back into the file's own tree, ``corpus`` reads, learns, scrubs, proves and audits.
"""

from bototape.cleaning.corpus import Cleaned, Cleaner, read_tree, text_like

__all__ = ["Cleaned", "Cleaner", "read_tree", "text_like"]
