"""Writes the bucket of a CloudTrail trail: cloudtrail_bucket.py FOLDER [--records N] [--objects N] [--seed N].

Objects lie where AWS puts them, `AWSLogs/<account>/CloudTrail/<region>/<year>/<month>/<day>/….json.gz`, each one
document `{"Records":[…]}` on one line. A record has about 1.5 kB, as those of roles have. The same seed gives the same
bytes: nothing depends on the clock or on the order of a set.
"""

import argparse
import gzip
import json
import os
import random
from datetime import datetime, timedelta

ACCOUNT = "111122223333"
REGIONS = ["eu-central-1", "eu-west-1", "us-east-1"]
BEGINNING = datetime(2026, 4, 26)

# Service, name, read only, how often, what is asked and what is answered.
CALLS = [
    ("s3", "GetObject", True, 24, "object", "transfer"),
    ("s3", "PutObject", False, 9, "object", "stored"),
    ("s3", "ListBuckets", True, 3, None, None),
    ("sts", "AssumeRole", True, 12, "role", "credentials"),
    ("sts", "AssumeRoleWithWebIdentity", True, 4, "web", "credentials"),
    ("sts", "GetCallerIdentity", True, 5, None, None),
    ("kms", "Decrypt", True, 14, "key", None),
    ("kms", "GenerateDataKey", True, 6, "key", None),
    ("ec2", "DescribeInstances", True, 8, "filters", None),
    ("ec2", "DescribeNetworkInterfaces", True, 5, "filters", None),
    ("ec2", "RunInstances", False, 1, "instance", "instance"),
    ("dynamodb", "GetItem", True, 6, "item", None),
    ("dynamodb", "PutItem", False, 3, "item", None),
    ("secretsmanager", "GetSecretValue", True, 4, "secret", None),
    ("ssm", "GetParameters", True, 4, "names", None),
    ("lambda", "GetFunction20150331v2", True, 2, "function", None),
    ("ecr", "BatchGetImage", True, 3, "image", None),
    ("logs", "CreateLogStream", False, 4, "stream", None),
    ("cloudwatch", "PutMetricAlarm", False, 1, "alarm", None),
    ("iam", "ListAttachedRolePolicies", True, 3, "rolename", None),
    ("iam", "CreateAccessKey", False, 0.2, "whose", "key"),
    ("iam", "DeleteAccessKey", False, 0.2, "oldkey", None),
    ("signin", "ConsoleLogin", False, 0.6, None, "login"),
    ("ecs", "DescribeTasks", True, 4, "tasks", None),
    ("rds", "DescribeDBInstances", True, 2, "filters", None),
]
AGENTS = [
    "[aws-cli/2.15.40 Python/3.11.8 Linux/6.1.0-18-amd64 exe/x86_64.debian.12 prompt/off command/s3.cp]",
    "Boto3/1.34.84 md/Botocore#1.34.84 ua/2.0 os/linux#5.10.213-201.855.amzn2.x86_64 md/arch#x86_64 lang/python#3.12.2",
    "aws-sdk-go-v2/1.26.1 os/linux lang/go#1.22.2 md/GOARCH#arm64 md/GOOS#linux api/sts#1.28.6",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36",
    "APN/1.0 HashiCorp/1.0 Terraform/1.8.1 (+https://www.terraform.io) terraform-provider-aws/5.46.0",
    "aws-internal/3 aws-sdk-java/1.12.699 Linux/5.10.213 OpenJDK_64-Bit_Server_VM/25.402-b08 java/1.8.0_402",
    "lambda.amazonaws.com", "kubelet/v1.29.3 (linux/amd64) kubernetes/8d1a2b1",
]
TEAMS = ["payments", "search", "ledger", "mobile", "billing", "identity", "media", "reports", "risk", "platform"]
DUTIES = ["deploy", "worker", "reader", "batch", "api", "cron", "migrate", "backup"]
DENIED = "User: {who} is not authorized to perform: {what} because no identity-based policy allows the {name} action"
UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


