"""Accounts, and where they stand."""

import base64
from html import escape
from urllib.parse import quote

from tests.invented.values import REGIONS, SUFFIXES, WORDS, dumps
from tests.invented.vector import leak


def hosts(v):
    a, r = v.account, v.region
    shop = v.rng.choice(WORDS)
    return [
        leak("uri", f"https://{host}/{path}", a, must_still_match=r"\d{12}")
        for host, path in (
            (f"sagemaker-{r}-{a}.s3.{r}.amazonaws.com", "jobs/y/model.tar.gz"),
            (f"sagemaker-{r}-{a}.s3.amazonaws.com", "y"),
            (f"s3.{r}.amazonaws.com", f"sagemaker-{r}-{a}/y"),
            (f"sqs.{r}.amazonaws.com", f"{a}/tasks-{shop}"),
            (f"{r}.queue.amazonaws.com", f"{a}/tasks"),
            (f"{a}.s3-control.{r}.amazonaws.com", "v20180820/jobs"),
            (f"{a}.s3-control.dualstack.{r}.amazonaws.com", "v20180820/jobs"),
            (f"{a}.dkr.ecr.{r}.amazonaws.com", "v2/team/img/manifests/1.2"),
            (f"{a}.dkr.ecr-fips.{r}.amazonaws.com", "v2/x/tags/list"),
            (f"{a}.dkr-ecr.{r}.on.aws", "v2/x/tags/list"),
            (f"{a}.ddb.{r}.amazonaws.com", ""),
            (f"points-{a}.s3-accesspoint.{r}.amazonaws.com", "k"),
            (f"points-{a}.s3-object-lambda.{r}.amazonaws.com", "k"),
            (f"points-{a}.s3-accesspoint-fips.dualstack.{r}.amazonaws.com", "k"),
            (f"{shop}-{a}.d.codeartifact.{r}.amazonaws.com", "pypi/p/simple/"),
            (f"{a}.signin.aws.amazon.com", "console"),
            (f"{a}-ab12cd34.{r}.console.aws.amazon.com", "sagemaker/home"),
            (f"{r}.signin.aws.amazon.com", f"oauth?account={a}"),
            (f"{r}.quicksight.aws.amazon.com", f"sn/account/{a}/start"),
            (f"runtime.sagemaker.{r}.amazonaws.com", f"x?aws_account_id={a}"),
            ("signin.aws.amazon.com", f"switchrole?roleName=x&account={a}"),
            (f"macie2.{r}.amazonaws.com", f"members/accounts/{a}"),
        )
    ]


def hosts_of_partitions(v):
    found = []
    for partition, regions in REGIONS.items():
        region, suffix = v.rng.choice(regions), SUFFIXES[partition]
        hosts = (
            f"{v.account}.dkr.ecr.{region}.{suffix}",
            f"sagemaker-{region}-{v.account}.s3.{region}.{suffix}",
            f"{v.account}.s3-control.{region}.{suffix}",
            f"p-{v.account}.s3-accesspoint.{region}.{suffix}",
        )
        found += [leak("uri", f"https://{host}/x", v.account, keep=[f".{region}.{suffix}/x"]) for host in hosts]
        found.append(
            leak("uri", f"https://sqs.{region}.{suffix}/{v.account}/q", v.account, keep=[f"{region}.{suffix}/", "/q"])
        )
    return found


def arns_of_partitions(v):
    found = []
    for partition, regions in REGIONS.items():
        region = v.rng.choice(regions)
        arn = f"arn:{partition}:sagemaker:{region}:{v.account}:model/demo"
        for text in (arn, f"arn:{partition}:iam::{v.account}:root"):
            shape = text.replace(v.account, r"\d{12}")
            found.append(leak("body-json", dumps({"ModelArn": text}), v.account, must_still_match=f'"{shape}"'))
            found.append(leak("uri", f"https://x/tags/{quote(text, safe='')}", v.account))
    return found


