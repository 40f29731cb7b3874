"""Rows that others made, as conversations that filters read, and back again with nothing lost.

What is said in a row becomes messages and is taken out of the record; all other columns are carried
along as they are. What is needed to put the record together again (its `form`) is plain JSON, so
that a row on disk knows by itself what it looked like.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from textsynth.errors import InputError, nearest
from textsynth.records import LANGUAGES, Message
from textsynth.rowfiles.holes import Holes, Unreadable, filled
from textsynth.rowfiles.sample_rows import Names, names_in

Record = dict[str, Any]
Form = dict[str, Any]
Kind = Literal["messages", "pair", "text", "preference"]

CHOSEN, REJECTED = ("chosen", "preferred"), ("rejected", "dispreferred")
_TEXT = ("text", "content", "본문", "내용")
_LABEL = ("label", "labels", "category", "intent", "라벨", "분류")
_SYSTEM = ("system", "system_prompt", "시스템")
_LANGUAGE = ("language", "lang", "언어")


@dataclass(frozen=True, slots=True)
class Shape:
    """How the rows of one file are to be read: which columns hold what."""

    kind: Kind
    names: Names
    system: str = ""
    """The column of a system message, beside a pair."""
    label: str = ""
    """Of a text: the column of its label."""
    chosen: str = ""
    rejected: str = ""
    language: str = ""
    """The column that holds the language code of a row."""

    def words(self) -> str:
        """What was taken for what, for people: `prompt_completion: prompt, completion`."""
        columns = (
            self.names.messages, self.system, self.names.instruction, self.names.more,
            self.names.reply, self.chosen, self.rejected, self.label,
        )  # fmt: skip
        return f"{self.kind} ({', '.join(name for name in columns if name)})"


@dataclass(frozen=True, slots=True)
class Given:
    """A record taken apart."""

    messages: tuple[Message, ...]
    columns: Record
    """All that is not said, as it was."""
    speakers: dict[str, str]
    form: Form


def shape_of(
    records: Sequence[Mapping[str, Any]],
    shown: str,
    given: Names | None = None,
    columns: Mapping[str, str] | None = None,
) -> Shape:
    """How rows like these are to be read: as `given`, or as the names of their columns tell.

    `columns`: names of further ones by what they hold (system, label, chosen, rejected, language).
    Raises InputError with the columns that there are, and the option that names them.
    """
    given, own = given or Names(), dict(columns or {})
    there = list(dict.fromkeys(name for record in records for name in record))
    for option, name in own.items():
        if name and name not in there:
            raise InputError(
                f"'{shown}' has no column '{name}', which {option} names", nearest(name, there)
            )
    by_name = {name.strip().casefold(): name for name in reversed(there)}

    def first(option: str, names: Sequence[str]) -> str:
        return own.get(option) or next((by_name[n] for n in names if n in by_name), "")

    language = own.get("language") or _language(records, first("language", _LANGUAGE))
    chosen, rejected = first("chosen", CHOSEN), first("rejected", REJECTED)
    if chosen and rejected and not (given.messages or given.instruction or given.reply):
        asked = next(
            (by_name[n] for n in ("prompt", "question", "instruction") if n in by_name), ""
        )
        names = Names(instruction=asked)
        system = first("system", _SYSTEM)
        return Shape("preference", names, system, "", chosen, rejected, language)
    try:
        names = names_in(records, shown, given)
    except InputError as error:
        raise InputError(
            error.asked, error.exists,
            "name them: `--messages`, or `--instruction` and `--reply` (in a job: the same under "
            "`inputs: {samples: …}`)",
        ) from None  # fmt: skip
    if names.messages:
        return Shape("messages", names, language=language)
    text = names.instruction.strip().casefold() in _TEXT and not names.reply
    if text:
        return Shape("text", names, label=first("label", _LABEL), language=language)
    return Shape("pair", names, first("system", _SYSTEM), language=language)


def _language(records: Sequence[Mapping[str, Any]], name: str) -> str:
    """The column, if it holds codes that are known."""
    values = [record.get(name) for record in records] if name else []
    known = sum(code_of(value) != "" for value in values)
    return name if values and 2 * known >= len(values) else ""


def code_of(value: Any) -> str:
    """A language code out of `ko`, `ko-KR`, `Korean`; empty where it is none that is known."""
    if not isinstance(value, str):
        return ""
    word = value.strip().casefold().replace("_", "-").partition("-")[0]
    return word if word in LANGUAGES else _BY_NAME.get(word, "")


_BY_NAME = {name.casefold(): code for code, name in LANGUAGES.items()}


def taken_apart(record: Mapping[str, Any], shape: Shape) -> Given:
    """The record as messages, columns and a form. Raises Unreadable."""
    holes = Holes(record)
    speakers: dict[str, str] = {}
    names = shape.names
    match shape.kind:
        case "messages":
            holes.turns(names.messages)
        case "pair":
            plain = _plain_pair(record, shape)
            if plain is not None:
                return plain
            _asked(holes, shape)
            _said(holes, "assistant", names.reply)
        case "text":
            holes.text("user", [(names.instruction,)])
            if shape.label:
                holes.label(shape.label)
                speakers = {"assistant": "label"}
        case "preference":
            if names.instruction or shape.system:
                _asked(holes, shape)
            _said(holes, "assistant", shape.chosen)
    if not holes.messages:
        raise Unreadable(f"nothing is said in it ({shape.words()})")
    columns, form = holes.rest()
    if shape.kind == "preference":
        form = {"kind": "preference", "chosen": shape.chosen, "rejected": shape.rejected, **form}
        if names.instruction:
            form["prompt"] = names.instruction
    return Given(tuple(holes.messages), columns, speakers, form)


def _asked(holes: Holes, shape: Shape) -> None:
    names = shape.names
    if shape.system and isinstance(holes.record.get(shape.system), str):
        holes.text("system", [(shape.system,)])
    if holes.is_list(names.instruction):
        holes.turns(names.instruction)
    elif names.instruction:
        paths = [(names.instruction,)]
        if names.more and str(holes.record.get(names.more) or "").strip():
            paths.append((names.more,))
        holes.text("user", paths)


def _said(holes: Holes, role: str, column: str) -> None:
    """A reply: a text, or turns, of which a pair's chosen answer may hold the whole talk."""
    if column and holes.is_list(column):
        holes.turns(column)
    elif column and column in holes.record:
        holes.text(role, [(column,)])


