"""authtrail, called as a user calls it."""

import json
import os
import subprocess


class Authtrail:
    key = "authtrail"
    title = "authtrail"

    def __init__(self, binary):
        self.binary = binary

    def version(self):
        return self._text(["--version"]).strip()

    def start(self):
        """A process that does nothing but start."""
        return [self.binary, "--version"]

    def generate(self, events, log):
        return [self.binary, "demo", "--scenario", "benchmark", "--events", str(events), "--log", log, "-q"]

    def ingest(self, log, store):
        return [self.binary, "ingest", log, "--trail", store, "-q"]

    def settle(self, store):
        """authtrail needs no second step."""
        return None

    def ask(self, work, store, output):
        return [self.binary, *work.command, "--trail", store, "-q", "--format", "ndjson", "-o", output]

    def repeat(self, work, store, output):
        """The program cannot be asked within one process, nor does it say how long a question took."""
        return None

    def stored(self, store):
        """Bytes of the segments, and of everything else in the trail."""
        parts = {"segments": 0, "catalog": 0}
        for folder, _, names in os.walk(store):
            within = os.path.relpath(folder, store).split(os.sep)[0]
            part = "segments" if within == "segments" else "catalog"
            parts[part] += sum(os.path.getsize(os.path.join(folder, name)) for name in names)
        return parts

    def events(self, store):
        return json.loads(self._text(["status", "--trail", store, "--format", "json"]))["events"]

    def literal_dormant(self, store, output):
        """The detector with the literal question, whose counts must add up to the peers' rows."""
        return [self.binary, "detect", "dormant-token-reactivation", "--semantics", "literal", "--trail", store,
                "-q", "--format", "json", "-o", output]

    def lines(self, log, store):
        """The command that gives the log back byte for byte, or None if this version has none."""
        if "--lines" not in self._text(["export", "--help"]):
            return None
        return [self.binary, "export", "--lines", "--source", log, "--trail", store, "-q"]

    def tally(self, store):
        """Prints what `tally` of the peers prints, as JSON lines."""
        sql = "SELECT event, principal, count(*) AS n FROM events GROUP BY 1, 2 ORDER BY 1, 2"
        return [self.binary, "query", sql, "--trail", store, "-q", "--format", "ndjson"]

    def _text(self, arguments):
        return subprocess.run([self.binary, *arguments], check=True, capture_output=True, text=True).stdout
