"""Credentials and capabilities."""

import base64
import string
from urllib.parse import quote

from tests.invented.values import dumps
from tests.invented.vector import leak


def authorization(v):
    k, s = v.key, v.signature()
    ecdsa = v.hexadecimal(142)
    v2 = base64.b64encode(v.rng.randbytes(20)).decode()
    return [
        leak(
            "header",
            f"{name}: AWS4-HMAC-SHA256 Credential={k}/20250311/{v.region}/sagemaker/aws4_request, SignedHeaders=host;x-amz-date, Signature={s}",
            k,
            s,
        )
        for name in ("Authorization", "authorization", "AUTHORIZATION")
    ] + [
        leak(
            "header",
            f"Authorization: AWS4-ECDSA-P256-SHA256 Credential={k}/20250311/s3/aws4_request, SignedHeaders=host, Signature={ecdsa}",
            k,
            ecdsa,
        ),
        leak("header", f"Authorization: AWS {k}:{v2}", k, v2),
        leak("body-text", f"AWS {k}:{v2}", k, v2),
        leak(
            "body-json",
            dumps(
                {
                    "message": f"The Canonical String: 'POST' Credential={k}/20250311/us-east-1/iam/aws4_request, Signature={s}"
                }
            ),
            k,
            s,
        ),
        leak(
            "uri",
            f"https://b.s3.amazonaws.com/k?AWSAccessKeyId={k}&Expires=1741680900&Signature={quote(v2, safe='')}",
            k,
            v2,
            quote(v2, safe=""),
            keep=["Expires=1741680900"],
        ),
    ]


def session_tokens(v):
    old = v.old_token()
    return [
        leak("header", f"x-aMz-sEcUrItY-tOkEn: {v.token}", v.token, v.token[20:80]),
        leak("header", f"X-Amz-Security-Token: {old}", old, old[20:80]),
        leak("header", f"x-amz-s3session-token: {old}", old, old[20:80]),
        leak("body-json", dumps({"t": old}), old, old[20:80]),
        leak("body-xml", f"<SessionToken>{old}</SessionToken>", old, old[20:80]),
        leak(
            "uri",
            f"https://x/?X-Amz-Security-Token={quote(old, safe='')}&x=1",
            quote(old, safe=""),
            old[20:60],
            keep=["x=1"],
        ),
        leak("body-text", f"export AWS_SESSION_TOKEN={old}\nexport X=1", old[20:80], keep=["export X=1"]),
    ]


def temporary_credentials(v):
    told = {"AccessKeyId": v.key, "SecretAccessKey": v.secret, "SessionToken": v.token, "Expiration": 1741690900.0}
    xml = "".join(f"<{name}>{value}</{name}>" for name, value in told.items())
    lower = {"accessKeyId": v.key, "secretAccessKey": v.secret, "sessionToken": v.token, "expiration": 1741690900000}
    gone = (v.key, v.secret, v.token[20:90])
    return [
        leak(
            "body-json",
            dumps({"Credentials": told}),
            *gone,
            must_still_match=r'"AccessKeyId":"[A-Z0-9]{16,128}"',
            keep=["1741690900.0"],
            keyid_must_not_decode_to=[v.account],
        ),
        leak("body-json", dumps({"credentials": lower}), *gone),
        leak("body-xml", f"<R><Credentials>{xml}</Credentials></R>", *gone),
        leak("body-json", dumps({"roleCredentials": lower}), *gone),
        leak("body-json", dumps({"Message": f"{v.key} {v.secret}"}), v.key, v.secret),
        leak(
            "body-text",
            f"[default]\naws_access_key_id = {v.key}\naws_secret_access_key = {v.secret}\naws_session_token = {v.token}\n",
            *gone,
        ),
    ]


def keys_in_text(v):
    keys = [v.some_key(v.partner, prefix) for prefix in ("AKIA", "ASIA", "ABIA", "ACCA")]
    found = [leak("body-text", f"used {key}, then", key, keyid_must_not_decode_to=[v.partner]) for key in keys]
    masked = v.some_key(v.partner, "AKIA")
    found += [
        leak("body-text", f"key {masked[: 13 + at]}{stars} failed", masked[: 13 + at])
        for at, stars in enumerate(("****", "...", "…"))
    ]
    found += [leak("body-text", f"key={v.key.lower()} x", v.key.lower(), told=True)]
    found += [leak("body-json", dumps({"k": f'"{keys[0]}"'}), keys[0])]
    return found


