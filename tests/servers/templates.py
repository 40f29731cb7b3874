"""How the test chat server tells its chat template (ChatML): as llama.cpp does, or as vLLM does."""

from __future__ import annotations

from typing import Any

PATHS = {"llama.cpp": (b"/apply-template",), "vllm": (b"/tokenize", b"/detokenize")}
"""Kind of server -> its paths."""

DEFAULT_SYSTEM = "You are Scripted."
"""What the template says in the system slot when nobody else does."""


def of_template(path: bytes, body: dict[str, Any]) -> dict[str, Any]:
    """The template applied, as a text or as tokens (one a character), or tokens as a text."""
    if path == b"/detokenize":
        return {"prompt": "".join(map(chr, body["tokens"]))}
    messages = list(body["messages"])
    if messages[0]["role"] != "system":
        messages.insert(0, {"role": "system", "content": DEFAULT_SYSTEM})
    text = "".join(f"<|im_start|>{m['role']}\n{m['content']}<|im_end|>\n" for m in messages)
    if body.get("add_generation_prompt", True):
        text += "<|im_start|>assistant\n"
    if path == b"/apply-template":
        return {"prompt": text}
    return {"tokens": [ord(letter) for letter in text], "count": len(text)}
