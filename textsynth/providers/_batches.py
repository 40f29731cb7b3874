"""A session that asks in batches: hands requests in, watches, and hands the replies out."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import secrets
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any

from textsynth.errors import ProviderError, TransientError
from textsynth.providers import Call, Link, no_completions
from textsynth.providers._batch_api import BatchApi, GivenUpError, GoneError
from textsynth.providers._batch_files import answer_in, cancelled, temporary_file
from textsynth.providers._batch_ledger import Ledger, Submission
from textsynth.providers._batch_queue import SLICE, Asked, Gathering, Read, Sizes
from textsynth.providers._batch_watch import Watch, progress
from textsynth.providers._chat import cut, reply_of
from textsynth.providers._structured import StructuredOutput, Way
from textsynth.records import Message, Reply

if TYPE_CHECKING:
    from openai.types import Batch as BatchObject


class BatchSession:
    """Chat completions of one model, asked in batches.

    A request is in the gathering, or in a submission, whose task takes it from the file to the
    last reply. Whoever asks waits on a future. Nothing here depends on who waits: a batch goes on
    without, and its replies are kept on disk until they are asked for.
    """

    def __init__(self, api: BatchApi, link: Link, sizes: Sizes, structured: StructuredOutput):
        self.model, self._api, self._say = api.model, api, link.say
        self._structured = structured
        self._ledger = Ledger(api, link)
        self._gathering = Gathering(api.model, sizes)
        self._watch = Watch(api, link.say, sizes.poll, self._gathering.accepted)
        self._asked: dict[str, Asked] = {}
        self._dispatcher: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Finds what is under way already, and begins to hand in."""
        await self._ledger.recall()
        self._dispatcher = asyncio.create_task(self._dispatch())

    async def ask(self, call: Call) -> Reply:
        """One request: hours, as a rule. A key whose reply is in a batch already gets that one."""
        if call.raw:
            why = "a Batch API takes chat requests alone"
            raise ProviderError(*no_completions(self._api.address, why))
        send = functools.partial(self._send, call.key or secrets.token_hex(16))
        if call.form is None:
            return await send(call.messages, call.options)
        return await self._structured.ask(call, send)

    async def _send(
        self,
        key: str,
        messages: Sequence[Message],
        options: Mapping[str, Any],
        read: Read | None = None,
    ) -> Reply:
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        asked = self._asked.get(key)
        if asked is not None:
            asked.waiting.append(future)
        else:
            asked = self._asked[key] = Asked(messages, options, read, [future])
            self._place(key, asked)
        try:
            reply = await future
        finally:
            asked.waiting.remove(future)
            if not asked.waiting and self._asked.get(key) is asked:
                del self._asked[key]
                self._gathering.drop(key)
        self._ledger.out(key)
        return reply

    def _place(self, key: str, asked: Asked) -> None:
        submission = self._ledger.where.get(key)
        if submission is None:
            self._gathering.add(key, asked)
        elif submission.results is not None:
            self._hand_out(submission, key)
        elif submission.task is None:
            self._start(submission)

    def _start(self, submission: Submission, file: IO[bytes] | None = None) -> None:
        submission.task = asyncio.create_task(self._live(submission, file))
        if file is not None:
            # A task that is cancelled before its first step does nothing, not even close a file.
            submission.task.add_done_callback(lambda _: file.close())

    def _settle(self, key: str, outcome: Reply | Exception) -> None:
        asked = self._asked.pop(key, None)
        if asked is not None:
            asked.settle(outcome)

    def _fail(self, keys: Iterable[str], error: Exception) -> None:
        for key in keys:
            self._gathering.drop(key)
            self._settle(key, error)

    def _again(self, submission: Submission) -> None:
        """What is asked of a submission goes into a new one: this one is forgotten."""
        self._ledger.forget(submission)
        for key in submission.left:
            asked = self._asked.get(key)
            if asked is not None and key not in self._ledger.where:
                self._gathering.add(key, asked)

    async def _dispatch(self) -> None:
        """Hands in what was gathered, for as long as the session lasts."""
        gathering = self._gathering
        while True:
            await gathering.ready()
            submission = self._ledger.new()
            try:
                file = await self._file_for(submission)
            except Exception as error:  # noqa: BLE001 - whoever waits must be told
                self._fail([*submission.left, *gathering.keys()], error)
                self._ledger.forget(submission)
                continue
            self._start(submission, file)
            if gathering.crowded:
                await submission.accepted.wait()

    async def _file_for(self, submission: Submission) -> IO[bytes]:
        """The file of the next requests, which are the submission's from now on."""
        file = temporary_file()
        try:
            await self._gathering.fill(file, functools.partial(self._ledger.take, submission))
        except BaseException:
            file.close()
            raise
        return file

    async def _live(self, submission: Submission, file: IO[bytes] | None) -> None:
        try:
            if file is not None:
                with file:
                    await self._hand_in(submission, file)
            elif submission.id is None:
                await self._look_for(submission)
            await self._end(submission, await self._watch.until_end(submission))
        except GoneError as error:
            self._say(f"{error} Its requests are handed in again.")
            self._again(submission)
        except Exception as error:  # noqa: BLE001 - whoever waits must be told
            where = self._ledger.where
            self._fail(
                [k for k in submission.left if where.get(k, submission) is submission], error
            )
        finally:
            submission.task = None
            submission.accepted.set()

    async def _hand_in(self, submission: Submission, file: IO[bytes]) -> None:
        ledger, made = self._ledger, None
        try:
            submission.file = await self._api.upload(file, f"textsynth-{submission.token}")
            ledger.save_keys(submission)
            ledger.save(submission)
            made = await self._api.create(submission.file, ledger.marks(submission))
        except GivenUpError:
            # Whether it was made is not known: the note stays, for the next look to tell.
            raise
        except ProviderError:
            ledger.forget(submission)
            raise
        self._made(submission, made)
        self._say(f"batch {made.id}: handed in, {submission.size:,} requests")

    async def _look_for(self, submission: Submission) -> None:
        """Finds out what became of a submission whose making nobody saw the end of."""
        found = await self._api.find(submission.token)
        if found is None:
            raise GoneError("a batch that was handed in", "it was never made")
        self._made(submission, found)

    def _made(self, submission: Submission, batch: BatchObject) -> None:
        submission.id, submission.state = batch.id, batch.status
        self._ledger.save(submission)

    async def _end(self, submission: Submission, seen: BatchObject) -> None:
        if submission.state == "failed":
            self._refuse(submission, seen)
            return
        submission.results = await self._watch.results(submission, seen)
        asked = [key for key in submission.left if key in self._asked]
        self._ledger.done(submission)
        self._gathering.ended.set()
        self._say(f"batch {submission.id}: {submission.state}, {progress(seen)}, collected")
        for number, key in enumerate(asked):
            if number % SLICE == SLICE - 1:
                await asyncio.sleep(0)
            if self._ledger.where.get(key) is submission:
                self._hand_out(submission, key)

    def _refuse(self, submission: Submission, seen: BatchObject) -> None:
        """Deals with a batch that failed as a whole: nothing in it was asked."""
        errors = (seen.errors.data if seen.errors else None) or []
        said = "; ".join(
            (f"line {error.line}: " if error.line else "") + (error.message or error.code or "")
            for error in errors[:3]
        )
        said = cut(said, self._api.secret) or "it says no more"
        if any(_too_much(f"{error.code} {error.message}".lower()) for error in errors):
            others = [s for s in self._ledger.submissions if s is not submission]
            alone = not any(other.running and other.task for other in others)
            self._gathering.refused(submission.size, alone)
            self._say(
                f"batch {submission.id}: too much is waiting at the endpoint ({said}); its "
                f"requests go in again later, at most {self._gathering.most:,} at once"
            )
            self._again(submission)
            return
        self._ledger.forget(submission)
        raise ProviderError(
            f"the endpoint refuses the batch {submission.id}: {said}",
            fix="correct the provider's options, and give the same command again",
        )

    def _hand_out(self, submission: Submission, key: str) -> None:
        asked = self._asked.get(key)
        if asked is None:
            return
        try:
            reply = self._reply(submission, key, asked)
        except ProviderError as error:
            self._ledger.out(key)
            if submission.told:
                self._gathering.add(key, asked)
            else:
                self._settle(key, error)
        else:
            self._settle(key, reply)

    def _reply(self, submission: Submission, key: str, asked: Asked) -> Reply:
        assert submission.results is not None
        line = submission.results.line(key)
        if line is None:
            if submission.state == "cancelled":
                raise cancelled()
            how = "expired before" if submission.state == "expired" else "came back without"
            raise TransientError(f"the batch {how} an answer to this request")
        answer = answer_in(line, self.model, self._api.secret)
        try:
            return reply_of(answer, self.model, asked.read)
        except Exception as error:
            said = cut(f"{type(error).__name__}: {error}", self._api.secret)
            raise TransientError(f"the reply is not a chat completion ({said})") from error

    async def close(self) -> None:
        """Ends everything here and nothing at the endpoint."""
        tasks = [s.task for s in self._ledger.submissions if s.task]
        tasks += [self._dispatcher] if self._dispatcher else []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for submission in self._ledger.submissions:
            if submission.running:
                self._say(
                    f"batch {submission.id}: goes on at the endpoint; the same command collects it"
                )
        self._ledger.close()
        self._fail(list(self._asked), ProviderError("the connection to the endpoint is closed"))


class _Unprobed(StructuredOutput):
    """Asks for forms without a probe, which would take a batch of its own."""

    def __init__(self, address: str, model: str, link: Link, mode: str) -> None:
        super().__init__(address, model, link)
        self._mode = mode

    async def _probe(self, options: Mapping[str, Any], send: Any) -> None:
        self._way = Way(self._mode)


@contextlib.asynccontextmanager
async def batch_session(
    api: BatchApi, link: Link, sizes: Sizes, address: str, mode: str
) -> AsyncIterator[BatchSession]:
    """A session over a Batch API; `mode` is how it asks for forms where no note says better."""
    structured = _Unprobed(address, api.model, link, mode)
    session = BatchSession(api, link, sizes, structured)
    try:
        await session.open()
        yield session
    finally:
        await session.close()


def _too_much(words: str) -> bool:
    """Whether a batch failed for the limit on what may wait at an endpoint."""
    return any(sign in words for sign in ("token_limit", "request_limit", "rate_limit", "queue"))
