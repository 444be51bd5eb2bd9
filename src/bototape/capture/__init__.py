"""
What happens to live answers between the wire and the file, whoever records: a scenario or a test.

`estate` learns who records, `surroundings` what the machine tells of a person; `Intake` refuses, scrubs, audits and
writes; `quiet` keeps logs and errors clean meanwhile.
"""
