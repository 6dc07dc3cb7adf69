"""A flipped bit or a cut anywhere in a small trail: verify says so, or every answer is what it was, byte for byte."""

import contextlib
import os
import shutil
import sqlite3
import zlib

from trail import Log, last

AS_OF = "2026-10-01T00:00:00Z"


def build(bench):
    """A trail with segments of several months, dropped months, quarantined lines, findings, and a WAL."""
    log = Log(bench.path("auth.log"))
    log.append(range(150))
    with open(log.path, "a") as file:
        file.write("no event\n\n")
        for number in range(60):
            file.write(
                f'{{"ts":"2026-07-01T10:{number:02d}:00Z","event":"failed","reason":"hash_mismatch",'
                f'"presented":"{number:08x}","ip":"198.51.100.7"}}\n')
    bench.duration("ingest", "-q", log.path)
    bench.duration("prune", "-q", "--older-than", "2026-03-01")
    other = Log(bench.path("other.log"))
    other.append(range(1000, 1060))
    # What a killed writer leaves: rows that stand in the WAL only.
    wanted = bench.count() + len(other.tokens)
    follower = bench.follow(other.path)
    if not bench.wait_for(wanted):
        raise RuntimeError(f"the follower stores nothing: {last(bench.said())}")
    follower.kill()
    follower.wait()
    base = bench.path("base")
    shutil.move(bench.trail, base)
    return base, [log.path, other.path]


def answers(bench, logs):
    """Everything that the program says of a trail: exit status and bytes for each question."""
    questions = [["export", "--lines", "--source", log] for log in logs]
    questions += [["export", "--with-source"], ["export", "dashboard", "--as-of", AS_OF]]
    reports = [
        "dormant-tokens", "dormant-tokens-gap", "failed-by-ip", "failures-by-reason", "events-by-day", "token-activity",
        "principals", "quarantine",
    ]
    questions += [["report", name, "--format", "csv"] for name in reports]
    questions += [["detect", "-q", "--since", "start", "--as-of", AS_OF, "--format", "json"]]
    said = []
    for question in questions:
        run = bench.run(*question)
        said.append((question, run.status, run.out))
    return said


def files(base):
    """All files of the trail with their sizes; the index of the WAL is made anew by whoever opens it."""
    found = {}
    for folder, _, names in os.walk(base):
        for name in names:
            path = os.path.join(folder, name)
            if not name.endswith("-shm") and os.path.getsize(path) > 0:
                found[os.path.relpath(path, base)] = os.path.getsize(path)
    return found


def damage(bench, sizes):
    """Damages one file: the catalog or its WAL half of the time, where one byte has many meanings, else any. Returns
    its name, what was done, for people, and whether it could be."""
    catalog = [name for name in sorted(sizes) if name.startswith("catalog.sqlite")]
    name = bench.random.choice(bench.random.choice([catalog, sorted(sizes)]))
    place = bench.random.randrange(sizes[name])
    path = os.path.join(bench.trail, name)
    if name in ("catalog.sqlite", "pruned.sqlite") and bench.random.random() < 0.5:
        return name, *retyped(bench, path)
    if name.endswith(".parquet") and bench.random.random() < 0.5:
        return name, *prepared(bench, path)
    if bench.random.random() < 0.15:
        os.truncate(path, place)
        return name, f"{name} cut at byte {place} of {sizes[name]}", True
    bit = bench.random.randrange(8)
    with open(path, "r+b") as file:
        file.seek(place)
        old = file.read(1)[0]
        file.seek(place)
        file.write(bytes([old ^ 1 << bit]))
    return name, f"{name} bit {bit} of byte {place} flipped", True


def varint(data, at):
    """A number of variable length, and where the next byte stands."""
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        at += 1
        if data[at - 1] < 0x80:
            return value, at
        shift += 7


def pages(data):
    """The pages of a segment: where the checksum's number stands in the header, its bytes, and the page's own."""
    found, at = [], 4
    try:
        # Each header begins with type, raw size, stored size and checksum: fields 1 to 4, all numbers of 32 bits.
        while data[at] == 0x15:
            fields, sum_at = [], 0
            for number in range(4):
                if data[at] != 0x15:
                    return found
                sum_at = at + 1
                value, at = varint(data, at + 1)
                fields.append(value >> 1)
            sum_end = at
            at = skip(data, at)
            found.append((sum_at, sum_end, at, at + fields[2]))
            at += fields[2]
    except IndexError:
        pass
    return found


def skip(data, at):
    """The end of a structure of Thrift's compact protocol that holds numbers, flags and such structures."""
    depth = 1
    while depth:
        kind = data[at] & 0x0F
        at += 1
        if kind == 0:
            depth -= 1
        elif kind == 12:
            depth += 1
        elif kind not in (1, 2):
            _, at = varint(data, at)
    return at


