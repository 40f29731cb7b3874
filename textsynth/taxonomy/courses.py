"""Subjects and their syllabi as plain data: what files hold, checked, and as rows of a job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from textsynth.marked import At, Misfit
from textsynth.records import digest
from textsynth.taxonomy.tree import BETWEEN, levels_of

Row = dict[str, Any]


def subject_rows(value: Any, topic: str = "") -> list[Row]:
    """The subjects of a file: `{topic, subjects: [...]}`, a list of them, or one by itself.

    A subject is a name, or a record {name, level, subtopics, topic, sessions}. Raises Misfit.
    """
    if isinstance(value, list):
        return [subject_row(raw, topic, (n,)) for n, raw in enumerate(value)]
    if isinstance(value, dict) and "subjects" in value:
        own = text_of(value, "topic", ()) or topic
        listed = value["subjects"] if value["subjects"] is not None else []
        if not isinstance(listed, list):
            raise Misfit("`subjects` is no list", ("subjects",), "write one `- name: ...` each")
        return [subject_row(raw, own, ("subjects", n)) for n, raw in enumerate(listed)]
    if isinstance(value, dict) and ("name" in value or "subject" in value):
        return [subject_row(value, topic, ())]
    raise Misfit("there are no subjects", (), "write `subjects:` and below it `- name: ...`")


def subject_row(raw: Any, topic: str, at: At) -> Row:
    """One subject: id, name, level, topic, path, subtopics; sessions where it has them.

    The id depends on topic and name alone, so other edits leave it as it is.
    """
    if isinstance(raw, str):
        raw = {"name": raw}
    if not isinstance(raw, dict):
        raise Misfit("a subject is a name, or a record with a name", at)
    name = text_of(raw, "name", at) or text_of(raw, "subject", at)
    if not name:
        raise Misfit("a subject has no name", at, "write `name: ...`, or take it out")
    where = text_of(raw, "topic", at) or topic
    path = [part.strip() for part in where.split(BETWEEN.strip()) if part.strip()]
    row: Row = {
        "id": digest("subject", path, name, size=6), "name": name,
        "level": text_of(raw, "level", at), "topic": path[-1] if path else "", "path": path,
        "subtopics": texts_of(raw, "subtopics", at), "weights": [1.0] * len(path),
    }  # fmt: skip
    if raw.get("sessions"):
        row["sessions"] = sessions_of(raw, at)
    return row


def leaf_of(row: Row, shared: bool = False) -> Row:
    """A subject as a leaf of the tree of its topics, or as a part of one; a topic as it is."""
    path, weights = list(row.get("path") or ()), list(row.get("weights") or ())
    if "subtopics" not in row:
        return {"path": path, "weight": row.get("weight", 1.0), "weights": weights}
    return {"path": [*path, row["name"]], "weight": 1.0, "weights": weights, "shared": shared}


def rooted(rows: Sequence[Row]) -> bool:
    """Whether all paths begin with one name, which is that of the tree then."""
    return len({next(iter(row.get("path") or ("",))) for row in rows}) == 1


def levels_below(path: Sequence[str], root: bool) -> dict[str, str]:
    """level_1, level_2 … of a path; `root`: whether it begins with the name of the tree."""
    return levels_of(path if root else ["", *path])


def sessions_of(raw: Mapping[str, Any], at: At = ()) -> list[dict[str, Any]]:
    """The sessions of a syllabus: [{name, concepts}], at least one, each with concepts."""
    listed = raw.get("sessions")
    if not isinstance(listed, list) or not listed:
        words = "the syllabus has no sessions"
        raise Misfit(words, (*at, "sessions"), "write `sessions:`, or delete the file: it is made")
    found = []
    for number, one in enumerate(listed):
        here: At = (*at, "sessions", number)
        if not isinstance(one, dict):
            raise Misfit("a session is a record with name and concepts", here)
        name = text_of(one, "name", here)
        if not name:
            raise Misfit("a session has no name", here, "write `name: ...`")
        concepts = texts_of(one, "concepts", here)
        if not concepts:
            words = f"the session '{name}' has no concepts"
            raise Misfit(words, here, "write `concepts: [...]`, or take the session out")
        found.append({"name": name, "concepts": concepts})
    return found


def with_syllabus(row: Row, value: Any) -> Row:
    """A subject with the syllabus of a file, whose name, level and subtopics go over its own."""
    if not isinstance(value, dict):
        raise Misfit("a syllabus is a record with `sessions`", ())
    made = {
        **row, "name": text_of(value, "subject", ()) or row["name"],
        "sessions": sessions_of(value),
    }  # fmt: skip
    if "level" in value:
        made["level"] = text_of(value, "level", ())
    if "subtopics" in value:
        made["subtopics"] = texts_of(value, "subtopics", ())
    return made


def text_of(raw: Mapping[str, Any], name: str, at: At) -> str:
    """A line of text; numbers pass for one, lists and records do not."""
    value = raw.get(name)
    if isinstance(value, dict | list):
        raise Misfit(f"`{name}` is no text", (*at, name), "put it in quotes")
    return "" if value is None else " ".join(str(value).split())


def texts_of(raw: Mapping[str, Any], name: str, at: At) -> list[str]:
    """A list of different texts; nothing passes for none, and one text for a list of one."""
    value = raw.get(name)
    if value is None:
        return []
    listed: Sequence[Any] = value if isinstance(value, list) else [value]
    for number, one in enumerate(listed):
        if isinstance(one, dict | list):
            words = f"an entry of `{name}` is no text"
            raise Misfit(words, (*at, name, number), "put it in quotes: it holds a ':'")
    texts = (" ".join(str(one).split()) for one in listed if one is not None)
    return list(dict.fromkeys(text for text in texts if text))
