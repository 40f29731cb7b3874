"""Finished samples out of records: which columns hold the instruction, the reply, the turns."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from textsynth.errors import InputError, nearest
from textsynth.records import digest
from textsynth.rowfiles.text import clean

Row = dict[str, Any]

_MESSAGES = ("messages", "conversations", "conversation", "dialogue", "turns", "대화")
_INPUT = ("input", "context", "입력")
_PAIRS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("instruction", "지시문", "지시"), ("output", "response", "reply", "answer", "출력", "응답")),
    (("prompt",), ("completion", "response", "reply", "chosen", "answer")),
    (("question", "query", "질문"), ("answer", "response", "reply", "답변", "답")),
)
_TEXT = ("text", "본문", "내용")
ROLES = {
    "user": "user", "human": "user", "customer": "user", "사용자": "user",
    "assistant": "assistant", "gpt": "assistant", "chatgpt": "assistant", "model": "assistant",
    "bot": "assistant", "agent": "assistant", "상담원": "assistant",
    "system": "system", "developer": "system",
}  # fmt: skip
"""What a speaker is called in the files of others → role."""
_LONGEST = 500
"""Characters of another column that a row carries along."""

Turn = dict[str, str]


@dataclass(frozen=True, slots=True)
class Names:
    """Which columns hold what; an empty name: none does."""

    messages: str = ""
    instruction: str = ""
    more: str = ""
    reply: str = ""

    def words(self) -> str:
        """The columns that were taken, for people."""
        pairs = (
            ("messages", self.messages), ("instruction", self.instruction), ("input", self.more),
            ("reply", self.reply),
        )  # fmt: skip
        return ", ".join(f"{what}: {name}" for what, name in pairs if name)


def names_in(records: Sequence[Mapping[str, Any]], shown: str, given: Names) -> Names:
    """The columns of the first records of a file: as `given`, or as their names tell.

    Raises InputError where a given one is not there, and where nothing can be recognised.
    """
    there = list(dict.fromkeys(name for record in records for name in record))
    for option in ("messages", "instruction", "reply"):
        name = getattr(given, option)
        if name and name not in there:
            raise InputError(
                f"'{shown}' has no column '{name}', which `{option}` names", nearest(name, there)
            )
    by_name = {name.strip().casefold(): name for name in reversed(there)}

    def first(names: Sequence[str], but: str = "") -> str:
        return next((by_name[n] for n in names if n in by_name and by_name[n] != but), "")

    if given.messages:
        return Names(messages=given.messages)
    if given.instruction:
        answers = [name for _, names in _PAIRS for name in names]
        return Names("", given.instruction, "", given.reply or first(answers, given.instruction))
    if messages := first(_MESSAGES):
        return Names(messages=messages)
    for asks, answers_ in _PAIRS:
        if asked := first(asks):
            more = first(_INPUT) if asks[0] == "instruction" else ""
            return Names("", asked, more, given.reply or first(answers_, asked))
    if text := first(_TEXT):
        return Names("", text, "", given.reply)
    raise InputError(
        f"which columns of '{shown}' hold the instructions cannot be told",
        f"it has: {', '.join(there)[:300]}. Looked for: messages, conversations; instruction, "
        "input, output; prompt, completion; question, answer; text",
        "name them with `messages:`, or with `instruction:` and `reply:`",
    )


def row_of(
    record: Mapping[str, Any], names: Names, source: str, *, first: bool = False
) -> Row | None:
    """{id, instruction, reply, messages, system, source, columns}; None without an instruction.

    `messages`: the user and assistant turns, up to the last request (or the first one) and its
    reply. `columns`: what else the record says in a word or a short text.
    """
    system, turns = _turns(record, names)
    asked = [n for n, turn in enumerate(turns) if turn["role"] == "user"]
    if not asked:
        return None
    last = asked[0] if first else asked[-1]
    turns = turns[: last + 2]
    instruction = turns[last]["content"]
    reply = turns[last + 1]["content"] if len(turns) > last + 1 else ""
    own = record.get("id")
    given = own not in (None, "") and isinstance(own, str | int) and not isinstance(own, bool)
    row: Row = {
        "id": str(own) if given else digest(turns, system, size=8),
        "instruction": instruction, "reply": reply, "messages": turns, "system": system,
        "source": source,
    }  # fmt: skip
    taken = {"id", names.messages, names.instruction, names.more, names.reply}
    columns = {k: v for k, v in record.items() if k not in taken and _short(v)}
    return {**row, "columns": columns} if columns else row


def same(row: Row) -> str:
    """What two rows that say the same have in common."""
    return digest(row["system"], [(turn["role"], turn["content"]) for turn in row["messages"]])


def _short(value: Any) -> bool:
    return value not in (None, "") and (
        isinstance(value, int | float) or (isinstance(value, str) and len(value) <= _LONGEST)
    )


def _turns(record: Mapping[str, Any], names: Names) -> tuple[str, list[Turn]]:
    """(system message, turns of user and assistant)."""
    if names.messages:
        return _spoken(record.get(names.messages))
    asked = record.get(names.instruction)
    if isinstance(listed := _listed(asked), list):  # a prompt that is a conversation itself
        system, turns = _spoken(listed)
    else:
        more = _plain(record.get(names.more)) if names.more else ""
        text = "\n\n".join(part for part in (_plain(asked), more) if part)
        system, turns = "", [{"role": "user", "content": text}] if text else []
    if names.reply and turns:
        answer = record.get(names.reply)
        said = _spoken(listed)[1] if isinstance(listed := _listed(answer), list) else []
        text = said[-1]["content"] if said else _plain(answer)
        turns += [{"role": "assistant", "content": text}] if text else []
    return system, turns


def _spoken(value: Any) -> tuple[str, list[Turn]]:
    """Turns as OpenAI (role, content) and ShareGPT (from, value) have them; of tools none."""
    system, turns = "", []
    listed = _listed(value)
    for entry in listed if isinstance(listed, list) else ():
        if not isinstance(entry, dict):
            continue
        named = str(entry.get("role") or entry.get("from") or "").strip().casefold()
        content = entry.get("content") if "content" in entry else entry.get("value")
        role, text = ROLES.get(named, ""), _content(content)
        if role == "system":
            system = system or text
        elif role and text:
            turns.append({"role": role, "content": text})
    return system, turns


def _content(value: Any) -> str:
    if isinstance(value, list):
        parts = [part.get("text") for part in value if isinstance(part, dict)]
        value = "\n".join(part for part in parts if isinstance(part, str))
    return _plain(value)


def _listed(value: Any) -> Any:
    """A list that a CSV cell holds as JSON."""
    if isinstance(value, str) and value.lstrip().startswith("[{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _plain(value: Any) -> str:
    """A text, cleaned; of lists and objects none."""
    if value is None or isinstance(value, list | dict | bool):
        return ""
    return clean(str(value)).strip()
