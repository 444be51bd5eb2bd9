"""Leaks that one rule alone finds, so that it is missed when it is gone (`tests.test_scrub_needed`)."""

import base64
import string
import zlib
from urllib.parse import quote

from bototape.wire import cborwrite
from bototape.wire.instance import Reading
from tests.invented.values import dumps
from tests.invented.vector import leak

_LETTERS = string.ascii_letters + string.digits


def buckets(v):
    name = f"{v.company}-lake-{v.hexadecimal(4)}"
    return [
        leak("body-json", dumps({"Uri": f"s3://{name}/x"}), name),
        leak("uri", f"https://{name}.s3.{v.region}.amazonaws.com/k", name),
        leak("uri", f"https://s3.{v.region}.amazonaws.com/{name}/k", name),
        leak("body-json", dumps({"Resource": f"arn:aws:s3:::{name}/*"}), name),
        leak("body-json", dumps({"Bucket": f"team-{v.account}-data"}), v.account),
    ]


def bearers(v):
    opaque, claims = v.text(_LETTERS, 44), v.jwt({"exp": 1741680900})
    basic = base64.b64encode(f"bob:{v.text(_LETTERS, 12)}".encode()).decode()
    small = v.some_key(v.partner)
    while sum(each.isdigit() for each in small) < 2:
        small = v.some_key(v.partner)
    return [
        leak("body-text", f"got {claims} back", claims),
        leak(
            "body-text", f"see https://hooks.slack.com/services/T0000AB1C/B0000CD2E/{opaque[:24]} for it", opaque[:24]
        ),
        leak("body-json", dumps({"Url": f"https://x.io/y?access_token={opaque}"}), opaque),
        leak("body-json", dumps({"Url": f"https://x.io/y?x-api-key={opaque}"}), opaque),
        leak("body-text", f"curl -H 'Authorization: Basic {basic}' x", basic),
        leak("body-text", f"the Bearer {opaque} was refused", opaque),
        leak("body-text", f"aws configure set aws_secret_access_key {(secret := v.some_secret())}", secret),
        leak("body-text", f"key {small.lower()} was used", small.lower()),
        leak("header", f"X-Api-Key: {opaque}", opaque),
    ]


def machines(v):
    kernel = f"5.{v.rng.randrange(4, 20)}.{v.rng.randrange(100, 300)}-183.{v.rng.randrange(700, 900)}.amzn2"
    agent = f"Boto3/1.34.2 md/Botocore#1.34.2 ua/2.0 os/linux#{kernel} md/arch#x86_64 app/{v.company}-train"
    return leak(
        "body-json", dumps({"userAgent": agent}), kernel, f"{v.company}-train", keep=["Boto3/1.34.2", "md/arch#x86_64"]
    )


def prompts(v):
    login = v.person.replace(".", "")[:8]
    return [
        leak("body-text", f"10:11 {login}@ip-10-1-2-3 ls", login),
        leak("body-text", f"{login}@ec2-54-1-2-3:~$ ls", login),
    ]


def names(v):
    opaque = v.text(_LETTERS, 64)
    domain = f"d-{v.text(string.ascii_lowercase + string.digits, 11)}7"
    return [
        leak("body-json", dumps({"DomainId": domain}), domain),
        leak("body-json", dumps({"sessionToken": opaque}), opaque),
        leak("body-json", dumps({"authorizationToken": opaque}), opaque),
        leak("body-json", dumps({"WebIdentityToken": opaque}), opaque),
        leak("body-form", f"Action=AssumeRole&RoleSessionName={v.person}", v.person),
        leak("body-json", dumps({"x": f"the {v.company} thing"}), v.company, told=True),
        leak("body-json", dumps({"x": f"as {v.role} there"}), v.role, told=True),
    ]


def boxes(v):
    plain = dumps({"RoleArn": f"arn:aws:iam::{v.partner}:root"})
    packed = base64.b64encode(zlib.compress(plain.encode())).decode()
    wide = base64.b64encode(plain.encode("utf-16-le")).decode()
    body = cborwrite.dump({"a": plain, "b": b"\xff\xfe\xfd"}, Reading("a body", drops_nulls=False))
    return [
        leak("body-json", dumps({"a": packed}), v.partner, decode=["json:/a", "base64", "zlib"]),
        leak("body-json", dumps({"a": wide}), v.partner, decode=["json:/a", "base64", "utf-16"]),
        leak("body-binary", base64.b64encode(body).decode(), v.partner, input_encoding="base64", decode=["raw-latin1"]),
        leak("body-form", f"Action=X&Data={quote(packed, safe='')}", v.partner, decode=["form:Data", "base64", "zlib"]),
    ]


BUILDERS = (buckets, bearers, machines, prompts, names, boxes)
