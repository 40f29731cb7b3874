"""`push` with the real client, in a process of its own, against a Hub on loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import textsynth as ts
from tests.conftest import Project
from tests.servers.chat import ChatServer
from tests.servers.hub import Hub
from tests.servers.hub_repos import Repo
from textsynth.runfolder import read_rows

_PUSH = """
import json, sys
import textsynth as ts
from dataclasses import asdict
for line in sys.stdin:
    target, repo, given = json.loads(line)
    what = given.pop("what", "push")
    try:
        if what == "pull":
            found = {"path": str(ts.pull(repo, target, **given))}
        elif what == "diff":
            found = asdict(ts.diff(repo, target))
        else:
            found = asdict(ts.push(target, repo, **given))
        print(json.dumps(found), flush=True)
    except ts.TextsynthError as error:
        print(json.dumps([error.exit_code, str(error)]), flush=True)
"""


def environment(url: str, home: Path) -> dict[str, str]:
    env = {**os.environ, "HF_ENDPOINT": url, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1",
           "HF_HUB_DISABLE_TELEMETRY": "1"}  # fmt: skip
    env.pop("HF_TOKEN", None)
    return env


class Pusher:
    """A Hub, and a process with the client: it reads its endpoint when it is imported."""

    def __init__(self, hub: Hub, home: Path) -> None:
        self.hub, self.home, self.repo = hub, home, "larkmere/none"
        self._process = subprocess.Popen(
            [sys.executable, "-c", _PUSH], env=environment(hub.url, home), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    @property
    def here(self) -> Repo:
        return self.hub.repos[self.repo]

    def __call__(self, run: Path, **given: Any) -> Any:
        """The figures of a push."""
        found = self._ask(run, given)
        assert isinstance(found, dict), found
        return found

    def refused(self, run: Path, code: int, **given: Any) -> str:
        """The words of an error."""
        found = self._ask(run, given)
        assert isinstance(found, list), found
        assert found[0] == code, found
        return str(found[1])

    def _ask(self, run: Path, given: dict[str, Any]) -> Any:
        given = {"token": "hf_write", **given}
        repo = given.pop("repo", self.repo)
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps([str(run), repo, given]) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()


@pytest.fixture(scope="module")
def pusher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pusher]:
    """One Hub and one client for all tests, each of which has a repository of its own."""
    with Hub() as hub:
        made = Pusher(hub, tmp_path_factory.mktemp("hf"))
        yield made
        made.close()


@pytest.fixture
def push(pusher: Pusher, request: pytest.FixtureRequest) -> Pusher:
    """The pusher, with an empty repository name and no faults planned."""
    name = "".join(c if c.isalnum() else "-" for c in request.node.name.removeprefix("test_"))
    pusher.repo = f"larkmere/{name.replace('_', '-').strip('-')[:60].strip('-')}"
    pusher.hub.plain()
    return pusher


@pytest.fixture
def made(project: Project, server: ChatServer) -> Callable[..., Path]:
    """Runs the job, two rows a shard, and gives the run's folder."""

    def run(out: str = "", count: int = 4, **fields: Any) -> Path:
        fields = {"export": [{"dataset": {"rows_per_shard": 2}}], **fields}
        job = project(server.url, count=count, **fields)
        return ts.run(job, out=job.parent / out if out else None).path

    return run


def loaded(url: str, home: Path, *asked: tuple[str, str, bool]) -> list[list[dict[str, Any]]]:
    """The rows that `load_dataset` gives for each (repository, configuration, streaming), in a
    fresh process with an empty cache."""
    code = (
        "import datasets, json\n"
        f"for name, config, streaming in {asked!r}:\n"
        "    found = datasets.load_dataset(name, config, split='train', streaming=streaming)\n"
        "    print(json.dumps([dict(row) for row in found]))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], env=environment(url, home / "load"), capture_output=True,
        text=True, timeout=120,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("[")]


def ids(run: Path) -> list[str]:
    return [row["id"] for row in read_rows(run / "rows" / "kept.jsonl")]


