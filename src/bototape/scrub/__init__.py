"""
Make a recording safe to commit: known values first, then what the model and the form of a value say.

``estate`` is what the recorder knows of itself, ``typed`` what the service's model says, ``apply.scrub`` the one door.
Inside, ``text.Finder`` reads layer by layer (``documents`` for JSON, XML and forms, ``layers`` and ``runs`` for
encodings, ``packed`` for bytes that hold others); in each text the ``sieve`` (``known``, ``arns``, ``places``,
``credentials``, ``identifiers``) and the place (``names``) propose ``edits``. ``pseudonyms`` hands out the made-up
values of ``kinds``, ``fit`` spells them as the model allows, ``provenance`` says which names stay, ``digests`` and
``integrity`` repair what follows from a body. What stayed closed is said (``opaque``).
"""
