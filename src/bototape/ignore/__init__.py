"""
The ignore file, ``bototape-ignore.toml``: findings a team has looked at, why they may stay, and until when.

An entry names one finding by its fingerprint, or some by kind, service and a glob of places. It always says why, and
mostly until when: a finding whose entry has expired is back, and says so; an entry that hides nothing is reported.
"""

from bototape.ignore.entries import Entry, Sifted, sift
from bototape.ignore.file import DAYS, NAME, append, load, parse

__all__ = ["DAYS", "NAME", "Entry", "Sifted", "append", "load", "parse", "sift"]
