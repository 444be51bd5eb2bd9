"""
HTTP messages to member-named instances and back, per protocol; and which call a request is.

``codec.Codec`` is the door to the messages of one service, ``index.Index`` to the question whose call a request is,
``route`` to what a request says of itself alone. Inside, from the bytes up: bodies (``jsonbody``, ``xmlbody``,
``cborbody``, ``form``, ``frames``, ``chunked``, ``codings``), shapes in them (``jsonformat``, ``xmlformat``,
``cborformat``, ``queryinput``, ``events``), members outside of them (``bindings``, ``httpvalues``), and the protocols
(``rpcjson``, ``rpccbor``, ``rest``, ``query``). ``instance`` says what an instance
is, ``dialect`` what a protocol does.
"""
