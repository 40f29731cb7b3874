"""Peak memory at 10,000, 100,000 and 1,000,000 briefs, each one asked of a server on loopback."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from benchmarks.surviving import ended, start
from tests.servers.chat import ChatProcess


def main() -> None:
    """Prints one table; sizes as arguments, the three above without."""
    sizes = [int(word.replace(",", "")) for word in sys.argv[1:]] or [10_000, 100_000, 1_000_000]
    print("\n| briefs | peak MB | to the first | seconds | requests a second |")
    print("|---|---|---|---|---|")
    first = 0.0
    for size in sizes:
        words = ["--script", "fixed"]
        with ChatProcess(words) as server, tempfile.TemporaryDirectory() as folder:
            began = time.monotonic()
            said = ended(start(server.url, size, 64, Path(folder), quality=[]))
            wall = time.monotonic() - began
        first = first or said["peak"]
        print(
            f"| {size:,} | {said['peak']:.0f} | {said['peak'] / first:.2f} | {wall:.0f} "
            f"| {size / wall:,.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
