"""``[tool.bototape]``: what a project sets once."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bototape import config
from bototape.config import OF_TESTS, Config
from bototape.errors import UsageError
from bototape.scrub.estate import Estate


def loaded(directory, text):
    path = directory / "pyproject.toml"
    path.write_text(text, encoding="utf-8")
    return config.load(path)


def test_without_a_file_or_a_table_the_defaults_hold(tmp_path):
    """A project needs no configuration."""
    assert config.load(tmp_path / "pyproject.toml") == Config()
    assert loaded(tmp_path, "[tool.other]\nmax_age = 'x'\n") == Config((Path("cassettes"),), None, None)


def test_all_keys(tmp_path):
    """Each has its type; tables below belong to other parts."""
    keys = 'cassettes = ["a", "b/c.yaml"]\nignore_file = "i.toml"\nmax_age = 180'
    estate = '[tool.bototape.estate]\nwords = ["zorvane"]\nvalues.bucket = ["zorvane-lake"]'
    text = f"[tool.bototape]\n{keys}\n[tool.bototape.other]\nwords = 1\n{estate}\n"

    assert loaded(tmp_path, text) == Config(
        (Path("a"), Path("b/c.yaml")),
        Path("i.toml"),
        180,
        Estate(words=("zorvane",), values=(("bucket", "zorvane-lake"),)),
    )
    assert loaded(tmp_path, '[tool.bototape]\ncassettes = "a"\n').cassettes == (Path("a"),)


@pytest.mark.parametrize(
    ("line", "said", "fix"),
    [
        ("max_age = 0", "max_age: expected a whole number of days, 1 or more; found 0", "correct the value"),
        ("max_age = true", "max_age: expected a whole number of days, 1 or more; found true", "correct the value"),
        ('max_age = "1y"', 'max_age: expected a whole number of days, 1 or more; found "1y"', "correct the value"),
        (
            "cassettes = []",
            'cassettes: expected a path or a list of paths: ["tests/cassettes"]; found []',
            "correct the value",
        ),
        (
            "cassettes = [1]",
            'cassettes: expected a path or a list of paths: ["tests/cassettes"]; found [1]',
            "correct the value",
        ),
        (
            "ignore_file = 2026-01-01",
            'ignore_file: expected a path: "bototape-ignore.toml"; found "2026-01-01"',
            "correct the value",
        ),
        ("maxage = 3", "[tool.bototape] has no key 'maxage'", "did you mean max_age?"),
        (
            "zzz = 3",
            "[tool.bototape] has no key 'zzz'",
            f"the keys are cassettes, ignore_file, max_age, allowed_accounts, {', '.join(OF_TESTS)}",
        ),
        (
            'allowed_accounts = ["1234"]',
            'allowed_accounts: expected a list of accounts, twelve digits each: ["123456789012"]; found ["1234"]',
            "correct the value",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path, line, said, fix):
    """File, line, expected, found, and what to do."""
    with pytest.raises(UsageError) as caught:
        loaded(tmp_path, f"[project]\nname = 'x'\n\n[tool.bototape]\n{line}\n")

    assert str(caught.value) == f"cannot use {tmp_path / 'pyproject.toml'}:5: {said}\n  fix: {fix}"


@pytest.mark.parametrize(
    ("table", "said", "fix"),
    [
        (
            'words = ["zorvane", "acme"]',
            "cannot hide word 2 of the estate: it has fewer than 5 characters",
            "it would also hit status codes and parts of other values; give a longer word",
        ),
        (
            'values.bucket = ["lake"]',
            "cannot hide bucket 1 of the estate: it has fewer than 5 characters",
            "it would also hit status codes and parts of other values; give a longer word",
        ),
        (
            'account = "604913827755"',
            "[tool.bototape.estate] has no key 'account'",
            "its keys are words and values; what must stay secret goes into a file for --estate",
        ),
        (
            'values.secret-key = ["fdWrQkD4"]',
            "a secret-key belongs in no committed file",
            "its keys are words and values; what must stay secret goes into a file for --estate",
        ),
        ("values = 5", "cannot use the estate: 'values' is not an object of kinds and lists", ""),
        ('words = "zorvane"', "cannot use the estate: 'words' is not a list", ""),
    ],
)
def test_an_estate_that_cannot_be_meant_is_told(tmp_path, table, said, fix):
    """Short words would hit everything, and a committed file is no place for a secret; no value is shown."""
    with pytest.raises(UsageError) as caught:
        loaded(tmp_path, f"[tool.bototape]\n\n[tool.bototape.estate]\n{table}\n")

    fixed = f"\n  fix: {fix}" if fix else ""
    assert str(caught.value) == f"cannot use {tmp_path / 'pyproject.toml'}:3: {said}{fixed}"


def test_an_estate_is_a_table(tmp_path):
    """A text in its place is told with its line."""
    with pytest.raises(UsageError, match=r"pyproject\.toml:2: estate is not a table"):
        loaded(tmp_path, '[tool.bototape]\nestate = "zorvane"\n')


def test_broken_toml_is_told(tmp_path):
    """With the line; bytes that are no text as well; and a tool.bototape that is no table."""
    path = tmp_path / "pyproject.toml"
    with pytest.raises(UsageError, match=r"pyproject\.toml:2: it is not TOML"):
        loaded(tmp_path, "[tool.bototape]\nmax_age =\n")
    for each in ("[tool]\nbototape = 1\n", "tool = 1\n"):
        with pytest.raises(UsageError, match="is not a table"):
            loaded(tmp_path, each)
    with pytest.raises(UsageError, match="it nests too deep"):
        loaded(tmp_path, f"tool = {'[' * 10_000}")
    path.write_bytes(b"\xff")
    with pytest.raises(UsageError, match="not UTF-8"):
        config.load(path)


@given(text=st.text())
def test_no_text_crashes_it(tmp_path_factory, text):
    """Any text is settings or a UsageError."""
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_text(f"[tool.bototape]\n{text}", encoding="utf-8", errors="replace")
    with contextlib.suppress(UsageError):
        assert isinstance(config.load(path), Config)
