"""One job of one peer, in a process of its own: worker.py '{"engine": ..., "do": ..., ...}'."""

import json
import sys
import time


def main():
    job = json.loads(sys.argv[1])
    JOBS[job["do"]](engine(job["engine"]), job)


def engine(key):
    # Only the module of this engine: another one's imports are not its cost.
    if key == "duckdb-parquet":
        from engines.duckdb_parquet import DuckDBParquet as Engine
    elif key == "duckdb-native":
        from engines.duckdb_native import DuckDBNative as Engine
    elif key.startswith("duckdb-cloudtrail-"):
        from engines.duckdb_cloudtrail import PEERS

        return next(peer for peer in PEERS if peer.key == key)()
    else:
        from engines.clickhouse import ClickHouse as Engine
    return Engine()


def start(peer, job):
    peer.open(None)


def ingest(peer, job):
    peer.load(job["log"], job["store"])


def settle(peer, job):
    peer.tidy(peer.open(job["store"]))


def look(peer, job):
    connection = peer.open(job["store"])
    print(json.dumps({"events": peer.count(connection), "bytes": peer.bytes(connection, job["store"])}))


def tally(peer, job):
    print(json.dumps(peer.by_principal(peer.open(job["store"]))))


def ask(peer, job):
    peer.answer(peer.open(job["store"]), job["question"], facts(job), job["output"])


def repeat(peer, job):
    connection, known, seconds = peer.open(job["store"]), facts(job), []
    for _ in range(job["times"] + 1):
        begin = time.perf_counter()
        peer.answer(connection, job["question"], known, job["output"])
        seconds.append(time.perf_counter() - begin)
    print(json.dumps(seconds[1:]))


def facts(job):
    with open(job["facts"], encoding="utf-8") as file:
        return json.load(file)


JOBS = {
    "start": start, "ingest": ingest, "settle": settle, "look": look, "tally": tally, "ask": ask, "repeat": repeat,
}

if __name__ == "__main__":
    main()
