"""DuckDB over the bucket of a CloudTrail trail: read_json of all objects into one table of the same events.

The columns are those that authtrail fills from these records; what a record is depends on the same fields. The record
stays with its event, as in authtrail, but in `DuckDBFields`, which keeps the columns alone and reads them as typed.
"""

import os

from engines.duckdb_native import DuckDBNative
from engines.duckdb_parquet import DuckDBParquet

_KIND = """
CASE
    WHEN name = 'ConsoleLogin' AND login = 'Success' THEN 'issued'
    WHEN name = 'ConsoleLogin' THEN 'failed'
    WHEN regexp_matches(error, 'AccessDenied|Unauthorized|AuthFailure|InvalidClientTokenId|SignatureDoesNotMatch|'
        'ExpiredToken|InvalidAccessKeyId|NotAuthorized') THEN 'failed'
    WHEN source = 'sts.amazonaws.com' AND error IS NULL
        AND name IN ('AssumeRole', 'AssumeRoot', 'GetSessionToken', 'GetFederationToken') THEN 'issued'
    WHEN source = 'sts.amazonaws.com' AND error IS NULL
        AND name IN ('AssumeRoleWithWebIdentity', 'AssumeRoleWithSAML') THEN 'exchanged'
    WHEN name = 'CreateAccessKey' AND error IS NULL THEN 'issued'
    WHEN name = 'DeleteAccessKey' AND error IS NULL THEN 'revoked'
    WHEN key IS NOT NULL THEN 'used'
END
"""

# Name of a column, and where it stands in a record.
_PATHS = {
    "time": "eventTime", "id": "eventID", "source": "eventSource", "name": "eventName", "error": "errorCode",
    "message": "errorMessage", "address": "sourceIPAddress", "agent": "userAgent", "region": "awsRegion",
    "account": "recipientAccountId", "key": "userIdentity.accessKeyId", "arn": "userIdentity.arn",
    "user": "userIdentity.userName", "service": "userIdentity.invokedBy",
    "role": "userIdentity.sessionContext.sessionIssuer.arn", "login": "responseElements.ConsoleLogin",
    "new_key": "responseElements.credentials.accessKeyId", "expires": "responseElements.credentials.expiration",
    "made_key": "responseElements.accessKey.accessKeyId", "made_for": "responseElements.accessKey.userName",
    "old_key": "requestParameters.accessKeyId", "asked_role": "requestParameters.roleArn",
    "asked_user": "requestParameters.userName",
}

_EVENTS = """
SELECT
    CAST(time AS TIMESTAMP) AS ts, event, id AS event_id,
    CASE WHEN event IN ('issued', 'exchanged') AND name <> 'ConsoleLogin' THEN coalesce(new_key, made_key)
        WHEN event = 'revoked' THEN old_key ELSE key END AS token_id,
    CASE WHEN event IN ('issued', 'exchanged') AND name LIKE 'Assume%' THEN coalesce(asked_role, own)
        WHEN event = 'issued' AND name = 'CreateAccessKey' THEN coalesce(made_for, asked_user, own)
        WHEN event = 'revoked' THEN coalesce(asked_user, own)
        WHEN event = 'failed' AND name = 'ConsoleLogin' THEN coalesce(arn, "user") ELSE own END AS principal,
    CASE WHEN event = 'issued' AND name <> 'ConsoleLogin' OR event = 'revoked' THEN own END AS actor,
    try_strptime(expires, '%b %-d, %Y, %-I:%M:%S %p') AS expires_at,
    split_part(source, '.', 1) || ':' || name AS tool, error IS NULL AS success, coalesce(error, message) AS reason,
    address AS ip, agent AS user_agent, account, region, regexp_extract(arn, ':assumed-role/[^/]+/(.+)$', 1)
        AS role_session, message AS error{raw}
FROM (SELECT *, coalesce(role, arn, "user", service) AS own, {kind} AS event FROM ({fields}))
WHERE event IS NOT NULL
"""


def events(bucket, keeps_records):
    """The events of a bucket as a SELECT."""
    kind = "JSON[]" if keeps_records else f"{_struct()}[]"
    read = (
        f"SELECT unnest(\"Records\") AS record FROM read_json('{bucket}/**/*.json.gz',"
        f" columns = {{'Records': '{kind}'}}, maximum_object_size = 1073741824)"
    )
    return _EVENTS.format(
        raw=", record AS raw" if keeps_records else "", kind=_KIND,
        fields=_fields(read, keeps_records),
    )


def _fields(read, keeps_records):
    if keeps_records:
        # All at once, so that a record is parsed once.
        paths = list(_PATHS.values())
        found = "json_extract_string(record, [" + ", ".join(f"'$.{path}'" for path in paths) + "])"
        columns = ", ".join(f'found[{place}] AS "{name}"' for place, name in enumerate(_PATHS, 1))
        return f"SELECT {columns}, record FROM (SELECT record, {found} AS found FROM ({read}))"
    columns = ", ".join(f'record.{path} AS "{name}"' for name, path in _PATHS.items())
    return f"SELECT {columns} FROM ({read})"


def _struct():
    """The type that a record has as far as it is asked for."""
    tree = {}
    for path in _PATHS.values():
        node = tree
        *parents, last = path.split(".")
        for parent in parents:
            node = node.setdefault(parent, {})
        node[last] = None

    def text(node):
        fields = (f'"{name}" {"VARCHAR" if below is None else text(below)}' for name, below in node.items())
        return f"STRUCT({', '.join(fields)})"

    return text(tree)


class _CloudTrail:
    keeps_records = True

    def source(self, log):
        return events(log, self.keeps_records)

    def by_principal(self, connection):
        """Events by kind and principal, to be compared."""
        rows = connection.execute("SELECT event, principal, count(*) FROM events GROUP BY ALL ORDER BY ALL").fetchall()
        return [list(row) for row in rows]


class CloudTrailParquet(_CloudTrail, DuckDBParquet):
    key = "duckdb-cloudtrail-parquet"
    title = "DuckDB, Parquet zstd"


class CloudTrailNative(_CloudTrail, DuckDBNative):
    key = "duckdb-cloudtrail-native"
    title = "DuckDB, native"


class CloudTrailFields(CloudTrailParquet):
    key = "duckdb-cloudtrail-fields"
    title = "DuckDB, Parquet zstd, without the records"
    keeps_records = False


PEERS = [CloudTrailParquet, CloudTrailNative, CloudTrailFields]