def secrets_by_name(v):
    secret = v.text(string.ascii_letters + string.digits, 28)
    names = (
        "HF_TOKEN",
        "WANDB_API_KEY",
        "DB_PASSWORD",
        "AWS_SECRET_ACCESS_KEY",
        "GITHUB_TOKEN",
        "OPENAI_API_KEY",
        "CLIENT_SECRET",
        "db_password",
        "api_key",
        "secret_key",
        "MLFLOW_TRACKING_PASSWORD",
        "SNOWFLAKE_PWD",
        "kaggle_key_secret",
        "PGPASSWORD",
        "JWT_SECRET",
        "ENCRYPTION_KEY",
        "dbPassword",
        "apiKey",
        "clientSecret",
        "authToken",
        "DATABASE_CREDENTIALS",
        "SLACK_BOT_TOKEN",
    )
    found = [
        leak("body-json", dumps({"Environment": {name: secret, "LOG_LEVEL": "20"}}), secret, keep=["LOG_LEVEL", '"20"'])
        for name in names
    ]
    found += [
        leak("body-json", dumps({"Environment": [{"Name": name, "Value": secret}]}), secret) for name in names[:4]
    ]
    found += [
        leak("body-json", dumps({"environment": [{"name": name, "value": secret}]}), secret) for name in names[:4]
    ]
    found += [
        leak(
            "body-json",
            dumps({"HyperParameters": {"db_url": f'"postgresql://svc:{secret}@db.internal:5432/x"', "epochs": '"3"'}}),
            secret,
            keep=['\\"3\\"', "postgresql://"],
        )
    ]
    found += [
        leak("body-json", dumps({"u": f"{scheme}://bob:{secret}@h/x"}), secret)
        for scheme in ("mysql", "redis", "mongodb+srv", "https", "amqp")
    ]
    found += [leak("body-text", f"export {name}={secret}\n", secret) for name in names[:7]]
    return found


def tokens_by_form(v):
    letters = string.ascii_letters + string.digits
    tokens = (
        f"hf_{v.text(string.ascii_letters, 34)}",
        f"ghp_{v.text(letters, 36)}",
        f"github_pat_{v.text(letters, 60)}",
        f"glpat-{v.text(letters, 20)}",
        f"xoxb-{v.text(string.digits, 12)}-{v.text(letters, 24)}",
        f"sk-proj-{v.text(letters, 48)}",
        f"AIza{v.text(letters, 35)}",
        f"ABSK{base64.b64encode(('BedrockAPIKey-' + v.text(letters, 6) + '-at-' + v.account + ':' + v.text(letters, 60)).encode()).decode()}",
        f"sk_live_{v.text(letters, 24)}",
        f"npm_{v.text(letters, 36)}",
        f"pypi-AgEIcHlwaS5vcmc{v.text(letters, 60)}",
        f"dapi{v.hexadecimal(32)}",
    )
    found = [leak("body-json", dumps({"note": f"use {token} now"}), token) for token in tokens]
    found += [leak("header", f"X-Note: {token}", token) for token in tokens[:3]]
    found += [leak("body-text", f"Authorization: Bearer {v.text(letters, 40)}", "x" * 99)]
    return found


