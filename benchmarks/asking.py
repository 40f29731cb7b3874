"""What a request costs in textsynth beside the bare openai client it uses: CPU ms, one run.

Both ask the same chat server on loopback, in processes of their own, with 64 requests at once.
The prompts are about equally long. textsynth plans, renders, journals and writes rows on top; its
filters are off.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.servers.chat import ChatProcess

ROUNDS, FEW, MANY, AT_ONCE = 3, 200, 2000, 64

BARE = """
import asyncio, sys
from textsynth.providers.openai import chat_client
from openai.types.chat import ChatCompletion
filler = "Some words to make it as long as a prompt of the method. " * 12
url, count, at_once = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
async def main():
    left = iter(range(count))
    async with chat_client(url, "none", 60, at_once) as client:
        async def work():
            for i in left:
                message = {"role": "user", "content": f"Say {i}. {filler}"}
                body = {"model": "m", "messages": [message]}
                await client.post("/chat/completions", cast_to=ChatCompletion, body=body)
        await asyncio.gather(*[work() for _ in range(at_once)])
asyncio.run(main())
"""

OURS = """
import sys, textsynth
textsynth.run(sys.argv[1], count=int(sys.argv[2]), concurrency=int(sys.argv[3]), out=sys.argv[4])
"""

JOB = """
name: asking
method: qa
count: 1
provider: {{openai: {{base_url: "{url}", model: scripted-model, options: {{max_tokens: null}}}}}}
inputs: {{documents: records.csv}}
quality: []
"""


def cpu_of(code: str, *words: str) -> tuple[float, float]:
    """(CPU seconds, wall seconds) of a process."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run([sys.executable, "-c", code, *words], check=True)
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - began
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def marginal(few: float, many: float) -> float:
    """Milliseconds a request, with what every process pays once taken off."""
    return 1000 * (many - few) / (MANY - FEW)


def main() -> None:
    """Prints one table: medians of the rounds, and the ratio."""
    with tempfile.TemporaryDirectory() as folder, ChatProcess(["--script", "asking"]) as server:
        home = Path(folder)
        job = home / "job.yaml"
        job.write_text(JOB.format(url=server.url), "utf8")
        lines = [f"r{i},What is item {i}?,Item {i} is number {i} of many." for i in range(MANY)]
        (home / "records.csv").write_text("\n".join(["id,question,answer", *lines]), "utf8")
        print("round   bare client ms   textsynth ms   ratio")
        for turn in range(ROUNDS):
            bare = [cpu_of(BARE, server.url, str(n), str(AT_ONCE))[0] for n in (FEW, MANY)]
            # qa asks twice a row, so half as many rows make as many requests.
            ours = [
                cpu_of(OURS, str(job), str(n // 2), str(AT_ONCE), str(home / f"o{turn}-{n}"))[0]
                for n in (FEW, MANY)
            ]
            a, b = marginal(*bare), marginal(*ours)
            print(f"{turn + 1:5} {a:16.2f} {b:14.2f} {b / a:7.2f}")


if __name__ == "__main__":
    main()
