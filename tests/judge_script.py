"""A scripted judge: it reads what stands between the marks and answers by a rule of the test."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.servers.scripts import Reply, Request, asking_text, prompt_texts
from textsynth.job import Job
from textsynth.jobfile import load_job

_QUOTED = re.compile(r"(?s)<<(text|answer|request|material) ([0-9a-f]{8})>>\n(.*?)\n<<end \2>>")
_HEADS = ("You judge a text", "You compare two answers", "글 하나를", "한 요청에")
Rule = Callable[[str, str, Request], Any]
"""(the row's text, the question, the request) → a score, yes or no, or a whole reply."""


def asks_judge(request: Request) -> bool:
    """Whether a request is one of the judge's."""
    head = prompt_texts(request)[0]
    return head.startswith(
        ("You judge a text", "You compare two answers", "글 하나를", "한 요청에")
    )


def quoted_in(request: Request) -> dict[str, list[str]]:
    """What stands between marks, by their name, without the `> ` of each line."""
    found: dict[str, list[str]] = {}
    for name, _, body in _QUOTED.findall(prompt_texts(request)[1]):
        lines = [line.removeprefix("> ") for line in body.split("\n")]
        found.setdefault(name, []).append("\n".join(lines))
    return found


def question_of(request: Request) -> str:
    """The question that is asked about the row."""
    found = re.findall(r"(?m)^(?:Question|물음): (.*)$", prompt_texts(request)[1])
    return found[-1] if found else ""


def scores(rule: Rule) -> Callable[[Request], Reply]:
    """A server script: the judge's prompts by the rule, all others as `asking_text`."""

    def script(request: Request) -> Reply:
        if not asks_judge(request):
            return asking_text(request)
        row = "\n".join(quoted_in(request).get("text", [""]))
        found = rule(row, question_of(request), request)
        if isinstance(found, int):
            return json.dumps({"reason": f"it reads like {found}", "score": found})
        if found in ("yes", "no"):
            return json.dumps({"reason": f"I say {found}", "answer": found})
        return str(found)

    return script


def prefers(rule: Callable[[str, str, Request], str]) -> Callable[[Request], Reply]:
    """A server script for pairs: (first answer, second answer, request) → which is better."""

    def script(request: Request) -> Reply:
        if not asks_judge(request):
            return asking_text(request)
        first, second = quoted_in(request)["answer"]
        found = rule(first, second, request)
        return json.dumps({"reason": "so it seems", "better": found})

    return script


def given_job(
    folder: Path, url: str, rows: list[dict[str, Any]], judge: Mapping[str, Any], **fields: Any
) -> Job:
    """A job that judges these rows as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / "rows.jsonl").write_text(lines, "utf8")
    endpoint = {"base_url": url, "model": "scripted-model", "timeout": 20, "concurrency": 8}
    job = {
        "name": "judged", "method": "given", "count": "all", "seed": 3,
        "provider": {"openai": endpoint}, "inputs": {"rows": "rows.jsonl"},
        "quality": [{"judge": dict(judge)}], **fields,
    }  # fmt: skip
    (folder / "job.yaml").write_text(yaml.safe_dump(job, allow_unicode=True), "utf8")
    return load_job(folder)


def answers(*texts: str, **more: Any) -> list[dict[str, Any]]:
    """Rows of a question with these answers."""
    return [
        {"id": f"r{number}", "question": f"How long does it take, case {number}?", "answer": text,
         **more}
        for number, text in enumerate(texts)
    ]  # fmt: skip
