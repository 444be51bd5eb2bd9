"""Since when a member is there: a sentence for whoever holds a recording against an older release."""

from bototape.history import Point, appeared

METRIC = "DescribeAutoMLJob.output.BestCandidate.CandidateProperties.CandidateMetrics[].StandardMetricName"


def newer_than(service, place, release, value=""):
    """Say since when *place* is there, if that is after *release*: from what is committed, without the network."""
    point = Point(place, value)
    if appeared(service, [point], release=release):
        return ""
    since = appeared(service, [point]).get(point)
    return f"newer than {release}: appeared in {since.release}" if since else ""


def test_a_value_is_newer_than_a_release():
    said = newer_than("sagemaker", METRIC, "1.27.96", "InferenceLatency")

    assert said == "newer than 1.27.96: appeared in 1.28.0 (2022-10-24)"
    assert newer_than("sagemaker", METRIC, "1.28.0", "InferenceLatency") == ""
