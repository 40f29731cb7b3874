"""The queue before the endpoints: order, room, those who give up, and the clock of a row."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from textsynth.limits import Limits
from textsynth.providers.openai import Openai
from textsynth.turns import Drained, Endpoint, RowClock, Turns, paused


class Nobody:
    """A session that is never asked."""

    model = "m"

    async def ask(self, call: Any) -> Any:
        raise AssertionError("nobody asks")


def endpoint(
    ceiling: int, port: int = 1, weight: float = 1.0, per_minute: int | None = None
) -> Endpoint:
    provider = Openai(model="m", base_url=f"http://127.0.0.1:{port}/v1")
    made = Endpoint(provider, weight, Limits(ceiling, per_minute))
    made.session = Nobody()
    return made


def leave(turns: Turns, one: Endpoint) -> None:
    one.limits.done(1e9, 1e9, "ok")
    turns.wake()


def test_nobody_overtakes_and_no_more_go_than_there_is_room_for() -> None:
    async def main() -> None:
        only = endpoint(2)
        turns, order, most = Turns([only]), [], 0

        async def work(i: int) -> None:
            nonlocal most
            got = await turns.enter(0, None, "")
            order.append(i)
            most = max(most, got.limits.in_flight)
            await asyncio.sleep(0.001)
            leave(turns, got)

        await asyncio.wait_for(asyncio.gather(*(work(i) for i in range(30))), 10)
        assert (order, most, only.limits.in_flight) == (list(range(30)), 2, 0)

    asyncio.run(main())


@pytest.mark.parametrize("let_in", [False, True], ids=["waiting", "just let in"])
def test_who_gives_up_takes_no_turn_along(let_in: bool) -> None:
    async def main() -> None:
        only = endpoint(1)
        turns = Turns([only])
        first = await turns.enter(0, None, "")
        second = asyncio.create_task(turns.enter(0, None, ""))
        third = asyncio.create_task(turns.enter(0, None, ""))
        await asyncio.sleep(0)
        if let_in:
            leave(turns, first)
        second.cancel()
        await asyncio.sleep(0)
        if not let_in:
            leave(turns, first)
        assert await asyncio.wait_for(third, 5) is only
        assert only.limits.in_flight == 1

    asyncio.run(main())


def test_a_rate_lets_the_next_one_in_by_a_timer() -> None:
    async def main() -> None:
        only = endpoint(9, per_minute=1200)
        turns, entered = Turns([only]), 0

        async def one() -> None:
            nonlocal entered
            leave(turns, await turns.enter(0, None, ""))
            entered += 1

        await asyncio.wait_for(asyncio.gather(*(one() for _ in range(110))), 20)
        assert (entered, only.limits.in_flight) == (110, 0)

    asyncio.run(main())


def test_an_endpoint_with_room_takes_what_a_full_one_cannot() -> None:
    async def main() -> None:
        small, large = endpoint(1, 1, weight=9), endpoint(5, 2)
        turns = Turns([small, large])
        got = [await turns.enter(0, None, "") for _ in range(6)]
        assert (got.count(small), got.count(large)) == (1, 5)

    asyncio.run(main())


def test_the_end_of_the_run_is_told_to_all_who_wait() -> None:
    async def main() -> None:
        turns = Turns([endpoint(1)])
        await turns.enter(0, None, "")
        waiting = [asyncio.create_task(turns.enter(0, None, "")) for _ in range(3)]
        await asyncio.sleep(0)
        turns.drain()
        found = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(one) for one in found] == [Drained] * 3
        with pytest.raises(Drained):
            await turns.enter(0, None, "")

    asyncio.run(main())


def test_the_clock_of_a_row_stands_still_while_it_waits() -> None:
    async def main() -> str:
        try:
            async with asyncio.timeout(0.2) as deadline:
                clock = RowClock(deadline)
                with paused(clock), paused(clock):
                    await asyncio.sleep(0.3)
                waited = True
                await asyncio.sleep(5)
        except TimeoutError:
            return "cut while it worked" if waited else "cut while it waited"
        return "not cut"

    assert asyncio.run(main()) == "cut while it worked"
