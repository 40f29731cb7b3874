"""The forms of the job field `redact`, and what is said of a wrong one."""

from __future__ import annotations

from typing import Any

import pytest

import textsynth as ts
from tests.conftest import Project
from textsynth.errors import JobError
from textsynth.privacy import KINDS
from textsynth.redaction.options import Redact


@pytest.mark.parametrize(
    ("given", "when", "kinds"),
    [
        ("auto", "auto", KINDS),
        (True, "always", KINDS),
        (False, "never", KINDS),
        ("email", "auto", ("email",)),
        (["email", "phone"], "auto", ("email", "phone")),
        ({"kinds": "email", "when": "always"}, "always", ("email",)),
        ({"style": "placeholder", "allow": "a@b.example"}, "auto", KINDS),
    ],
)
def test_each_form_is_read(given: Any, when: str, kinds: tuple[str, ...]) -> None:
    options = Redact.model_validate(given)
    assert (options.when, options.kinds) == (when, kinds)
    assert Redact.model_validate(options) == options


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("emial", "did you mean 'email'?"),
        (["phnoe"], "did you mean 'phone'?"),
        ({"kinds": ["adress"]}, "did you mean 'address'?"),
        ({"kind": ["email"]}, "did you mean 'kinds'?"),
        ({"style": "stars"}, "surrogate"),
    ],
)
def test_a_wrong_one_is_told_with_what_is_near(project: Project, given: Any, words: str) -> None:
    with pytest.raises(JobError, match=r"job\.yaml, line \d+") as told:
        ts.load_job(project("http://127.0.0.1:9/v1", redact=given))
    assert words in str(told.value)


def test_auto_is_on_where_a_provider_is_remote() -> None:
    assert Redact().on(remote=True)
    assert not Redact().on(remote=False)
    assert not Redact.model_validate(False).on(remote=True)
    assert Redact.model_validate(True).on(remote=False)


def test_it_can_be_set_from_python(project: Project) -> None:
    job = project("http://127.0.0.1:9/v1")
    assert ts.load_job(job, {"redact": False}).redact.when == "never"
    assert ts.load_job(job).changed(redact=False).redact.when == "never"
