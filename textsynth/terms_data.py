"""What is known of the terms of model families and of the licences that seeds come under.

As known in the middle of 2025, in the words of one who points at the terms and does not interpret
them: terms change, and differ between ways of getting at a model. The first entry that fits counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

KNOWN = "2025-06"
"""Year and month of what stands here."""

Limit = Literal[
    "competing", "noncommercial", "share_alike", "no_derivatives", "naming", "attribution",
    "use_policy", "region", "unclear",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """A family (as `families` names it) or "", a pattern in the name, the terms, their limits."""

    family: str
    pattern: str
    terms: str
    limits: tuple[Limit, ...] = ()


_APACHE, _MIT = "Apache License 2.0", "MIT License"

MODELS: tuple[Entry, ...] = (
    Entry("gpt", r"gpt-oss", _APACHE, ("use_policy",)),
    Entry("gpt", "", "OpenAI terms of use or services agreement", ("competing", "use_policy")),
    Entry("claude", "", "Anthropic terms of service", ("competing", "use_policy")),
    Entry("gemini", r"gemma", "Gemma terms of use", ("use_policy",)),
    Entry("gemini", "", "Google APIs and Gemini API terms of service", ("competing", "use_policy")),
    Entry("deepseek", r"distill-llama", "MIT License, on a model under the Llama licence",
          ("naming", "use_policy")),
    Entry("deepseek", r"r1|v3[.-]|v3$|chat|reasoner",
          "MIT License (weights), DeepSeek terms of use (its own service)", ("use_policy",)),
    Entry("deepseek", "", "DeepSeek license agreement", ("use_policy",)),
    Entry("llama", r"nemotron", "NVIDIA open model license, partly on top of the Llama licence",
          ("naming", "use_policy")),
    Entry("llama", r"llama-?2", "Llama 2 community license", ("competing", "use_policy")),
    Entry("llama", r"vicuna|alpaca|wizardlm", "research releases on top of LLaMA",
          ("noncommercial", "unclear")),
    Entry("llama", "", "Llama community license of the version", ("naming", "use_policy")),
    Entry("qwen", r"(?:qwen)?2\.5-(?:coder-)?3b(?!\d)", "Qwen research license",
          ("noncommercial",)),
    Entry("qwen", r"2\.5-(?:math-)?72b|qwen2-72b|qwen1\.5|qwen-72b", "Qwen license agreement",
          ("attribution", "unclear")),
    Entry("qwen", r"-(?:max|plus|turbo|long|flash)\b", "Alibaba Cloud Model Studio terms",
          ("unclear", "use_policy")),
    Entry("qwen", "", _APACHE),
    Entry("mistral", r"codestral-22b|codestral-v0", "Mistral AI non-production license",
          ("noncommercial",)),
    Entry("mistral", r"large|pixtral-large|ministral-8b|ministral-3b",
          "Mistral research license (weights), Mistral terms of service (its own service)",
          ("noncommercial", "use_policy")),
    Entry("mistral", r"zephyr", "MIT License; its training data has terms of its own",
          ("unclear",)),
    Entry("mistral", r"medium|codestral|saba", "Mistral terms of service", ("use_policy",)),
    Entry("mistral", "", _APACHE),
    Entry("phi", "", _MIT),
    Entry("exaone", "", "EXAONE AI Model License (NC)", ("noncommercial", "competing", "naming")),
    Entry("solar", r"pro", "Upstage terms of the model or of its service", ("unclear",)),
    Entry("solar", "", "Apache License 2.0; instruct versions CC BY-NC 4.0",
          ("noncommercial", "unclear")),
    Entry("hyperclova", "", "HyperCLOVA X SEED model license or CLOVA Studio terms",
          ("attribution", "use_policy", "unclear")),
    Entry("kanana", r"1\.5", _APACHE),
    Entry("kanana", "", "CC BY-NC 4.0", ("noncommercial", "attribution")),
    Entry("midm", "", _MIT),
    Entry("ax", "", _APACHE),
    Entry("smollm", "", _APACHE),
    Entry("command", "", "CC BY-NC 4.0 (weights), Cohere terms of use (its own service)",
          ("noncommercial", "use_policy")),
    Entry("grok", "", "xAI terms of service", ("competing", "use_policy")),
    Entry("nova", "", "AWS service terms", ("competing", "use_policy")),
    Entry("glm", r"4\.[567]|glm-4-0414|z1", _MIT),
    Entry("glm", "", "GLM model license or Zhipu terms of service", ("unclear",)),
    Entry("yi", "", _APACHE),
    Entry("kimi", "", "Modified MIT License", ("attribution",)),
    Entry("minimax", r"m1", _APACHE),
    Entry("minimax", "", "MiniMax model license or terms of service", ("unclear",)),
    Entry("granite", "", _APACHE),
    Entry("olmo", "", _APACHE),
    Entry("falcon", r"180b|falcon-?[23]|-h1", "Falcon LLM license of the version",
          ("use_policy", "attribution")),
    Entry("falcon", "", _APACHE),
    Entry("jamba", "", "Jamba open model license", ("use_policy",)),
    Entry("ernie", r"4\.5", _APACHE),
    Entry("doubao", r"seed-oss", _APACHE),
    Entry("hunyuan", "", "Tencent Hunyuan community license", ("competing", "region")),
    Entry("internlm", "", "Apache License 2.0; weights may have terms of their own", ("unclear",)),
    Entry("polyglot", "", _APACHE),
    Entry("bloom", "", "BigScience RAIL license", ("use_policy",)),
    Entry("dbrx", "", "Databricks open model license", ("competing", "use_policy")),
)  # fmt: skip

SEEDS: tuple[Entry, ...] = (
    Entry("", r"공공누리.*(?:제?\s*4\s*유형)|kogl.*4", "KOGL type 4",
          ("noncommercial", "no_derivatives", "attribution")),
    Entry("", r"공공누리.*(?:제?\s*3\s*유형)|kogl.*3", "KOGL type 3",
          ("no_derivatives", "attribution")),
    Entry("", r"공공누리.*(?:제?\s*2\s*유형)|kogl.*2", "KOGL type 2",
          ("noncommercial", "attribution")),
    Entry("", r"공공누리.*(?:제?\s*1\s*유형)|kogl.*1", "KOGL type 1", ("attribution",)),
    Entry("", r"cc0|public domain|pddl|unlicense|퍼블릭 도메인", "public domain or CC0"),
    Entry("", r"by-nc-nd", "CC BY-NC-ND", ("noncommercial", "no_derivatives", "attribution")),
    Entry("", r"by-nc-sa", "CC BY-NC-SA", ("noncommercial", "share_alike", "attribution")),
    Entry("", r"by-nc", "CC BY-NC", ("noncommercial", "attribution")),
    Entry("", r"by-nd", "CC BY-ND", ("no_derivatives", "attribution")),
    Entry("", r"by-sa", "CC BY-SA", ("share_alike", "attribution")),
    Entry("", r"cc-by|creative commons attribution", "CC BY", ("attribution",)),
    Entry("", r"odbl", "ODbL", ("share_alike", "attribution")),
    Entry("", r"odc-by", "ODC-BY", ("attribution",)),
    Entry("", r"gfdl|(?<![a-z])a?gpl", "a copyleft licence", ("share_alike", "attribution")),
    Entry("", r"non-?commercial|research-only|비영리|비상업", "for no commercial use",
          ("noncommercial",)),
    Entry("", r"openrail|bigscience", "an OpenRAIL licence", ("use_policy",)),
    Entry("", r"(?<![a-z])(?:apache|mit|bsd|isc)(?![a-z])", "a permissive licence",
          ("attribution",)),
    Entry("", r"llama", "Llama community license", ("naming", "use_policy")),
    Entry("", r"gemma", "Gemma terms of use", ("use_policy",)),
)  # fmt: skip