class Bucket:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.weights = [call[3] for call in CALLS]
        self.roles = [f"{team}-{duty}" for team in TEAMS for duty in DUTIES]
        self.users = [f"{team}.{number}" for team in TEAMS for number in range(12)]
        self.user_keys = {user: "AKIA" + self._letters(16) for user in self.users}
        self.sessions = [self._session() for _ in range(3000)]
        self.addresses = [self._address() for _ in range(4000)]

    def record(self, time, region):
        service, name, is_read, _, asked, answered = self.random.choices(CALLS, self.weights)[0]
        is_login = name == "ConsoleLogin"
        who = self._user() if is_login else self._someone(service)
        record = {
            "eventVersion": "1.09",
            "userIdentity": who,
            "eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "eventSource": f"{service}.amazonaws.com",
            "eventName": name,
            "awsRegion": region,
            "sourceIPAddress": self.random.choice(self.addresses),
            "userAgent": self.random.choice(AGENTS),
        }
        is_refused = self.random.random() < 0.03
        if is_refused and not is_login:
            record["errorCode"] = "AccessDenied"
            call = f"{service}:{name}"
            record["errorMessage"] = DENIED.format(who=who.get("arn", "a service"), what=call, name=call)
        record |= {
            "requestParameters": getattr(self, "_" + asked)(time) if asked else None,
            "responseElements": self._answer(answered, is_refused, time) if answered else None,
            "additionalEventData": self._additional(service),
            "requestID": self._id() if self.random.random() < 0.7 else self._letters(16),
            "eventID": self._id(),
            "readOnly": is_read,
            "resources": [
                {"accountId": ACCOUNT, "type": "AWS::S3::Object", "ARN": f"arn:aws:{service}:::{self._word()}"},
            ],
            "eventType": "AwsConsoleSignIn" if is_login else "AwsApiCall",
            "managementEvent": service not in ("s3", "dynamodb"),
            "recipientAccountId": ACCOUNT,
            "eventCategory": "Management" if service not in ("s3", "dynamodb") else "Data",
            "tlsDetails": {
                "tlsVersion": "TLSv1.3",
                "cipherSuite": "TLS_AES_128_GCM_SHA256",
                "clientProvidedHostHeader": f"{service}.{region}.amazonaws.com",
            },
        }
        return record

    # Who.

    def _someone(self, service):
        """Of twenty calls sixteen are by roles, three by users, and one is by AWS itself, which has no key."""
        kind = self.random.random()
        if kind < 0.8:
            return self.random.choice(self.sessions)
        return self._user() if kind < 0.95 else {"type": "AWSService", "invokedBy": f"{service}.amazonaws.com"}

    def _session(self):
        role = self.random.choice(self.roles)
        principal = "AROA" + self._letters(17)
        name = f"{role}-{self._id()[:8]}"
        return {
            "type": "AssumedRole",
            "principalId": f"{principal}:{name}",
            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}",
            "accountId": ACCOUNT,
            "accessKeyId": "ASIA" + self._letters(16),
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role", "principalId": principal, "arn": f"arn:aws:iam::{ACCOUNT}:role/{role}",
                    "accountId": ACCOUNT, "userName": role,
                },
                "attributes": {"creationDate": "2026-04-26T00:00:00Z", "mfaAuthenticated": "false"},
            },
        }

    def _user(self):
        user = self.random.choice(self.users)
        return {
            "type": "IAMUser", "principalId": "AIDA" + self._letters(17), "arn": f"arn:aws:iam::{ACCOUNT}:user/{user}",
            "accountId": ACCOUNT, "accessKeyId": self.user_keys[user], "userName": user,
        }

    # What is asked.

    def _object(self, _):
        return {"bucketName": self._word(), "Host": f"{self._word()}.s3.amazonaws.com",
                "key": f"data/{self._word()}/{self._id()}.parquet", "x-amz-checksum-mode": "ENABLED"}

    def _role(self, _):
        role = self.random.choice(self.roles)
        return {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/{role}", "roleSessionName": f"{role}-{self._id()[:8]}",
                "durationSeconds": 3600, "externalId": self._id()}

    def _web(self, _):
        return self._role(None) | {"provider": f"arn:aws:iam::{ACCOUNT}:oidc-provider/oidc.eks.amazonaws.com"}

    def _key(self, _):
        return {"keyId": f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/{self._id()}", "encryptionAlgorithm":
                "SYMMETRIC_DEFAULT", "encryptionContext": {"aws:s3:arn": f"arn:aws:s3:::{self._word()}"}}

    def _filters(self, _):
        return {"maxResults": 100, "filterSet": {"items": [{"name": "tag:team", "valueSet": {"items": [
            {"value": self.random.choice(TEAMS)}, {"value": self._word()}]}}]}}

    def _instance(self, _):
        return {"instancesSet": {"items": [{"imageId": "ami-" + self._id()[:8], "minCount": 1, "maxCount": 4}]},
                "instanceType": "m6i.large", "monitoring": {"enabled": False}}

    def _item(self, _):
        return {"tableName": self._word(), "key": {"pk": self._id()}, "consistentRead": False}

    def _secret(self, _):
        return {"secretId": f"{self.random.choice(TEAMS)}/{self._word()}", "versionStage": "AWSCURRENT"}

    def _names(self, _):
        return {"names": [f"/{self.random.choice(TEAMS)}/{self._word()}" for _ in range(4)], "withDecryption": True}

    def _function(self, _):
        return {"functionName": f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:{self._word()}"}

    def _image(self, _):
        return {"registryId": ACCOUNT, "repositoryName": self._word(), "imageIds": [{"imageTag": self._id()[:8]}],
                "acceptedMediaTypes": ["application/vnd.docker.distribution.manifest.v2+json"]}

    def _stream(self, _):
        return {"logGroupName": f"/aws/lambda/{self._word()}", "logStreamName": f"2026/04/26/[$LATEST]{self._id()}"}

    def _alarm(self, _):
        return {"alarmName": self._word(), "threshold": 0.5, "evaluationPeriods": 3, "dimensions": []}

    def _rolename(self, _):
        return {"roleName": self.random.choice(self.roles)}

    def _user_name(self):
        return self.random.choice(self.users)

    def _whose(self, _):
        return {"userName": self._user_name()}

    def _oldkey(self, _):
        user = self._user_name()
        return {"userName": user, "accessKeyId": self.user_keys[user]}

    def _tasks(self, _):
        return {"cluster": self._word(), "tasks": [self._id(), self._id()], "include": ["TAGS"]}

    # What is answered.

    def _answer(self, kind, is_refused, time):
        if kind == "login":
            return {"ConsoleLogin": "Failure" if is_refused else "Success"}
        if is_refused:
            return None
        if kind == "credentials":
            return {
                "credentials": {
                    "accessKeyId": "ASIA" + self._letters(16),
                    "expiration": (time + timedelta(hours=1)).strftime("%b %-d, %Y, %-I:%M:%S %p"),
                },
                "assumedRoleUser": {"assumedRoleId": "AROA" + self._letters(17), "arn":
                                    f"arn:aws:sts::{ACCOUNT}:assumed-role/{self.random.choice(self.roles)}/s"},
            }
        if kind == "key":
            return {"accessKey": {"userName": self._user_name(), "status": "Active",
                                  "accessKeyId": "AKIA" + self._letters(16)}}
        return {"x-amz-server-side-encryption": "aws:kms", "x-amz-version-id": self._id()}

    def _additional(self, service):
        return {
            "SignatureVersion": "SigV4", "CipherSuite": "TLS_AES_128_GCM_SHA256",
            "bytesTransferredIn": self.random.randrange(4096), "AuthenticationMethod": "AuthHeader",
            "x-amz-id-2": self._id() + self._id(), "bytesTransferredOut": self.random.randrange(1 << 20),
        } if service in ("s3", "dynamodb") else {"vpcEndpointId": "vpce-" + self._id()[:8]}

    # Words.

    def _letters(self, count):
        return "".join(self.random.choices(UPPER, k=count))

    def _id(self):
        digits = f"{self.random.getrandbits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    def _word(self):
        return f"{self.random.choice(TEAMS)}-{self.random.choice(DUTIES)}-{self.random.randrange(40)}"

    def _address(self):
        # Of every ten addresses one is a service of AWS.
        if self.random.random() < 0.1:
            return self.random.choice(["ec2.amazonaws.com", "lambda.amazonaws.com", "autoscaling.amazonaws.com"])
        return "198.51.100.{}".format(self.random.randrange(256)) if self.random.random() < 0.2 else \
            "10.{}.{}.{}".format(*(self.random.randrange(256) for _ in range(3)))



def write(folder, records, objects, seed, is_plain):
    bucket = Bucket(seed)
    step = timedelta(days=1) / records
    number = raw = packed = 0
    for place in range(objects):
        count = records * (place + 1) // objects - number
        time, region = BEGINNING + step * number, REGIONS[place % len(REGIONS)]
        found = [bucket.record(time + step * offset, region) for offset in range(count)]
        number += count
        text = json.dumps({"Records": found}, separators=(",", ":")).encode()
        path = os.path.join(folder, "AWSLogs", ACCOUNT, "CloudTrail", region, time.strftime("%Y/%m/%d"))
        os.makedirs(path, exist_ok=True)
        name = f"{ACCOUNT}_CloudTrail_{region}_{time:%Y%m%dT%H%MZ}_{bucket._letters(8)}{place:08}.json"
        # Without a time in it, the same records are the same bytes.
        stored = text if is_plain else gzip.compress(text, 6, mtime=0)
        with open(os.path.join(path, name if is_plain else name + ".gz"), "wb") as file:
            file.write(stored)
        raw, packed = raw + len(text), packed + len(stored)
    print(json.dumps({"raw": raw, "packed": packed}))


def main():
    parser = argparse.ArgumentParser(description="Writes the bucket of a CloudTrail trail.")
    parser.add_argument("folder")
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--objects", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plain", action="store_true", help="objects without gzip")
    options = parser.parse_args()
    write(options.folder, options.records, options.objects, options.seed, options.plain)


if __name__ == "__main__":
    main()
