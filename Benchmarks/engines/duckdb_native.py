"""DuckDB with a table in its own file format."""

import os

from engines import duckdb_common
from engines.peer import Peer


class DuckDBNative(Peer):
    key = "duckdb-native"
    title = "DuckDB, native"

    def open(self, store):
        import duckdb

        if not store:
            return duckdb.connect()
        return duckdb.connect(_file(store), read_only=True)

    def load(self, log, store):
        os.makedirs(store)
        connection = self.open(None)
        # The newest storage version knows the most ways to compress.
        connection.execute(f"ATTACH '{_file(store)}' AS store (STORAGE_VERSION 'latest')")
        connection.execute(f"CREATE TABLE store.events AS {self.source(log)}")
        connection.execute("DETACH store")  # writes what is still in memory

    def source(self, log):
        return f"SELECT * FROM {duckdb_common.lines(log)}"

    def count(self, connection):
        return connection.execute("SELECT count(*) FROM events").fetchone()[0]

    def bytes(self, connection, store):
        return sum(entry.stat().st_size for entry in os.scandir(store))

    def answer(self, connection, question, facts, output):
        duckdb_common.answer(connection, question, facts, output)


def _file(store):
    return os.path.join(store, "events.duckdb")
