"""textsynth makes synthetic text and dialogue with LLMs, good enough to train on.

The functions here are the commands of the command line, under the same names:

    import textsynth as ts
    ts.init("my-bank")
    result = ts.run("my-bank/job.yaml", count=20)
    print(result.path, result.summary.kept)
"""

from textsynth import judging, personas, taxonomies
from textsynth.comparing import diversity
from textsynth.curating import curate
from textsynth.errors import EXIT_CODES, TextsynthError
from textsynth.ingesting import ingest
from textsynth.job import Job
from textsynth.jobfile import load_job
from textsynth.page import report
from textsynth.preflight import check
from textsynth.project import doctor, init, parts
from textsynth.reading import explain, status
from textsynth.runner import estimate, export, preview, run
from textsynth.sampling import sample
from textsynth.seed_qa import make_qa, review_qa
from textsynth.version import VERSION as __version__

__all__ = [
    "EXIT_CODES",
    "Job",
    "TextsynthError",
    "__version__",
    "check",
    "curate",
    "diversity",
    "doctor",
    "estimate",
    "explain",
    "export",
    "ingest",
    "init",
    "judging",
    "load_job",
    "make_qa",
    "parts",
    "personas",
    "preview",
    "report",
    "review_qa",
    "run",
    "sample",
    "status",
    "taxonomies",
]
