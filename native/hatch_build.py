"""Builds `textsynth/_minhash` where there is a C compiler; all works in NumPy without it."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SUFFIX = ".pyd" if sys.platform == "win32" else ".abi3.so"
SKIP = "TEXTSYNTH_NO_NATIVE"
"""Set in the environment, nothing is compiled."""


class NativeHook(BuildHookInterface[Any]):
    """One extension for the stable ABI of Python 3.11: a wheel serves all later versions."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compiles, and puts the result into the wheel, or into the tree of an editable install."""
        if self.target_name != "wheel" or os.environ.get(SKIP):
            return
        try:
            built = self._compiled(Path(tempfile.mkdtemp(prefix="textsynth-")))
        except Exception as error:  # noqa: BLE001 - whatever is missing, the package works without
            self.app.display_warning(f"the index of near_duplicates is not compiled: {error}")
            return
        if version == "editable":
            shutil.copyfile(built, Path(self.root) / "textsynth" / f"_minhash{SUFFIX}")
            return
        from packaging.tags import sys_tags

        build_data["force_include"][str(built)] = f"textsynth/_minhash{SUFFIX}"
        build_data["pure_python"] = False
        build_data["tag"] = f"cp311-abi3-{next(sys_tags()).platform}"

    def _compiled(self, folder: Path) -> Path:
        from setuptools import Distribution, Extension

        unix = sys.platform != "win32"
        extension = Extension(
            "textsynth._minhash", [str(Path(self.root) / "native" / "minhash.c")],
            py_limited_api=True, extra_compile_args=["-O3", "-std=c11"] if unix else ["/O2"],
        )  # fmt: skip
        distribution = Distribution({"name": "textsynth", "ext_modules": [extension]})
        command = distribution.get_command_obj("build_ext")
        command.build_lib, command.build_temp = str(folder / "lib"), str(folder / "work")
        command.ensure_finalized()
        command.run()
        (made,) = command.get_outputs()
        return Path(made)
