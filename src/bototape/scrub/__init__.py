"""
Make a recording safe to commit: known values first, then what looks like an identifier.

``estate`` is what the recorder knows of itself, ``apply.scrub`` the one door. Inside, text is read layer by layer
(``layers``, ``documents``), each layer's finders (``known``, ``names``, ``arns``, ``places``, ``credentials``,
``identifiers``) propose edits, ``edits`` settles overlaps, ``pseudonyms`` hands out the made-up values of
``kinds``, and ``integrity`` repairs lengths and digests.
"""
