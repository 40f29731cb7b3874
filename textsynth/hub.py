"""Puts a run's dataset on the Hub: one commit, only what is new, safe to give again."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

from textsynth.errors import HubError, JobError, RunError, TextsynthError
from textsynth.hub_files import CARD, MARK, Upload, card_of, mark_of, owner_of, uploads
from textsynth.hub_words import CLIENT, in_words, quiet
from textsynth.reading import job_of
from textsynth.runfolder import find_run, read_state, read_summary
from textsynth.shipping import is_storage, ship
from textsynth.terms import terms

if TYPE_CHECKING:
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

T = TypeVar("T")

TRIES = 6
"""How often a request is made that the client does not make again by itself."""

FIRST_WAIT, LONGEST_WAIT = 0.3, 20.0
"""Seconds before the second of them, and at most between two."""

DEFAULT = "default"


@dataclass(frozen=True)
class Pushed:
    """What became of a push."""

    repo: str
    url: str
    commit: str
    tag: str
    private: bool
    created: bool
    sent: Sequence[str]
    """Files that the Hub did not have in this form."""
    same: int
    """Files that it had already."""
    removed: Sequence[str]
    """Files of an earlier push that are no more."""
    pull_request: str = ""
    warnings: Sequence[str] = ()


@dataclass(frozen=True)
class _Order:
    """What was asked for."""

    repo: str
    config: str
    private: bool | None
    overwrite: bool
    pr: bool
    tag: str


def push(
    target: str | Path,
    repo: str,
    *,
    private: bool | None = None,
    tag: str = "",
    config: str = DEFAULT,
    overwrite: bool = False,
    pr: bool = False,
    message: str = "",
    token: str | None = None,
) -> Pushed:
    """Pushes the dataset of a closed run to `owner/name` on the Hub, in one commit; or copies it to
    storage that fsspec knows (`s3://bucket/folder`, `file:///folder`).

    Given again after a cut it sends only what is missing; given again with nothing new it makes no
    commit. `config` puts the rows beside those of other configurations. `tag` names the commit.
    `overwrite`: also where the repository holds something that no such job pushed, or the tag is
    taken. `token`: HF_TOKEN or the one of `hf auth login` where it is not given; never stored.

    Raises RunError (5) where there is no closed run, JobError (2) for a bad name, HubError (6).
    """
    order = _Order(repo, config, private, overwrite, pr, tag)
    path = find_run(target)
    files = _checked(path, order)
    if is_storage(repo):
        copied, there, gone = ship(files, repo, overwrite=overwrite)
        about = _about_terms(path)
        return Pushed(repo, repo, "", "", False, False, copied, there, gone, warnings=about)
    with quiet(), in_words(repo):
        api = _api(token)
        # Nothing has been sent yet: that nobody answers is said soon.
        user = _again(api.whoami, tries=3)
        repo = _named(repo, str(user["name"]))
        order = _Order(repo, config, private, overwrite, pr, tag)
        _may_write(user, repo)
        created, is_private, warnings = _repo(api, order)
        before = _before(api, order, path)
        sent, same, removed = _compared(api, order, files, before)
        made = _committed(api, order, path, sent, removed, message)
        if tag and not pr:
            _tagged(api, order, str(made["commit"]))
    return Pushed(
        repo, f"{api.endpoint}/datasets/{repo}", str(made["commit"]), tag, is_private, created,
        [u.place for u in sent], same, removed, str(made["pull"]), [*warnings, *_about_terms(path)],
    )  # fmt: skip


def _about_terms(path: Path) -> list[str]:
    """Where terms of models or licences of seeds do not go with what the job is for."""
    summary = read_summary(path)
    try:
        job = job_of(path)
    except TextsynthError:
        return []  # what was written can be pushed also where the job can no longer be read
    return list(terms(summary.models, summary.sources, job.purpose, job.licence).warnings)


def _checked(path: Path, order: _Order) -> list[Upload]:
    """What is to be there after the push. Raises where the run is not closed or a name is bad."""
    state = read_state(path)
    if state.get("status") not in ("closed", "short"):
        raise RunError(
            f"the run {path} is not closed: it is {state.get('status', 'not there')}",
            "its dataset is written when the run is closed",
            "let the run end, then push",
        )
    if not (path / CARD).is_file() or not any((path / "data").glob("*.parquet")):
        raise RunError(f"the run {path} has no dataset", fix="run the job again: it costs nothing")
    if is_storage(order.repo):
        if order.tag or order.pr or order.config != DEFAULT or order.private is not None:
            raise JobError(
                f"{order.repo} is no repository of the Hub",
                "--tag, --pr, --config and --private mean nothing there",
                "leave them out, or push to owner/name",
            )
        return uploads(path, "")
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils._validators import validate_repo_id

    try:
        validate_repo_id(order.repo)
    except HFValidationError as error:
        raise JobError(
            f"'{order.repo}' cannot be the name of a dataset: {error}".split(" (", 1)[0],
            fix="write owner/name in letters, digits, '-', '_' and '.', such as larkmere/bank-faq",
        ) from None
    name = order.config
    if name == "data" or not name.replace("-", "_").replace(".", "_").isidentifier():
        raise JobError(
            f"'{name}' cannot be the name of a configuration",
            "`data` is taken by the Hub, and a name begins with a letter" if name == "data" else
            "a name begins with a letter and has letters, digits, '-', '_' and '.'",
            "take another, such as v2 or korean",
        )  # fmt: skip
    return uploads(path, "" if name == DEFAULT else name)


def _api(token: str | None) -> HfApi:
    # Storage out of reach would hang for five minutes; this is read when the client is imported.
    os.environ.setdefault("HF_XET_CLIENT_RETRY_MAX_ATTEMPTS", "2")
    from huggingface_hub import HfApi
    from huggingface_hub.utils._auth import get_token

    found = token or get_token()
    if not found:
        raise HubError(
            "no token for the Hub is set",
            fix="set HF_TOKEN to a token that may write, or run `hf auth login`",
        )
    return HfApi(token=found, library_name="textsynth")


def _again(ask: Callable[[], T], tries: int = TRIES) -> T:
    """Asks, and again where that may help; the client does so only for some requests."""
    from huggingface_hub.errors import HfHubHTTPError
    from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

    def passing(error: BaseException) -> bool:
        if isinstance(error, HfHubHTTPError):
            status = getattr(error.response, "status_code", 0)
            return status in (409, 412, 429) or status >= 500
        return type(error).__module__.split(".")[0] in CLIENT

    policy = Retrying(
        retry=retry_if_exception(passing), stop=stop_after_attempt(tries),
        wait=wait_exponential_jitter(FIRST_WAIT, LONGEST_WAIT, jitter=FIRST_WAIT), reraise=True,
    )  # fmt: skip
    return policy(ask)


def _named(repo: str, user: str) -> str:
    return repo if "/" in repo else f"{user}/{repo}"


def _may_write(user: dict[str, Any], repo: str) -> None:
    """Raises HubError where the token cannot write there, before any data moves."""
    owner = repo.split("/")[0]
    own = [str(user["name"]), *(str(org["name"]) for org in user.get("orgs", ()))]
    role = user.get("auth", {}).get("accessToken", {}).get("role", "")
    if owner not in own:
        raise HubError(
            f"the user {user['name']} cannot write to {owner}",
            f"yours are: {', '.join(own)}",
            f"push to {own[0]}/{repo.split('/')[1]}, or ask to be made a member of {owner}",
        )
    if role == "read":
        raise HubError(
            "the token may only read",
            fix="make one that may write, in the settings of your account, and set HF_TOKEN to it",
        )


def _repo(api: HfApi, order: _Order) -> tuple[bool, bool, list[str]]:
    """(whether it was made now, whether it is private, warnings)."""
    from huggingface_hub.errors import RepositoryNotFoundError

    try:
        found = _again(lambda: api.dataset_info(order.repo))
    except RepositoryNotFoundError:
        private = bool(order.private)
        _again(
            lambda: api.create_repo(order.repo, repo_type="dataset", private=private, exist_ok=True)
        )
        return True, private, []
    if order.private is None or found.private == order.private:
        return False, bool(found.private), []
    is_so, wanted = ("private", "public") if found.private else ("public", "private")
    if wanted == "private" and not order.overwrite:
        raise HubError(
            f"{order.repo} is public already, and --private does not change that",
            "everybody would see the rows",
            "change it in the settings of the repository first, or leave --private out",
        )
    return False, bool(found.private), [f"{order.repo} stays {is_so}: it was there before"]


def _before(api: HfApi, order: _Order, path: Path) -> dict[str, Any]:
    """Files there now: place → (size, hash). Raises HubError where they are not this job's."""
    entries = _again(
        lambda: list(api.list_repo_tree(order.repo, repo_type="dataset", recursive=True))
    )
    files = {e.path: e for e in entries if hasattr(e, "size")}
    if order.overwrite:
        return files
    name = read_summary(path).name
    folder = "data/" if order.config == DEFAULT else f"{order.config}/"
    held = [place for place in files if place.startswith(folder)]
    known = owner_of(_text(api, order.repo, MARK) if MARK in files else "", order.config)
    if held and known != name:
        whose = f"by the job '{known}'" if known else "by something else"
        raise HubError(
            f"{order.repo} already holds {len(held)} files in {folder}, put there {whose}",
            f"this is the run of the job '{name}'",
            "push with --overwrite to replace them, with --config NAME to stand beside them, or to "
            "another repository",
        )
    return files