def test_what_was_pushed_is_what_load_dataset_reads(
    push: Pusher, made: Callable[..., Path], tmp_path: Path
) -> None:
    run = made(count=10)
    found = push(run, tag="v1")
    repo = push.here
    assert (found["created"], found["private"], found["tag"]) == (True, False, "v1")
    assert len([place for place in found["sent"] if place.endswith(".parquet")]) == 5
    assert repo.tags["v1"] == repo.refs["main"] == found["commit"]
    assert [commit.title for commit in repo.history()] == ["trial: 10 rows", "initial commit"]
    held = set(repo.files())
    assert {"README.md", "job.yaml", "textsynth.json", ".gitattributes"} <= held
    assert not [name for name in held if "journal" in name or name.startswith(("rows", "made"))]
    both = loaded(push.hub.url, tmp_path, *((push.repo, "default", s) for s in (False, True)))
    kept = list(read_rows(run / "rows" / "kept.jsonl"))
    for rows in both:
        assert [row["id"] for row in rows] == ids(run)
        assert [row["messages"] for row in rows] == [row["messages"] for row in kept]


def test_nothing_new_makes_no_commit(push: Pusher, made: Callable[..., Path]) -> None:
    run = made()
    first = push(run)
    again = push(run)
    assert (again["sent"], again["removed"], again["commit"]) == ([], [], first["commit"])
    assert again["same"] == len(first["sent"])
    assert len(push.here.history()) == 2


def test_a_cut_is_mended_by_sending_what_is_missing(
    push: Pusher, made: Callable[..., Path]
) -> None:
    run = made(count=10, seed=41)
    before = len(push.hub.store)
    push.hub.fail("upload", None, None, *([403] * 20))
    push.refused(run, 6)
    assert len(push.hub.store) == before + 2, "two of five shards arrived"
    assert len(push.here.history()) == 1, "nothing half-done is to be seen"
    push.hub.plain()
    push(run)
    assert push.hub.calls["upload"] == 3
    assert len(push.here.history()) == 2


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        pytest.param(kind, fault, id=f"{kind}-{fault}")
        for kind, fault in (
            ("commit", 503), ("commit", "drop"), ("commit", 409), ("commit", 412), ("commit", 429),
            ("create", 500), ("create", "drop"), ("whoami", 502), ("tag", 500),
        )
    ],
)  # fmt: skip
def test_passing_faults_are_ridden_out(
    push: Pusher, made: Callable[..., Path], kind: str, fault: int | str
) -> None:
    push.hub.fail(kind, fault, fault)
    found = push(made(), tag="v1")
    assert push.here.tags["v1"] == found["commit"]
    assert len(push.here.history()) == 2
    assert push.hub.calls[kind] >= 3


def test_a_commit_whose_answer_was_lost_is_not_made_twice(
    push: Pusher, made: Callable[..., Path]
) -> None:
    push.hub.fail("commit", "lose")
    push(made())
    assert len(push.here.history()) == 2


def test_a_second_configuration_stands_beside_the_first(
    push: Pusher, made: Callable[..., Path], tmp_path: Path
) -> None:
    first = made()
    push(first)
    second = made("other", count=6, seed=99)
    push(second, config="more")
    assert push.here.files()["README.md"].decode().count("config_name:") == 2
    asked = [(push.repo, name, False) for name in ("more", "default")]
    more, default = loaded(push.hub.url, tmp_path, *asked)
    assert [row["id"] for row in more] == ids(second)
    assert [row["id"] for row in default] == ids(first)
    push(first)
    assert push.here.files()["README.md"].decode().count("config_name:") == 2


def test_a_smaller_version_takes_old_shards_away(push: Pusher, made: Callable[..., Path]) -> None:
    push(made(count=10), tag="v1")
    found = push(made("small", count=4), tag="v2")
    assert len(found["removed"]) == 5
    assert len([name for name in push.here.files() if name.endswith(".parquet")]) == 2
    assert len([name for name in push.here.files("v1") if name.endswith(".parquet")]) == 5


def test_a_private_repository(push: Pusher, made: Callable[..., Path]) -> None:
    run = made()
    assert push(run, private=True)["private"] is True
    assert push.here.private
    found = push(run, private=False)
    assert found["warnings"] == [f"{push.repo} stays private: it was there before"]


def test_a_pull_request_leaves_main_as_it_was(push: Pusher, made: Callable[..., Path]) -> None:
    push(made())
    before = push.here.refs["main"]
    found = push(made("other", count=6), pr=True)
    assert found["pull_request"].endswith("/discussions/1")
    assert push.here.refs["main"] == before
    assert len(push.here.files("refs/pr/1")) > len(push.here.files())