def _plain_pair(record: Mapping[str, Any], shape: Shape) -> Given | None:
    """The everyday case, quickly: one text asked, one text answered, nothing else."""
    names = shape.names
    if shape.system or not names.reply:
        return None
    asked, more = record.get(names.instruction), record.get(names.more, "") if names.more else ""
    said = record.get(names.reply)
    if not (isinstance(asked, str) and isinstance(said, str) and more == "") or not asked:
        return None
    if asked.lstrip()[:2] == "[{" or said.lstrip()[:2] == "[{":
        return None
    own = (names.instruction, names.reply)
    columns = {name: value for name, value in record.items() if name not in own}
    order = list(record)
    form: Form = {"pair": own, "at": (order.index(own[0]), order.index(own[1]))}
    user: Message = {"role": "user", "content": asked}
    return Given((user, {"role": "assistant", "content": said}), columns, {}, form)


def put_together(form: Form, messages: Sequence[Message], columns: Mapping[str, Any]) -> Record:
    """The record as it was, with the messages as they are now."""
    if "pair" in form:
        record = dict(columns)
        values = (messages[0]["content"], messages[1]["content"])
        return _inserted(record, dict(zip(form["pair"], values, strict=True)), form["at"])
    said = filled(form, messages)
    return _inserted(dict(columns), said, form["at"])


def _inserted(columns: Record, said: Record, at: Sequence[int]) -> Record:
    """The columns with those that hold what is said at their places again."""
    names = list(columns)
    for place, name in sorted(zip(at, said, strict=True)):
        names.insert(place, name)
    return {name: said[name] if name in said else columns[name] for name in names}
