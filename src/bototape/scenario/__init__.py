"""
Scenarios: a list of calls to a live account that produces one cassette.

`parse` reads the file, `plan` holds it against the installed botocore, `run` makes the calls and records them.
"""
