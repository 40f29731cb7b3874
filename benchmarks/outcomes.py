"""How often a dialogue's outcome label is confirmed, and how right the rules are that say so.

python -m benchmarks.outcomes [--count 40] [--no-embedded]

Three tables. The first two are support jobs on the scripted chat server, in English and Korean: it
knows which end it played, and plays another than the one asked for in a known share of dialogues,
so the rules have a truth to be held against. Its last lines were written apart from the rules. The
third is the embedded model with `customer: scripted`, where there is no truth but the label.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml

import textsynth as ts
from tests.servers.chat import ChatServer
from tests.servers.service_desk import ServiceDesk, truth
from textsynth.methods._outcomes import OUTCOMES
from textsynth.methods._verify import interval

ROOT = Path(__file__).parents[1]
BROKEN = 0.3
FILES = {
    "en": ("examples/bank/faq.csv", "personas/retail-banking.jsonl"),
    "ko": ("examples/bank-ko/faq.csv", "personas/retail-banking.ko.jsonl"),
}


def rows_of(
    folder: Path, language: str, provider: Any, count: int, **method: Any
) -> list[dict[str, Any]]:
    """The rows that a support job with equal shares of outcomes writes, kept and dropped."""
    document, people = FILES[language]
    job = {
        "name": "outcomes", "count": count, "seed": 5, "language": language, "provider": provider,
        "method": {"support": {"company": "Larkmere Bank", "turns": [4, 6], **method}},
        "inputs": {
            "documents": str(ROOT / document),
            "personas": {"from": str(ROOT / people), "pick": "relevant", "each": 4},
        },
        "vary": {"outcome": list(OUTCOMES)}, "quality": [], "max_briefs": 3 * count,
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "job.yaml").write_text(yaml.safe_dump(job, allow_unicode=True), "utf8")
    ts.run(folder / "job.yaml", out=folder / "run")
    lines = (folder / "run" / "rows" / "kept.jsonl").read_text("utf8").splitlines()
    return [json.loads(line) for line in lines]


def confirmed(rows: Sequence[dict[str, Any]]) -> Iterable[str]:
    """A line per outcome asked for: rows, confirmed, share and its interval."""
    for outcome in OUTCOMES:
        own = [row["columns"] for row in rows if row["facets"]["outcome"] == outcome]
        hits = sum(columns["outcome_confirmed"] for columns in own)
        low, high = interval(hits, len(own))
        share = hits / len(own) if own else 0.0
        yield f"{outcome:10} {len(own):5} {hits:10} {share:7.2f}   {low:.2f} to {high:.2f}"


def against_truth(rows: Sequence[dict[str, Any]], language: str) -> Iterable[str]:
    """A line per outcome played: precision and recall of what the rules found."""
    pairs = []
    for row in rows:
        said = [m["content"] for m in row["messages"] if m["role"] == "user"]
        pairs.append((truth(language, said[-1]), row["columns"]["outcome_found"]))
    for outcome in OUTCOMES:
        played = sum(told == outcome for told, _ in pairs)
        found = sum(seen == outcome for _, seen in pairs)
        right = sum(told == seen == outcome for told, seen in pairs)
        precision = right / found if found else 0.0
        recall = right / played if played else 0.0
        yield f"{outcome:10} {played:6} {found:6} {precision:10.2f} {recall:7.2f}"


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=40, help="rows on the embedded model")
    parser.add_argument("--no-embedded", action="store_true", help="only the scripted server")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for language in FILES:
            with ChatServer(script=ServiceDesk(language, BROKEN)) as server:
                endpoint = {"base_url": server.url, "model": "m", "options": {"max_tokens": None}}
                provider = {"openai": endpoint}
                place = Path(folder, language)
                rows = rows_of(place, language, provider, 400, customer="free", tries=0)
            print(f"scripted server, {language}: {len(rows)} rows, {BROKEN:.0%} of ends broken")
            print("asked       rows  confirmed   share   95 % interval")
            print("\n".join(confirmed(rows)))
            print("played       rows  found  precision  recall")
            print("\n".join(against_truth(rows, language)), "\n")
        if not given.no_embedded:
            rows = rows_of(Path(folder, "e"), "en", "local", given.count, customer="scripted")
            print(f"embedded model, en: {len(rows)} rows")
            print("asked       rows  confirmed   share   95 % interval")
            print("\n".join(confirmed(rows)))


if __name__ == "__main__":
    main()
