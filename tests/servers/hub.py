"""A Hub on loopback that the real client pushes to and loads from, with faults on demand."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from .hub_repos import Commit, Conflict, Missing, Repo, Stored, applied

TOKENS = {
    "hf_write": ("larkmere", "write"), "hf_read": ("larkmere", "read"),
    "hf_other": ("mole", "write"),
}  # fmt: skip
"""Token → its user and its role."""

Fault = int | str
"""A status to answer with; "drop": the connection is closed before anything is done; "lose": it is
done, and the connection closed instead of an answer."""


class Hub:
    """Repositories in memory. `fail` plans faults; `calls` counts requests by what they are.

    Kinds: whoami, create, yaml, info, tree, preupload, batch, upload, verify, commit, tag, refs,
    resolve.
    """

    def __init__(self) -> None:
        self.repos: dict[str, Repo] = {}
        self.store: dict[str, bytes] = {}
        self.calls: Counter[str] = Counter()
        self.lock = threading.Lock()
        self._faults: dict[str, list[Fault | None]] = {}
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                _Call(hub, self).answer()

            do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = handle_any

            def log_message(self, format: str, *args: Any) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def fail(self, kind: str, *faults: Fault | None) -> None:
        """The next requests of that kind meet these faults, one each; None: no fault."""
        self._faults[kind] = list(faults)

    def plain(self) -> None:
        """No faults any more, and all counts at 0."""
        self._faults.clear()
        self.calls.clear()

    def fault(self, kind: str) -> Fault | None:
        with self.lock:
            self.calls[kind] += 1
            planned = self._faults.get(kind)
            return planned.pop(0) if planned else None


class _Call:
    """One request."""

    def __init__(self, hub: Hub, call: BaseHTTPRequestHandler) -> None:
        self.hub, self.call, self.lost = hub, call, False
        parts = urlsplit(call.path)
        self.path = [unquote(part) for part in parts.path.strip("/").split("/")]
        self.query = parse_qs(parts.query)
        self.body = call.rfile.read(int(call.headers.get("Content-Length") or 0))
        if "chunked" in call.headers.get("Transfer-Encoding", ""):
            self.body = self._chunks()
        token = call.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        self.token = token
        self.user, self.role = TOKENS.get(token, ("", ""))

    def _chunks(self) -> bytes:
        found = b""
        while size := int(self.call.rfile.readline().strip() or b"0", 16):
            found += self.call.rfile.read(size)
            self.call.rfile.readline()
        self.call.rfile.readline()
        return found

    def answer(self) -> None:
        kind, run = self._route()
        fault = self.hub.fault(kind)
        self.lost = fault == "lose"
        if fault == "drop":
            self.hang_up()
            return
        if isinstance(fault, int):
            self.refuse(fault, "", f"fault {fault}")
        elif self.token and self.token not in TOKENS and kind not in ("upload", "verify"):
            self.refuse(401, "", "Invalid credentials in Authorization header")
        else:
            run()

    def _route(self) -> tuple[str, Callable[[], None]]:
        path = self.path
        if path[0] == "lfs":
            return (
                ("verify", lambda: self.send({})) if path[1] == "verify" else ("upload", self.put)
            )
        if path == ["api", "whoami-v2"]:
            return "whoami", self.whoami
        if path == ["api", "repos", "create"]:
            return "create", self.create
        if path == ["api", "validate-yaml"]:
            return "yaml", lambda: self.send({"errors": [], "warnings": []})
        if path[:2] == ["api", "datasets"] and len(path) >= 4:
            return self._of_repo("/".join(path[2:4]), path[4:])
        if path[0] == "datasets" and path[3:6] == ["info", "lfs", "objects"]:
            name = f"{path[1]}/{path[2].removesuffix('.git')}"
            return "batch", self._allowed(name, self.batch)
        if path[0] == "datasets" and path[3:4] == ["resolve"]:
            return "resolve", self._readable("/".join(path[1:3]), self.resolve)
        return "unknown", lambda: self.refuse(404, "", f"no such route: {self.call.path}")

    def _of_repo(self, name: str, rest: list[str]) -> tuple[str, Callable[[], None]]:
        kind = rest[0] if rest else "info"
        reads: dict[str, Callable[[Repo], None]] = {
            "info": self.info, "revision": self.info, "tree": self.tree, "refs": self.refs,
            "commits": self.commits, "paths-info": self.paths,
        }  # fmt: skip
        writes: dict[str, Callable[[Repo], None]] = {
            "preupload": self.preupload, "commit": self.commit, "tag": self.tag,
            "branch": self.branch,
        }  # fmt: skip
        if kind in writes:
            return kind, self._allowed(name, writes[kind])
        if kind in reads:
            return {"revision": "info"}.get(kind, kind), self._readable(name, reads[kind])
        return "unknown", lambda: self.refuse(404, "", f"no such route: {self.call.path}")

    def _readable(self, name: str, run: Callable[[Repo], None]) -> Callable[[], None]:
        repo = self.hub.repos.get(name)
        if repo is None or (repo.private and name.split("/")[0] != self.user):
            return lambda: self.refuse(404, "RepoNotFound", "Repository not found")
        return lambda: run(repo)

    def _allowed(self, name: str, run: Callable[[Repo], None]) -> Callable[[], None]:
        repo = self.hub.repos.get(name)
        if repo is None:
            return lambda: self.refuse(404, "RepoNotFound", "Repository not found")
        if name.split("/")[0] != self.user or self.role != "write":
            return lambda: self.refuse(403, "", "Forbidden: you have no write access")
        return lambda: run(repo)

    def whoami(self) -> None:
        if not self.user:
            self.refuse(401, "", "Invalid username or password.")
            return
        auth = {"accessToken": {"role": self.role, "displayName": "test"}}
        self.send({"type": "user", "name": self.user, "orgs": [{"name": "mill"}], "auth": auth})

    def create(self) -> None:
        asked = json.loads(self.body)
        owner = asked.get("organization") or self.user
        name = f"{owner}/{asked['name']}"
        if owner != self.user or self.role != "write":
            self.refuse(403, "", f"You don't have the rights to create a dataset under {owner}")
            return
        url = {"url": f"{self.hub.url}/datasets/{name}", "id": name, "name": name}
        if name in self.hub.repos:
            words = "You already created this dataset repo"
            self.send({"error": words, **url}, 409, {"X-Error-Message": words})
            return
        private = bool(asked.get("private")) or asked.get("visibility") == "private"
        self.hub.repos[name] = Repo(name, private)
        self.send(url)

    def _commit_of(self, repo: Repo, place: int) -> Commit | None:
        revision = self.path[place] if len(self.path) > place else "main"
        found = repo.at(revision)
        if found is None:
            self.refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        return found

    def info(self, repo: Repo) -> None:
        found = self._commit_of(repo, 5)
        if found:
            siblings = [{"rfilename": path} for path in sorted(found.tree)]
            about = {"id": repo.name, "author": repo.name.split("/")[0], "sha": found.sha}
            state = {"private": repo.private, "gated": False, "disabled": False, "tags": []}
            self.send({**about, **state, "siblings": siblings})

    def tree(self, repo: Repo) -> None:
        found = self._commit_of(repo, 5)
        if found is None:
            return
        under = "/".join(self.path[6:])
        base = f"{under}/" if under else ""
        deep = self.query.get("recursive", ["false"])[0].lower() in ("1", "true")
        entries: dict[str, dict[str, Any]] = {}
        for path, file in sorted(found.tree.items()):
            if path.startswith(base):
                inner, _, more = path[len(base) :].partition("/")
                if more:
                    folder = base + inner
                    entries[folder] = {"type": "directory", "path": folder, "oid": "0" * 40}
                if deep or not more:
                    entries[path] = file.entry(path)
        if under and not entries:
            self.refuse(404, "EntryNotFound", f"{under} does not exist")
            return
        self.send(list(entries.values()))

    def paths(self, repo: Repo) -> None:
        found = self._commit_of(repo, 5)
        if found:
            is_json = self.body.startswith(b"{")
            asked = json.loads(self.body) if is_json else parse_qs(self.body.decode())
            wanted = set(asked.get("paths", []))
            self.send([f.entry(path) for path, f in found.tree.items() if path in wanted])

    def refs(self, repo: Repo) -> None:
        def listed(refs: dict[str, str], kind: str) -> list[dict[str, str]]:
            return [
                {"name": name, "ref": f"refs/{kind}/{name}", "targetCommit": sha}
                for name, sha in refs.items()
                if not name.startswith("refs/")
            ]

        found = {"branches": listed(repo.refs, "heads"), "tags": listed(repo.tags, "tags")}
        self.send({**found, "converts": []})

    def commits(self, repo: Repo) -> None:
        found = self._commit_of(repo, 5)
        if found:
            date = "2026-01-01T00:00:00.000Z"
            self.send(
                [
                    {"id": c.sha, "title": c.title, "message": "", "date": date, "authors": []}
                    for c in repo.history(found.sha)
                ]
            )

    def preupload(self, repo: Repo) -> None:
        found = self._commit_of(repo, 5)
        if found is None:
            return
        files = []
        for asked in json.loads(self.body)["files"]:
            path = asked["path"]
            lfs = path.endswith(".parquet")
            now = found.tree.get(path)
            oid = None if now is None else now.sha256 if lfs else now.oid
            mode = "lfs" if lfs else "regular"
            files.append({"path": path, "uploadMode": mode, "shouldIgnore": False, "oid": oid})
        self.send({"files": files})

    def batch(self, repo: Repo) -> None:
        objects = []
        for asked in json.loads(self.body)["objects"]:
            oid = asked["oid"]
            made: dict[str, Any] = {"oid": oid, "size": asked["size"]}
            if oid not in self.hub.store:
                upload = {"href": f"{self.hub.url}/lfs/{oid}", "header": {}}
                made["actions"] = {
                    "upload": upload,
                    "verify": {"href": f"{self.hub.url}/lfs/verify"},
                }
            objects.append(made)
        self.send({"transfer": "basic", "objects": objects})

    def put(self) -> None:
        oid = self.path[1]
        if Stored(self.body, True).sha256 != oid:
            self.refuse(400, "", "the content is not what its hash says")
            return
        self.hub.store[oid] = self.body
        self.send({})

    def commit(self, repo: Repo) -> None:
        lines = [json.loads(line) for line in self.body.splitlines() if line.strip()]
        pull = "create_pr" in self.query
        try:
            with self.hub.lock:
                made = applied(repo, self.path[5], lines, self.hub.store, pull)
        except Conflict:
            self.refuse(412, "", "The commit's parent is not the newest one")
            return
        except Missing as error:
            self.refuse(422, "", f"the large file of {error} was never uploaded")
            return
        link = f"{self.hub.url}/datasets/{repo.name}"
        found = {"success": True, "commitOid": made.sha, "commitUrl": f"{link}/commit/{made.sha}"}
        if pull:
            found["pullRequestUrl"] = f"{link}/discussions/{repo.pulls}"
        self.send(found)

    def tag(self, repo: Repo) -> None:
        if self.call.command == "DELETE":
            repo.tags.pop(self.path[5], None)
            self.send({})
            return
        found = self._commit_of(repo, 5)
        if found:
            name = json.loads(self.body)["tag"]
            if name in repo.tags:
                self.refuse(409, "", f"Tag {name} exists already")
                return
            repo.tags[name] = found.sha
            self.send({})

    def branch(self, repo: Repo) -> None:
        repo.refs.setdefault(self.path[5], repo.refs["main"])
        self.send({})

    def resolve(self, repo: Repo) -> None:
        found = self._commit_of(repo, 4)
        if found is None:
            return
        path = "/".join(self.path[5:])
        if path not in found.tree:
            self.refuse(404, "EntryNotFound", f"{path} does not exist")
            return
        file = found.tree[path]
        etag = file.sha256 if file.lfs else file.oid
        headers = {"ETag": f'"{etag}"', "X-Repo-Commit": found.sha, "Accept-Ranges": "bytes"}
        data, status = file.data, 200
        if (span := self.call.headers.get("Range", "")).startswith("bytes="):
            first, _, last = span[6:].partition("-")
            end = min(int(last), len(data) - 1) if last else len(data) - 1
            headers["Content-Range"] = f"bytes {int(first)}-{end}/{len(data)}"
            data, status = data[int(first) : end + 1], 206
        self.send(data, status, headers)

    def hang_up(self) -> None:
        self.call.close_connection = True
        self.call.connection.close()

    def refuse(self, status: int, code: str, words: str) -> None:
        self.send({"error": words}, status, {"X-Error-Code": code, "X-Error-Message": words})

    def send(self, value: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        if self.lost:
            self.hang_up()
            return
        kind = "application/octet-stream" if isinstance(value, bytes) else "application/json"
        self.call.send_response(status)
        for name, text in {"Content-Type": kind, **(headers or {})}.items():
            if text:
                self.call.send_header(name, text)
        self.call.send_header("Content-Length", str(len(data)))
        self.call.end_headers()
        if self.call.command != "HEAD":
            self.call.wfile.write(data)
