"""Scenario files: what they say, and every mistake told with its line, before anything is sent."""

import contextlib
import dataclasses
import json
import re
from pathlib import Path
from types import MappingProxyType

import jsonschema
import pytest
from botocore.session import Session
from hypothesis import given, settings
from hypothesis import strategies as st

from bototape.capture import estate as estates
from bototape.capture.intact import refuse_unreadable
from bototape.errors import ScenarioInvalid, UsageError, WireError
from bototape.interaction import Call, Interaction, Request, Response
from bototape.releases import installed
from bototape.scenario import parse, plan, problems, run
from bototape.scenario.model import Lines, Scenario, Step, Until
from bototape.scenario.references import fill, references
from bototape.scrub.estate import Estate
from bototape.wire.codec import Codec

ROOT = Path(__file__).parent.parent
HEAD = "service: sagemaker\nregion: us-east-1\nsteps:\n"
STEP = HEAD + "- operation: DescribeAutoMLJob\n"


@pytest.fixture(scope="module")
def session():
    return Session()


def problem(text: str, session: Session | None = None) -> tuple[int, str, str]:
    if session is None:
        with pytest.raises(ScenarioInvalid) as caught:
            parse.parse(text, "a.yaml")
    else:
        found = parse.parse(text, "a.yaml")
        with pytest.raises(ScenarioInvalid) as caught:
            plan.plan(found, session)
    assert caught.value.path == "a.yaml"
    return caught.value.line, caught.value.reason, caught.value.fix


class TestParse:
    def test_every_key_arrives(self):
        """All that a scenario can say is in the value, in the file's order."""
        text = """\
description: what for
service: sagemaker
region: eu-west-1
cassette: automl/failed.yaml
allow_mutations: [StopAutoMLJob]
steps:
- operation: DescribeAutoMLJob
  parameters: {AutoMLJobName: a}
  until:
    AutoMLJobStatus: [Failed, Stopped]
    GenerateCandidateDefinitionsOnly: false
  interval_seconds: 0.5
  max_polls: 7
  repeat: true
  save: {arn: AutoMLJobArn}
- operation: ListAutoMLJobs
  paginate: true
  max_pages: 2
- operation: DescribeAutoMLJob
  expect_error: ResourceNotFound
"""
        found = parse.parse(text, "cassettes/scenarios/x.yaml")

        until = (Until("AutoMLJobStatus", ("Failed", "Stopped")), Until("GenerateCandidateDefinitionsOnly", (False,)))
        assert found == Scenario(
            path="cassettes/scenarios/x.yaml",
            service="sagemaker",
            region="eu-west-1",
            cassette="automl/failed.yaml",
            description="what for",
            allow_mutations=("StopAutoMLJob",),
            lines=found.lines,
            steps=(
                Step(
                    number=1,
                    line=7,
                    operation="DescribeAutoMLJob",
                    parameters={"AutoMLJobName": "a"},
                    until=until,
                    interval_seconds=0.5,
                    max_polls=7,
                    repeat=True,
                    save=(("arn", "AutoMLJobArn"),),
                ),
                Step(number=2, line=16, operation="ListAutoMLJobs", paginate=True, max_pages=2),
                Step(number=3, line=19, operation="DescribeAutoMLJob", expect_error="ResourceNotFound"),
            ),
        )

    def test_the_cassette_is_named_after_the_scenario(self):
        """Without a name of its own the cassette takes the scenario's."""
        assert parse.parse(STEP, "cassettes/scenarios/my.job.yml").cassette == "my.job.yaml"

    def test_plain_text_stays_what_it_looks_like(self):
        """A date, a zero-led number or "no" does not turn into something else on its way to AWS."""
        text = STEP + "  parameters: {a: 2026-11-20, b: 012345678910, c: no, d: 1.5e3, e: 12, f: true, g: ~, h: 0x1F}"

        assert parse.parse(text, "a.yaml").steps[0].parameters == {
            "a": "2026-11-20",
            "b": "012345678910",
            "c": "no",
            "d": 1500.0,
            "e": 12,
            "f": True,
            "g": None,
            "h": "0x1F",
        }

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
            max_leaves=8,
        )
    )
    @settings(max_examples=100, deadline=None)
    def test_any_json_parameters_come_through(self, value):
        """Parameters pasted as JSON, JSON being YAML, arrive as they are, unless they hold a reference."""
        text = STEP + f'  parameters: {{"a": {json.dumps(value)}}}'
        if "${" in text:
            return

        assert parse.parse(text, "a.yaml").steps[0].parameters == {"a": value}

    @given(st.text(alphabet="abc:-[]{}&*!|>'\"#%@`,\n \t\x00\x85\ufeffé", max_size=40) | st.text(max_size=40))
    @settings(max_examples=300, deadline=None)
    def test_any_text_is_read_or_refused(self, text):
        """Whatever a file holds, the answer is a scenario or a message, never a crash."""
        with contextlib.suppress(ScenarioInvalid):
            parse.parse(HEAD + text, "a.yaml")


