"""What leaks through layers, digests and several messages."""

import base64
import binascii
import gzip
import hashlib
import io
import string
import struct
import zipfile
import zlib
from html import escape
from urllib.parse import quote

from tests.invented.values import WORDS, dumps
from tests.invented.vector import leak


def layered(v):
    arn, a = v.arn(), v.account
    plain = dumps({"RoleArn": arn})
    packed = base64.b64encode(gzip.compress(plain.encode(), mtime=0)).decode()
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", v.rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        archive.writestr("config.json", plain)
        archive.writestr("deep/notes.txt", f"key {v.key} {v.email}")
    zipped = base64.b64encode(memory.getvalue()).decode()
    gz = gzip.compress(plain.encode())
    events = base64.b64encode(_event(plain.encode()) + _event(b'{"x":1}')).decode()
    chunk = b"%x\r\n%b\r\n0\r\nx-amz-checksum-crc32:%b\r\n\r\n" % (
        len(plain),
        plain.encode(),
        base64.b64encode(struct.pack(">I", zlib.crc32(plain.encode()))),
    )
    user_data = base64.b64encode(
        b"#" * v.rng.randrange(3)
        + f"#!/bin/bash\naws ecr get-login-password | docker login {a}.dkr.ecr.{v.region}.amazonaws.com".encode()
    ).decode()
    log = base64.b64encode(f"START\nassumed {v.session_arn()}\nREPORT Duration: 4.50 ms".encode()).decode()
    context = base64.b64encode(
        dumps({"aws:s3:arn": f"arn:aws:s3:::sagemaker-{v.region}-{a}", "owner": v.email}).encode()
    ).decode()
    return [
        leak(
            "body-binary",
            base64.b64encode(gz).decode(),
            a,
            input_encoding="base64",
            headers={"Content-Encoding": "gzip", "Content-Length": str(len(gz))},
            decode=["gzip", "json"],
            integrity=["Content-Length"],
            match_decoded=r'"RoleArn":"arn:aws:iam::\d{12}:role/',
        ),
        leak("body-json", dumps({"Data": packed}), a, packed[30:60], decode=["json:/Data", "base64", "gzip"]),
        leak(
            "body-json",
            dumps({"Code": {"ZipFile": zipped}}),
            a,
            v.key,
            v.email,
            decode=["json:/Code/ZipFile", "base64", "unzip"],
        ),
        leak(
            "body-binary",
            events,
            a,
            input_encoding="base64",
            headers={"Content-Type": "application/vnd.amazon.eventstream"},
            decode=["raw-latin1"],
            integrity=["eventstream-crc"],
        ),
        leak(
            "body-binary",
            base64.b64encode(chunk).decode(),
            a,
            input_encoding="base64",
            headers={
                "Content-Encoding": "aws-chunked",
                "X-Amz-Trailer": "x-amz-checksum-crc32",
                "X-Amz-Decoded-Content-Length": str(len(plain)),
            },
            decode=["raw-latin1"],
            integrity=["X-Amz-Decoded-Content-Length"],
        ),
        leak(
            "body-form",
            f"Action=RunInstances&UserData={quote(user_data, safe='')}",
            a,
            decode=["form:UserData", "base64"],
        ),
        leak(
            "header",
            f"X-Amz-Log-Result: {log}",
            a,
            v.email,
            decode=["strip:X-Amz-Log-Result: ", "base64"],
            keep_decoded=["Duration: 4.50 ms"],
        ),
        leak(
            "header",
            f"x-amz-server-side-encryption-context: {context}",
            a,
            v.email,
            decode=["strip:x-amz-server-side-encryption-context: ", "base64", "json"],
        ),
        leak(
            "body-json",
            dumps({"a": base64.b64encode(base64.b64encode(plain.encode())).decode()}),
            a,
            decode=["json:/a", "base64", "base64"],
        ),
        leak(
            "body-json",
            dumps({"a": quote(quote(plain, safe=""), safe="")}),
            a,
            decode=["json:/a", "percent", "percent"],
        ),
        leak("body-json", dumps({"a": escape(plain)}), a),
        leak("body-json", dumps({"a": base64.b64encode(zlib.compress(plain.encode())).decode()}), a),
        leak(
            "body-text",
            base64.encodebytes(dumps({"RoleArn": arn, "pad": "x" * 60}).encode()).decode(),
            a,
            decode=["base64"],
        ),
        leak("body-json", dumps({"a": base64.b64encode(plain.encode("utf-16-le")).decode()}), a),
        leak(
            "cassette-yaml",
            f'interactions:\n- response:\n    body:\n      string: \'{{"Message":"account\n\n        {a[:4]}\n        {a[4:8]}\n        {a[8:]}"}}\'\nversion: 1\n',
            f"{a[:4]} {a[4:8]} {a[8:]}",
            decode=["yaml:/interactions/0/response/body/string"],
        ),
    ]


def _event(payload):
    head = b"\x0b:event-type\x07\x00\x0bPayloadPart"
    total = 16 + len(head) + len(payload)
    prelude = struct.pack(">II", total, len(head))
    framed = prelude + struct.pack(">I", zlib.crc32(prelude)) + head + payload
    return framed + struct.pack(">I", zlib.crc32(framed))


