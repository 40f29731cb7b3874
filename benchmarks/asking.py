"""What a request costs: textsynth beside the bare openai client and beside plain aiohttp, one run.

All ask the same chat server on loopback, each in a process of its own, with prompts of one length.
textsynth plans, renders, journals and writes rows on top; its filters are off. CPU is that of the
whole process, imports and start included, over the requests.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.servers.chat import ChatProcess

COUNTS, AT_ONCE, LATENCIES = (2_000, 20_000), (64, 256), (0.0, 0.2)

_SHARED = """
import asyncio, resource, sys
url, count, at_once = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
filler = "Some words to make it as long as a prompt of a method. " * 5
def body(i):
    message = {"role": "user", "content": f"Say {i}. {filler}"}
    return {"model": "scripted-model", "messages": [message]}
async def many(ask):
    left = iter(range(count))
    async def work():
        for i in left:
            await ask(body(i))
    await asyncio.gather(*[work() for _ in range(at_once)])
def done():
    print('{"peak": %f}' % (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))
"""
FLOOR = (
    _SHARED
    + """
import aiohttp, json
async def main():
    connector = aiohttp.TCPConnector(limit=at_once + 8)
    async with aiohttp.ClientSession(connector=connector) as http:
        async def ask(body):
            async with http.post(url + "/chat/completions", json=body) as answer:
                json.loads(await answer.read())["choices"][0]["message"]["content"]
        await many(ask)
asyncio.run(main()); done()
"""
)
CLIENT = (
    _SHARED
    + """
from textsynth.providers._chat import chat_client
from openai.types.chat import ChatCompletion
async def main():
    async with chat_client(url, "none", 60, at_once) as client:
        async def ask(body):
            await client.post("/chat/completions", cast_to=ChatCompletion, body=body)
        await many(ask)
asyncio.run(main()); done()
"""
)


@dataclass(frozen=True)
class Seen:
    """One run: CPU milliseconds a request, requests a second, peak memory in MB, mean in flight."""

    cpu: float
    rate: float
    peak: float
    in_flight: float


def measured(command: list[str], count: int, server: ChatProcess) -> Seen:
    """Runs a program that asks `count` times and prints its peak memory."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    here = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    ran = subprocess.run(command, check=True, capture_output=True, text=True, env=here)
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - began
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    peak = float(ran.stdout.split('"peak": ')[1].split(",")[0].rstrip("}\n"))
    return Seen(1000 * cpu / count, count / wall, peak, float(server.stats()["mean_in_flight"]))


def main() -> None:
    """Prints one table: three ways to ask, for each number, width and latency."""
    who = {"aiohttp": FLOOR, "openai client": CLIENT, "textsynth": ""}
    print("| requests | at once | latency ms | who | CPU ms each | a second | peak MB | in flight "
          "| to client |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|---|")
    for count in COUNTS:
        for at_once in AT_ONCE:
            for latency in LATENCIES:
                seen: dict[str, Seen] = {}
                for name, code in who.items():
                    words = ["--script", "fixed", "--latency", str(latency)]
                    with ChatProcess(words) as server, tempfile.TemporaryDirectory() as folder:
                        call = [server.url, str(count), str(at_once)]
                        program = ["-c", code] if code else ["-m", "benchmarks.talk"]
                        extra = [] if code else [folder]
                        command = [sys.executable, *program, *call, *extra]
                        seen[name] = measured(command, count, server)
                for name, one in seen.items():
                    ratio = one.cpu / seen["openai client"].cpu
                    print(
                        f"| {count:,} | {at_once} | {1000 * latency:.0f} | {name} | {one.cpu:.2f} "
                        f"| {one.rate:,.0f} | {one.peak:.0f} | {one.in_flight:.0f} | {ratio:.2f} |",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