NOT_READ = {
    "empty": ("# only a comment\n", (0, "the file is empty", "docs/scenarios.md shows what goes into it")),
    "not-yaml": ("service: sagemaker\nsteps: [1\n", (3, "not YAML: expected ',' or ']', but got '<stream end>'", "")),
    "tab": (
        "service: sagemaker\n\tregion: x\n",
        (2, "not YAML: found character '\\t' that cannot start any token", ""),
    ),
    "control-character": ("service: a\nregion: \x07\n", (2, "not YAML: the character U+0007 is not allowed", "")),
    "two-documents": ("a: 1\n---\nb: 2\n", (2, "not YAML: but found another document", "")),
    "anchor": ("service: &s sagemaker\n", (1, "anchors and aliases are not read here", "write the value out")),
    "alias": ("\nservice: *s\n", (2, "anchors and aliases are not read here", "write the value out")),
    "tag": ("service: !!binary aGk=\n", (1, "the tag !!binary is not read here", "write a plain value")),
    "own-tag": ("service: a\nsteps: !x []\n", (2, "the tag !x is not read here", "write a plain value")),
    "key-twice": (
        "service: a\nregion: b\nservice: c\n",
        (3, "the key 'service' is there twice, first in line 1", "keep one of them"),
    ),
    "half-a-character": ('\nservice: "\\ud800x"\n', (2, "half a surrogate pair is no character", "")),
    "key-not-a-name": ("service: a\n[1, 2]: b\n", (2, "a key must be a plain name", "")),
    "too-deep": ("[" * 100, (1, "values are nested more than 60 deep", "")),
}

