"""The fixtures: what each test finds, and what is left of it."""

from __future__ import annotations

from tests.pytest_plugin.conftest import Run

MAIL = """
    import pytest

    def send(sandbox, to):
        with sandbox.smtp.client() as client:
            client.sendmail("app@x.test", [to], "Subject: Hi\\r\\n\\r\\nHello.\\r\\n")
"""


def test_what_one_test_did_is_invisible_to_the_next(run: Run) -> None:
    result = run(
        MAIL
        + """
    PORTS = set()

    @pytest.mark.parametrize("turn", range(3))
    def test_alone(sandbox, turn):
        PORTS.add(sandbox.smtp.port)
        assert sandbox.mail.messages == []
        assert sandbox.journal.facts("mail.accepted") == []
        sandbox.faults.add(on="smtp.rcpt", argument="*@no.test", effect={"kind": "disconnect"})
        assert len(list(sandbox.faults)) == 1
        send(sandbox, f"user{turn}@x.test")
        sandbox.mail.wait(to=f"user{turn}@x.test")
        assert len(sandbox.mail.messages) == 1

    def test_one_server(sandbox, sandbox_server):
        assert sandbox is sandbox_server
        assert PORTS == {sandbox.smtp.port}
    """
    )
    result.assert_outcomes(passed=4)


def test_a_fixture_of_the_session_may_know_the_address(run: Run) -> None:
    result = run(
        MAIL
        + """
    @pytest.fixture(scope="session")
    def address(sandbox_server):
        send(sandbox_server, "early@x.test")
        return sandbox_server.smtp.address

    def test_address(address, sandbox):
        assert address == sandbox.smtp.address
        assert sandbox.mail.messages == []
    """,
        ini="sandbox_services = smtp",
    )
    result.assert_outcomes(passed=1)


def test_a_sandbox_that_a_test_stopped_is_started_again(run: Run) -> None:
    result = run(
        """
    def test_stop(sandbox):
        sandbox.stop()

    def test_again(sandbox):
        assert sandbox.running
    """,
        ini="sandbox_services = smtp",
    )
    result.assert_outcomes(passed=2)


def test_further_sandboxes_end_with_the_test(run: Run) -> None:
    result = run(
        """
    FOUND = []

    def test_two(sandbox, sandbox_factory):
        FOUND.extend([sandbox_factory(services=["smtp"]), sandbox_factory(services=["pop3"], hostname="two.test")])
        assert len({sandbox.smtp.port, FOUND[0].smtp.port, FOUND[1].pop3.port}) == 3
        assert b"two.test" in FOUND[1].pop3.client().welcome

    def test_gone():
        assert [box.running for box in FOUND] == [False, False]
    """,
        ini="sandbox_services = smtp",
    )
    result.assert_outcomes(passed=2)


def test_the_twin_is_on_the_loop_of_the_test_whichever_that_is(run: Run) -> None:
    result = run(
        """
    import asyncio
    import pytest

    async def talk(box):
        assert await box.mail.wait(count=0) == []
        reader, writer = await asyncio.open_connection(*box.smtp.address)
        assert (await reader.readline()).startswith(b"220 ")
        writer.write(b"QUIT\\r\\n")
        assert (await reader.readline()).startswith(b"221 ")
        writer.close()
        await writer.wait_closed()
        box.call(lambda engine: None)
        assert len(box.smtp.commands("QUIT")) == 1

    @pytest.mark.asyncio
    async def test_own_loop(async_sandbox):
        await talk(async_sandbox)

    @pytest.mark.asyncio(loop_scope="module")
    async def test_loop_of_the_module(async_sandbox):
        await talk(async_sandbox)

    @pytest.mark.asyncio
    async def test_both(async_sandbox, sandbox):
        assert async_sandbox.smtp.port != sandbox.smtp.port
        await talk(async_sandbox)
        assert sandbox.smtp.commands() == []

    @pytest.mark.asyncio
    @pytest.mark.sandbox(faults=[{"on": "smtp.mail", "effect": {"kind": "disconnect"}}], accounts={"ann": "secret"})
    async def test_marked(async_sandbox):
        assert [rule.on for rule in async_sandbox.faults] == ["smtp.mail"]
        assert async_sandbox.call(lambda engine: [each.name for each in engine.accounts.listed]) == ["ann"]
    """,
        ini="sandbox_services = smtp",
    )
    result.assert_outcomes(passed=4)


def test_the_twin_is_for_anyio_if_that_is_all_there_is(run: Run) -> None:
    result = run(
        """
    import anyio
    import pytest

    @pytest.fixture
    def anyio_backend():
        return "asyncio"

    @pytest.mark.anyio
    async def test_anyio(async_sandbox):
        async with await anyio.connect_tcp(*async_sandbox.smtp.address) as stream:
            assert (await stream.receive()).startswith(b"220 ")
    """,
        "-p",
        "no:asyncio",
        ini="sandbox_services = smtp",
    )
    result.assert_outcomes(passed=1)
