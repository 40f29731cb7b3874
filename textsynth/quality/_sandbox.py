"""Code in a process of its own with limits: a guard against accidents, not against attacks."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
from typing import IO, NamedTuple

_VARIABLES = {"PYTHONHASHSEED": "0", "PYTHONIOENCODING": "utf8"}
_LAST = 4000
"""Bytes of what was printed that are looked at."""


class Limits(NamedTuple):
    """What a process may use: seconds (of the clock, and of the processor), megabytes."""

    seconds: float
    megabytes: int


class Outcome(NamedTuple):
    """`reason` is "", test_failed or test_timeout; `words`: the last line of what went wrong."""

    reason: str
    words: str


# What runs first in the process: limits, then no network, then the code. Everything that is asked
# of the operating system is asked before the code has its turn; what it refuses is left.
_FIRST = r"""
import json, sys
order = json.load(sys.stdin)
try:
    import resource as r
    size = order["megabytes"] << 20
    for what, most in (
        (r.RLIMIT_CPU, int(order["seconds"]) + 1), (r.RLIMIT_AS, size), (r.RLIMIT_FSIZE, 1 << 20),
        (r.RLIMIT_NOFILE, 32), (r.RLIMIT_CORE, 0),
    ):
        r.setrlimit(what, (most, most))
except (ImportError, ValueError, OSError):
    pass
try:
    import ctypes
    ctypes.CDLL(None).unshare(0x10000000 | 0x40000000)  # a network of its own, with nothing in it
except Exception:
    pass
try:
    r.setrlimit(r.RLIMIT_NPROC, (0, 0))
except Exception:
    pass
import doctest, inspect, os, random, types
BARRED = (
    "socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork",
    "os.kill", "ctypes.", "pty.", "urllib.", "ftplib.", "smtplib.", "os.putenv", "os.chown",
)
CHANGING = ("os.chmod", "shutil.", "os.remove", "os.rename", "os.rmdir", "os.symlink", "os.link")
def hook(event, args):
    if event.startswith(BARRED):
        raise PermissionError(event + " is barred")
    writes = event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+")
    if (writes or event.startswith(CHANGING)) and not isinstance(args[0], int):
        if not os.path.realpath(os.fsdecode(args[0])).startswith(order["folder"]):
            raise PermissionError("writing outside of the folder is barred")
sys.addaudithook(hook)
sys.modules.pop("ctypes", None)
random.seed(0)
module = types.ModuleType("answer")
sys.modules["answer"] = module
def ran(name):
    try:
        exec(compile(order[name], name, "exec"), module.__dict__)
    except SystemExit as end:
        if end.code not in (0, None, False):
            raise
if "unittest.main" in order["code"] + order["tests"]:
    module.__dict__["__name__"] = "__main__"
    sys.modules["__main__"] = module
ran("code")
ran("tests")
for name, test in sorted(module.__dict__.items()):
    if name.startswith("test_") and inspect.isfunction(test):
        if not inspect.signature(test).parameters:
            test()
module.__dict__["__name__"] = module.__name__ = "answer"
failed, _ = doctest.testmod(module, verbose=False)
if failed:
    raise AssertionError(f"{failed} examples of doctest")
print(order["mark"])
"""


def run(code: str, tests: str, limits: Limits) -> Outcome:
    """Runs the code, then the tests in the same module, then its doctests.

    The process has no variables but a fixed hash seed, an empty folder, no site packages and no
    input. Its whole group is ended when the time is over.
    """
    mark = secrets.token_hex(8)  # so that nothing the code prints passes for the end
    with tempfile.TemporaryDirectory(prefix="textsynth-") as folder, _output() as out:
        order = {
            "code": code, "tests": tests, "mark": mark, "folder": os.path.realpath(folder),
            "seconds": limits.seconds, "megabytes": limits.megabytes,
        }  # fmt: skip
        process = subprocess.Popen(
            [sys.executable, "-S", "-s", "-P", "-B", "-c", _FIRST],
            stdin=subprocess.PIPE, stdout=out, stderr=subprocess.STDOUT, cwd=folder,
            env={**_VARIABLES, "HOME": folder, "TMPDIR": folder}, start_new_session=True,
        )  # fmt: skip
        late = False
        try:
            process.communicate(json.dumps(order).encode(), timeout=limits.seconds)
        except subprocess.TimeoutExpired:
            late = True
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        out.seek(max(0, out.seek(0, os.SEEK_END) - _LAST))
        lines = out.read().decode("utf8", "replace").strip().splitlines()
    if late or process.returncode == -signal.SIGXCPU:
        return Outcome("test_timeout", f"longer than {limits.seconds:g} s")
    if process.returncode == 0 and lines and lines[-1] == mark:
        return Outcome("", "")
    # Names of folders and addresses of objects differ from run to run.
    lines = [re.sub(r"\b0x[0-9a-f]{6,}", "0x", line.replace(folder, ".")) for line in lines]
    ended = f"it ended with {process.returncode}"
    return Outcome("test_failed", lines[-1] if lines and process.returncode > 0 else ended)


def _output() -> IO[bytes]:
    """A file and no pipe, so that the limit on files holds for what is printed too."""
    return tempfile.TemporaryFile()
