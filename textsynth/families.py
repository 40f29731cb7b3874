"""Which family a model is of, told from its name: judges favour what their own family writes."""

from __future__ import annotations

import re
from collections.abc import Mapping

FAMILIES: Mapping[str, str] = {
    "gpt": r"gpt(?!-?(?:neo|j\b|2\b))|chatgpt|davinci|o[1345](?=$|-)",
    "claude": r"claude",
    "gemini": r"gemini|gemma|palm|bard|learnlm",
    "llama": r"llama(?!\.?cpp)|vicuna|alpaca|nemotron|tulu|wizardlm",
    "qwen": r"qwen|qwq|qvq|tongyi",
    "mistral": r"mistral|mixtral|ministral|magistral|codestral|devstral|zephyr|pixtral",
    "deepseek": r"deepseek",
    "phi": r"phi(?=-?\d|$)|wizardlm-2",
    "exaone": r"exaone",
    "solar": r"solar",
    "hyperclova": r"hyper-?clova|hcx",
    "kanana": r"kanana|kogpt",
    "midm": r"midm|mi:dm",
    "ax": r"a\.?x-?[345](?=\.|-|$)",
    "smollm": r"smollm",
    "command": r"command-?[ar]|\baya\b|c4ai",
    "grok": r"grok",
    "nova": r"nova-(?:micro|lite|pro|premier)|titan-text",
    "glm": r"(?:chat)?glm",
    "yi": r"yi(?=-|$)",
    "kimi": r"kimi|moonshot",
    "minimax": r"minimax|abab",
    "granite": r"granite",
    "olmo": r"olmo",
    "falcon": r"falcon",
    "jamba": r"jamba",
    "ernie": r"ernie",
    "doubao": r"doubao|seed-oss",
    "hunyuan": r"hunyuan",
    "internlm": r"internlm",
    "polyglot": r"polyglot",
    "bloom": r"bloom",
    "dbrx": r"dbrx",
    "reka": r"reka",
}
"""Family → how its models are called, at the start of a part of the name, case aside."""

_MATCH = {name: re.compile(rf"(?<![a-z])(?:{words})", re.I) for name, words in FAMILIES.items()}


def families(model: str) -> frozenset[str]:
    """The families in a model's name: two for a distilled one such as DeepSeek-R1-Distill-Qwen-7B.

    Of a name that is not known the family is the name itself.
    """
    bare = model.strip().lower()
    found = frozenset(name for name, words in _MATCH.items() if words.search(bare))
    return found or frozenset({bare.rpartition("/")[2]})


def related(one: str, other: str) -> str:
    """`same` for one model under one name, `family` for kin, "" for neither."""
    if one.strip().lower() == other.strip().lower():
        return "same"
    return "family" if families(one) & families(other) else ""