def test_faults_in_words(push: Pusher, made: Callable[..., Path]) -> None:
    run = made()
    assert "Set HF_TOKEN" in push.refused(run, 6, token=None)
    assert "does not take the token" in push.refused(run, 6, token="hf_wrong")
    assert "The user mole cannot write to larkmere" in push.refused(run, 6, token="hf_other")
    assert "may only read" in push.refused(run, 6, token="hf_read")
    assert "cannot be the name of a dataset" in push.refused(run, 2, repo="a/b/c")
    assert "taken by the Hub" in push.refused(run, 2, config="data")
    assert push.repo not in push.hub.repos


def test_what_others_put_there_stays(push: Pusher, made: Callable[..., Path]) -> None:
    push(made())
    other = made("other", name="another")
    words = push.refused(other, 6)
    assert "put there by the job 'trial'" in words
    assert "--overwrite" in words
    push(other, overwrite=True)
    assert b"another" in push.here.files()["textsynth.json"]


def test_a_public_repository_does_not_become_private_in_silence(
    push: Pusher, made: Callable[..., Path]
) -> None:
    run = made()
    push(run)
    assert "is public already" in push.refused(run, 6, private=True)


def test_a_tag_is_not_moved_unasked(push: Pusher, made: Callable[..., Path]) -> None:
    run = made()
    first = push(run, tag="v1")
    assert push(run, tag="v1")["commit"] == first["commit"]
    more = made("more", count=8)
    assert "has a tag 'v1' already" in push.refused(more, 6, tag="v1")
    moved = push(more, tag="v1", overwrite=True)
    assert push.here.tags["v1"] == moved["commit"] != first["commit"]


def test_a_run_that_is_not_closed(push: Pusher, made: Callable[..., Path]) -> None:
    run = made()
    state = json.loads((run / "run.json").read_text("utf8"))
    (run / "run.json").write_text(json.dumps({**state, "status": "stopped"}), "utf8")
    assert "is not closed" in push.refused(run, 5)


def test_an_earlier_version_is_pulled_and_compared(
    push: Pusher, made: Callable[..., Path], tmp_path: Path
) -> None:
    run = made(count=4)
    push(run, tag="v1")
    ts.extend(run, by=4)
    push(run, tag="v2")
    pulled = Path(push(tmp_path / "old", what="pull", revision="v1")["path"])
    rows = len(list((pulled / "data").glob("*.parquet")))
    assert rows == 2
    for before in (f"{push.repo}@v1", str(pulled)):
        found = push(run, what="diff", repo=before)
        assert (found["same"], len(found["added"])) == (4, 4)
    push(tmp_path / "old", what="pull", revision="v2")
    assert [len(list((tmp_path / "old" / "data").glob("*.parquet")))] == [4]
    push(tmp_path / "old", what="pull", revision="v1")
    assert ts.diff(tmp_path / "old", f"{run}@v1").same == 4
    assert len(list((tmp_path / "old" / "data").glob("*.parquet"))) == 2
    words = push.refused(tmp_path / "none", 6, what="pull", revision="v9")
    assert "v9" in words


def test_rows_that_were_dropped_stay_at_home_and_a_curated_run_goes(
    push: Pusher, made: Callable[..., Path]
) -> None:
    run = made(quality=[{"length": {"min_chars": 10}}])
    ts.report(run)
    assert not any("report" in place for place in push(run)["sent"])
    out = run.parent / "curated"
    for filters in (["length"], [{"length": {"min_chars": 20}}]):
        ts.curate(run, out=out, quality=filters)
        push(out, config="curated")
    assert "curated/manifest.json" in push.here.files()


def command(run: Path, env: dict[str, str], repo: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "textsynth", "push", str(run), repo, "--json", "--tag", "v1"]
    return subprocess.run(words, env=env, capture_output=True, text=True, timeout=120)


def test_the_command_and_a_hub_out_of_reach(
    push: Pusher, made: Callable[..., Path], tmp_path: Path
) -> None:
    run, env = made(), {**environment(push.hub.url, tmp_path / "hf"), "HF_TOKEN": "hf_write"}
    ran = command(run, env, push.repo)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["commit"] == push.here.tags["v1"]
    gone = command(run, {**env, "HF_ENDPOINT": "http://127.0.0.1:9"}, push.repo)
    assert gone.returncode == 6
    assert "cannot be reached" in gone.stdout
    assert "hf_write" not in ran.stdout + ran.stderr + gone.stdout + gone.stderr