INVALID = {
    "not-a-mapping": (
        "- operation: X\n",
        (
            1,
            "expected a mapping, found a list",
            "a list of calls to one service in one region that produces one cassette",
        ),
    ),
    "missing": (
        "\nservice: sagemaker\nregion: us-east-1\n",
        (2, "the key 'steps' is missing", "steps: the calls, in the order they are made"),
    ),
    "unknown": (
        "servce: sagemaker\nregion: us-east-1\nsteps: []",
        (1, "unknown key 'servce'", "did you mean 'service'?"),
    ),
    "unknown-nothing-like-it": (
        HEAD + "- operation: X\nzzz: 1\n",
        (
            5,
            "unknown key 'zzz'",
            "the keys here are description, service, region, cassette, allow_mutations, steps, cleanup",
        ),
    ),
    "unknown-in-step": (
        HEAD + "- operation: X\n- operation: Y\n  paramters: {}\n",
        (6, "step 2: unknown key 'paramters'", "did you mean 'parameters'?"),
    ),
    "operation-missing": (
        HEAD + "- parameters: {}\n",
        (
            4,
            "step 1: the key 'operation' is missing",
            "operation: the operation by its API name, such as DescribeAutoMLJob",
        ),
    ),
    "wrong-type": (
        HEAD + "- operation: [X]\n",
        (
            4,
            "step 1, operation: expected text, found a list",
            "the operation by its API name, such as DescribeAutoMLJob",
        ),
    ),
    "null": (
        "service:\nregion: us-east-1\nsteps: [{operation: X}]",
        (1, "service: expected text, found nothing", "the service by its botocore name, such as sagemaker"),
    ),
    "no-steps": (
        "service: a\nregion: us-east-1\nsteps: []\n",
        (3, "steps: is empty", "the calls, in the order they are made"),
    ),
    "region": (
        "service: a\nregion: US East\nsteps: [{operation: X}]\n",
        (
            2,
            'region: "US East" cannot be meant',
            "the region the calls go to, such as us-east-1; --region replaces it",
        ),
    ),
    "mutations-twice": (
        "service: a\nregion: us-east-1\nallow_mutations: [X, X]\nsteps: [{operation: X}]\n",
        (
            3,
            "allow_mutations: names something twice",
            "the operations that may change the account; any other such operation is refused before anything is sent",
        ),
    ),
    "max-polls": (
        STEP + "  until: {a: 1}\n  max_polls: 0\n",
        (6, "step 1, max_polls: expected 1 or more, found 0", "the greatest number of polls, 120 by default"),
    ),
    "interval-without-until": (
        STEP + "  interval_seconds: 1\n",
        (5, "step 1: 'interval_seconds' has no effect without 'until'", "add 'until'"),
    ),
    "max-pages-without-paginate": (
        STEP + "  max_pages: 1\n",
        (5, "step 1: 'max_pages' has no effect without 'paginate'", "add 'paginate'"),
    ),
    "max-pages-of-one-call": (
        STEP + "  paginate: false\n  max_pages: 1\n",
        (6, "step 1: 'max_pages' has no effect while 'paginate' is false", "set 'paginate' to true"),
    ),
    "until-and-paginate": (
        STEP + "  until: {a: 1}\n  paginate: true\n",
        (6, "step 1: 'until' and 'paginate' exclude each other", "make two steps of it"),
    ),
    "error-and-save": (
        STEP + "  save: {a: b}\n  expect_error: X\n",
        (6, "step 1: 'expect_error' and 'save' exclude each other", "make two steps of it"),
    ),
    "until-value": (
        STEP + "  until:\n    a: {b: c}\n",
        (
            6,
            "step 1, until.a: expected text or a number or true or false or null or a list, found a mapping",
            "a value, or a list of values of which one must be met",
        ),
    ),
    "save-name": (
        STEP + "  save:\n    a-b: c\n",
        (
            6,
            "step 1, save: 'a-b' is not a name",
            "a name has letters, digits and _, and does not begin with a digit",
        ),
    ),
    "until-expression": (
        STEP + "  until:\n    'a[': b\n",
        (
            6,
            "step 1, until: 'a[' is not a JMESPath expression",
            "quote names with other characters: '\"a-b\".c'",
        ),
    ),
    "save-expression": (
        STEP + "  save:\n    name: a-b\n",
        (
            6,
            "step 1, save: 'a-b' is not a JMESPath expression",
            "quote names with other characters: '\"a-b\".c'",
        ),
    ),
    "reference-to-nothing": (
        STEP + "  parameters:\n    A:\n    - B: x${job}\n",
        (7, "step 1, parameters.A[0].B: no earlier step saves 'job'", "add it to the 'save' of a step before this one"),
    ),
    "reference-to-itself": (
        STEP + "  parameters: {A: '${job}'}\n  save: {job: B}\n",
        (5, "step 1, parameters.A: no earlier step saves 'job'", "add it to the 'save' of a step before this one"),
    ),
    "reference-to-a-later-step": (
        STEP + "- operation: X\n  parameters: {A: '${job}'}\n- operation: Y\n  save: {job: B}\n",
        (6, "step 2, parameters.A: no earlier step saves 'job'", "add it to the 'save' of a step before this one"),
    ),
    "reference-misspelt": (
        STEP + "  save: {job: B}\n- operation: X\n  parameters: {A: '${jb}'}\n",
        (7, "step 2, parameters.A: no earlier step saves 'jb'", "did you mean 'job'?"),
    ),
    "reference-broken": (
        STEP + "  parameters: {A: '${job'}\n",
        (5, "step 1, parameters.A: '${' begins no reference", "write ${name}, or $${ for the text itself"),
    ),
    "first-by-line": (
        "service: 1\nregion: us-east-1\nsteps: 2\nzzz: 3\n",
        (1, "service: expected text, found 1", "the service by its botocore name, such as sagemaker"),
    ),
}

