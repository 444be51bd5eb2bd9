"""One leak vector."""


def leak(where, text, *gone, **more):
    """A vector whose *gone* must be in no layer."""
    return {"where": where, "input": text, "must_not_contain": list(gone), **more}


def trap(where, text, *keep, **more):
    """A vector that must stay as it is."""
    return {"where": where, "input": text, "must_not_contain": [], "keep": list(keep) or [text], "fp": True, **more}