def jwts(v):
    token = v.jwt({"sub": "d-abc", "arn": v.session_arn(), "userProfileName": v.person})
    host = f"d-{v.text(string.ascii_lowercase + string.digits, 11)}1"
    found = [
        leak(
            "body-json",
            dumps({"AuthorizedUrl": f"https://{host}.studio.{v.region}.sagemaker.aws/auth?token={token}"}),
            host,
            v.person,
            token,
            token.split(".")[1][:40],
            decode=["jwt"],
            must_still_match=rf"\.studio\.{v.region}\.sagemaker\.aws/auth\?token=[^\"]+",
        )
    ]
    found += [
        leak(
            "body-json",
            dumps(
                {
                    "AuthorizedUrl": f"https://x-{v.text(string.ascii_lowercase, 5)}.notebook.{v.region}.sagemaker.aws?authToken={token}"
                }
            ),
            token,
            token.split(".")[1][:40],
        )
    ]
    found += [
        leak(
            "body-json",
            dumps({"AuthorizedUrl": f"https://t-x.{v.region}.experiments.sagemaker.aws/auth?authToken={token}"}),
            token,
            token.split(".")[1][:40],
        )
    ]
    found += [
        leak(
            "body-form",
            f"Action=AssumeRoleWithWebIdentity&RoleArn={quote(v.arn(), safe='')}&RoleSessionName={quote(v.email)}&WebIdentityToken={token}",
            v.account,
            v.email,
            quote(v.email),
            token,
        )
    ]
    found += [
        leak("header", f"Authorization: Bearer {token}", token),
        leak("header", f"X-Amzn-Oidc-Data: {token}", token),
    ]
    found += [
        leak("header", f"Set-Cookie: session={token}; Path=/; Secure", token),
        leak("body-text", f"got {token}.", token),
    ]
    return found


def bearer_of_presigned(v):
    url = v.presigned("sts", action="Action=GetCallerIdentity&Version=2011-06-15")
    eks = "k8s-aws-v1." + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")
    bedrock = (
        "bedrock-api-key-"
        + base64.b64encode(
            v.presigned("bedrock", action="Action=CallWithBearerToken").removeprefix("https://").encode()
        ).decode()
    )
    decoded = [v.key, v.signature()]
    rds = v.presigned(
        "rds-db",
        host=f"db-{v.company}.c{v.hexadecimal(11)}.{v.region}.rds.amazonaws.com:5432",
        action=f"Action=connect&DBUser={v.person}",
    ).removeprefix("https://")
    dsql = v.presigned(
        "dsql", host=f"{v.hexadecimal(26)}.dsql.{v.region}.on.aws", action="Action=DbConnectAdmin"
    ).removeprefix("https://")
    return [
        leak("body-text", eks, must_not_contain_decoded=decoded, decode=["strip:k8s-aws-v1.", "base64url"]),
        leak("body-json", dumps({"status": {"token": eks}}), eks[20:120], *decoded),
        leak("body-text", bedrock, must_not_contain_decoded=decoded, decode=["strip:bedrock-api-key-", "base64"]),
        leak("body-json", dumps({"p": bedrock}), bedrock[30:120], *decoded),
        leak("body-json", dumps({"Environment": {"X": rds}}), *decoded, v.token[20:80]),
        leak("body-text", dsql, *decoded, v.token[20:80]),
        leak(
            "body-json",
            dumps(
                {
                    "token": base64.urlsafe_b64encode(
                        v.presigned("kafka-cluster", action="Action=kafka-cluster%3AConnect").encode()
                    )
                    .decode()
                    .rstrip("=")
                }
            ),
            *decoded,
            decode=["json:/token", "base64url"],
        ),
        leak(
            "body-xml",
            f"<Url>{v.presigned('s3', amp='&amp;')}</Url>",
            *decoded,
            quote(v.token, safe="")[20:90],
            must_still_match="X-Amz-Date=20250311T081500Z",
        ),
        leak(
            "body-json",
            dumps({"url": v.presigned("s3")}).replace("&", "\\u0026"),
            *decoded,
            v.token[20:60],
            keep=["X-Amz-Expires=900"],
        ),
        leak("uri", v.presigned("s3"), *decoded, quote(v.token, safe="")[20:90], keep=["X-Amz-Expires=900"]),
        leak("uri", f"https://x/?u={quote(v.presigned('s3'), safe='')}", *decoded, decode=["percent"]),
    ]


