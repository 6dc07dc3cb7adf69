"""What the numbers were measured on."""

import os
import platform
import subprocess
import sys
from datetime import datetime, timezone
from importlib import metadata


def describe(authtrail_version, command):
    """Pairs of what and value, for the head of the report."""
    return [
        ("date", datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")),
        ("command", f"`{command}`"),
        ("processor", f"{_cpu()}, {os.cpu_count()} cores"),
        ("memory", f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"),
        ("system", f"{_system()}, kernel {platform.release()}, {platform.machine()}"),
        ("authtrail", f"{authtrail_version} ({_commit()})"),
        ("peers", ", ".join(f"{name} {metadata.version(name)}" for name in ("duckdb", "chdb", "chdb-core"))),
        ("also", f"Python {platform.python_version()}, pyarrow {metadata.version('pyarrow')} (zstd), zlib (gzip)"),
    ]


def _cpu():
    if sys.platform == "darwin":
        return _output(["sysctl", "-n", "machdep.cpu.brand_string"])
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _system():
    if sys.platform == "darwin":
        return f"macOS {platform.mac_ver()[0]}"
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.system()


def _commit():
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    commit = _output(["git", "-C", root, "rev-parse", "--short=9", "HEAD"])
    changed = _output(["git", "-C", root, "status", "--porcelain", "--untracked-files=no"])
    return (commit or "no commit") + (" with changes" if changed else "")


def _output(command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""