def _compared(
    api: HfApi, order: _Order, files: Sequence[Upload], before: dict[str, Any]
) -> tuple[list[Upload], int, list[str]]:
    """(files to send, how many are there already, files of an earlier push to take away)."""
    card = _text(api, order.repo, CARD) if CARD in before else ""
    mark = _text(api, order.repo, MARK) if MARK in before else ""
    made = [
        *[u for u in files if u.place != CARD],
        Upload(CARD, card_of(files, card, order.config).encode()),
        Upload(MARK, mark_of(files, mark, order.config).encode()),
    ]
    sent = [u for u in made if not u.is_same(before.get(u.place))]
    places = {u.place for u in made}
    folder = "data" if order.config == DEFAULT else order.config
    gone = [p for p in before if PurePosixPath(p).parts[0] == folder and p not in places]
    return sent, len(made) - len(sent), sorted(gone)


def _text(api: HfApi, repo: str, place: str) -> str:
    """A small file of the repository, as it is now."""
    with tempfile.TemporaryDirectory() as folder:
        found = _again(
            lambda: api.hf_hub_download(repo, place, repo_type="dataset", local_dir=folder)
        )
        return Path(found).read_text(encoding="utf8")


def _committed(
    api: HfApi,
    order: _Order,
    path: Path,
    sent: Sequence[Upload],
    removed: Sequence[str],
    message: str,
) -> dict[str, str]:
    """One commit with all of it; none where nothing is new."""
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    if not sent and not removed:
        head = _again(lambda: api.dataset_info(order.repo))
        return {"commit": str(head.sha), "pull": ""}
    summary = read_summary(path)
    title = message or f"{summary.name}: {summary.kept:,} rows"

    def commit() -> Any:
        # Made anew for each try: an operation that was sent once is not taken again.
        made: list[CommitOperationAdd | CommitOperationDelete] = [
            CommitOperationAdd(upload.place, upload.content()) for upload in sent
        ]
        made += [CommitOperationDelete(place) for place in removed]
        return api.create_commit(
            order.repo, made, commit_message=title, repo_type="dataset", create_pr=order.pr,
            num_threads=2,
        )  # fmt: skip

    done = _again(commit)
    return {"commit": str(done.oid), "pull": str(done.pr_url or "")}


