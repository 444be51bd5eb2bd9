"""What is not a cassette, or one with a field out of order: line, place, expected, found, and what to do."""

import pytest

from bototape import cassettes
from bototape.errors import CassetteUnreadable
from tests.small import SMALL_TEXT


class TestUnreadable:
    RESTORE = "\n  fix: restore it from version control, or record it again"
    FOREIGN = (
        "\n  fix: another tool's file? "
        "A cassette is a mapping with a list of interactions, as bototape and vcrpy write it"
    )

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            (
                "a: [1\n",
                ":2: it is not YAML that may be read: while parsing a flow sequence, did not find expected ',' or ']'"
                + RESTORE,
            ),
            (SMALL_TEXT[:-600], ":23: interactions[0].response.status: is missing" + RESTORE),
            (
                SMALL_TEXT.partition("Maker.")[0],
                ":19: it is not YAML that may be read: while scanning a quoted scalar, found unexpected end of stream"
                + RESTORE,
            ),
            (SMALL_TEXT.removesuffix("version: 1\n"), ":1: version: is missing; the file was cut short" + RESTORE),
            (
                "a: !!python/object/apply:os.system [id]\n",
                ":1: it is not YAML that may be read: the tag !!python/object/apply:os.system is not read" + RESTORE,
            ),
            (
                "a: &a [x]\nb: [*a, *b]\n",
                ":2: it is not YAML that may be read: an alias to nothing before it, or to what it is part of"
                + RESTORE,
            ),
            ("[" * 200, ":1: it is not YAML that may be read: nested deeper than 100 levels" + RESTORE),
            (
                "<<<<<<< HEAD\nversion: 1\n=======\n",
                ":2: it is not YAML that may be read: mapping values are not allowed in this context" + RESTORE,
            ),
            ("just text\n", ":1: expected a mapping with the key interactions, found text" + FOREIGN),
            ("- 1\n- 2\n", ":1: expected a mapping with the key interactions, found a list" + FOREIGN),
            (
                "- request: {}\n  response: {}\n",
                ":1: it is in the format of vcrpy before 1.0\n  fix: convert it with python -m vcr.migration PATH",
            ),
            (
                "http_interactions: []\nrecorded_with: VCR 6\n",
                ":1: expected the key interactions, found http_interactions, recorded_with" + FOREIGN,
            ),
            (
                "{a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7}",
                ":1: expected the key interactions, found a, b, c, d, e and 2 more" + FOREIGN,
            ),
            ("{}", ":1: expected the key interactions, found none" + FOREIGN),
            ("bototape: {endpoint: aws, format: 1}\n", ":1: expected the key interactions, found bototape" + RESTORE),
            ("version: 1\ninteractions: {a: 1}\n", ":2: interactions: expected a list, found a mapping" + RESTORE),
            ("version: 1\ninteractions:\n", ":2: interactions: expected a list, found nothing" + RESTORE),
        ],
        ids=[
            "syntax",
            "cut-in-an-answer",
            "cut-in-a-string",
            "cut-between",
            "tag",
            "alias",
            "deep",
            "conflict",
            "text",
            "list",
            "vcrpy-0",
            "ruby",
            "many",
            "none",
            "cut",
            "mapping",
            "null",
        ],
    )
    def test_what_is_not_a_cassette_says_why(self, text, message):
        """Line, what was expected, what was found, what to do; never a value."""
        with pytest.raises(CassetteUnreadable) as caught:
            cassettes.from_text(text, "a.yaml")

        assert str(caught.value) == f"cannot use cassette a.yaml{message}"

    @pytest.mark.parametrize(
        ("old", "new", "line", "message"),
        [
            ("  format: 1\n", "  format: 2\n", 4, "bototape.format: this bototape reads format 1, not 2"),
            ("  format: 1\n", "", 2, "bototape.format: is missing"),
            ("  format: 1\n", "  format: one\n", 4, "bototape.format: expected a whole number, found text"),
            ("  format: 1\n", "  format: true\n", 4, "bototape.format: expected a whole number, found true or false"),
            ('"custom"', '"elsewhere"', 3, "bototape.endpoint: expected aws or custom"),
            ('  endpoint: "custom"\n', "", 2, "bototape.endpoint: is missing"),
            ('"2026-11-20"', '"20 November"', 2, "bototape.date: expected a day as YYYY-MM-DD"),
            ('"2026-11-20"', "2026-11-20", 2, "bototape.date: expected text, found a date"),
            ('"1.44.5"', "1.44", 5, "bototape.release: expected text, found a number"),
            (
                "  scrub:",
                "  scrubs:",
                6,
                "bototape.scrubs: unknown key; expected date, endpoint, format, release, scrub, seed, tool, variables",
            ),
            (
                "  scrub:",
                "  seed: x\n  scrub:",
                6,
                "bototape.seed: expected a whole number, found text",
            ),
            (
                "  scrub:",
                "  variables:\n    job:\n    - 2026-11-20\n  scrub:",
                8,
                "bototape.variables.job[0]: expected a JSON value, found a value of type date",
            ),
            (
                "  scrub:",
                "  variables:\n    1: x\n  scrub:",
                7,
                "bototape.variables: expected a JSON value, found a key that is no text",
            ),
            (
                '  operation: "D',
                '  verb: "D',
                9,
                (
                    "interactions[0].bototape.verb: unknown key; "
                    "expected any_parameters, attempt, idempotency, operation, protocol, region, repeat, service"
                ),
            ),
            ('    service: "sagemaker"\n', "", 9, "interactions[0].bototape.service: is missing"),
            ("attempt: 2", "attempt: 0", 39, "interactions[1].bototape.attempt: expected 1 or more"),
            (
                "repeat: true",
                "repeat: 1",
                45,
                "interactions[1].bototape.repeat: expected true, false or a number from 2 to 999999",
            ),
            (
                "repeat: true",
                "repeat: 1000000",
                45,
                "interactions[1].bototape.repeat: expected true, false or a number from 2 to 999999",
            ),
            (
                "repeat: true",
                'repeat: "40"',
                45,
                "interactions[1].bototape.repeat: expected a whole number, found text",
            ),
            (
                '    - "ClientToken"',
                "    - 1",
                41,
                "interactions[1].bototape.idempotency[0]: expected text, found a whole number",
            ),
            ("  request:\n", "  requests:\n", 8, "interactions[0].request: is missing"),
            ("  response:\n", "  respons:\n", 8, "interactions[0].response: is missing"),
            (
                "  response:\n",
                "  response: 1\n  rest:\n",
                22,
                "interactions[0].response: expected a mapping, found a whole number",
            ),
            ('    method: "POST"\n', "", 14, "interactions[0].request.method: is missing"),
            ('    uri: "https://api.sagemaker.invalid/"\n', "", 14, "interactions[0].request.uri: is missing"),
            ('"POST"', "null", 20, "interactions[0].request.method: expected text, found nothing"),
            (
                '    method: "POST"\n',
                '    method: "POST"\n    port: 443\n',
                21,
                "interactions[0].request.port: unknown key; expected body, headers, method, uri",
            ),
            (
                "code: 200",
                "code: fine",
                36,
                "interactions[0].response.status.code: expected a whole number, found text",
            ),
            (
                "code: 200",
                "code: 99",
                36,
                "interactions[0].response.status.code: expected an HTTP status of three digits",
            ),
            ("      code: 200\n", "", 36, "interactions[0].response.status.code: is missing"),
            (
                "    status:\n      code: 200\n",
                "    nope:\n      code: 200\n",
                23,
                "interactions[0].response.status: is missing",
            ),
            (
                'message: "OK"',
                "message: [1]",
                37,
                "interactions[0].response.status.message: expected text, found a list",
            ),
            (
                '      - "b=2"\n',
                "      - 1.5\n",
                33,
                "interactions[0].response.headers.Set-Cookie[0]: expected text, found a number",
            ),
            (
                '      - "a=1"\n',
                "      - null\n",
                34,
                "interactions[0].response.headers.Set-Cookie[1]: expected text, found nothing",
            ),
            (
                "    headers: {}\n",
                "    headers: [a]\n",
                49,
                "interactions[1].request.headers: expected a mapping, found a list",
            ),
            (
                "    body: null\n",
                "    body: 5\n",
                48,
                "interactions[1].request.body: expected text, bytes or a mapping with string, found a whole number",
            ),
            (
                "    body: null\n",
                "    body: {a: b}\n",
                48,
                "interactions[1].request.body: expected text, bytes or a mapping with string, found a mapping",
            ),
            (
                "    body: null\n",
                "    body: {base64_string: Y*Q==}\n",
                48,
                "interactions[1].request.body.base64_string: is not base64",
            ),
            (
                "    body: null\n",
                "    body: [a, 1]\n",
                48,
                "interactions[1].request.body[1]: expected text, bytes or a mapping with string, found a whole number",
            ),
            (
                "      string: !!binary |\n        /wA=\n",
                "      str: x\n",
                54,
                "interactions[1].response.body: expected text, bytes or a mapping with string, found a mapping",
            ),
        ],
        ids=lambda each: ascii(each)[:40],
    )
    def test_each_malformed_field_is_named(self, old, new, line, message):
        """The path to the field, its line, expected and found; never a value."""
        assert old in SMALL_TEXT
        with pytest.raises(CassetteUnreadable) as caught:
            cassettes.from_text(SMALL_TEXT.replace(old, new, 1), "a.yaml")

        fix = (
            "upgrade bototape, or record the cassette again with this one"
            if new == "  format: 2\n"
            else "restore it from version control, or record it again"
        )
        assert str(caught.value) == f"cannot use cassette a.yaml:{line}: {message}\n  fix: {fix}"

    def test_a_mark_that_is_no_mapping_is_refused(self):
        """A foreign key of the same name is not taken for ours."""
        with pytest.raises(CassetteUnreadable, match=r"a\.yaml:1: bototape: expected a mapping, found a list"):
            cassettes.from_text("bototape: [1]\ninteractions: []\n", "a.yaml")

    def test_an_interaction_that_is_no_mapping_is_refused(self):
        """The index counts from 0, as in the file's own paths."""
        with pytest.raises(CassetteUnreadable) as caught:
            cassettes.from_text("version: 1\ninteractions:\n- x\n", "a.yaml")

        assert caught.value.reason == "interactions[0]: expected a mapping with request and response, found text"
        assert caught.value.line == 3
