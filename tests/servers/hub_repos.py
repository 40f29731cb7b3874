"""What a Hub keeps: repositories with commits, branches and tags, large files by their hash."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Stored:
    """A file of a commit. `lfs`: it lies in the large-file store."""

    data: bytes
    lfs: bool

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def oid(self) -> str:
        """As git names a blob."""
        return hashlib.sha1(b"blob %d\0" % len(self.data) + self.data).hexdigest()

    def entry(self, path: str) -> dict[str, Any]:
        found: dict[str, Any] = {
            "type": "file", "path": path, "size": len(self.data), "oid": self.oid
        }  # fmt: skip
        if self.lfs:
            found["lfs"] = {"oid": self.sha256, "size": len(self.data), "pointerSize": 134}
        return found


Tree = dict[str, Stored]


@dataclass
class Commit:
    """A state of the files."""

    sha: str
    title: str
    tree: Tree
    parent: str | None


@dataclass
class Repo:
    """A dataset repository. `main` is its branch; pull requests are refs of their own."""

    name: str
    private: bool = False
    commits: dict[str, Commit] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    pulls: int = 0

    def __post_init__(self) -> None:
        tree = {".gitattributes": Stored(b"*.parquet filter=lfs\n", False)}
        self.commit("main", "initial commit", tree)

    def commit(self, ref: str, title: str, tree: Tree) -> Commit:
        parent = self.refs.get(ref)
        what = [self.name, ref, title, parent, sorted((p, f.oid) for p, f in tree.items())]
        sha = hashlib.sha1(json.dumps([*what, len(self.commits)]).encode()).hexdigest()
        self.commits[sha] = Commit(sha, title, tree, parent)
        self.refs[ref] = sha
        return self.commits[sha]

    def at(self, revision: str) -> Commit | None:
        sha = self.refs.get(revision) or self.tags.get(revision) or revision
        return self.commits.get(sha)

    def files(self, revision: str = "main") -> dict[str, bytes]:
        """Path → content, for tests."""
        found = self.at(revision)
        return {path: file.data for path, file in found.tree.items()} if found else {}

    def history(self, revision: str = "main") -> list[Commit]:
        """The commits from the newest to the first."""
        found, commit = [], self.at(revision)
        while commit is not None:
            found.append(commit)
            commit = self.commits.get(commit.parent or "")
        return found


class Conflict(Exception):
    """The commit's parent is not the newest one any more."""


class Missing(Exception):
    """The commit names a large file that was never uploaded."""


def applied(
    repo: Repo, ref: str, lines: list[dict[str, Any]], store: dict[str, bytes], pull: bool
) -> Commit:
    """Applies the lines of a commit request. Raises Conflict or Missing."""
    import base64

    base = repo.at(ref)
    assert base is not None
    tree, title = dict(base.tree), ""
    for line in lines:
        key, value = line["key"], line["value"]
        if key == "header":
            title = value["summary"]
            if value.get("parentCommit") not in (None, base.sha):
                raise Conflict
        elif key == "file":
            tree[value["path"]] = Stored(base64.b64decode(value["content"]), False)
        elif key == "lfsFile":
            if value["oid"] not in store:
                raise Missing(value["path"])
            tree[value["path"]] = Stored(store[value["oid"]], True)
        elif key == "deletedFile":
            tree.pop(value["path"], None)
        elif key == "deletedFolder":
            below = value["path"].rstrip("/") + "/"
            tree = {path: file for path, file in tree.items() if not path.startswith(below)}
    if pull:
        repo.pulls += 1
        ref = f"refs/pr/{repo.pulls}"
        repo.refs[ref] = base.sha
    return repo.commit(ref, title, tree)
