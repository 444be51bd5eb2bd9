"""Tapes that fixtures of any scope hold open, in suites as users write them."""

import textwrap

import pytest

from tests.builders import describe, written

COMMON = """
    from pathlib import Path

    CASSETTES = Path(__file__).parent / "cassettes"

    def status(client, name="a"):
        return client.describe_auto_ml_job(AutoMLJobName=name)["AutoMLJobStatus"]
"""
CONFTEST = """
    import boto3, pytest
    from bototape import use_cassette
    from common import CASSETTES

    @pytest.fixture(scope="session")
    def client():
        return boto3.client("sagemaker")

    @pytest.fixture(scope="session", autouse=True)
    def of_the_session():
        with use_cassette(CASSETTES / "session.yaml") as tape:
            yield tape
            print("session:", tape.play_count)
"""


@pytest.fixture
def suite(pytester, monkeypatch):
    """A suite with cassettes named after scopes, each of one answer that says which; run it in a new process."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for scope in ("session", "package", "module", "class", "function", "marker"):
        written(pytester.path / "cassettes", describe("a", scope, repeat=True), name=f"{scope}.yaml")

    def run(*options, **files):
        pytester.makeconftest(textwrap.dedent(CONFTEST))
        pytester.makepyfile(common=textwrap.dedent(COMMON))
        for name, text in files.items():
            path = pytester.path / f"{name.replace('__', '/')}.py"
            path.parent.mkdir(exist_ok=True)
            if path.parent != pytester.path:
                (path.parent / "__init__.py").touch()
            path.write_text(textwrap.dedent(text), encoding="utf-8")
        return pytester.runpytest_subprocess("-p", "no:randomly", *options)

    return run


def test_the_innermost_scope_answers(suite):
    """Session, package, module, class, function and marker: each in its turn, and the wider one again afterwards."""
    result = suite(
        "-s",
        package__conftest="""
            import pytest
            from bototape import use_cassette

            @pytest.fixture(scope="package", autouse=True)
            def of_the_package(request):
                with use_cassette(request.config.rootpath / "cassettes" / "package.yaml") as tape:
                    yield tape
        """,
        package__test_within="""
            import pytest
            from bototape import use_cassette
            from common import CASSETTES, status

            @pytest.fixture(scope="module")
            def of_the_module():
                with use_cassette(CASSETTES / "module.yaml") as tape:
                    yield tape

            @pytest.fixture(scope="class")
            def of_the_class(of_the_module):
                with use_cassette(CASSETTES / "class.yaml") as tape:
                    yield tape

            @pytest.fixture
            def of_the_function(of_the_class):
                with use_cassette(CASSETTES / "function.yaml") as tape:
                    yield tape

            def test_package(client):
                assert status(client) == "package"

            def test_module(client, of_the_module):
                assert status(client) == "module"

            class TestClass:
                def test_class(self, client, of_the_class):
                    assert status(client) == "class"

                def test_function(self, client, of_the_function):
                    assert status(client) == "function"
                    with use_cassette(CASSETTES / "session.yaml"):
                        assert status(client) == "session"
                    assert status(client) == "function"

                @pytest.mark.bototape("marker")
                def test_marker(self, client, of_the_class):
                    assert status(client) == "marker"

                def test_class_again(self, client, of_the_class):
                    assert status(client) == "class"

            def test_module_again(client, of_the_module):
                assert status(client) == "module"
        """,
        test_without="""
            from common import status

            def test_session(client):
                assert status(client) == "session"
        """,
    )

    result.assert_outcomes(passed=8)
    result.stdout.fnmatch_lines(["*session: 1*"])


@pytest.mark.slow
def test_a_miss_on_a_shared_tape_is_the_tests_that_made_it(suite):
    """
    Swallowed or not, once, and neither an error at the end of the session nor one of the test that happened to be last.

    A fault that is planned for a shared tape may be met by a later test.
    """
    result = suite(
        test_it="""
            import pytest
            from common import status

            def test_swallows(client):
                try:
                    status(client, "unknown")
                except BaseException:
                    pass

            def test_raises(client):
                status(client, "unknown")

            def test_plans(of_the_session):
                of_the_session.fail("DescribeAutoMLJob", error="ResourceNotFound")

            def test_meets(client):
                with pytest.raises(client.exceptions.ResourceNotFound):
                    status(client)

            def test_after(client):
                assert status(client) == "session"
        """
    )

    result.assert_outcomes(passed=3, failed=2)
    result.stdout.fnmatch_lines(
        [f"*FAILED test_it.py::{name} - bototape.errors.NoMatch: *" for name in ("test_swallows", "test_raises")]
    )


@pytest.mark.slow
def test_workers_have_a_session_each(suite):
    """Under pytest-xdist a tape of the session is one of each worker's session."""
    result = suite(
        "-n",
        "2",
        test_it="""
            import pytest
            from common import status

            @pytest.mark.parametrize("number", range(8))
            def test_it(client, number):
                assert status(client) == "session"
        """,
    )

    result.assert_outcomes(passed=8)