def post_policy(v):
    bucket = f"sagemaker-{v.region}-{v.account}"
    policy = base64.b64encode(
        dumps(
            {
                "expiration": "2025-03-11T09:00:00Z",
                "conditions": [
                    {"bucket": bucket},
                    {"x-amz-credential": f"{v.key}/20250311/{v.region}/s3/aws4_request"},
                ],
            }
        ).encode()
    ).decode()
    scope = f"{v.key}/20250311/{v.region}/s3/aws4_request"
    fields = {
        "policy": policy,
        "x-amz-credential": scope,
        "x-amz-signature": v.signature(),
        "x-amz-security-token": v.token,
    }
    text = (
        "".join(
            f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
        )
        + "--b--\r\n"
    )
    gone = (v.account, v.key, v.signature(), v.token[20:90])
    return [
        leak("body-text", text, *gone, decode=['between:name="policy"\r\n\r\n|\r\n--b', "base64", "json"]),
        leak(
            "body-json",
            dumps({"url": f"https://{bucket}.s3.amazonaws.com/", "fields": fields}),
            *gone,
            decode=["json:/fields/policy", "base64"],
        ),
        leak(
            "body-text",
            text.replace("x-amz-credential", "AWSAccessKeyId")
            .replace(scope, v.key)
            .replace("x-amz-signature", "signature")
            .replace(v.signature(), (s := base64.b64encode(v.rng.randbytes(20)).decode())),
            v.account,
            v.key,
            s,
        ),
    ]


def oracles(v):
    body = dumps({"TrainingJobName": "j", "RoleArn": v.arn()})
    sha = hashlib.sha256(body.encode()).hexdigest()
    md5 = hashlib.md5(body.encode(), usedforsecurity=False).digest()
    crc = str(binascii.crc32(body.encode()))
    b = base64.b64encode
    inner = dumps({"Type": "Notification", "Message": dumps({"account": v.account, "detail": {"RoleArn": v.arn()}})})
    queue = dumps(
        {
            "Messages": [
                {
                    "MessageId": v.uuid(),
                    "MD5OfBody": hashlib.md5(inner.encode(), usedforsecurity=False).hexdigest(),
                    "Body": inner,
                    "ReceiptHandle": "AQEB" + v.base64(120),
                }
            ]
        }
    )
    return [
        {
            "where": "interactions",
            "input": [
                ["body-json", body],
                ["header", f"X-Amz-Content-SHA256: {sha}"],
                ["header", f"Content-MD5: {b(md5).decode()}"],
            ],
            "must_not_contain": [v.account, sha, b(md5).decode()],
        },
        leak(
            "body-json",
            body,
            v.account,
            headers={"x-amz-crc32": crc, "Content-Length": str(len(body))},
            integrity=["x-amz-crc32", "Content-Length"],
        ),
        leak(
            "body-json",
            body,
            v.account,
            headers={"ETag": f'"{md5.hex()}"', "Content-MD5": b(md5).decode()},
            integrity=["ETag", "Content-MD5"],
        ),
        leak(
            "body-json",
            body,
            v.account,
            headers={
                "x-amz-checksum-crc32": b(struct.pack(">I", int(crc))).decode(),
                "x-amz-checksum-sha256": b(bytes.fromhex(sha)).decode(),
            },
            integrity=["x-amz-checksum-crc32", "x-amz-checksum-sha256"],
        ),
        leak(
            "body-json",
            queue,
            v.account,
            decode=["json:/Messages/0/Body", "json:/Message", "json"],
            integrity=["MD5OfBody"],
        ),
    ]


def sessions(v):
    parts = [
        ["body-json", dumps({"TrainingJobName": "j", "RoleArn": v.arn()})],
        ["body-json", dumps({"TrainingJobArn": f"arn:aws:sagemaker:{v.region}:{v.account}:training-job/j"})],
        [
            "uri",
            f"https://x.{v.region}.amazonaws.com/tags/{quote(f'arn:aws:sagemaker:{v.region}:{v.account}:training-job/j', safe='')}",
        ],
    ]
    same = [[0, r"iam::(\d{12}):"], [1, rf":{v.region}:(\d{{12}}):"], [2, rf"{v.region}%3A(\d{{12}})%3A"]]
    jobs = [f"aut-{v.text(string.ascii_lowercase, 5)}-1", f"{v.rng.choice(WORDS)}-acquisition-forecast"]
    return [
        {"where": "interactions", "input": parts, "must_not_contain": [v.account], "same_after_parts": same},
        {
            "where": "interactions",
            "input": parts,
            "must_not_contain": [v.account],
            "same_after_parts": same,
            "separate_cassettes": True,
        },
        leak(
            "body-json",
            dumps({"TrainingJobSummaries": [{"TrainingJobName": jobs[0]}, {"TrainingJobName": jobs[1]}]}),
            jobs[1],
            keep=[jobs[0]],
            provenance={"created_by_session": [jobs[0]]},
        ),
        leak(
            "body-json",
            dumps({"Models": [{"ModelName": jobs[0]}, {"ModelName": jobs[1]}]}),
            jobs[1],
            keep=[jobs[0]],
            provenance={"created_by_session": [jobs[0]]},
        ),
        leak(
            "body-json",
            dumps(
                {
                    "events": [
                        {
                            "timestamp": 1741680900123,
                            "message": f"10:11:12 {v.person.split('.')[0]}@ip-{v.ip().replace('.', '-')} s3 cp s3://sagemaker-{v.region}-{v.account}/x /home/{v.person.split('.')[0]}/x  # {v.key} {v.email}",
                        }
                    ]
                }
            ),
            v.account,
            v.key,
            v.email,
            keep=["1741680900123", "s3 cp"],
        ),
    ]


BUILDERS = (layered, post_policy, oracles, sessions)
