"""Holds every column of a trail, as pyarrow and DuckDB read it, against what the program exports and what the log says.

    check_samples.py TRAIL AUTHTRAIL

Three readings of the same events must be equal, row by row (source, source_offset) and null for null: the Parquet files
as pyarrow reads them, the same as DuckDB reads them, and `authtrail export --with-source`. Where a source is a plain
file that is still there, its lines as read_events.py reads them are a fourth. The Hive partition must be the UTC
month of `ts`. Each source may have been read from one file only. A row says how its line was written: it has either the
number of a shape that its file describes, or the line itself, which must be the one in the log.

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
import pyarrow.parquet as pq

import read_events
from check_queries import Difference, microseconds, require

TIME = pa.timestamp("us", tz="UTC")
TYPES = {
    "ts": TIME, "expires_at": TIME, "scopes": pa.list_(pa.string()), "latency_ms": pa.float64(), "success": pa.bool_(),
    "source_offset": pa.int64(), "source_id": pa.int64(), "shape": pa.int64(), "source_length": pa.int64(),
}
NAMES = (
    "ts event event_id token_id kind principal actor scopes expires_at tool latency_ms success reason ip user_agent "
    "presented refresh_token_id old_token_id client_id family_id code_id extra source source_offset month"
).split()
# What only the files have, before the partition.
OWN = ["source_id", "shape", "raw", "redacted", "source_length"]
STORED = [*NAMES[:-1], *OWN, NAMES[-1]]
SCHEMA = pa.schema([(name, TYPES.get(name, pa.string())) for name in NAMES])
# Rows that are turned into columns at a time.
PIECE = 50_000


# --- Four readings -----------------------------------------------------------------------------------------------


def with_pyarrow(trail):
    months = ds.partitioning(pa.schema([("month", pa.string())]), flavor="hive")
    files = ds.dataset(trail / "segments", partitioning=months)
    # Segments differ in the unit of their times; the finer one holds all.
    schemas = [files.schema, *(fragment.physical_schema for fragment in files.get_fragments())]
    return in_order(files.replace_schema(pa.unify_schemas(schemas, promote_options="permissive")).to_table(), STORED)


def with_duckdb(trail):
    database = duckdb.connect()
    database.execute("SET timezone = 'UTC'")
    files = str(trail / "segments" / "**" / "*.parquet")
    sql = "SELECT * FROM read_parquet($1, hive_partitioning = true, hive_types_autocast = false)"
    return in_order(database.sql(sql, params=[files]).to_arrow_table(), STORED)


def exported(trail, program):
    """The export, one line at a time."""
    command = [program, "export", "--with-source", "--format", "ndjson", "--trail", trail]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        table = table_of(exported_row(line) for line in process.stdout)
    require(process.returncode == 0, f"{' '.join(map(str, command))}: exit {process.returncode}")
    return in_order(table)


def unwrapped(extra):
    """Unknown fields of which some are named as ours stand, all of them, in an object `extra`."""
    prefix = '{"extra":{'
    if extra is None or not extra.startswith(prefix):
        return extra
    fields = json.loads(extra)
    names_ours = fields.keys() == {"extra"} and not set(STORED).isdisjoint(fields["extra"])
    return extra[len(prefix) - 1 : -1] if names_ours else extra


def exported_row(line):
    # Unknown fields come last, as they came; what stands in a text is escaped and cannot look like a key.
    own = line.index(b'"source_offset":')
    comma = line.find(b",", own)
    extra = "{" + line[comma + 1 : -2].decode() + "}" if comma > 0 else None
    row = json.loads(line[:comma] + b"}" if comma > 0 else line)
    row["month"], row["extra"] = row["ts"][:7], unwrapped(extra)
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
                row.update(source=source, source_offset=offset, month=row["date"][:7])
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


def in_order(table, names=NAMES):
    require(table.schema.names == names, f"the columns are {table.schema.names}, not {names}")
    schema = pa.schema([(name, TYPES.get(name, pa.string())) for name in names])
    for field in schema:
        found = table.schema.field(field.name).type
        is_list = pa.types.is_list(found) and found.value_type == pa.string() and field.name == "scopes"
        is_time = pa.types.is_timestamp(found) and found.tz == "UTC" and field.type == TIME
        require(found == field.type or is_list or is_time, f"{field.name} is {found}, not {field.type}")
    # Engines name the element of a list differently.
    table = pa.table([table[field.name].cast(field.type) for field in schema], schema)
    return table.sort_by([("source", "ascending"), ("source_offset", "ascending")]).combine_chunks()


def require_written(trail, table):
    """Every row has a shape of its file or its line, which is the one in the log."""
    for name in ("source_id", "shape"):
        require(table[name].null_count == 0, f"{name} is missing in some rows")
    shapes, raws = table["shape"].to_pylist(), table["raw"].to_pylist()
    one_each = all((shape == -1) == (raw is not None) for shape, raw in zip(shapes, raws))
    require(one_each, "a row has a shape and a line, or neither")
    for file in (trail / "segments").rglob("*.parquet"):
        metadata = pq.read_schema(file).metadata
        known = sum(key.startswith(b"authtrail.shape.") for key in metadata)
        require(all(f"authtrail.shape.{number}".encode() in metadata for number in range(known)), f"{file}: shapes")
        numbers = pq.read_table(file, columns=["shape"], partitioning=None)["shape"]
        require(-1 <= pc.min(numbers).as_py() and pc.max(numbers).as_py() < known, f"{file}: a shape of {known}")
    written = zip(raws, table["source"].to_pylist(), table["source_offset"].to_pylist())
    for raw, source, offset in written:
        if raw is not None and is_plain(pathlib.Path(source)):
            with open(source, "rb") as log:
                log.seek(offset)
                line = log.readline().removesuffix(b"\n")
            require(raw.encode() == line, f"{source}:{offset} is {line!r}, stored as {raw!r}")


def require_same(name, table, other_name, other):
    """Equal in every column, null for null."""
    require(table.num_rows == other.num_rows, f"{name} has {table.num_rows} rows, {other_name} {other.num_rows}")
    for column in other.schema.names:
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
    require_written(trail, table)
    table = table.drop_columns(OWN)
    # The export escapes characters that hide or command, so unknown fields are the same by what they mean.
    require_same("pyarrow", with_equal_extra(table), "the export", with_equal_extra(exported(trail, program)))
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
