"""Holds every column of a trail, as pyarrow and DuckDB read it, against what the program exports and what the log says.

    check_samples.py TRAIL AUTHTRAIL

Three readings of the same events must be equal, row by row (source, source_offset) and null for null: the Parquet files
as pyarrow reads them, the same as DuckDB reads them, and `authtrail export --with-source`. Where a source is a plain
file that is still there, its lines as read_events.py reads them are a fourth. The Hive partition must be the UTC
date of `ts`. Each source may have been read from one file only.

Prints, as one JSON object, how many rows, values and lines of logs were compared. Exit status 0 if all is equal, 1 if
not.
"""

import json
import pathlib
import subprocess
import sys

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

import read_events
from check_queries import Difference, microseconds, require

TIME = pa.timestamp("us", tz="UTC")
TYPES = {
    "ts": TIME, "expires_at": TIME, "scopes": pa.list_(pa.string()), "latency_ms": pa.float64(), "success": pa.bool_(),
    "source_offset": pa.int64(),
}
NAMES = (
    "ts event event_id token_id kind principal actor scopes expires_at tool latency_ms success reason ip user_agent "
    "presented refresh_token_id old_token_id client_id family_id code_id extra source source_offset date"
).split()
SCHEMA = pa.schema([(name, TYPES.get(name, pa.string())) for name in NAMES])
# Rows that are turned into columns at a time.
PIECE = 50_000


# --- Four readings -----------------------------------------------------------------------------------------------


def with_pyarrow(trail):
    dates = ds.partitioning(pa.schema([("date", pa.string())]), flavor="hive")
    return in_order(ds.dataset(trail / "segments", partitioning=dates).to_table())


def with_duckdb(trail):
    database = duckdb.connect()
    database.execute("SET timezone = 'UTC'")
    files = str(trail / "segments" / "**" / "*.parquet")
    sql = "SELECT * FROM read_parquet($1, hive_partitioning = true, hive_types_autocast = false)"
    return in_order(database.sql(sql, params=[files]).to_arrow_table())


def exported(trail, program):
    """The export, one line at a time."""
    command = [program, "export", "--with-source", "--format", "ndjson", "--trail", trail]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        table = table_of(exported_row(line) for line in process.stdout)
    require(process.returncode == 0, f"{' '.join(map(str, command))}: exit {process.returncode}")
    return in_order(table)


def exported_row(line):
    # Unknown fields come last, as they came; what stands in a text is escaped and cannot look like a key.
    own = line.index(b'"source_offset":')
    comma = line.find(b",", own)
    extra = "{" + line[comma + 1 : -2].decode() + "}" if comma > 0 else None
    row = json.loads(line[:comma] + b"}" if comma > 0 else line)
    row["date"], row["extra"] = row["ts"][:10], extra
    for name in ("ts", "expires_at"):
        row[name] = microseconds(row.get(name))
    return row


def logged(table):
    """The lines of the logs that the rows come from, and which of the rows those are."""
    sources = [source for source in pc.unique(table["source"]).to_pylist() if is_plain(pathlib.Path(source))]
    return table_of(row for source in sources for row in logged_rows(source)), pc.is_in(
        table["source"], value_set=pa.array(sources, pa.string()))


def is_plain(path):
    return path.is_file() and path.suffix != ".gz"


def logged_rows(source):
    offset = 0
    with open(source, "rb") as file:
        for line in file:
            row = read_events.read(line)
            if row is not None:
                row.update(source=source, source_offset=offset)
                yield row
            offset += len(line)


# --- Tables ------------------------------------------------------------------------------------------------------


def table_of(rows):
    pieces, piece = [], []
    for row in rows:
        piece.append(row)
        if len(piece) == PIECE:
            pieces.append(batch_of(piece))
            piece = []
    return in_order(pa.Table.from_batches([*pieces, batch_of(piece)], SCHEMA))


def batch_of(rows):
    columns = []
    for field in SCHEMA:
        values = [row.get(field.name) for row in rows]
        if field.type == TIME:
            columns.append(pa.array(values, pa.int64()).cast(TIME))
        elif field.name == "success":
            columns.append(pa.array([None if value is None else bool(value) for value in values], field.type))
        else:
            columns.append(pa.array(values, field.type))
    return pa.record_batch(columns, schema=SCHEMA)


def in_order(table):
    require(table.schema.names == NAMES, f"the columns are {table.schema.names}, not {NAMES}")
    for field in SCHEMA:
        found = table.schema.field(field.name).type
        is_list = pa.types.is_list(found) and found.value_type == pa.string() and field.name == "scopes"
        require(found == field.type or is_list, f"{field.name} is {found}, not {field.type}")
    # Engines name the element of a list differently.
    table = pa.table([table[field.name].cast(field.type) for field in SCHEMA], SCHEMA)
    return table.sort_by([("source", "ascending"), ("source_offset", "ascending")]).combine_chunks()


def require_same(name, table, other_name, other):
    """Equal in every column, null for null."""
    require(table.num_rows == other.num_rows, f"{name} has {table.num_rows} rows, {other_name} {other.num_rows}")
    for column in NAMES:
        if not table[column].equals(other[column]):
            pairs = zip(table[column], other[column], table["source"], table["source_offset"])
            for one, two, source, offset in pairs:
                require(one.equals(two), f"{column} of {source}:{offset}: {one!r} in {name}, {two!r} in {other_name}")
            raise Difference(f"{column} differs between {name} and {other_name}")


def with_equal_extra(table):
    """Unknown fields by their meaning, as `read_events` gives them."""
    values = table["extra"].to_pylist()
    meanings = [None if text is None else read_events.meaning(read_events.READER.decode(text)) for text in values]
    return table.set_column(NAMES.index("extra"), SCHEMA.field("extra"), pa.array(meanings, pa.string()))


def main(trail, program):
    trail = pathlib.Path(trail)
    table = with_pyarrow(trail)
    places = table.group_by(["source", "source_offset"]).aggregate([])
    require(places.num_rows == table.num_rows, "two rows come from one place")
    require_same("pyarrow", table, "DuckDB", with_duckdb(trail))
    require_same("pyarrow", table, "the export", exported(trail, program))
    log, is_here = logged(table)
    require_same("pyarrow", with_equal_extra(table.filter(is_here)), "the log", log)
    values = sum(len(column) - column.null_count for column in table.columns)
    nulls = sum(column.null_count for column in table.columns)
    print(json.dumps({"rows": table.num_rows, "values": values, "nulls": nulls, "logged": log.num_rows}))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Difference as difference:
        sys.exit(f"check_samples: {difference}")