NOT_POSSIBLE = {
    "service": (
        "region: us-east-1\nservice: sagemakr\nsteps: [{operation: X}]\n",
        (2, "unknown service 'sagemakr'", "did you mean 'sagemaker'?"),
    ),
    "operation": (
        HEAD + "- operation: DescribeAutoMlJob\n",
        (4, "sagemaker has no operation 'DescribeAutoMlJob'", "did you mean 'DescribeAutoMLJob'?"),
    ),
    "operation-nothing-like-it": (
        HEAD + "- operation: zzz\n",
        (4, "sagemaker has no operation 'zzz'", "operations go by their API names, such as AddAssociation"),
    ),
    "allowed-operation": (
        HEAD + "- operation: ListAutoMLJobs\nallow_mutations:\n- ListAutoMLJobs\n- StpAutoMLJob\n",
        (7, "sagemaker has no operation 'StpAutoMLJob'", "did you mean 'StopAutoMLJob'?"),
    ),
    "parameter-missing": (
        STEP,
        (4, 'step 1, DescribeAutoMLJob: missing required parameter in input: "AutoMLJobName"', ""),
    ),
    "parameter-unknown": (
        STEP + "  parameters:\n    AutoMLJobNme: a\n",
        (6, 'step 1, DescribeAutoMLJob: unknown parameter in input: "AutoMLJobNme"', "did you mean 'AutoMLJobName'?"),
    ),
    "parameter-unknown-deep": (
        HEAD + "- operation: Search\n  parameters:\n    Resource: Model\n    SearchExpression:\n      Filters:\n"
        "      - {Name: a}\n      - Nam: b\n",
        (
            10,
            'step 1, Search: unknown parameter in SearchExpression.Filters[1]: "Nam"',
            "did you mean 'Name'?",
        ),
    ),
    "parameter-type": (
        HEAD + "- operation: ListAutoMLJobs\n  parameters:\n    MaxResults: '3'\n",
        (
            6,
            "step 1, ListAutoMLJobs: invalid type for parameter MaxResults, value: 3, type: str, valid types: int",
            "",
        ),
    ),
    "parameter-of-many-lines": (
        HEAD + '- operation: ListAutoMLJobs\n  parameters:\n    MaxResults: "1\\nUnknown\\n"\n',
        (6, "step 1, ListAutoMLJobs: invalid type for parameter MaxResults, value: 1", ""),
    ),
    "parameter-length": (
        STEP + "  parameters:\n    AutoMLJobName: ''\n",
        (6, "step 1, DescribeAutoMLJob: invalid length for parameter AutoMLJobName, value: 0, valid min length: 1", ""),
    ),
    "paginator": (
        STEP + "  parameters: {AutoMLJobName: a}\n  paginate: true\n",
        (
            6,
            "step 1: botocore has no paginator for DescribeAutoMLJob",
            "leave 'paginate' out, or write a step per page with 'save'",
        ),
    ),
    "mutation": (
        HEAD + "- operation: ListAutoMLJobs\n- operation: StopAutoMLJob\n  parameters: {AutoMLJobName: a}\n",
        (
            5,
            "step 2: StopAutoMLJob may change the account, and nothing was sent",
            "allow_mutations: [StopAutoMLJob] if that is meant",
        ),
    ),
}


