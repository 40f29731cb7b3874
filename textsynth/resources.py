"""Where files that travel with textsynth are found: beside the job, in the tree, in the wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def roots(home: Path) -> list[Path]:
    """The folders that are searched, first to last; `home` is the folder of the job file.

    The source tree counts only when it is one: it has prompts/ beside a pyproject.toml.
    """
    found = [home]
    tree = _PACKAGE.parent
    if (tree / "prompts").is_dir() and (tree / "pyproject.toml").is_file():
        found.append(tree)
    bundle = _PACKAGE / "_bundled"
    if bundle.is_dir():
        found.append(bundle)
    return found


def find_file(name: str, home: Path) -> Path | None:
    """The first file of that relative (or absolute) name, or None."""
    return next((root / name for root in roots(home) if (root / name).is_file()), None)


def find_files(pattern: str, home: Path) -> dict[str, Path]:
    """Relative name → path of all files that match a glob pattern; the first root wins."""
    found: dict[str, Path] = {}
    for root in roots(home):
        for path in sorted(root.glob(pattern)):
            if path.is_file():
                found.setdefault(path.relative_to(root).as_posix(), path)
    return found
