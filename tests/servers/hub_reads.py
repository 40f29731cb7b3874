"""The part of the Hub that reading a dataset needs, on loopback, from a folder of files."""

from __future__ import annotations

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class HubReads:
    """Serves `root/owner/name/…` as datasets; names in `gated` are refused as the Hub does."""

    def __init__(self, root: Path, gated: tuple[str, ...] = ()) -> None:
        self.root, self.gated = root, gated
        self.asked: list[str] = []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                hub.answer(self)

            def do_HEAD(self) -> None:
                hub.answer(self)

            def do_POST(self) -> None:
                hub.answer(self)

            def log_message(self, format: str, *args: Any) -> None:
                hub.asked.append(f"{self.command} {self.path}")

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, call: BaseHTTPRequestHandler) -> None:
        """Routes one request."""
        body = call.rfile.read(int(call.headers.get("Content-Length") or 0))
        parts = [unquote(part) for part in urlsplit(call.path).path.strip("/").split("/")]
        api = parts[:2] == ["api", "datasets"]
        place = parts[2:] if api else parts[1:]
        name, rest = "/".join(place[:2]), place[2:]
        folder = self.root / name
        if parts[0] not in ("api", "datasets") or not folder.is_dir() or len(place) < 2:
            self._refuse(call, 404, "RepoNotFound", "Repository not found")
        elif name in self.gated and not (api and not rest):
            self._refuse(call, 403, "GatedRepo", f"Access to dataset {name} is restricted")
        elif rest[1:2] and rest[0] in ("resolve", "tree") and rest[1] not in ("main", COMMIT):
            self._refuse(call, 404, "RevisionNotFound", "Revision not found")
        elif api and rest[:1] == ["paths-info"]:
            asked = json.loads(body) if body.startswith(b"{") else parse_qs(body.decode())
            wanted = asked.get("paths", [])
            found = [e for e in self._tree(folder) if e["path"] in wanted]
            self._send(call, found)
        elif api and rest[:1] == ["tree"]:
            deep = "recursive=true" in call.path.lower()
            self._send(call, self._entries(folder, "/".join(rest[2:]), deep))
        elif api and rest[:1] in ([], ["revision"]):
            if rest[1:] not in ([], ["main"], [COMMIT]):
                self._refuse(call, 404, "RevisionNotFound", "Revision not found")
                return
            siblings = [{"rfilename": e["path"]} for e in self._tree(folder)]
            about = {"id": name, "sha": COMMIT, "private": False, "gated": False, "tags": []}
            self._send(call, {**about, "siblings": siblings})
        elif rest[:1] == ["resolve"] and (folder / "/".join(rest[2:])).is_file():
            self._file(call, folder / "/".join(rest[2:]))
        else:
            self._refuse(call, 404, "EntryNotFound", "Entry not found")

    def _tree(self, folder: Path, under: str = "") -> list[dict[str, Any]]:
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        named = [(path.relative_to(folder).as_posix(), path) for path in files]
        return [
            {"type": "file", "path": name, "size": path.stat().st_size, "oid": _oid(path)}
            for name, path in named
            if name.startswith(under)
        ]

    def _entries(self, folder: Path, under: str, deep: bool) -> list[dict[str, Any]]:
        """What lies in one folder, and below it if `deep`."""
        base = f"{under}/" if under else ""
        found: dict[str, dict[str, Any]] = {}
        for entry in self._tree(folder, base):
            inner, _, more = entry["path"][len(base) :].partition("/")
            if more:
                path = base + inner
                found[path] = {"type": "directory", "path": path, "size": 0, "oid": "0" * 40}
            if deep or not more:
                found[entry["path"]] = entry
        return list(found.values())

    def _file(self, call: BaseHTTPRequestHandler, path: Path) -> None:
        data, status = path.read_bytes(), 200
        headers = {"ETag": f'"{_oid(path)}"', "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes"}
        if (span := call.headers.get("Range", "")).startswith("bytes="):
            first, _, last = span[6:].partition("-")
            end = min(int(last), len(data) - 1) if last else len(data) - 1
            headers["Content-Range"] = f"bytes {int(first)}-{end}/{len(data)}"
            data, status = data[int(first) : end + 1], 206
        self._send(call, data, status, headers)

    def _refuse(self, call: BaseHTTPRequestHandler, status: int, code: str, words: str) -> None:
        self._send(call, {"error": words}, status, {"X-Error-Code": code, "X-Error-Message": words})

    def _send(
        self,
        call: BaseHTTPRequestHandler,
        value: Any,
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> None:
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        call.send_response(status)
        kind = "application/octet-stream" if isinstance(value, bytes) else "application/json"
        for name, text in {"Content-Type": kind, **(headers or {})}.items():
            call.send_header(name, text)
        call.send_header("Content-Length", str(len(data)))
        call.end_headers()
        if call.command != "HEAD":
            call.wfile.write(data)


def _oid(path: Path) -> str:
    return hashlib.sha1(path.read_bytes()).hexdigest()