class TestMistakes:
    @pytest.mark.parametrize("name", NOT_READ)
    def test_text_that_is_not_read(self, name):
        """What is no plain YAML document is refused with its line."""
        text, expected = NOT_READ[name]

        assert problem(text) == expected

    @pytest.mark.parametrize("name", INVALID)
    def test_what_the_format_does_not_allow(self, name):
        """Each mistake is told with its line, what was found, and what to do."""
        text, expected = INVALID[name]

        assert problem(text) == expected

    @pytest.mark.parametrize("name", NOT_POSSIBLE)
    def test_what_botocore_does_not_allow(self, name, session):
        """What the installed botocore would refuse is refused before anything is sent."""
        text, expected = NOT_POSSIBLE[name]

        assert problem(text, session) == expected

    def test_the_message(self):
        """Path, line, reason and remedy, in that order."""
        with pytest.raises(ScenarioInvalid) as caught:
            parse.parse(HEAD + "- opration: X\n", "a.yaml")

        assert str(caught.value) == (
            "cannot run scenario a.yaml:4: step 1: unknown key 'opration'\n  fix: did you mean 'operation'?"
        )

    @pytest.mark.parametrize(
        "name",
        [
            "../x.yaml",
            "/x.yaml",
            "a/../x.yaml",
            "./x.yaml",
            "x.json",
            "a//x.yaml",
            "a\\x.yaml",
            "",
            ".yaml/..",
            "a b.yaml",
        ],
    )
    def test_a_cassette_stays_in_its_directory(self, name):
        """A scenario cannot write above or beside the cassettes."""
        line, reason, _ = problem(f"cassette: {json.dumps(name)}\n{STEP}")

        assert (line, reason) == (1, f"cassette: {json.dumps(name)} cannot be meant")

    def test_a_missing_file(self, tmp_path):
        """A missing file is said to be missing."""
        path = tmp_path / "none.yaml"

        with pytest.raises(ScenarioInvalid, match=re.escape(f"{path}: there is no such file")):
            parse.load(path)

    def test_a_directory(self, tmp_path):
        """What is there but cannot be read is not said to be missing."""
        with pytest.raises(ScenarioInvalid, match="the file cannot be read: Is a directory"):
            parse.load(tmp_path)

    def test_a_file_of_another_encoding(self, tmp_path):
        """The line of the first byte that is not UTF-8 is told."""
        path = tmp_path / "latin1.yaml"
        path.write_bytes(STEP.encode() + "  description: caf\u00e9\n".encode("latin-1"))

        with pytest.raises(ScenarioInvalid) as caught:
            parse.load(path)
        assert (caught.value.line, caught.value.reason) == (5, "not UTF-8 text")


class TestPlan:
    def test_allowed_mutations_are_named_once(self, session):
        """The plan tells what will change the account."""
        text = (
            "service: sagemaker\nregion: us-east-1\nallow_mutations: [StopAutoMLJob]\nsteps:\n"
            "- {operation: StopAutoMLJob, parameters: {AutoMLJobName: a}}\n"
            "- {operation: ListAutoMLJobs}\n"
            "- {operation: StopAutoMLJob, parameters: {AutoMLJobName: b}}\n"
        )

        assert plan.plan(parse.parse(text, "a.yaml"), session).mutations == ("StopAutoMLJob",)

    @pytest.mark.parametrize(
        ("cleanup", "expected"),
        [
            (
                "{operation: DeleteModel, parameters: {ModelName: a}}",
                "clean-up step 1: DeleteModel may change the account, and nothing was sent",
            ),
            (
                "{operation: StopAutoMLJob, parameters: {AutoMLJobName: '${job}'}}",
                "clean-up step 1, parameters.AutoMLJobName: no earlier step saves 'job'",
            ),
            (
                "{operation: StopAutoMLJob, parameters: {Name: a}}",
                'clean-up step 1, StopAutoMLJob: unknown parameter in input: "Name"',
            ),
        ],
        ids=["not-allowed", "not-saved", "no-such-parameter"],
    )
    def test_a_clean_up_is_checked_like_any_step(self, session, cleanup, expected):
        """What will be called at the end is wrong before anything is sent."""
        text = (
            "service: sagemaker\nregion: us-east-1\nallow_mutations: [StopAutoMLJob]\n"
            f"steps:\n- {{operation: ListAutoMLJobs}}\ncleanup:\n- {cleanup}\n"
        )

        with pytest.raises(ScenarioInvalid) as caught:
            plan.plan(parse.parse(text, "a.yaml"), session)

        assert (caught.value.line, caught.value.reason[: len(expected)]) == (7, expected)

    @pytest.mark.parametrize(
        ("service", "operation", "changes"),
        [
            ("sagemaker", "DescribeAutoMLJob", False),
            ("sagemaker", "BatchDescribeModelPackage", False),
            ("sagemaker", "QueryLineage", False),
            ("sagemaker", "CreateAutoMLJob", True),
            ("sagemaker", "RenderUiTemplate", True),
            ("dynamodb", "BatchGetItem", False),
            ("dynamodb", "BatchWriteItem", True),
        ],
    )
    def test_what_changes_the_account(self, session, service, operation, changes):
        """Reading is told by the model's trait, else by the verb; all else counts as a change."""
        assert plan.changes_account(session.get_service_model(service), operation) is changes

    @pytest.mark.parametrize(
        ("operation", "traits", "changes"),
        [
            ("IsAuthorized", {"readonly": True}, False),
            ("IsAuthorized", {"readonly": False}, True),
            ("List", {}, False),
            ("Listen", {}, True),
            ("Getaway", {}, True),
        ],
    )
    def test_the_trait_speaks_first_and_a_verb_is_a_whole_word(self, session, operation, traits, changes):
        """An operation marked readonly reads; one that only begins with the letters of a reading verb does not."""
        model = session.get_service_model("sagemaker")
        made = type(model)(dict(model._service_description, operations={operation: traits}), "sagemaker")

        assert plan.changes_account(made, operation) is changes

    def test_saved_values_are_judged_by_their_place(self, session):
        """A reference passes wherever a parameter may stand, and nowhere else."""
        save = "- operation: ListAutoMLJobs\n  save: {x: NextToken}\n"
        fine = save + "- operation: ListAutoMLJobs\n  parameters: {NextToken: '${x}', MaxResults: '${x}'}\n"
        wrong = save + "- operation: ListAutoMLJobs\n  parameters:\n    MaxResult: '${x}'\n"

        assert plan.plan(parse.parse(HEAD + fine, "a.yaml"), session).mutations == ()
        assert problem(HEAD + wrong, session) == (
            8,
            'step 2, ListAutoMLJobs: unknown parameter in input: "MaxResult"',
            "did you mean 'MaxResults'?",
        )

    def test_all_kinds_of_parameters_take_a_saved_value(self, session):
        """Whatever its type, a parameter can be filled from an earlier answer."""
        text = (
            "service: sagemaker\nregion: us-east-1\nallow_mutations: [CreateAutoMLJob]\nsteps:\n"
            "- operation: ListAutoMLJobs\n  save: {x: NextToken}\n"
            "- operation: ListAutoMLJobs\n  parameters: {CreationTimeAfter: '${x}'}\n"
            "- operation: CreateAutoMLJob\n  parameters:\n    AutoMLJobName: '${x}'\n    InputDataConfig: '${x}'\n"
            "    OutputDataConfig: '${x}'\n    RoleArn: '${x}'\n    GenerateCandidateDefinitionsOnly: '${x}'\n"
            "    AutoMLJobConfig: {DataSplitConfig: {ValidationFraction: '${x}'}}\n    Tags: ['${x}']\n"
        )

        assert plan.plan(parse.parse(text, "a.yaml"), session).mutations == ("CreateAutoMLJob",)