def account_members(v):
    names = (
        "Account",
        "AccountId",
        "accountId",
        "OwnerId",
        "ownerId",
        "registryId",
        "CatalogId",
        "AwsAccountId",
        "recipientAccountId",
        "account",
        "sourceAccount",
        "TargetAccountId",
        "OwnerAccount",
        "account_id",
        "awsAccountId",
        "PayerAccountId",
        "aws:SourceAccount",
        "SourceAccountId",
        "aws:PrincipalAccount",
    )
    found = [leak("body-json", dumps({name: v.account}), v.account, must_still_match=r":\"\d{12}\"") for name in names]
    found += [leak("body-json", dumps({"AccountIds": [v.account, v.partner]}), v.account, v.partner)]
    found += [leak("body-json", f'{{"AccountId":{v.account},"Count":3}}', v.account, must_still_match=r":\d{12},")]
    found += [leak("body-xml", f"<r><{name}>{v.account}</{name}></r>", v.account) for name in ("Account", "ownerId")]
    found += [leak("body-form", f"Action=X&{name}={v.account}", v.account) for name in ("AccountId", "Owner.1")]
    found += [
        leak("header", f"{name}: {v.account}", v.account)
        for name in ("x-amz-expected-bucket-owner", "x-amz-account-id", "X-Amz-Source-Expected-Bucket-Owner")
    ]
    return found


def account_conventions(v):
    a, r = v.account, v.region
    names = (
        f"cdk-hnb659fds-assets-{a}-{r}",
        f"cdk-{v.hexadecimal(9)}-container-assets-{a}-{r}",
        f"aws-athena-query-results-{a}-{r}",
        f"aws-athena-query-results-{r}-{a}",
        f"elasticbeanstalk-{r}-{a}",
        f"sagemaker-studio-{a}-{v.hexadecimal(6)}",
        f"sagemaker-{r}-{a}",
        f"mldata-{a}-{r}-an",
        f"codepipeline-{r}-{a}",
        f"aws-glue-assets-{a}-{r}",
        f"aws-cloudtrail-logs-{a}-{v.hexadecimal(8)}",
        f"config-bucket-{a}",
        f"aws-logs-{a}-{r}",
        f"amazon-datazone-{a}-{r}-1234",
        f"s3://logs/AWSLogs/{a}/elasticloadbalancing/{r}/",
    )
    found = [leak("body-json", dumps({"b": [name]}), a, must_still_match=r"\d{12}") for name in names]
    found += [leak("body-json", dumps({"Uri": f"s3://{name}/x"}), a) for name in names if "://" not in name]
    return found


def account_in_prose(v):
    a = v.account
    d = f"{a[:4]}-{a[4:8]}-{a[8:]}"
    return [
        leak(
            "body-text", f"Your AWS account {d} has been added.", d, must_still_match=r"account \d{4}-\d{4}-\d{4} has"
        ),
        leak("body-text", f"Account ID: {d.replace('-', ' ')}", d.replace("-", " ")),
        leak("body-json", dumps({"Message": f"Account {a} is not authorized"}), a, keep=["is not authorized"]),
        leak("body-json", dumps({"message": f"user in account: {a} exceeded the quota"}), a),
        leak("body-json", dumps({"m": f"AccountId={a}; retry"}), a),
        leak("body-xml", f"<Message>aws account id {a} is suspended</Message>", a),
    ]


def account_told(v):
    """Only who is told can see these."""
    a = v.account
    url = base64.urlsafe_b64encode
    texts = [
        f"prod_{a}_x",
        f"acct{a}",
        f"{a}",
        f"x{a}y",
        f"{a[:4]} {a[4:8]} {a[8:]}",
        a.encode().hex(),
        a.encode().hex().upper(),
        f"v-{a}-z",
    ]
    texts += [base64.b64encode(b"\xff" * shift + a.encode() + b"\xff" * 7).decode() for shift in range(3)]
    texts += [url(b"\xff" * shift + a.encode() + b"\xfe" * 7).decode().rstrip("=") for shift in range(3)]
    found = [leak("body-json", dumps({"Note": each}), each if a not in each else a, told=True) for each in texts]
    found += [leak("body-text", f"see {each} there", each if a not in each else a, told=True) for each in texts]
    found += [leak("body-json", f'{{"n":{a}}}', a, told=True)]
    return found


def leading_zeros(v):
    a = f"00{v.account[:10].replace('0', '3')}"
    return leak(
        "body-json",
        f'{{"Arn":"arn:aws:iam::{a}:root","AccountNumber":{int(a)},"s":"{a}"}}',
        a,
        str(int(a)),
        must_still_match=r'"arn:aws:iam::\d{12}:root"',
        known={"account": a},
    )


def truncated(v):
    found = []
    for cut in (4, 7, 9, 11):
        arn = f"arn:aws:sagemaker:{v.region}:{v.account[:cut]}"
        found.append(
            leak(
                "body-json",
                dumps({"FailureReason": f"AccessDenied for {arn}... (truncated)"}),
                arn,
                keep=["AccessDenied", "(truncated)"],
                known={"account": v.account},
            )
        )
        found.append(leak("body-json", dumps({"FailureReason": f"no access to {arn}"}), arn))
    return found


