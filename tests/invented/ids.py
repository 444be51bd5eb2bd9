"""Ids, addresses, people and pages."""

import base64
import string
from urllib.parse import quote

from tests.invented.values import dumps
from tests.invented.vector import leak


def unique_ids(v):
    ids = [v.some_unique(each) for each in ("AIDA", "AROA", "AGPA", "ANPA", "AIPA", "ASCA", "APKA", "ANVA")]
    found = [leak("body-json", dumps({"ids": ids}), *ids, must_still_match=r'\["AIDA[A-Z0-9]{17}","AROA[A-Z0-9]{17}"')]
    found += [leak("body-text", f"by {ids[1]}:{v.person} at", ids[1], v.person)]
    found += [leak("body-xml", f"<UserId>{ids[1]}:{v.email}</UserId>", ids[1], v.email)]
    return found


def kms(v):
    key, mrk = v.uuid(), f"mrk-{v.hexadecimal(32)}"
    found = [
        leak("body-json", dumps({name: key}), key, must_still_match=r'"[a-zA-Z0-9:/_-]{36}"')
        for name in ("KmsKeyId", "VolumeKmsKeyId", "kmsKeyId", "KMSMasterKeyID", "SSEKMSKeyId", "OutputKmsKey")
    ]
    found += [
        leak("body-json", dumps({"VolumeKmsKeyId": f"arn:aws:kms:{v.region}:{v.account}:key/{x}"}), v.account, x)
        for x in (key, mrk)
    ]
    found += [
        leak("header", f"x-amz-server-side-encryption-aws-kms-key-id: {x}", key)
        for x in (key, f"arn:aws:kms:{v.region}:{v.account}:key/{key}")
    ]
    found += [
        leak("body-json", dumps({"Other": f"alias/{v.company}-data"}), v.company, must_still_match=r"alias/[a-z0-9-]+")
    ]
    found += [
        leak("body-json", dumps({"KmsKeyId": key.upper()}), key, key.upper()),
        leak("body-text", f"no key/{key} there", key),
    ]
    found += [leak("body-json", dumps({"KmsKeyId": mrk}), mrk)]
    return found


def canonical(v):
    user = v.hexadecimal(64)
    return [
        leak(
            "body-xml",
            f"<R><Owner><ID>{user}</ID><DisplayName>{v.company}-aws</DisplayName></Owner></R>",
            user,
            f"{v.company}-aws",
            must_still_match="<ID>[0-9a-f]{64}</ID>",
        ),
        leak(
            "body-xml",
            f'<R><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>{user}</ID></Grantee></R>',
            user,
        ),
        leak("header", f'x-amz-grant-read: id="{user}"', user),
        leak("body-json", dumps({"S3CanonicalUserId": user}), user),
        leak("body-json", dumps({"Principal": {"CanonicalUser": user}}), user),
        leak("body-json", dumps({"Owner": {"DisplayName": "x", "ID": user}}), user),
    ]


def ec2_ids(v):
    prefixes = [
        "vpc",
        "subnet",
        "sg",
        "eni",
        "i",
        "vol",
        "ami",
        "snap",
        "rtb",
        "igw",
        "nat",
        "eipalloc",
        "vpce",
        "acl",
        "fs",
        "lt",
    ]
    found = []
    for prefix in prefixes:
        for size in (17, 8):
            x = f"{prefix}-{v.hexadecimal(size)}"
            found += [leak("body-json", dumps({"x": [x]}), x, must_still_match=rf"{prefix}-[0-9a-f]{{{size}}}\"")]
        found += [
            leak("body-text", f"{x} is gone", x),
            leak("body-json", dumps({"r": f"arn:aws:ec2:{v.region}:{v.account}:thing/{x}"}), x, v.account),
        ]
    return found


