"""What `import textsynth` costs beside the packages it puts off: CPU seconds, fresh processes."""

from __future__ import annotations

import statistics
import subprocess
import sys

RUNS = 7
MODULES = ("pydantic", "textsynth", "openai", "datasets")


def cpu_seconds(module: str) -> float:
    """CPU seconds of importing one module in a process of its own."""
    code = f"import time; t = time.process_time(); import {module}; print(time.process_time() - t)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(ran.stdout)


def main() -> None:
    """Prints one table; the modules take turns, so that a busy moment hits all of them."""
    times: dict[str, list[float]] = {module: [] for module in MODULES}
    for _ in range(RUNS):
        for module in MODULES:
            times[module].append(cpu_seconds(module))
    base = statistics.median(times["textsynth"])
    print("import        median s   to textsynth")
    for module, found in times.items():
        median = statistics.median(found)
        print(f"{module:12} {median:9.3f} {median / base:14.2f}")


if __name__ == "__main__":
    main()
