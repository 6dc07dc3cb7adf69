"""Reads Parquet files with pyarrow and DuckDB and holds them against what was written.

    check_parquet.py FILES EXPECTED.json

FILES is a file, or the directory of a trail whose segments lie in Hive partitions. EXPECTED says what must be there:

    {"columns": [{"name": "ts", "type": "timestamp", "values": [...]}, ...],   one value per row, null for none
     "order": "ts",                 a column without ties by which rows are compared
     "row_groups": [600, 400],      rows of each row group; only for a single file
     "bloom": ["token_id"],         columns with a bloom filter
     "metadata": {"key": "value"}}  only for a single file

Types: timestamp (microseconds), int64, double, boolean, text, list, month (from the partition, as text),
timestamp_ms (stored as milliseconds, values in microseconds).
Prints how many checks passed. Exit status 0 if all did, 1 with a line for each that did not.
"""

import json
import pathlib
import sys
from datetime import datetime, timedelta, timezone

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
ARROW = {
    "timestamp": pa.timestamp("us", tz="UTC"), "int64": pa.int64(), "double": pa.float64(), "boolean": pa.bool_(),
    "text": pa.string(), "list": pa.list_(pa.string()), "month": pa.string(),
    "timestamp_ms": pa.timestamp("ms", tz="UTC"),
}
DUCK = {
    "timestamp": "epoch_us({0})", "int64": "{0}", "double": "{0}", "boolean": "{0}", "text": "{0}", "list": "{0}",
    "month": "cast({0} as varchar)", "timestamp_ms": "epoch_us({0})",
}
# Kinds that hold times.
TIMES = ("timestamp", "timestamp_ms")

failures = []
checks = 0


def check(what, got, want):
    global checks
    checks += 1
    if got != want:
        at = ""
        if isinstance(got, list) and isinstance(want, list) and len(got) == len(want):
            row = next(i for i in range(len(got)) if got[i] != want[i])
            at, got, want = f" in row {row}", got[row], want[row]
        failures.append(f"{what}{at}: got {str(got)[:200]!r}, want {str(want)[:200]!r}")


def plain(column, kind):
    """Values of an Arrow column as the expectation has them."""
    if kind in TIMES:
        return pc.cast(pc.cast(column, ARROW["timestamp"]), pa.int64()).to_pylist()
    if kind == "month":
        return [str(value) for value in column.to_pylist()]
    return column.to_pylist()


def with_pyarrow(path, expected, is_file):
    if is_file:
        table = pq.ParquetFile(path, page_checksum_verification=True).read()
    else:
        # Segments differ in the unit of their times; the finer one holds all.
        files = ds.dataset(path / "segments", partitioning="hive")
        schemas = [files.schema, *(fragment.physical_schema for fragment in files.get_fragments())]
        schema = pa.unify_schemas(schemas, promote_options="permissive")
        table = files.replace_schema(schema).to_table()
    table = table.sort_by(expected["order"])
    for column in expected["columns"]:
        name, kind = column["name"], column["type"]
        if kind not in ("month", "list"):
            check(f"pyarrow type of {name}", table.schema.field(name).type, ARROW[kind])
        check(f"pyarrow {name}", plain(table[name], kind), column["values"])


def with_duckdb(files, expected):
    database = duckdb.connect()
    database.execute("set timezone = 'UTC'")
    database.execute(f"create view events as select * from read_parquet('{files}', hive_partitioning = true)")
    for column in expected["columns"]:
        name, kind = column["name"], column["type"]
        expression = DUCK[kind].format(f'"{name}"')
        rows = database.execute(f'select {expression} from events order by "{expected["order"]}"').fetchall()
        check(f"DuckDB {name}", [row[0] for row in rows], column["values"])
        check(f"DuckDB nulls of {name}", database.execute(
            f'select count(*) from events where "{name}" is null').fetchone()[0],
            sum(value is None for value in column["values"]))
    with_filters(database, expected)
    return database