def prepared(bench, path):
    """Changes a byte of a page and makes its checksum right again, as somebody may who wants the decoders to see it."""
    with open(path, "rb") as file:
        data = bytearray(file.read())
    found = pages(data)
    for _ in range(20):
        sum_at, sum_end, start, end = bench.random.choice(found)
        if start == end:
            continue
        body = bytearray(data[start:end])
        place = bench.random.randrange(len(body))
        body[place] ^= bench.random.randrange(1, 256)
        check = zlib.crc32(body)
        check -= (check >> 31) << 32
        zigzag, number = (check << 1) ^ (check >> 31), []
        while zigzag >= 0x80:
            number.append(zigzag & 0x7F | 0x80)
            zigzag >>= 7
        number.append(zigzag)
        if len(number) != sum_end - sum_at:
            continue
        data[sum_at:sum_end], data[start:end] = bytes(number), body
        with open(path, "wb") as file:
            file.write(data)
        return f"byte {start + place} of {os.path.basename(path)} changed, and the page's checksum with it", True
    return "nothing", False


def retyped(bench, path):
    """Gives one value of the catalog another type, as a flipped bit in the header of a row may, whatever the tables'
    definitions say, or a number at the ends of 64 bits. Checksums stay as they were. Returns what was done, and whether
    it could be."""
    numbers = [-1 << 63, -1, 1 << 31, 1 << 44, 253402300800000000, 1 << 62, (1 << 63) - 1]
    other = bench.random.choice(["'x'", "x'ff00'", "NULL", "1e300"] + [str(number) for number in numbers])
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        defined = db.execute("SELECT rowid, * FROM sqlite_master WHERE type IN ('table', 'trigger')").fetchall()
        tables = [name for _, kind, name, *_ in defined if kind == "table" and not name.startswith("sqlite_")]
        filled = [name for name in tables if db.execute(f"SELECT 1 FROM {name}").fetchone()]
        table = bench.random.choice(filled)
        columns = db.execute(f"SELECT name, pk FROM pragma_table_info('{table}')").fetchall()
        column = bench.random.choice(columns)[0]
        keys = ", ".join([name for name, place in columns if place] or ["rowid"])
        rows = db.execute(f"SELECT {keys} FROM {table} ORDER BY {keys}").fetchall()
        db.execute("PRAGMA writable_schema = 1")
        db.execute("DELETE FROM sqlite_master WHERE type = 'trigger'")
        db.execute("UPDATE sqlite_master SET sql = replace(replace(sql, 'STRICT', ''), 'NOT NULL', '') WHERE type = 'table'")
    injected = True
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA ignore_check_constraints = 1")
        row = bench.random.choice(rows)
        try:
            db.execute(f"UPDATE {table} SET {column} = {other} WHERE ({keys}) = ({', '.join('?' * len(row))})", row)
        except sqlite3.IntegrityError:
            injected = False
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA writable_schema = 1")
        db.executemany("REPLACE INTO sqlite_master (rowid, type, name, tbl_name, rootpage, sql) VALUES (?, ?, ?, ?, ?, ?)", defined)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return f"{table}.{column} made {other}", injected


def crashed(bench, run, where):
    if run.status is None or run.status < 0 or run.status >= 128:
        bench.tally.fault(f"{where} ends with {run.status}: {last(run.err)}")


def everywhere(bench):
    base, logs = build(bench)
    sizes = files(base)
    bench.restore(base)
    before = answers(bench, logs)
    for question, status, out in before:
        # The log of which lines were dropped cannot be given back whole, and says so.
        if status not in (0, 65) or status == 65 and question[:2] != ["export", "--lines"]:
            raise RuntimeError(f"{question} does not work before any damage: {status}")
    named = harmless = 0
    for _ in bench.points(smoke=30):
        bench.restore(base)
        name, where, injected = damage(bench, sizes)
        bench.tally.point(injected)
        if not injected:
            continue
        run = bench.run("verify")
        if run.status in (1, 65):
            # A segment by its number, a table of the catalog by the catalog's words or its name.
            named += 1
            if not (run.out + run.err).strip():
                bench.tally.fault(f"{where}: verify exits {run.status} and says nothing")
            elif name.endswith(".parquet") and os.path.basename(name) not in run.out + run.err:
                bench.tally.fault(f"{where}: verify does not name it: {last(run.out + run.err)}")
            # Whatever else is asked of it may be refused, but nothing may crash.
            questions = [question for question, _, _ in bench.random.sample(before, 3)]
            changes = [["ingest", "-q", *logs], ["compact", "--all"], ["prune", "--older-than", "2026-05-01"],
                       ["rebuild", "--force", "--skip-damaged"]]
            for words in (*questions, ["status"], ["detect", "-q", "--since", "start"], bench.random.choice(changes)):
                crashed(bench, bench.run(*words), f"{where}: {' '.join(words[:2])}")
            continue
        if run.status != 0:
            bench.tally.fault(f"{where}: verify exits {run.status}: {last(run.err)}")
            continue
        # A commit that is cut off the WAL looks as if its writer had been killed before it: told as a state.
        if "was not yet listed when its writer ended" in run.out and name.endswith("-wal") and "cut" in where:
            named += 1
            continue
        different = [old[0] for old, new in zip(before, answers(bench, logs)) if old != new]
        harmless += not different
        if different:
            bench.tally.fault(f"{where}: verify finds nothing, but {' '.join(different[0])} says something else")
    bench.tally.note(f"in {len(sizes)} files; verify named {named}, {harmless} changed no answer")


CAMPAIGNS = [("damage", everywhere, 5)]