def studio(v):
    d = f"d-{v.text(string.ascii_lowercase + string.digits, 11)}7"
    told = {
        "DomainArn": f"arn:aws:sagemaker:{v.region}:{v.account}:domain/{d}",
        "DomainId": d,
        "Url": f"https://{d}.studio.{v.region}.sagemaker.aws",
        "UserProfileName": v.person.replace(".", "-"),
        "HomeEfsFileSystemId": f"fs-{v.hexadecimal(17)}",
        "SingleSignOnManagedApplicationInstanceId": f"ins-{v.hexadecimal(16)}",
        "UserProfileArn": f"arn:aws:sagemaker:{v.region}:{v.account}:user-profile/{d}/{v.person.replace('.', '-')}",
    }
    same = [r"domain/(d-[a-z0-9-]+)\"", r"\"DomainId\":\"([^\"]+)\"", r"\"Url\":\"https://([^.]+)\.studio"]
    return [
        leak(
            "body-json",
            dumps(told),
            d,
            v.account,
            v.person.replace(".", "-"),
            told["HomeEfsFileSystemId"],
            same_after=[same],
            must_still_match=r'"DomainId":"(d-(-*[a-z0-9]){1,61})"',
        ),
        leak(
            "body-json",
            dumps(
                {
                    "AppArn": f"arn:aws:sagemaker:{v.region}:{v.account}:app/{d}/{v.person.replace('.', '-')}/JupyterLab/default"
                }
            ),
            d,
            v.account,
            v.person.replace(".", "-"),
        ),
        leak("body-json", dumps({"domainId": (z := f"dzd_{v.text(string.ascii_lowercase + string.digits, 13)}4")}), z),
        leak("body-json", dumps({"SingleSignOnManagedApplicationInstanceId": (z := f"ins-{v.hexadecimal(16)}")}), z),
        leak(
            "body-json",
            dumps(
                {"SpaceArn": f"arn:aws:sagemaker:{v.region}:{v.account}:space/{d}/{v.person.replace('.', '-')}-space"}
            ),
            d,
            v.person.replace(".", "-"),
        ),
    ]


def addresses(v):
    p, q = v.ip(), v.public_ip()
    dashed = p.replace(".", "-")
    six = f"2600:1f18:{v.hexadecimal(4)}:{v.hexadecimal(4)}:{v.hexadecimal(4)}:{v.hexadecimal(4)}:{v.hexadecimal(4)}:{v.hexadecimal(4)}"
    mac = ":".join(["02", *(v.hexadecimal(2) for _ in range(5))])
    text = dumps(
        {
            "PublicIp": q,
            "PrivateIp": p,
            "Dns": f"ip-{dashed}.ec2.internal",
            "Cidr": "0.0.0.0/0",
            "Imds": "169.254.169.254",
            "Lo": "127.0.0.1",
        }
    )
    return [
        leak(
            "body-json",
            text,
            p,
            q,
            dashed,
            keep=["0.0.0.0/0", "169.254.169.254", "127.0.0.1"],
            same_after=[[r'"PrivateIp":"([\d.]+)"', r'"Dns":"ip-([\d-]+)\.']],
            same_normalize="-.",
        ),
        leak("body-json", dumps({"h": f"ec2-{q.replace('.', '-')}.compute-1.amazonaws.com"}), q.replace(".", "-")),
        leak(
            "body-json",
            dumps({"h": f"ip-{dashed}.{v.region}.compute.internal"}),
            dashed,
            keep=[f".{v.region}.compute.internal"],
        ),
        leak("body-json", dumps({"CidrBlock": f"{p.rsplit('.', 1)[0]}.0/24"}), p.rsplit(".", 1)[0] + "."),
        leak("body-json", dumps({"Ipv6Address": six}), six),
        leak("body-json", dumps({"MacAddress": mac}), mac),
        leak("body-text", f"{q} - - [11/Mar/2025:08:15:00 +0000] GET / 200", q),
        leak("body-text", f"connect to {p}:8080 refused", p),
        leak("body-json", dumps({"Condition": {"IpAddress": {"aws:SourceIp": f"{q}/32"}}}), q),
        leak("header", f"X-Forwarded-For: {q}, {p}", q, p),
        leak("body-xml", f"<privateDnsName>ip-{dashed}.ec2.internal</privateDnsName>", dashed),
    ]


def organizations(v):
    lower = string.ascii_lowercase + string.digits
    o, ou, sso = f"o-{v.text(lower, 9)}4", f"ou-a{v.text(lower, 3)}-{v.text(lower, 7)}4", f"ssoins-{v.hexadecimal(16)}"
    user = f"9067{v.hexadecimal(6)}-{v.uuid()}"
    return [
        leak("body-json", dumps({"OrganizationId": o, "OrganizationalUnitId": ou}), o, ou),
        leak("body-json", dumps({"Condition": {"StringEquals": {"aws:PrincipalOrgID": o}}}), o),
        leak(
            "body-json",
            dumps({"Arn": f"arn:aws:organizations::{v.account}:account/{o}/{v.partner}"}),
            v.account,
            v.partner,
            o,
        ),
        leak("body-json", dumps({"InstanceArn": f"arn:aws:sso:::instance/{sso}"}), sso),
        leak("body-json", dumps({"UserId": user}), user),
        leak("body-json", dumps({"Paths": [f"{o}/r-a1{v.text(lower, 2)}/{ou}/*"]}), o, ou),
        leak(
            "body-json",
            dumps({"Arn": f"arn:aws:organizations::{v.account}:root/{o}/r-z9{(x := v.text(lower, 2))}"}),
            v.account,
            o,
            f"r-z9{x}",
        ),
    ]


