"""What closing a run costs: rows/kept.jsonl to parquet and other forms, beside plain PyArrow.

    python -m benchmarks.exporting 100000 1000000

Rows are as `qa` leaves them: two turns of 60 and 300 characters, a context of 600, quotes, three
facets, lineage of three replies and the verdicts of four filters (about 3 KB of JSON). Every
contender runs in a process of its own, on the same file; its peak is that of the process.

    floor       json.loads, RecordBatch.from_pylist of the same columns, ParquetWriter (zstd)
    dataset     the writer dataset, as a run is closed
    splits      the same with three splits (assigning is not in it)
    assign      splits.assign by documents and near-duplicates
    version     lines and hashes of a version, packed
    messages, alpaca, openai     these writers
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from textsynth.manifest import lines_of, write_lines
from textsynth.records import Message, ReplyRef, Sample, Summary, Table
from textsynth.runfolder import SampleRows
from textsynth.splits import Assignment, Splits, assign, parts_of
from textsynth.writers import SHELF
from textsynth.writers._columns import Scan
from textsynth.writers._parquet import schema_of
from textsynth.writers.dataset import Dataset

SUMMARY = Summary("bench", "qa", "en", 1)


def make(rows: int, path: Path) -> None:
    """The file of kept rows."""
    dice = random.Random(1)
    words = ["".join(dice.choices("etaoinsrhldcu", k=dice.randint(2, 9))) for _ in range(5000)]

    def text(size: int) -> str:
        return " ".join(dice.choices(words, k=size // 6)).capitalize() + "."

    with path.open("w", encoding="utf8") as file:
        for n in range(rows):
            question, answer, context = text(60), text(300), text(600)
            said: tuple[Message, ...] = (
                {"role": "user", "content": question}, {"role": "assistant", "content": answer},
            )  # fmt: skip
            quote = {"chunk": f"c{n // 8}", "source": "guide.md", "text": context[:80], "start": 0,
                     "end": 80, "match": "verbatim"}  # fmt: skip
            refs = tuple(
                ReplyRef(
                    f"{n:032x}", step, "0123456789abcdef", "gpt-4.1-mini", "stop", 400, 90, 1e-4
                )
                for step in ("question", "answer", "check")
            )
            sample = Sample(
                f"{n:016x}", n, f"{n:015x}b", "qa", "en", said,
                {"question": question, "answer": answer, "context": context, "quotes": [quote],
                 "kind": "how", "answerable": True},
                {}, {"tone": "plain", "length": "short", "level": str(n % 3)},
                {"chunk": f"c{n // 8}", "source": f"g{n // 80}.md", "persona": f"p{n % 500}"},
                refs,
            )  # fmt: skip
            row = sample.to_json()
            row["verdicts"] = [
                {"keep": True, "reason": "", "score": dice.random(), "filter": name}
                for name in ("length", "language", "exact_duplicates", "near_duplicates")
            ]
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def floor(kept: Path, folder: Path) -> None:
    """What one would write by hand for this one schema."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = Scan.of(islice(iter(SampleRows(kept)), 10)).table(lineage=True)
    schema = schema_of(columns)
    top = {"id", "messages", "language", "method"}

    def record(row: dict[str, Any]) -> dict[str, Any]:
        refs = row["replies"]
        made = {**row["columns"], **row["facets"], **row["seeds"], **{n: row[n] for n in top}}
        made["quotes"] = json.dumps(made["quotes"], ensure_ascii=False)
        made["models"] = list(dict.fromkeys(ref["model"] for ref in refs))
        made["tokens_in"] = sum(ref["tokens_in"] for ref in refs)
        made["tokens_out"] = sum(ref["tokens_out"] for ref in refs)
        return made

    folder.mkdir(parents=True)
    writer = pq.ParquetWriter(folder / "floor.parquet", schema, compression="zstd")
    with writer as file, kept.open(encoding="utf8") as lines:
        while batch := [record(json.loads(line)) for line in islice(lines, 1000)]:
            file.write_batch(pa.RecordBatch.from_pylist(batch, schema=schema))


def splits(kept: Path, folder: Path) -> None:
    """Three splits, dealt by turns."""
    rows = SampleRows(kept)
    dealt = array("B", (0 if n % 10 < 8 else n % 10 - 7 for n, _ in enumerate(kept.open("rb"))))
    found = Assignment(("train", "validation", "test"), dealt, Table("", (), ()))
    Dataset().write_splits(parts_of(rows, found), folder, SUMMARY)


def _assign(kept: Path, folder: Path) -> None:
    found = assign(SampleRows(kept), Splits(shares={"train": 0.8, "test": 0.2}))
    print(found.table.rows, file=sys.stderr)


def _version(kept: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    write_lines(lines_of(kept), folder / "rows.tsv.gz")


def _writer(name: str) -> Callable[[Path, Path], None]:
    def write(kept: Path, folder: Path) -> None:
        SHELF.load(name)().write(SampleRows(kept), folder, SUMMARY)

    return write


CONTENDERS: dict[str, Callable[[Path, Path], None]] = {
    "floor": floor, "dataset": _writer("dataset"), "splits": splits, "assign": _assign,
    "version": _version, "messages": _writer("messages"), "alpaca": _writer("alpaca"),
    "openai": _writer("openai"),
}  # fmt: skip


def measure(name: str, kept: Path) -> None:
    """Runs one contender in this process and prints what it took, as JSON."""
    with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
        began, cpu = time.monotonic(), time.process_time()
        CONTENDERS[name](kept, Path(folder) / "out")
        wall, cpu = time.monotonic() - began, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"wall": wall, "cpu": cpu, "peak": peak}))


def main() -> None:
    """One table for each size; names of contenders as arguments, all of them without."""
    given = sys.argv[1:]
    if given[:1] == ["--one"]:
        measure(given[1], Path(given[2]))
        return
    names = [word for word in given if word in CONTENDERS] or list(CONTENDERS)
    sizes: Iterable[int] = [int(w.replace(",", "")) for w in given if w not in CONTENDERS]
    for size in sizes or [100_000, 1_000_000]:
        with tempfile.TemporaryDirectory() as folder:
            kept = Path(folder) / "kept.jsonl"
            make(size, kept)
            print(f"\n{size:,} rows, {kept.stat().st_size / 1e6:,.0f} MB\n")
            print("| what | rows a second | CPU s | peak MB | CPU against the floor |")
            print("|---|---|---|---|---|", flush=True)
            base = 0.0
            for name in names:
                words = [sys.executable, "-m", "benchmarks.exporting", "--one", name, str(kept)]
                said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
                took = json.loads(said)
                base = base or took["cpu"]
                print(
                    f"| {name} | {size / took['wall']:,.0f} | {took['cpu']:.1f} "
                    f"| {took['peak']:.0f} | {took['cpu'] / base:.2f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