def distinct(v):
    owned = v.rng.choice(("763104351884", "683313688378", "602401143452"))
    text = dumps(
        {
            "a": f"arn:aws:iam::{v.account}:role/x",
            "b": f"arn:aws:iam::{v.partner}:role/y",
            "c": f"{owned}.dkr.ecr.us-east-1.amazonaws.com/i:1",
        }
    )
    return leak(
        "body-json",
        text,
        v.account,
        v.partner,
        keep=[owned],
        distinct_after=[[r'"a":"arn:aws:iam::(\d{12})', r'"b":"arn:aws:iam::(\d{12})', r'"c":"(\d{12})']],
    )


def one_account_many_spellings(v):
    a = v.account
    text = (
        f"{a} {a[:4]}-{a[4:8]}-{a[8:]} {v.arn()} s3://sagemaker-{v.region}-{a}/x {a}.dkr.ecr.{v.region}.amazonaws.com/i "
        f"https://{a}.signin.aws.amazon.com/ {quote(v.arn(), safe='')} prod_{a}_x"
    )
    same = [
        r"^(\d{12}) ",
        r"iam::(\d{12}):",
        rf"sagemaker-{v.region}-(\d{{12}})/",
        r" (\d{12})\.dkr",
        r"https://(\d{12})\.signin",
        r"iam%3A%3A(\d{12})%3A",
        r"prod_(\d{12})_x",
    ]
    return leak("body-text", text, a, same_after=[same], told=True)


def arn_in_many_places(v):
    arn = f"arn:aws:sagemaker:{v.region}:{v.account}:training-job/j"
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": [v.arn(), f"arn:aws:iam::{v.partner}:root"]},
                "Action": "s3:*",
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": v.account},
                    "ArnLike": {"aws:SourceArn": f"arn:aws:sagemaker:*:{v.account}:*"},
                },
            }
        ],
    }
    return [
        leak(
            "uri",
            f"https://lambda.{v.region}.amazonaws.com/2017-03-31/tags/{quote(arn, safe='').replace('%3A', '%3a').replace('%2F', '%2f')}",
            v.account,
            must_still_match=rf"tags/arn%3aaws%3asagemaker%3a{v.region}%3a\d{{12}}%3atraining-job%2fj$",
        ),
        leak(
            "uri",
            f"https://x/?to={quote('https://y/?arn=' + quote(arn, safe=''), safe='')}",
            v.account,
            must_still_match=r"%253A\d{12}%253A",
            decode=["percent", "percent"],
        ),
        leak("body-json", dumps({arn: {"x": 1}}), v.account),
        leak(
            "body-json", dumps({"PolicyText": dumps(policy)}), v.account, v.partner, decode=["json:/PolicyText", "json"]
        ),
        leak("body-json", dumps({"a": dumps({"b": dumps({"c": dumps(policy)})})}), v.account, v.partner),
        leak(
            "body-form",
            f"Action=PutRolePolicy&PolicyDocument={quote(dumps(policy), safe='')}&Version=2010-05-08",
            v.account,
            v.partner,
            keep=["Version=2010-05-08"],
            decode=["form:PolicyDocument", "json"],
        ),
        leak(
            "body-xml",
            f"<AssumeRolePolicyDocument>{quote(dumps(policy), safe='')}</AssumeRolePolicyDocument>",
            v.account,
            v.partner,
        ),
        leak("body-xml", f"<Policy>{escape(dumps(policy))}</Policy>", v.account, v.partner),
        leak("body-json", dumps({"x": arn}).replace("/", "\\/").replace(":", "\\u003a", 2), v.account),
        leak(
            "header",
            f"x-amz-copy-source: {quote(f'arn:aws:s3:{v.region}:{v.account}:accesspoint/p/object/k')}",
            v.account,
        ),
        leak(
            "body-json",
            dumps(
                {
                    "Message": f"User: {v.session_arn()} is not authorized to perform: iam:PassRole on resource: {v.arn()}"
                }
            ),
            v.account,
            v.email,
            v.role,
        ),
    ]


BUILDERS = (
    hosts,
    hosts_of_partitions,
    arns_of_partitions,
    account_members,
    account_conventions,
    account_in_prose,
    account_told,
    leading_zeros,
    truncated,
    distinct,
    one_account_many_spellings,
    arn_in_many_places,
)
