"""The cassette of a test that names none."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bototape.pytest_plugin.names import LONGEST, component, default, without


def name(module="tests/test_a.py", classes=(), test="test_it", directory="tests/cassettes", rivals=()):
    root = Path("/project")
    found = default(root / module, root / directory, classes, test, rivals=lambda each: each in rivals)
    return found.relative_to(root / directory).as_posix()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "test_a/test_it.yaml"),
        ({"module": "tests/unit/test_a.py"}, "unit/test_a/test_it.yaml"),
        ({"directory": "cassettes"}, "tests/test_a/test_it.yaml"),
        ({"module": "more/test_a.py"}, "_up/more/test_a/test_it.yaml"),
        ({"classes": ["TestA", "TestB"]}, "test_a/TestA.TestB.test_it.yaml"),
        ({"test": "test_it[a-1.5]"}, "test_a/test_it[a-1.5].yaml"),
        ({"test": "test_it[a/b]"}, "test_a/test_it[a-b]~306b0382a15b.yaml"),
        ({"test": "test_it[A]"}, "test_a/test_it[A]~"),
        ({"classes": ["TestA"], "rivals": ["TestA"]}, "test_a/TestA.test_it~"),
        ({"test": f"test_it[{'x' * 300}]"}, f"test_a/test_it[{'x' * 94}~"),
    ],
    ids=["plain", "below", "beside", "elsewhere", "classes", "parameters", "forbidden", "case", "rival", "long"],
)
def test_a_name_tells_where_the_test_is(given, expected):
    """Module, classes, test and parameters; a digest only where something had to be changed or could be confused."""
    found = name(**given)

    assert found.startswith(expected)
    assert len(found.rpartition("/")[2].encode()) <= LONGEST
    assert found.endswith(".yaml")


def test_a_module_told_from_another_by_case_alone_has_a_digest(tmp_path):
    """They would share a directory where A is a."""
    for each in ("test_A.py", "test_a.py"):
        (tmp_path / each).touch()
    if len(os.listdir(tmp_path)) < 2:  # noqa: PTH208 - names are all it takes
        pytest.skip("the file system takes A for a")
    found = [
        default(tmp_path / each, tmp_path / "cassettes", [], "test_it", rivals=lambda _: False).parent.name
        for each in ("test_a.py", "test_A.py")
    ]

    assert found[0] == "test_a"
    assert found[1].startswith("test_A~")


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("test_it[1.20.41]", "test_it"),
        ("test_it[a-1.20.41]", "test_it[a]"),
        ("test_it[1.20.41-a-b]", "test_it[a-b]"),
        ("test_it", "test_it"),
    ],
)
def test_the_release_is_no_part_of_the_name(test, expected):
    """All releases play one recording."""
    assert without(test, "1.20.41") == expected


@given(st.lists(st.text(max_size=150).map(lambda each: f"test_it[{each}]"), min_size=2, max_size=6, unique=True))
def test_no_two_tests_share_a_file(tests):
    """Whatever their parameters are, on a file system that takes A for a as well."""
    found = [name(test=each).lower() for each in tests]

    assert len(set(found)) == len(tests)


@given(st.text(min_size=1, max_size=300))
def test_a_name_can_be_written_anywhere(text):
    """No character, device or length that a file system refuses."""
    found = component(text, suffix=".yaml")

    assert not set('<>:"/\\|?*%') & set(found)
    assert all(each.isprintable() or ord(each) > 127 for each in found)
    assert len(found.encode("utf-8", "surrogatepass")) <= LONGEST
    assert found.partition(".")[0].lower() not in {"con", "prn", "aux", "nul", "com1", "lpt1"}