def registry_token(v):
    token = base64.b64encode(
        b"AWS:"
        + base64.b64encode(
            dumps({"payload": v.base64(90), "datakey": v.base64(40), "version": "2", "type": "DATA_KEY"}).encode()
        )
    ).decode()
    docker = base64.b64encode(token.encode()).decode()
    return [
        leak(
            "body-json",
            dumps(
                {
                    "authorizationData": [
                        {
                            "authorizationToken": token,
                            "proxyEndpoint": f"https://{v.account}.dkr.ecr.{v.region}.amazonaws.com",
                        }
                    ]
                }
            ),
            v.account,
            token[:40],
            must_still_match=r'"proxyEndpoint":"https://\d{12}\.dkr\.ecr',
        ),
        leak(
            "body-json",
            dumps({"auths": {f"{v.account}.dkr.ecr.{v.region}.amazonaws.com": {"auth": token}}}),
            v.account,
            token[:40],
        ),
        leak("header", f"Authorization: Basic {token}", token[:40]),
        leak("body-json", dumps({"config": docker}), token[8:40], docker[:40]),
    ]


def other_bearers(v):
    handle = "AQEB" + v.base64(180)
    ssm = "AAEAA" + v.base64(200)
    cookie = v.base64(96)
    pem = f"-----BEGIN {v.rng.choice(('RSA ', 'EC ', '', 'OPENSSH '))}PRIVATE KEY-----\n"
    body = "\n".join(v.base64(48) for _ in range(5))
    kind = pem[11:-6]
    whole = f"{pem}{body}\n-----END {kind}-----"
    saml = base64.b64encode(
        f'<samlp:Response><saml:Attribute Name="Role">{v.arn()}</saml:Attribute><saml:NameID>{v.email}</saml:NameID></samlp:Response>'.encode()
    ).decode()
    message = v.text(string.ascii_letters + string.digits + "-_", 300)
    task = "AQCEAAAAKgAAAAMAAAAA" + v.base64(150)
    return [
        leak("body-json", dumps({"ReceiptHandle": handle}), handle[:40]),
        leak(
            "body-form",
            f"Action=DeleteMessage&ReceiptHandle={quote(handle, safe='')}",
            handle[:20],
            quote(handle, safe="")[:40],
        ),
        leak("body-json", dumps({"SessionId": "s-1", "TokenValue": ssm}), ssm[:60]),
        leak(
            "header", f"Set-Cookie: AWSALB={cookie}; Expires=Tue, 18 Mar 2025 08:15:00 GMT; Path=/", cookie, cookie[:40]
        ),
        leak("header", f"Cookie: AWSALBCORS={cookie}", cookie, cookie[:40]),
        leak("body-json", dumps({"key": whole}), body[:40], body.replace("\n", "\\n")[:90]),
        leak("body-text", f"x\n{whole}\ny", body[:40], keep=["x\n", "\ny"]),
        leak("body-xml", f"<KeyMaterial>{whole}</KeyMaterial>", body[:40]),
        leak(
            "body-form",
            f"Action=AssumeRoleWithSAML&SAMLAssertion={quote(saml, safe='')}",
            v.account,
            v.email,
            saml[60:120],
            decode=["form:SAMLAssertion", "base64"],
        ),
        leak(
            "body-json",
            dumps(
                {
                    "message": f"You are not authorized to perform this operation. Encoded authorization failure message: {message}"
                }
            ),
            message[:60],
            keep=["You are not authorized"],
        ),
        leak("body-xml", f"<Message>Encoded authorization failure message: {message}</Message>", message[:60]),
        leak("body-json", dumps({"CallbackToken": v.text(string.ascii_letters + string.digits, 10)})),
        leak("body-json", dumps({"taskToken": task}), task[:60]),
        leak(
            "body-json",
            dumps({"SecretString": dumps({"username": "x", "password": "p4ss" + cookie[:8]})}),
            "p4ss" + cookie[:8],
        ),
        leak(
            "body-json",
            dumps({"CallbackToken": "Zx" + cookie[:8].replace("+", "a").replace("/", "b")}),
            "Zx" + cookie[:8].replace("+", "a").replace("/", "b"),
        ),
    ]


BUILDERS = (
    authorization,
    session_tokens,
    temporary_credentials,
    keys_in_text,
    secrets_by_name,
    tokens_by_form,
    jwts,
    bearer_of_presigned,
    registry_token,
    other_bearers,
)
