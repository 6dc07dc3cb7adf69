"""What all peers have in common: each job is a fresh Python process that runs worker.py.

A peer implements, and worker.py calls, in that process:
    open(store)                      a connection
    load(log, store)                 ingest
    tidy(connection)                 what a user may do once after a large load
    count(connection)                rows
    bytes(connection, store)         bytes on disk
    answer(connection, question, facts, output)     one question, its answer as JSON lines in a file
The library is imported in these methods only, so that the process that measures never holds it.
"""

import json
import os
import sys

WORKER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "worker.py")


class Peer:
    key = ""
    title = ""

    def start(self):
        return self._job("start")

    def ingest(self, log, store):
        return self._job("ingest", log=log, store=store)

    def settle(self, store):
        return self._job("settle", store=store)

    def ask(self, question, store, facts_path, output):
        return self._job("ask", question=question.id, store=store, facts=facts_path, output=output)

    def repeat(self, question, store, facts_path, output, times):
        """Prints the seconds of `times` answers within one process and connection, after one that is not counted."""
        return self._job("repeat", question=question.id, store=store, facts=facts_path, output=output, times=times)

    def look(self, store):
        """Prints the rows and bytes of a store."""
        return self._job("look", store=store)

    def tally(self, store):
        """Prints what a store of records counts, where a peer has such stores."""
        return self._job("tally", store=store)

    def tidy(self, connection):
        pass

    def _job(self, do, **arguments):
        return [sys.executable, WORKER, json.dumps({"engine": self.key, "do": do, **arguments})]
