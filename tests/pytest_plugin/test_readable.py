"""What pytest shows of a mistake: the line of the test and what is wrong, and nothing of the way in between."""

from __future__ import annotations

import pytest

from tests.pytest_plugin.conftest import Run


def test_of_a_failed_wait_only_the_line_of_the_test_is_shown(run: Run) -> None:
    result = run(
        """
    import asyncio
    import pytest
    from sandbox.observation import mailed

    def test_wait(sandbox):
        sandbox.mail.wait(to="bob@example.org", timeout=0)

    def test_none(sandbox):
        sandbox.smtp.client().quit()
        sandbox.journal.none("client.quit", within=0)
        sandbox.check.tls_before_login()

    def test_order(sandbox):
        sandbox.journal.in_order(mailed(to="bob@example.org"), timeout=0)

    def test_word(sandbox):
        sandbox.mail.wait(too="bob@example.org")

    @pytest.mark.asyncio
    async def test_twin(async_sandbox):
        await async_sandbox.mail.wait(to="bob@example.org", timeout=0)

    @pytest.mark.asyncio
    async def test_twin_order(async_sandbox):
        await async_sandbox.journal.in_order(mailed(to="bob@example.org"), timeout=0)

    @pytest.mark.asyncio
    async def test_twin_check(async_sandbox):
        async_sandbox.check.tls_before_login()
    """,
        ini="sandbox_services = smtp",
    )
    result.assert_outcomes(failed=7)
    text = result.stdout.str()
    assert "no mail with to='bob@example.org' within 0 s: no mail came at all" in text
    assert "'too' is none of to, sender" in text
    assert "nobody logged in" in text
    for hidden in ("asking", "observation/", "self = ", "background"):
        assert hidden not in text.replace("sandbox.observation", "")


@pytest.mark.parametrize(
    ("marker", "sentence"),
    [
        ('redirect=["shop.example=http"]', "shop.example=http: must have the form host:port"),
        ('redirect=["shop.example:80=htpt"]', "there is no service, listener or behaviour 'htpt'"),
        ('services=["stmp"]', "services: stmp: there is no such service, did you mean 'smtp'?"),
        ("services=[]", "services: names no service"),
        ('clock="tomorrow"', "clock: 'tomorrow' is no date with a time, as 2026-01-31T12:00:00Z"),
    ],
    ids=["route-form", "route-name", "service", "no-service", "clock"],
)
def test_a_mistake_in_a_marker_is_told_in_a_line(run: Run, marker: str, sentence: str) -> None:
    result = run(
        f"""
    import pytest

    @pytest.mark.sandbox({marker})
    def test_wrong(sandbox): pass

    def test_others(sandbox): pass
    """,
        ini="sandbox_services = http",
    )
    result.assert_outcomes(errors=1, passed=1)
    text = result.stdout.str()
    assert sentence in text
    assert "Error" not in text.replace("ERROR", "")
    assert "--only" not in text


def test_the_clock_is_told_as_in_a_configuration_file(run: Run) -> None:
    run(
        """
    import pytest
    from datetime import datetime, UTC

    @pytest.mark.sandbox(clock="2026-01-31T12:00:00Z")
    def test_clock(sandbox):
        assert sandbox.clock.now == datetime(2026, 1, 31, 12, tzinfo=UTC)
    """,
        ini="sandbox_services = pop3",
    ).assert_outcomes(passed=1)