def traces(v):
    u, host, cf = v.uuid(), v.base64(56), v.base64(40)
    return [
        leak(
            "header",
            f"x-amzn-RequestId: {u}\nx-amz-id-2: {host}\nx-amz-cf-id: {cf}",
            u,
            host,
            cf,
            must_still_match=r"(?i)x-amzn-requestid: [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        ),
        leak("header", f"x-amz-request-id: {(s3 := v.text(string.ascii_uppercase + string.digits, 16))}", s3),
        leak(
            "body-xml",
            f"<Error><Code>AccessDenied</Code><RequestId>{s3}</RequestId><HostId>{host}</HostId></Error>",
            s3,
            host,
            keep=["AccessDenied"],
        ),
        leak("header", f"X-Amzn-Trace-Id: Root=1-{v.hexadecimal(8)}-{(z := v.hexadecimal(24))};Sampled=0", z),
        leak("body-json", dumps({"message": f"failed (Request ID: {u})"}), u),
        leak("header", "x-amz-cf-pop: FRA56-P7", "FRA56"),
        leak("body-json", dumps({"requestId": u}), u),
    ]


def people(v):
    name = v.person.replace(".", "")
    return [
        leak(
            "header",
            f"x-amz-tagging: owner={quote(v.email, safe='')}&cost-center=4711&env=prod",
            v.email,
            quote(v.email, safe=""),
            keep=["env=prod"],
            must_still_match=r"owner=[^&]+&cost-center=",
        ),
        leak("body-json", dumps({"CreatedBy": v.email}), v.email),
        leak("body-json", dumps({"Tags": [{"Key": "owner", "Value": v.email}]}), v.email),
        leak("body-text", f"contact {v.email}.", v.email),
        leak("body-text", f"File /home/{name}/train.py line 3", name),
        leak("body-text", f"at /Users/{name}/x.py", name),
        leak("body-json", dumps({"a": v.session_arn()}), v.email, v.account, v.role),
        leak("body-json", dumps({"a": f"arn:aws:iam::{v.account}:user/{v.person}"}), v.person, v.account),
        leak("body-json", dumps({"a": f"arn:aws:sts::{v.account}:federated-user/{v.person}"}), v.person),
        leak("body-text", f"C:\\Users\\{name}\\x.py", name),
    ]


def pages(v):
    inner = base64.b64encode(dumps({"v": 1, "k": {"pk": {"s": f"{v.account}#job"}}}).encode()).decode()
    blob = v.base64(120)
    found = [
        leak(
            "body-json",
            dumps({"Items": [], name: inner}),
            v.account,
            inner[20:60],
            decode=[f"json:/{name}", "base64"],
            must_still_match=r'":"[A-Za-z0-9+/=_-]+"',
        )
        for name in ("NextToken", "nextToken", "PaginationToken", "ContinuationToken")
    ]
    found += [leak("body-json", dumps({"NextToken": blob}), blob[:60])]
    found += [
        {
            "where": "interactions",
            "input": [
                ["body-json", dumps({"NextToken": blob})],
                ["body-json", dumps({"NextToken": blob, "MaxResults": 10})],
            ],
            "must_not_contain": [blob[:60]],
            "same_after_parts": [[0, '"NextToken":"([^"]+)"'], [1, '"NextToken":"([^"]+)"']],
        }
    ]
    found += [
        {
            "where": "interactions",
            "input": [
                ["body-json", dumps({"NextToken": blob})],
                ["uri", f"https://x.amazonaws.com/jobs?nextToken={quote(blob, safe='')}"],
            ],
            "must_not_contain": [blob[:60], quote(blob, safe="")[:60]],
            "same_after_parts": [[0, '"NextToken":"([^"]+)"'], [1, "nextToken=([^&]+)"]],
        }
    ]
    found += [
        leak("body-xml", f"<R><IsTruncated>true</IsTruncated><Marker>{blob}</Marker></R>", blob[:60]),
        leak("body-xml", f"<NextContinuationToken>{blob}</NextContinuationToken>", blob[:60]),
    ]
    return found


BUILDERS = (unique_ids, kms, canonical, ec2_ids, studio, addresses, organizations, traces, people, pages)
