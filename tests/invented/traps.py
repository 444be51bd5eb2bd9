"""What must stay as it is."""

import base64
import string

from bototape.scrub.owned import ACCOUNTS
from tests.invented.values import dumps
from tests.invented.vector import trap


def traps(v):
    size = str(v.rng.randrange(100, 900) * 1024**3)[:12].ljust(12, "7")
    u = v.uuid()
    digits = f"{u[:24]}{v.text('123456789', 12)}"
    sha1, sha = v.hexadecimal(40), v.hexadecimal(64)
    minute = "20250311" + v.rng.choice(("0815", "1030", "2359"))
    twelve = v.text("123456789", 12)
    quota = v.text("123456789", 12)
    return [
        trap("body-json", dumps({"VolumeSizeInBytes": int(size), "Total": 549755813888}), size, "549755813888"),
        trap("body-json", dumps({"BytesUsed": int(twelve)}), twelve),
        trap("body-json", dumps({"build": minute, "x": int(minute)}), minute),
        trap(
            "body-json",
            dumps({"OrderNo": f"99{v.account}01", "n": int(f"7{v.account}3")}),
            f"99{v.account}01",
            f"7{v.account}3",
            known={"account": v.account},
        ),
        trap("body-json", dumps({"Commit": sha1, "Branch": "main"}), sha1),
        trap("body-json", dumps({"digest": f"sha256:{sha}"}), sha),
        trap("body-json", dumps({"ImageDigest": f"sha256:{sha}"}), sha),
        trap("body-json", dumps({"EventId": u, "Other": digits}), u, digits),
        trap("body-json", dumps({"ClientRequestToken": u, "clientToken": u}), u),
        trap("body-json", dumps({"IdempotencyToken": u}), u),
        trap("body-json", dumps({"ComputeQuotaId": quota}), quota),
        trap(
            "body-json",
            dumps({"Policy": "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"}),
            "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess",
        ),
        trap(
            "body-json",
            dumps({"Hub": f"arn:aws:sagemaker:{v.region}:aws:hub-content/SageMakerPublicHub/Model/x/1.0.0"}),
            f":{v.region}:aws:hub-content/",
        ),
        trap(
            "body-json",
            dumps({"Uri": f"s3://jumpstart-cache-prod-{v.region}/x", "b": "s3://sagemaker-sample-files/y"}),
            f"jumpstart-cache-prod-{v.region}",
            "sagemaker-sample-files",
        ),
        trap(
            "body-json",
            dumps(
                {
                    "Version": "10.2.14.3",
                    "EngineVersion": "8.0.35.1",
                    "DriverVersion": "470.57.02.1",
                    "KernelVersion": "5.10.192.183",
                }
            ),
            "10.2.14.3",
            "8.0.35.1",
            "5.10.192.183",
        ),
        trap(
            "body-json",
            dumps({"Image": f"{v.rng.choice(sorted(ACCOUNTS))}.dkr.ecr.{v.region}.amazonaws.com/pytorch:2.1"}),
        ),
        trap("body-json", dumps({"AccountId": v.rng.choice(sorted(ACCOUNTS))})),
        trap(
            "body-json",
            dumps({"Arn": "arn:aws:iam::123456789012:root", "b": "111122223333"}),
            "123456789012",
            "111122223333",
        ),
        trap(
            "body-json",
            dumps({"e": "jane@example.com", "ip": "203.0.113.7", "six": "2001:db8::1", "net": "192.0.2.0/24"}),
            "jane@example.com",
            "203.0.113.7",
            "2001:db8::1",
            "192.0.2.0/24",
        ),
        trap(
            "body-json",
            dumps(
                {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
            ),
            "AKIAIOSFODNN7EXAMPLE",
            "EXAMPLEKEY",
        ),
        trap("body-json", dumps({"Blob": (x := "QUtJ" + v.base64(96))}), x),
        trap("body-json", dumps({"Hash": (y := base64.b64encode(v.rng.randbytes(32)).decode())}), y),
        trap(
            "body-json",
            '{"Port":443,"Id":"b443c0de-4431-4443-a443-443443443443","StatusCode":200}',
            '"Port":443',
            "b443c0de-4431-4443-a443-443443443443",
            known={"words": ["443", "200"]},
        ),
        trap(
            "body-text",
            "The barn: aws charges for arn:aws style names; see arn:aws:s3:::example-bucket",
            "The barn: aws charges",
            "arn:aws:s3:::example-bucket",
        ),
        trap(
            "header",
            "X-Amz-Target: SageMaker.ListModels\nContent-Type: application/x-amz-json-1.1\nContent-Length: 12",
            "X-Amz-Target: SageMaker.ListModels",
            "application/x-amz-json-1.1",
        ),
        trap(
            "body-json",
            dumps({"CreationTime": 1741680900.123, "Epoch": 1741680900123, "x": "1741680900123"}),
            "1741680900.123",
            "1741680900123",
        ),
        trap(
            "body-json",
            dumps(
                {
                    "HyperParameters": {
                        "max_new_tokens": "256",
                        "pad_token": "</s>",
                        "eos_token": "<|end|>",
                        "tokenizer": "fast",
                        "learning_rate": "0.1",
                    }
                }
            ),
            '"256"',
            '"</s>"',
            "<|end|>",
        ),
        trap(
            "body-json",
            dumps({"Region": v.region, "AvailabilityZone": f"{v.region}a", "Partition": "aws"}),
            v.region,
            f"{v.region}a",
        ),
        trap(
            "body-json",
            '{"a":1.0e5,"b":"x\\/y","c":"\\u003d","z":{},"a2":[ ]}',
            '{"a":1.0e5,"b":"x\\/y","c":"\\u003d","z":{},"a2":[ ]}',
        ),
        trap(
            "body-json",
            dumps({"Principal": {"Service": "sagemaker.amazonaws.com", "AWS": "*"}}),
            "sagemaker.amazonaws.com",
            '"*"',
        ),
        trap("body-json", dumps({"UUID": digits, "Etag": f'"{v.hexadecimal(32)}-7"'}), digits),
        trap("body-text", "git@github.com:someone/x.git", "git@github.com:"),
        trap(
            "body-json", dumps({"DistributionId": (z := "E" + v.text(string.ascii_uppercase + string.digits, 13))}), z
        ),
        trap(
            "body-json",
            dumps({"Cidr": ["0.0.0.0/0", "::/0", "127.0.0.1", "169.254.169.254", "255.255.255.0"]}),
            "0.0.0.0/0",
            "::/0",
            "169.254.169.254",
            "255.255.255.0",
        ),
        trap(
            "body-json",
            dumps({"Name": "x-1234-5678-9012-y", "Card": "4111-1111-1111-1111", "Tel": "+1 555 0100 1234"}),
            "x-1234-5678-9012-y",
            "4111-1111-1111-1111",
        ),
        trap("body-json", dumps({"Keys": ["AKIAEXAMPLE", "AKIA1234", "ASIAN", "AIDAN"]}), "AKIAEXAMPLE", "ASIAN"),
        trap(
            "body-json",
            dumps({"w": ["vpc-endpoint", "i-am-a-name", "d-day", "r-squared", "o-ring", "sg-default"]}),
            "vpc-endpoint",
            "i-am-a-name",
            "d-day",
            "r-squared",
            "o-ring",
            "sg-default",
        ),
        trap(
            "body-json",
            dumps({"Path": "/opt/ml/model/code", "Cmd": "python /home/ubuntu/x.py"}),
            "/opt/ml/model/code",
            "/home/ubuntu/x.py",
        ),
        trap(
            "body-json",
            dumps(
                {
                    "RoleArn": "arn:aws:iam::123456789012:role/aws-service-role/sagemaker.amazonaws.com/AWSServiceRoleForAmazonSageMakerNotebooks"
                }
            ),
            "AWSServiceRoleForAmazonSageMakerNotebooks",
        ),
        trap("body-json", dumps({"alias": "alias/aws/s3"}), "alias/aws/s3"),
        trap(
            "body-json",
            dumps({"metric": "999888777666", "note": "took 123123123123 ns"}),
            "999888777666",
            "123123123123",
        ),
    ]


BUILDERS = (traps,)
