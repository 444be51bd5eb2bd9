"""Calls of aiobotocore. Where it is not installed this is skipped; scripts/test runs it where it is."""

import asyncio
from pathlib import Path

import pytest

from bototape import use_cassette

get_session = pytest.importorskip("aiobotocore.session").get_session

CASSETTE = Path(__file__).parent / "orders.yaml"


async def amounts(dynamodb, numbers: list[str]) -> list[str]:
    """Ask for several orders at once."""
    keys = [{"id": {"N": number}} for number in numbers]
    found = await asyncio.gather(*(dynamodb.get_item(TableName="orders", Key=each) for each in keys))
    return [each["Item"]["amount"]["N"] for each in found]


def test_orders_are_asked_for_at_once():
    """Calls under way together get each its own answer."""

    async def play():
        async with use_cassette(CASSETTE), get_session().create_client("dynamodb", region_name="eu-west-1") as dynamodb:
            return await amounts(dynamodb, ["3", "1", "2"])

    assert asyncio.run(play()) == ["30", "10", "20"]
