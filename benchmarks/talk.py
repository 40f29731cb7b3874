"""A method of one request a row, for the benchmarks: run as a program, it makes rows with it.

python -m benchmarks.talk URL ROWS AT_ONCE FOLDER [JSON: more fields of the job]
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import textsynth as ts
from textsynth.asking import Ask
from textsynth.errors import TextsynthError
from textsynth.methods import Method
from textsynth.prices import Prices
from textsynth.providers.openai import Openai
from textsynth.records import Brief, Draft

PROMPT = """--- user
Say {{ a }} {{ b }} {{ c }}. Some words to make it as long as a prompt of a method. Some words to
make it as long as a prompt of a method. Some words to make it as long as a prompt of a method.
Some words to make it as long as a prompt of a method. Some words to make it as long as a prompt.
"""
VALUES = [f"v{i}" for i in range(100)]


class Talk(Method):
    """Says something and keeps what comes back."""

    steps: ClassVar[Mapping[str, tuple[str, ...]]] = {"say": ()}

    async def write(self, brief: Brief, ask: Ask) -> Draft:
        """One exchange."""
        reply = await ask("say")
        asked = " ".join(brief.facets.values())
        return Draft(
            [{"role": "user", "content": asked}, {"role": "assistant", "content": reply.text}]
        )


def main() -> None:
    """Runs the job; prints peak memory in MB, kept rows and requests asked, or what stopped it."""
    url, rows, at_once, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    Talk.part = "talk"
    prompt = folder / "prompts" / "talk" / "say.en.jinja"
    prompt.parent.mkdir(parents=True, exist_ok=True)
    prompt.write_text(PROMPT, "utf8")
    endpoint = Openai(model="scripted-model", base_url=url, timeout=30)
    facets = {name: dict.fromkeys(VALUES, 1.0) for name in "abc"}
    fields = json.loads(sys.argv[5]) if len(sys.argv) > 5 else {}
    fields["prices"] = Prices.read(fields.pop("prices", None), folder)
    job = ts.Job.model_validate(
        {
            "name": "talk", "method": Talk(), "count": rows, "provider": endpoint,
            "vary": facets, "concurrency": at_once, **fields,
        }
    ).placed(folder, "", {})  # fmt: skip
    said: dict[str, object] = {}
    try:
        result = ts.run(job)
        said = {"kept": result.summary.kept, "asked": result.asked, "usd": result.cost}
    except TextsynthError as error:
        said = {"error": str(error)}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"peak": peak, **said}))


if __name__ == "__main__":
    main()
