"""Drops samples with what a prompt left behind: blanks, labels, template tokens, preambles."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal, get_args

from pydantic import Field

from textsynth.quality import GIVEN, KEEP, Filter, Mend, Screen
from textsynth.quality._code import prose
from textsynth.quality._leaks import LABELS, PARTS, SCRIPT, leak, refers, told
from textsynth.quality._placeholders import filler, placeholder
from textsynth.quality._text import Patterns, turns, weight
from textsynth.records import Message, Sample, Setting, Verdict

Fault = Literal[
    "template_token", "thinking", "placeholder", "filler", "label", "preamble", "absent_text"
]
_TOKEN = re.compile(
    r"<[|｜][^|｜>\n]{1,40}[|｜]>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|<(?:unk|pad|bos"
    r"|eos)>"
    r"|\[/?(?:SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|CLS|SEP|MASK|PAD)\]|</s>(?!\w)|^\s*<s>"
    r"|\[(?:im_start|im_end|EOS|BOS)\]|^\s*(?:assistant|user)\s*\n+(?=\S)"
)
_THOUGHT = re.compile(
    r"</?(?:think|thinking|thoughts?|reasoning|scratchpad|reflection|inner_monologue"
    r"|chain_of_thought"
    r"|final_answer|rewritten_prompt|new_prompt|response|instructions?|question|answer|output|turn"
    r"|persona|context|dialogue|conversation)>|</(?:user|assistant|system|human|customer|agent|bot"
    r"|message|reply)>|^\s*<(?:user|assistant|system|human|customer|agent|bot)>",
    re.I,
)
_SCRIPT_ASKED = re.compile(
    r"dialog|conversation|script|role-?play|interview|transcript|scene|play|screenplay|chat"
    r"|대화|대본|역할극|인터뷰|시나리오|상황극|면접|채팅",
    re.I,
)
_END_OF_TEXT = re.compile(
    r"\s*(?:<[|｜](?:end[_▁]?of[_▁]?(?:text|turn|sentence)|im_end|eot_id|eos|eom_id|end)[|｜]>"
    r"|<end_of_turn>|<eos>|</s>|\[EOS\])\s*$"
)
"""A token at the end of a text that says no more than that it ends."""
_LONGEST = 24
"""Characters from the end in which it is looked for."""
_STRUCK = re.compile(r"<s>[^<]*</s>")


class Scaffolding(Filter):
    """Finds what no speaker would say and no writer would leave in; code is left out.

    English and Korean. template_token: `<|im_start|>`, `[INST]`; thinking: `<think>` and other tags
    of a prompt's parts; placeholder: `[Your Name]`, `{{name}}`, `<NAME>`, `XXX`, `[회사명]`,
    "OOO "
    "고객님" (numbered ones such as `[NAME_1]` stand for what was redacted, and may stay); filler:
    Lorem ipsum; label: "Customer:", "질문:" before a turn; preamble: "Here is the rewritten
    prompt:", "요청하신 대로 "
     "작성했습니다", "#Rewritten Prompt#"; absent_text: "according to the passage
    above" where the row has none. A template that was asked for may have blanks, and a script
    labels; what the user of a given row hands over may have labels too. The score is the number of
    the turn; details hold what was found.
    """

    alone = True

    find: list[Fault] = Field(default_factory=lambda: list(get_args(Fault)))
    """What is a fault."""

    repair: bool = False
    """Take tokens that only end a text (`<|endoftext|>`, `</s>`) from the ends of turns and columns
    before any filter looks. The details say how many."""

    allow: list[str] = Field(default_factory=list)
    """Texts that are no fault wherever they stand, such as `[Name]` or `</s>`."""

    extra: Patterns = Field(default_factory=list)
    """More regular expressions (case does not count) whose match drops a row as `extra`."""

    def mend(self, setting: Setting) -> Mend | None:
        """Takes tokens that end a text from its end where `repair` is set."""
        return _ended if self.repair else None

    def screen(self, setting: Setting) -> Screen:
        """Looks at one sample at a time; the first turn with a fault decides."""
        wanted = frozenset(self.find)
        extra = [re.compile(pattern, re.IGNORECASE) for pattern in self.extra]

        def verdict(sample: Sample) -> Verdict:
            before = ""
            for number, (role, text) in enumerate(turns(sample), 1):
                plain = prose(text)
                for known in self.allow:
                    plain = plain.replace(known, " ")
                for name, found in _faults(plain, role, before, sample):
                    if name in wanted and found:
                        return _dropped(name, number, found)
                for pattern in extra:
                    if match := pattern.search(plain):
                        return _dropped("extra", number, match[0])
                before += text + "\n"
            return KEEP

        return verdict


def _ended(sample: Sample) -> tuple[Sample, Mapping[str, Any]]:
    """The sample without the tokens that end its texts; a tag that strikes out a word stays."""
    taken = 0

    def whole(text: str) -> str:
        nonlocal taken
        while (end := text.rstrip()).endswith((">", "]")):
            match = _END_OF_TEXT.search(end, max(0, len(end) - _LONGEST))
            if match is None:
                break
            if match[0].strip() == "</s>" and text.count("<s>") >= text.count("</s>"):
                break
            text, taken = end[: match.start()].rstrip(), taken + 1
        return text

    messages = tuple(_with(m, whole(m["content"])) for m in sample.messages)
    columns = {k: whole(v) if isinstance(v, str) else v for k, v in sample.columns.items()}
    if not taken:
        return sample, {}
    changed = replace(sample, messages=messages, columns=columns)
    return changed, {"mended": {"end_of_text": taken}}


def _with(message: Message, content: str) -> Message:
    if content == message["content"]:
        return message
    changed = message.copy()
    changed["content"] = content
    return changed


def _dropped(reason: str, number: int, found: str) -> Verdict:
    details = {"turn": number, "found": found.strip()[:80]}
    return Verdict(keep=False, reason=reason, score=float(number), details=details)


def _faults(text: str, role: str, before: str, sample: Sample) -> Iterator[tuple[str, str]]:
    """(fault, what was found), "" where it was not."""
    yield "template_token", _token(text)
    yield "thinking", _first(_THOUGHT.search, text) if "<" in text and ">" in text else ""
    handed = sample.method == GIVEN and role == "user" and not sample.speakers
    yield "label", "" if handed else _label(text, role, before, given=sample.method == GIVEN)
    yield "placeholder", placeholder(text, before)
    yield "filler", filler(text)
    found = leak(text, before if role == "assistant" else "")
    if not found and (role == "assistant" or sample.speakers):
        found = told(text)
    yield "preamble", found
    found = refers(text) if role != "assistant" or not before else ""
    yield "absent_text", found if found and not _has_text(text, before, found, sample) else ""


def _first(search: Callable[[str], re.Match[str] | None], text: str) -> str:
    match = search(text)
    return match[0] if match else ""


def _token(text: str) -> str:
    if "<" in text or "[" in text:
        return _first(_TOKEN.search, _STRUCK.sub(" ", text) if "<s>" in text else text)
    start = text[:12].lstrip().lower()
    return _first(_TOKEN.search, text) if start.startswith(("assistant", "user")) else ""


def _label(text: str, role: str, before: str, *, given: bool) -> str:
    """The label of a script before the turn, or before a line of it where no script is meant."""
    if not role or (":" not in text and "：" not in text):
        return ""
    asked = role == "assistant" and _SCRIPT_ASKED.search(before)
    if match := LABELS.match(text) or (PARTS.match(text) if role == "assistant" else None):
        # A question before a text that it is about is how people ask.
        about = role != "assistant" and weight(text) >= 400 and "\n" in text
        named = (
            role == "assistant" and match[0].strip(" \t\n#*_[]<>():：").lower() in before.lower()
        )
        return "" if about or asked or (named and given) else match[0]
    if "\n" in text and not asked and (match := SCRIPT.search(text)):
        return match[0]
    return ""


def _has_text(text: str, before: str, found: str, sample: Sample) -> bool:
    """Whether the row has a text that its words may refer to."""
    if weight(before) >= 200 or weight(text) >= 400:
        return True
    after = text[text.find(found) + len(found) :]
    if re.search(r"[:：\n\"“‘「『<]\s*\S[\s\S]{20}", after):
        return True
    long = (v for v in sample.columns.values() if isinstance(v, str) and weight(v) >= 100)
    given = any(v not in text for v in long)
    return given or any(
        m["role"] in ("system", "tool") and weight(m["content"]) >= 200 for m in sample.messages
    )
