"""The settings of all tests, and the marker of one."""

from __future__ import annotations

import pytest

from tests.pytest_plugin.conftest import Run


def test_configuration_and_services_of_all_tests(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makefile(
        ".toml", mine='hostname = "mine.test"\n[services.smtp]\n[services.pop3]\n[services.ftp]\n'
    )
    result = run(
        """
    def test_services(sandbox):
        assert {each.service for each in sandbox.listeners} == {"smtp", "pop3"}
        assert b"mine.test" in sandbox.pop3.client().welcome
    """,
        ini="sandbox_config = mine.toml\nsandbox_services = smtp pop3",
    )
    result.assert_outcomes(passed=1)


def test_the_marker_changes_the_sandbox_of_a_test(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makefile(".toml", other='hostname = "other.test"\n[services.pop3]\n')
    result = run(
        """
    import pytest

    PORTS = []

    @pytest.mark.sandbox(config="other.toml")
    def test_file(sandbox):
        assert b"other.test" in sandbox.pop3.client().welcome

    @pytest.mark.sandbox(services=["smtp", "pop3"], hostname="here.test")
    class TestHere:
        def test_tables(self, sandbox):
            PORTS.append(sandbox.smtp.port)
            assert sandbox.smtp.client().ehlo()[1].startswith(b"here.test")

        def test_the_same_server_again(self, sandbox, sandbox_server):
            assert PORTS == [sandbox.smtp.port]
            assert sandbox is not sandbox_server

        @pytest.mark.sandbox(hostname="closer.test")
        def test_the_closest_counts(self, sandbox):
            assert sandbox.smtp.client().ehlo()[1].startswith(b"closer.test")
            assert {each.service for each in sandbox.listeners} == {"smtp", "pop3"}

    def test_shared(sandbox, sandbox_server):
        assert sandbox is sandbox_server
    """,
        ini="sandbox_services = smtp",
    )
    result.assert_outcomes(passed=5)


def test_accounts_and_faults_of_a_test_are_gone_with_it(run: Run) -> None:
    result = run(
        """
    import smtplib
    import pytest

    TRY_LATER = {"kind": "reply", "text": "451 4.3.0 Try again later"}

    pytestmark = pytest.mark.sandbox(faults=[{"on": "smtp.rcpt", "argument": "*@slow.test", "effect": TRY_LATER}])

    @pytest.mark.sandbox(
        accounts={"ann": "secret", "bob": {"password": "x", "addresses": ["b@x.test"]}},
        faults=[{"on": "smtp.mail", "effect": TRY_LATER}],
    )
    def test_marked(sandbox, sandbox_server):
        assert sandbox is sandbox_server
        assert [rule.on for rule in sandbox.faults] == ["smtp.mail", "smtp.rcpt"]
        with pytest.raises(smtplib.SMTPAuthenticationError):
            sandbox.smtp.client("ann", "wrong")
        with pytest.raises(smtplib.SMTPSenderRefused):
            sandbox.smtp.client("ann", "secret").sendmail("ann@x.test", ["b@x.test"], "")

    @pytest.mark.sandbox(accounts={"mode": "listed", "users": {"bob": {"password": "x"}}})
    def test_table(sandbox):
        with pytest.raises(smtplib.SMTPAuthenticationError):
            sandbox.smtp.client("ann", "secret")

    def test_after(sandbox):
        assert [rule.on for rule in sandbox.faults] == ["smtp.rcpt"]
        sandbox.smtp.client("ann", "wrong")
    """,
        ini="sandbox_services = smtp",
    )
    result.assert_outcomes(passed=3)


def test_mistakes_are_told_in_their_own_words(run: Run) -> None:
    result = run(
        """
    import pytest

    @pytest.mark.sandbox(smtpp={})
    def test_setting(sandbox): pass

    @pytest.mark.sandbox(faults=[{"on": "smtp.mail", "effect": {"kind": "no"}}])
    def test_rule(sandbox): pass

    @pytest.mark.sandbox(accounts={"ann": {"pass": "x"}})
    def test_account(sandbox): pass

    @pytest.mark.sandbox("smtp")
    def test_positional(sandbox): pass

    def test_after(sandbox):
        assert list(sandbox.faults) == []
    """,
        ini="sandbox_services = smtp",
    )
    result.assert_outcomes(errors=4, passed=1)
    result.stdout.fnmatch_lines(
        ["*smtpp: unknown key*", "*faults*effect*", "*accounts.users.ann*pass*", "*keywords only"]
    )
    assert "Traceback" not in result.stdout.str()
    result.stdout.no_fnmatch_line("*During handling*")


def test_redirection_by_the_marker_and_for_all(run: Run) -> None:
    source = """
    import smtplib
    import socket
    import pytest

    def send():
        with smtplib.SMTP("smtp.example.com", 587) as client:
            client.sendmail("app@x.test", ["ann@x.test"], "Subject: Hi\\r\\n\\r\\nHello.\\r\\n")

    @pytest.mark.sandbox(redirect=True)
    def test_marked(sandbox):
        send()
        assert sandbox.mail.wait(to="ann@x.test")
        assert sandbox.smtp.client().noop()[0] == 250

    @pytest.mark.sandbox(redirect=["mx.example.org:9=smtp"])
    def test_routes(sandbox):
        with socket.create_connection(("mx.example.org", 9), timeout=5) as client:
            assert client.recv(4) == b"220 "

    def test_by_default(sandbox):
        if REDIRECTED:
            send()
        real = socket.socket.connect
        assert (real is CONNECT) is not REDIRECTED

    CONNECT = socket.socket.connect

    @pytest.mark.asyncio
    async def test_twin(async_sandbox): pass
    """
    result = run("REDIRECTED = False\n" + source.replace("\n    ", "\n"), ini="sandbox_services = smtp")
    result.assert_outcomes(passed=4)
    result = run(
        "REDIRECTED = True\n" + source.replace("\n    ", "\n"),
        ini="sandbox_services = smtp\nsandbox_redirect = true",
    )
    result.assert_outcomes(passed=3, errors=1)
    result.stdout.fnmatch_lines(["*async_sandbox redirects nothing*"])
