"""
Refresh: recordings held true to a live account. Plan, record aside, compare by meaning, prove, then swap.

Nothing here replaces a cassette before its successor was checked and played once.
"""