class TestReferences:
    def test_a_whole_reference_keeps_the_type(self):
        """A number stays a number, a list a list; inside text all is text."""
        saved = {"n": 3, "l": [1], "s": "x"}
        value = {"a": "${n}", "b": ["${l}"], "c": "${s}-${n}", "d": "$${n}", "e": 1, "f": "$$ { $n"}

        assert fill(value, saved) == {"a": 3, "b": [[1]], "c": "x-3", "d": "${n}", "e": 1, "f": "$$ { $n"}

    def test_where_references_stand(self):
        """Each reference is told with its place; an escaped one is none."""
        assert list(references({"a": ["${x}${y}", "$${z}"], "b": "${"})) == [
            (("a", 0), "x"),
            (("a", 0), "y"),
            (("b",), None),
        ]


class TestSchema:
    def test_it_is_a_schema(self):
        """The shipped schema is valid against the 2020-12 meta-schema, formats included."""
        jsonschema.Draft202012Validator.check_schema(problems.schema())

    def test_every_keyword_has_a_sentence(self):
        """A new keyword in the schema comes with a message of its own."""
        silent = {"$schema", "$id", "$ref", "$defs", "title", "description"}
        passed_through = {"properties", "items", "propertyNames", "dependentSchemas"}

        assert keywords(problems.schema()) - silent - passed_through == set(problems.KEYWORDS)

    def test_every_key_is_described(self):
        """Each key says what it means: messages, editors and the page take it from there."""
        schema = problems.schema()
        properties = {**schema["properties"], **schema["$defs"]["step"]["properties"]}

        assert [name for name, each in properties.items() if not each.get("description")] == []


def keywords(schema) -> set[str]:
    found = set(schema) if isinstance(schema, dict) else set()
    for key, value in schema.items() if isinstance(schema, dict) else ():
        if key in ("properties", "$defs", "dependentSchemas"):
            found |= {each for part in value.values() for each in keywords(part)}
        elif key in ("items", "additionalProperties", "propertyNames"):
            found |= keywords(value)
    return found


