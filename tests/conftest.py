"""Fixtures shared by all tests."""

import pytest

pytest_plugins = ["pytester"]


@pytest.fixture(autouse=True, scope="session")
def offline(tmp_path_factory):
    """No test, nor a process it starts, asks a real package index or sees the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BOTOTAPE_OFFLINE", "1")
        patch.setenv("BOTOTAPE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield
