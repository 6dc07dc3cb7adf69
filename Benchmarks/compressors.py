"""What general compressors make of the raw log: compressors.py LOG. Prints bytes per line as JSON."""

import json
import sys
import zlib

import pyarrow

CHUNK = 1 << 22
# zstd -19 packs about 3 MB/s: of a longer log only the beginning is taken.
SAMPLE = 330_000_000


def main():
    log = sys.argv[1]
    print(json.dumps({"raw": _raw(log), "gzip": _gzip(log), **_zstd(log)}))


def _raw(log):
    size = lines = 0
    for chunk in _chunks(log):
        size += len(chunk)
        lines += chunk.count(b"\n")
    return size / lines


def _gzip(log):
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    size = lines = 0
    for chunk in _chunks(log):
        lines += chunk.count(b"\n")
        size += len(packer.compress(chunk))
    return (size + len(packer.flush())) / lines


def _zstd(log):
    with open(log, "rb") as file:
        sample = file.read(SAMPLE)
        whole = not file.read(1)
    sample = sample[: sample.rindex(b"\n") + 1]
    packed = pyarrow.Codec("zstd", compression_level=19).compress(sample, asbytes=True)
    return {"zstd": len(packed) / sample.count(b"\n"), "zstd_of": None if whole else len(sample)}


def _chunks(log):
    with open(log, "rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


if __name__ == "__main__":
    main()
