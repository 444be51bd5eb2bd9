"""The URI a call would have had at AWS: what a recording made through an endpoint override stores."""

from __future__ import annotations

import functools
import re
from urllib.parse import urlsplit, urlunsplit

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError

__all__ = ["aws_uri", "is_aws"]

#: DNS suffixes of the partitions (``botocore/data/partitions.json``, ``outputs.dnsSuffix`` and dual-stack forms).
_AWS_HOST = re.compile(
    r"(?:^|\.)(?:amazonaws\.com(?:\.cn)?|api\.aws|on\.aws|aws\.dev|api\.amazonwebservices\.com\.cn"
    r"|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov|amazonaws\.eu|api\.cloud-aws\.adc-e\.uk)$"
)


def is_aws(uri: str) -> bool:
    """Tell whether the host of *uri* is one of AWS's own."""
    return _AWS_HOST.search(urlsplit(uri).hostname or "") is not None


def aws_uri(uri: str, service: str, region: str) -> str:
    """
    Return *uri* with scheme and host that the endpoint rules give for *service* in *region* without an override.

    Unchanged when the host is AWS's own, or when the rules give none (an unknown service or region).
    """
    if is_aws(uri):
        return uri
    base = _default_endpoint(service, region)
    if not base:
        return uri
    scheme, netloc, *_ = urlsplit(base)
    _, _, path, query, fragment = urlsplit(uri)
    return urlunsplit((scheme, netloc, path or "/", query, fragment))


@functools.cache
def _default_endpoint(service: str, region: str) -> str:
    session = botocore.session.Session()
    try:
        client = session.create_client(
            service,
            region_name=region or None,
            aws_access_key_id="none",
            aws_secret_access_key="none",  # noqa: S106 - nothing is signed: only the endpoint is asked for
            config=Config(ignore_configured_endpoint_urls=True),
        )
    except (BotoCoreError, ValueError):
        return ""
    return str(client.meta.endpoint_url)