class TestDocs:
    PAGE = ROOT / "docs" / "scenarios.md"

    def test_the_example_runs_as_written(self, session):
        """The page's example is a scenario that the installed botocore takes."""
        example = re.search(r"```yaml\n(.*?)```", self.PAGE.read_text(encoding="utf-8"), re.DOTALL)[1]

        found = plan.plan(parse.parse(example, "automl_churn.yaml"), session)

        assert found.mutations == ("CreateAutoMLJob",)

    def test_the_estate_is_one(self, tmp_path):
        """The page's estate file is taken as it stands, and every key of an estate is in it."""
        example = re.search(r"```json\n(.*?)```", self.PAGE.read_text(encoding="utf-8"), re.DOTALL)[1]
        (tmp_path / "estate.json").write_text(example)

        assert estates.load(tmp_path / "estate.json") == Estate.from_mapping(json.loads(example))
        assert set(json.loads(example)) == {each.name for each in dataclasses.fields(Estate)}

    def test_every_key_is_on_the_page(self):
        """The page's two tables name every key of the format, and no other."""
        rows = re.findall(r"^\| `(\w+)` \| (required)? ?\|", self.PAGE.read_text(encoding="utf-8"), re.MULTILINE)
        schema = problems.schema()
        step = schema["$defs"]["step"]

        assert {name for name, _ in rows} == {*schema["properties"], *step["properties"]}
        assert {name for name, needed in rows if needed} == {*schema["required"], *step["required"]}

    def test_the_page_lists_the_reading_verbs(self):
        """What counts as reading is on the page, all of it."""
        text = " ".join(self.PAGE.read_text(encoding="utf-8").split())

        assert ", ".join(f"`{each}`" for each in plan.READING_VERBS) in text


class TestTarget:
    def scenario(self, path, cassette="a.yaml"):
        return Scenario(str(path), "sagemaker", "us-east-1", cassette, (), lines=Lines())

    def test_above_scenarios(self):
        """Paths in messages are as short as the user's own."""
        found = run.target(self.scenario("cassettes/scenarios/a.yaml"))

        assert (found.cassette, found.ledger) == (Path("cassettes/a.yaml"), Path("cassettes/ledger.json"))

    @pytest.mark.parametrize("name", ["a.yaml", "./a.yaml", "sub/../a.yaml"])
    def test_from_inside_scenarios(self, tmp_path, monkeypatch, name):
        """It does not matter where the command is run."""
        (tmp_path / "scenarios" / "sub").mkdir(parents=True)
        monkeypatch.chdir(tmp_path / "scenarios")

        assert run.target(self.scenario(name)).cassette == tmp_path / "a.yaml"

    def test_out_takes_its_place(self, tmp_path):
        """With --out the cassette, its folders and the ledger go there."""
        found = run.target(self.scenario("anywhere/a.yaml", "x/b.yaml"), tmp_path)

        assert (found.cassette, found.ledger) == (tmp_path / "x" / "b.yaml", tmp_path / "ledger.json")

    def test_no_place(self):
        """A scenario outside of scenarios/ is not written next to wherever it happens to be."""
        with pytest.raises(UsageError) as caught:
            run.target(self.scenario("docs/a.yaml"))

        assert str(caught.value) == (
            "cannot tell where the cassette of docs/a.yaml goes: it is not in a directory named scenarios\n"
            "  fix: move it into <cassettes>/scenarios/, or give --out DIR"
        )

    def test_never_over_the_scenario(self, tmp_path):
        """A recording cannot replace the file it was made from."""
        with pytest.raises(UsageError, match="would replace the scenario itself"):
            run.target(self.scenario(tmp_path / "a.yaml"), tmp_path)


