"""Whether the providers of a job can complete what the prompts of its method leave open."""

from __future__ import annotations

from collections.abc import Mapping

from textsynth.errors import JobError
from textsynth.job import Job
from textsynth.prompts import Prompt
from textsynth.providers import no_completions


def check_completions(job: Job, prompts: Mapping[str, Prompt]) -> None:
    """Raises JobError for a raw prompt of the method at a provider of chat alone.

    `prompts`: step → prompt.
    """
    for step, prompt in prompts.items():
        if not prompt.raw:
            continue
        role = job.method.roles.get(step, "")
        provider = job.models.get(role, job.provider)
        why = provider.cannot_complete()
        if why:
            model = f"the provider {provider.part} ({provider.model_id()})"
            raise JobError(*no_completions(model, why))
