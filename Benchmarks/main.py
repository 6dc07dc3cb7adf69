"""The benchmark: main.py PATH/TO/authtrail [--events N,N] [--runs N]. `make bench` calls it through run.sh."""

import argparse
import os
import shlex
import sys

import cloudtrail
import machine
import measure
import report
from bench import Bench, Mismatch, Plan
from engines.authtrail import Authtrail
from engines.clickhouse import ClickHouse
from engines.duckdb_native import DuckDBNative
from engines.duckdb_parquet import DuckDBParquet

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
PEERS = [DuckDBParquet(), DuckDBNative(), ClickHouse()]


def main():
    options = parse()
    authtrail = Authtrail(os.path.abspath(options.authtrail))
    folder, results_path = os.path.abspath(options.dir), os.path.join(HERE, "RESULTS.md")
    queries = options.query_runs or 2 * options.runs + 1
    plan = Plan(authtrail, PEERS, folder, options.runs, queries, not options.no_compressors)
    described = machine.describe(authtrail.version(), command())
    try:
        bucket = cloudtrail.CloudTrail(authtrail, folder, options.records, options.runs).run()
        section = cloudtrail.section(bucket, described)
        results = [] if options.only else [Bench(plan, events).run() for events in options.events]
    except (Mismatch, cloudtrail.Mismatch) as mismatch:
        sys.exit(f"The engines do not agree; nothing was timed.\n{mismatch}")
    except measure.Failed as failed:
        sys.exit(f"A command failed with {failed}")
    if options.only:
        with open(results_path, encoding="utf-8") as file:
            text = report.with_section(file.read(), cloudtrail.HEADING, section)
        print(section)
    else:
        text = report.document(described, PEERS, results, section)
        print(text)
    write(results_path, text)


def parse():
    parser = argparse.ArgumentParser(description="Measures authtrail beside DuckDB and ClickHouse.")
    parser.add_argument("authtrail", help="the program to measure")
    parser.add_argument(
        "--events", type=sizes, default=sizes("1000000,10000000"), help="sizes of the log (default 1000000,10000000)"
    )
    parser.add_argument("--runs", type=positive, default=3, help="how often each ingest runs (default 3)")
    parser.add_argument("--query-runs", type=positive, help="how often each question is asked (default 2 × runs + 1)")
    parser.add_argument(
        "--records", type=positive, default=200_000, help="records of the CloudTrail bucket (default 200000)"
    )
    parser.add_argument("--only", choices=["cloudtrail"], help="measure this alone, and write its section anew")
    parser.add_argument("--no-compressors", action="store_true", help="leave out gzip and zstd of the log (minutes)")
    parser.add_argument(
        "--dir",
        default=os.environ.get("AUTHTRAIL_BENCH_DIR") or os.path.join(ROOT, "bench"),
        help="where logs and stores live while it runs (AUTHTRAIL_BENCH_DIR, default ./bench); 10 M events need 12 GB",
    )
    return parser.parse_args()


def sizes(text):
    return sorted(positive(number) for number in text.split(","))


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"unexpected {text}; want a number above 0")
    return number


def command():
    """What was called, without this machine's folders."""
    arguments = [relative(argument) for argument in sys.argv[1:]]
    return shlex.join(["bash", "Benchmarks/run.sh", *arguments])


def relative(argument):
    if not os.path.isabs(argument):
        return argument
    inside = os.path.relpath(argument, ROOT)
    return os.path.basename(argument) if inside.startswith("..") else inside


def write(path, text):
    """Whole or not at all."""
    with open(path + ".tmp", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".tmp", path)


if __name__ == "__main__":
    main()