class TestEstate:
    OWN = estates.Credentials("AKIA" + "OWNOWNOWNOWNOWN7", "own-secret", "own-token")

    def asked(self, endpoint):
        """The arguments of the client that STS is asked with."""
        asked = {}

        class Client:
            def get_caller_identity(self):
                return {"Account": "604913827755", "Arn": "arn:aws:iam::604913827755:user/dana", "UserId": "AIDAX"}

        class Asked(Session):
            def create_client(self, service_name, **kwargs):
                asked.update(kwargs, service=service_name)
                return Client()

        return estates.learn(Asked(), "eu-west-1", endpoint), asked

    def test_a_custom_endpoint_is_asked_itself(self):
        """Who records at an emulator is asked there: AWS would name somebody else, and is never contacted."""
        known, asked = self.asked(estates.Endpoint("custom", "http://127.0.0.1:5000"))

        assert asked == {"service": "sts", "region_name": "eu-west-1", "endpoint_url": "http://127.0.0.1:5000"}
        assert known == Estate(account="604913827755", arn="arn:aws:iam::604913827755:user/dana", user_id="AIDAX")

    def test_aws_is_asked_whatever_overrides_say(self):
        """A recording from AWS asks AWS, though an endpoint of STS alone may be configured elsewhere."""
        _, asked = self.asked(estates.Endpoint("aws", "https://api.sagemaker.eu-west-1.amazonaws.com"))

        assert asked.pop("config").ignore_configured_endpoint_urls is True
        assert asked == {"service": "sts", "region_name": "eu-west-1"}

    def test_credentials_complete_an_estate(self):
        """What the estate names stays; what it does not is what calls are signed with."""
        told = Estate(account="604913827755", session_token="told-token")

        assert estates.complete(told, self.OWN) == Estate(
            account="604913827755",
            access_key_id=self.OWN.access_key_id,
            secret_access_key="own-secret",
            session_token="told-token",
        )

    def test_the_audit_knows_all_of_it(self):
        """Every value of the estate, its parts, and the credentials in use are looked for in the finished text."""
        told = Estate(
            account="604913827755",
            arn="arn:aws:sts::604913827755:assumed-role/zorvane-exec/dana.okafor",
            secret_access_key="told-secret",
            words=("zorvane",),
            values=(("bucket", "zorvane-lake"),),
        )

        found = set(estates.known_values(told, self.OWN))

        own = {self.OWN.access_key_id, "own-secret", "own-token"}
        assert found >= own | {"604913827755", "zorvane-exec", "dana.okafor", "told-secret", "zorvane", "zorvane-lake"}

    def test_credentials_are_not_shown(self):
        """A traceback or a log with them in it tells nothing."""
        assert "own" not in repr(self.OWN)


class TestIntact:
    CODECS = MappingProxyType({name: Codec(installed.model(name).service) for name in ("sagemaker", "iam", "lambda")})

    def refuse(self, body=b"{}", service="sagemaker", operation="DescribeAutoMLJob", protocol="json", status=200):
        call = Call(service, operation, protocol=protocol)
        found = Interaction(Request("POST", "https://x/a?b"), Response(status, "", (), body), call)
        refuse_unreadable(found, self.CODECS[service])

    @pytest.mark.parametrize(
        "whole",
        [
            {},
            {"body": b""},
            {"body": b"<html>", "status": 502},
            {
                "service": "iam",
                "operation": "GetUser",
                "protocol": "query",
                "body": b"<GetUserResponse><GetUserResult><User/></GetUserResult></GetUserResponse>",
            },
            {"service": "lambda", "operation": "Invoke", "protocol": "rest-json", "body": b"\xff"},
        ],
        ids=["JSON", "empty", "error of a proxy", "XML", "blob"],
    )
    def test_whole(self, whole):
        """What may come is let through."""
        self.refuse(**whole)

    @pytest.mark.parametrize("body", [b"<html>", b'{"a":', b"\xff", b"7"])
    def test_not_json(self, body):
        """A success that is no JSON document is none."""
        with pytest.raises(WireError, match="not a JSON document"):
            self.refuse(body)

    @pytest.mark.parametrize("body", [b"{}", b"<GetUserResponse><GetUserResult>", b"\xff"])
    def test_not_xml(self, body):
        """Nor is one of the query protocol that is no XML."""
        with pytest.raises(WireError, match="not"):
            self.refuse(body, "iam", "GetUser", "query")

    @pytest.mark.parametrize("body", [b'{"Functions":[', b"<html>"])
    def test_not_rest_json(self, body):
        """Nor is a REST document that is none."""
        with pytest.raises(WireError):
            self.refuse(body, "lambda", "ListFunctions", "rest-json")
