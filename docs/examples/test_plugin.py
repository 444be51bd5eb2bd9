"""What the plugin does beside playing a cassette that a marker names."""

import socket

import automl
import pytest

import bototape


@pytest.fixture(scope="module")
def bototape_config():
    return {"cassette_dir": "cassettes", "ignore": ["MaxResults"]}


@pytest.mark.bototape(cassette_dir="docs/examples/cassettes")
def test_own_cassette():
    assert not automl.exists("no-such-job")


@pytest.mark.bototape("describe_auto_ml_job", unused="ignore")
def test_needs_one_answer_of_many(bototape):
    automl.wait_for_job("automl-churn-weighted")
    assert bototape.play_count == 1


@pytest.mark.bototape_block_network(allowed_hosts=["localhost"])
def test_goes_nowhere(bototape_network):
    with pytest.raises(bototape.NetworkBlocked):
        socket.create_connection(("example.com", 443))
    bototape_network.blocked.clear()
