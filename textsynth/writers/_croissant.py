"""Croissant metadata (MLCommons, 1.0) of a dataset folder: its files and their columns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from textsynth.records import LANGUAGES, Summary
from textsynth.writers._columns import Column

FILE = "croissant.json"

_OURS = (
    "citeAs", "column", "extract", "field", "fileProperty", "fileObject", "fileSet", "format",
    "equivalentProperty", "includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField",
    "path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate", "separator",
    "source", "subField", "transform",
)  # fmt: skip
_TYPES = {"integer": "sc:Integer", "number": "sc:Float", "boolean": "sc:Boolean"}
_TURN = {"role": "who speaks", "content": "what is said"}
# The calls themselves are in the files alone: mlcroissant 1.1 cannot read lists within lists.
_CALLED = {"tool_call_id": "call that this answers", "name": "the tool that answers"}


def croissant(
    summary: Summary, columns: Sequence[Column], splits: Sequence[str], licence: str | None
) -> str:
    """The text of croissant.json; same dataset, same text."""
    words = f"{summary.kept:,} rows by the method {summary.method}, written by language models"
    language = LANGUAGES.get(summary.language, "")
    about: dict[str, Any] = {
        "@context": _context(), "@type": "sc:Dataset", "name": summary.name,
        "description": f"{words}{f' in {language}' if language else ''} with textsynth.",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "inLanguage": summary.language, "keywords": ["synthetic", "textsynth"], "version": "1.0.0",
        "isLiveDataset": False,
        "distribution": [
            {
                "@type": "cr:FileSet", "@id": f"files-{split}", "name": f"files-{split}",
                "description": f"parquet files of the split {split}",
                "encodingFormat": "application/x-parquet", "includes": f"data/{split}-*.parquet",
            }
            for split in splits
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet", "@id": split, "name": split,
                "field": [_field(column, split) for column in columns],
            }
            for split in splits
        ],
    }  # fmt: skip
    if licence:
        about["license"] = licence
    return json.dumps(about, ensure_ascii=False, indent=1) + "\n"


def _field(column: Column, split: str) -> dict[str, Any]:
    name = f"{split}/{column.name}"
    source = {"fileSet": {"@id": f"files-{split}"}, "extract": {"column": column.name}}
    made: dict[str, Any] = {
        "@type": "cr:Field", "@id": name, "name": column.name, "description": column.about,
        "source": source,
    }  # fmt: skip
    if column.kind in ("messages", "calls"):
        inside = _TURN | (_CALLED if column.kind == "calls" else {})
        made |= {
            "repeated": True,
            "subField": [
                {
                    "@type": "cr:Field", "@id": f"{name}/{part}", "name": part,
                    "description": about, "dataType": "sc:Text",
                    "source": {**source, "transform": {"jsonPath": part}},
                }
                for part, about in inside.items()
            ],
        }  # fmt: skip
    else:
        made["dataType"] = _TYPES.get(column.kind, "sc:Text")
        if column.kind == "strings":
            made["repeated"] = True
    return made


def _context() -> dict[str, Any]:
    return {
        "@language": "en", "@vocab": "https://schema.org/", "sc": "https://schema.org/",
        "cr": "http://mlcommons.org/croissant/", "dct": "http://purl.org/dc/terms/",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "conformsTo": "dct:conformsTo", "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "examples": {"@id": "cr:examples", "@type": "@json"},
        **{name: f"cr:{name}" for name in _OURS},
    }  # fmt: skip