def with_filters(database, expected):
    """The same rows with and without statistics and bloom filters that skip row groups."""
    for column in expected["columns"]:
        name, values = column["name"], column["values"]
        if column["type"] == "text":
            distinct = list(dict.fromkeys(v for v in values if v is not None))
            probes = distinct[:: max(1, len(distinct) // 12)] + ["", "absent", "\U0010ffff"]
        elif column["type"] in ("int64", "double"):
            distinct = list(dict.fromkeys(v for v in values if v is not None))
            probes = distinct[:: max(1, len(distinct) // 6)] + [-1, 12345]
        else:
            continue
        for probe in probes:
            got = database.execute(f'select count(*) from events where "{name}" = ?', [probe]).fetchone()[0]
            check(f"DuckDB {name} = {str(probe)[:40]!r}", got, sum(value == probe for value in values))
    for name in (c["name"] for c in expected["columns"] if c["type"] in TIMES):
        values = next(c["values"] for c in expected["columns"] if c["name"] == name)
        present = sorted(value for value in values if value is not None)
        if not present:
            continue
        low, high = present[len(present) // 3], present[2 * len(present) // 3]
        got = database.execute(
            f'select count(*) from events where "{name}" >= make_timestamptz(?) and "{name}" < make_timestamptz(?)',
            [low, high]).fetchone()[0]
        check(f"DuckDB span of {name}", got, sum(low <= value < high for value in present))


def bound(value):
    """A bound as pyarrow shows it, as the expectation has values."""
    return (value - EPOCH) // timedelta(microseconds=1) if isinstance(value, datetime) else value


def with_metadata(path, expected, database):
    file = pq.ParquetFile(path)
    meta = file.metadata
    check("row groups", [meta.row_group(i).num_rows for i in range(meta.num_row_groups)], expected["row_groups"])
    stored = {key.decode(): value.decode() for key, value in (meta.metadata or {}).items()}
    for key, value in expected["metadata"].items():
        check(f"metadata {key}", stored.get(key), value)
    first = 0
    for group, rows in enumerate(expected["row_groups"]):
        for place, column in enumerate(expected["columns"]):
            values = [v for v in column["values"][first : first + rows]]
            with_statistics(meta.row_group(group).column(place), column, values, f"row group {group}")
        first += rows
    for name in expected["bloom"]:
        with_bloom(path, name, expected, database)


def with_statistics(chunk, column, values, where):
    name, kind = column["name"], column["type"]
    what = f"{where}, {name}"
    check(f"{what}: compression", chunk.compression, "GZIP")
    # In a large dictionary nearly every page spans nearly all texts: only the chunk has bounds.
    distinct = {text for value in values for text in (value or [] if kind == "list" else [value])} - {None}
    has_bounds = kind not in ("text", "list") or not chunk.has_dictionary_page or len(distinct) <= 256
    check(f"{what}: page index", (chunk.has_offset_index, chunk.has_column_index), (True, has_bounds))
    if kind == "list":
        places = sum(max(1, len(value or [])) for value in values)
        values = [element for value in values for element in value or []]
        check(f"{what}: null count", chunk.statistics.null_count, places - len(values))
    else:
        check(f"{what}: null count", chunk.statistics.null_count, sum(value is None for value in values))
        values = [value for value in values if value is not None]
    check(f"{what}: has bounds", chunk.statistics.has_min_max, bool(values))
    if not values:
        return
    low, high = bound(chunk.statistics.min), bound(chunk.statistics.max)
    if kind in ("text", "list"):
        key = lambda text: text.encode()
        least, greatest = min(values, key=key), max(values, key=key)
        check(f"{what}: lower bound", low, least if len(key(least)) <= 64 else low)
        check(f"{what}: upper bound", high, greatest if len(key(greatest)) <= 64 else high)
        check(f"{what}: bounds hold", key(low) <= key(least) and key(greatest) <= key(high), True)
        check(f"{what}: bounds are short", len(key(low)) <= 64 and len(key(high)) <= 68, True)
    else:
        check(f"{what}: bounds", (low, high), (min(values), max(values)))


def with_bloom(path, name, expected, database):
    """DuckDB must find our bloom filter, never rule out a value that is there, and rule out most others."""
    values = next(c["values"] for c in expected["columns"] if c["name"] == name)
    query = "select row_group_id, bloom_filter_excludes from parquet_bloom_probe(?, ?, ?)"
    first = 0
    for group, rows in enumerate(expected["row_groups"]):
        here = list(dict.fromkeys(v for v in values[first : first + rows] if v is not None))
        for value in here[:: max(1, len(here) // 20)]:
            excluded = dict(database.execute(query, [str(path), name, value]).fetchall())
            check(f"bloom filter of {name} keeps {value!r}", excluded[group], False)
        # A single value, without a dictionary, has no filter: the bounds say as much.
        if len(here) > 1:
            absent = [f"absent {number}" for number in range(40)]
            ruled_out = sum(dict(database.execute(query, [str(path), name, v]).fetchall())[group] for v in absent)
            check(f"bloom filter of {name} rules out what is absent", ruled_out >= 34, True)
        first += rows


def main(path, expectation):
    path = pathlib.Path(path)
    expected = json.loads(pathlib.Path(expectation).read_text())
    is_file = path.is_file()
    with_pyarrow(path, expected, is_file)
    database = with_duckdb(str(path if is_file else path / "segments" / "**" / "*.parquet"), expected)
    if is_file:
        with_metadata(path, expected, database)
    for failure in failures[:30]:
        print(failure)
    print(f"{checks - len(failures)} of {checks} checks passed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
