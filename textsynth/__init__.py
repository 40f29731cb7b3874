"""textsynth makes synthetic text and dialogue with LLMs, good enough to train on.

The functions here are the commands of the command line, under the same names:

    import textsynth as ts
    ts.init("my-bank")
    result = ts.run("my-bank/job.yaml", count=20)
    print(result.path, result.summary.kept)
"""

from textsynth import judging, personas, taxonomies
from textsynth.closing import export
from textsynth.comparing import diversity
from textsynth.curating import curate
from textsynth.errors import EXIT_CODES, TextsynthError
from textsynth.extending import extend
from textsynth.hub import pull, push
from textsynth.ingesting import ingest
from textsynth.job import Job
from textsynth.jobfile import load_job
from textsynth.merging import merge
from textsynth.page import report
from textsynth.preflight import check
from textsynth.project import doctor, init, parts
from textsynth.reading import explain, status
from textsynth.rendering import rendered
from textsynth.repairing import repair
from textsynth.runner import estimate, preview, run
from textsynth.sampling import sample
from textsynth.seed_qa import make_qa, review_qa
from textsynth.version import VERSION as __version__
from textsynth.versions import diff, versions

__all__ = [
    "EXIT_CODES",
    "Job",
    "TextsynthError",
    "__version__",
    "check",
    "curate",
    "diff",
    "diversity",
    "doctor",
    "estimate",
    "explain",
    "export",
    "extend",
    "ingest",
    "init",
    "judging",
    "load_job",
    "make_qa",
    "merge",
    "parts",
    "personas",
    "preview",
    "pull",
    "push",
    "rendered",
    "repair",
    "report",
    "review_qa",
    "run",
    "sample",
    "status",
    "taxonomies",
    "versions",
]
