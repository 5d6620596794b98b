"""What the report of a failed test has, and what fails a test."""

from __future__ import annotations

from tests.pytest_plugin.conftest import Run


def test_a_failed_test_is_reported_with_exactly_its_own_connections(run: Run) -> None:
    result = run(
        """
    def login(box, user):
        box.pop3.client(user).quit()

    def test_before(sandbox):
        login(sandbox, "before")

    def test_fails(sandbox, sandbox_factory):
        further = sandbox_factory(services=["pop3"])
        login(sandbox, "mine")
        login(further, "further")
        assert False

    def test_after(sandbox):
        login(sandbox, "after")
    """,
        ini="sandbox_services = pop3",
    )
    result.assert_outcomes(passed=2, failed=1)
    text = result.stdout.str()
    assert text.count("- sandbox: pop3, connection 1 -") == 2
    assert "C: USER mine" in text
    assert "C: USER further" in text
    assert "USER before" not in text
    assert "USER after" not in text


def test_the_twin_is_reported_and_so_is_a_fixture_that_fails(run: Run) -> None:
    result = run(
        """
    import asyncio
    import pytest

    @pytest.fixture
    def broken(sandbox):
        sandbox.pop3.client("broken")
        raise ValueError

    def test_setup(broken): pass

    @pytest.mark.asyncio
    async def test_twin(async_sandbox):
        reader, writer = await asyncio.open_connection(*async_sandbox.pop3.address)
        await reader.readline()
        writer.write(b"USER twin\\r\\n")
        await reader.readline()
        writer.close()
        await writer.wait_closed()
        assert False
    """,
        ini="sandbox_services = pop3",
    )
    result.assert_outcomes(errors=1, failed=1)
    result.stdout.fnmatch_lines(["*C: USER broken", "*C: USER twin"])


def test_long_transcripts_are_shortened(run: Run) -> None:
    result = run(
        """
    def test_long(sandbox):
        client = sandbox.pop3.client()
        for _ in range(300):
            client.noop()
        client._putcmd("X" * 1500)
        assert False
    """,
        ini="sandbox_services = pop3",
    )
    result.assert_outcomes(failed=1)
    lines = result.stdout.lines
    start = next(number for number, line in enumerate(lines) if "- sandbox: pop3" in line)
    assert any(line.startswith("… ") and line.endswith(" lines …") for line in lines[start:])
    assert len(lines) - start < 210
    assert max(map(len, lines)) <= 401


def test_a_crash_of_the_sandbox_fails_the_test_once(run: Run) -> None:
    result = run(
        """
    import pytest
    from sandbox.journal import Crashed

    def crash(box):
        box.call(lambda engine: engine.journal.append(Crashed(1, "smtp", "ValueError: our own")))

    def test_crashes(sandbox):
        crash(sandbox)

    def test_fails_as_well(sandbox):
        crash(sandbox)
        assert "told" == "once"

    def test_factory(sandbox_factory):
        box = sandbox_factory(services=["smtp"])
        crash(box)
        box.stop()

    @pytest.mark.asyncio
    async def test_twin(async_sandbox):
        crash(async_sandbox)

    @pytest.fixture
    def late(sandbox):
        yield
        crash(sandbox)

    def test_late(late): pass

    def test_after(sandbox): pass
    """,
        ini="sandbox_services = smtp",
    )
    result.assert_outcomes(failed=4, passed=2, errors=1)
    assert result.stdout.str().count("the sandbox itself failed, which is a mistake of its own") == 4
    result.stdout.fnmatch_lines(["smtp, connection 1:", "ValueError: our own"])


def test_a_function_that_was_to_answer_and_raised_fails_its_test_alone(run: Run) -> None:
    result = run(
        """
    def test_fails(sandbox):
        sandbox.tcp.expect(name="bad").respond_with(lambda request: 1 / 0)
        client = sandbox.tcp.client("echo")
        client.sendall(b"x")
        assert client.recv(1) == b""

    def test_after(sandbox):
        pass
    """,
        ini="sandbox_services = tcp",
    )
    result.assert_outcomes(failed=1, passed=1)
    text = result.stdout.str()
    result.stdout.re_match_lines([r"stub 'bad': its function raised ZeroDivisionError.* at .*\.py:2$"])
    assert "During handling" not in text
    assert "sandbox: tcp, connection 1" in text
    assert "pytest_plugin" not in text