def _tagged(api: HfApi, order: _Order, commit: str) -> None:
    """Names the commit; the same tag on the same commit is no fault."""
    refs = _again(lambda: api.list_repo_refs(order.repo, repo_type="dataset"))
    there = {tag.name: tag.target_commit for tag in refs.tags}
    if there.get(order.tag) == commit:
        return
    if order.tag in there:
        if not order.overwrite:
            raise HubError(
                f"{order.repo} has a tag '{order.tag}' already, on another commit",
                f"the rows are there, in commit {commit[:8]}, without a tag",
                "give another tag, or --overwrite to move it",
            )
        _again(lambda: api.delete_tag(order.repo, tag=order.tag, repo_type="dataset"))
    _again(
        lambda: api.create_tag(
            order.repo, tag=order.tag, revision=commit, repo_type="dataset", exist_ok=True
        )
    )


def pull(repo: str, out: str | Path, *, revision: str = "", token: str | None = None) -> Path:
    """Downloads a dataset as it is at a tag, branch or commit (the newest where none is given).

    What was downloaded before is not downloaded again, and goes where this revision does not have
    it. The folder is opened by `load_dataset`, and
    `diff` and `curate` take it. Raises HubError (6), JobError (2).
    """
    folder = Path(out)
    with quiet(), in_words(f"{repo}@{revision}" if revision else repo):
        from huggingface_hub import HfApi
        from huggingface_hub.utils._auth import get_token

        api = HfApi(token=token or get_token() or False, library_name="textsynth")
        _again(
            lambda: api.snapshot_download(
                repo, repo_type="dataset", revision=revision or None, local_dir=folder
            )
        )
        files = _again(
            lambda: api.list_repo_files(repo, repo_type="dataset", revision=revision or None)
        )
        _tidied(folder, set(files))
    return folder


def _tidied(folder: Path, there: set[str]) -> None:
    """Takes away what an earlier pull brought here and this revision does not have: shards of two
    revisions side by side would be read as one dataset."""
    notes = folder / ".cache" / "huggingface" / "download"
    for note in sorted(notes.rglob("*.metadata")):
        place = note.relative_to(notes).as_posix().removesuffix(".metadata")
        if place not in there:
            (folder / place).unlink(missing_ok=True)
            note.unlink()
