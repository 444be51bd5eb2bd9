"""Requests of other HTTP libraries beside the calls of AWS."""

from pathlib import Path

import boto3
import pytest
import requests

from bototape import NoMatch, use_cassette

CASSETTE = Path(__file__).parent / "webhook.yaml"


def notify(job: str, status: str) -> int:
    """Tell the team's webhook, and return the number of the message."""
    answer = requests.post("https://hooks.example.com/automl", json={"job": job, "status": status}, timeout=5)
    return answer.json()["id"]


def test_the_team_hears_of_the_job():
    """The webhook's answer stands in the same cassette as those of AWS."""
    with use_cassette(CASSETTE):
        assert notify("automl-churn", "Completed") == 7


def test_a_presigned_url_is_answered_from_the_call_of_a_client():
    """What botocore fetched when this was recorded, requests fetches by a presigned URL."""
    with use_cassette(CASSETTE, http=True):
        s3 = boto3.client("s3")
        link = s3.generate_presigned_url(
            "get_object", Params={"Bucket": "amzn-s3-demo-bucket1", "Key": "automl-churn/report.txt"}
        )
        assert requests.get(link, timeout=5).text == "AUC 0.93"


def test_the_message_counts():
    """By default the body does not count, as in vcrpy; here it does."""
    with use_cassette(CASSETTE, match_on=["method", "host", "path", "body"]) as tape:
        with pytest.raises(NoMatch):
            notify("automl-churn", "Failed")
        tape.forget_misses()
