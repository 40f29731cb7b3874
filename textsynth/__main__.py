"""`python -m textsynth` is the `textsynth` command."""

from __future__ import annotations

from textsynth.cli import main

if __name__ == "__main__":
    main()
