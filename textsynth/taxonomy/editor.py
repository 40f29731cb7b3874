"""A text handed to a person's editor, read back, and kept when it cannot be read."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from textsynth.errors import InputError, JobError
from textsynth.taxonomy.tree import Tree


def changed(text: str, target: Path, read: Callable[[str], Tree]) -> tuple[str, Tree] | None:
    """What the person made of `text`, and the tree it is; None where nothing was changed.

    The text stands in `<target>.edited.txt`; one that is there from an edit that could not be read
    is gone on with. It is taken away where nothing was changed; else the caller does that once the
    tree is safe. Raises JobError when no editor can be started, InputError when the text cannot be
    read, and then leaves it there.
    """
    draft = target.with_name(f"{target.name}.edited.txt")
    resumed = draft.exists()
    try:
        if not resumed:
            draft.write_text(text, "utf8")
        command = _editor()
        code = subprocess.run([*command, str(draft)], check=False).returncode
        edited = draft.read_text("utf8")
    except OSError as error:
        if not resumed:
            draft.unlink(missing_ok=True)
        raise JobError(
            f"the editor cannot be started: {error.strerror or error}",
            fix="set EDITOR to one that can, or use --rename, --add, --move, --about",
        ) from error
    except (JobError, KeyboardInterrupt):
        if not resumed and draft.read_text("utf8") == text:
            draft.unlink()
        raise
    if code or edited == text:
        if edited == text:
            draft.unlink()
        if code:
            kept = "" if edited == text else f"the edited text is kept in '{draft.name}'"
            raise JobError(f"the editor ended with {code}; the tree is as it was", kept)
        return None
    try:
        return edited, read(edited)
    except InputError as error:
        raise InputError(
            error.asked, error.exists,
            f"{error.fix}; '{target.name}' is as it was, the edited text is kept in "
            f"'{draft.name}': the same command goes on with it".lstrip("; "),
        ) from error  # fmt: skip


def _editor() -> list[str]:
    """The command of the person's editor."""
    named = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if named:
        return shlex.split(named)
    if not sys.stdin.isatty():
        raise JobError(
            "there is no editor: EDITOR is not set",
            fix="set it, or use --rename, --add, --move, --about",
        )
    return ["notepad" if os.name == "nt" else "vi"]
