"""Every public method of imaplib against the service, over a socket."""

from __future__ import annotations

import imaplib
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.background import BackgroundEngine
from sandbox.journal import Fact
from sandbox.stores.mail import Envelope
from tests.conftest import Serve

MAIL = b"From: Bob <bob@example.org>\r\nTo: ann@example.org\r\nSubject: %s\r\n\r\nHello, ann\r\n"


@pytest.fixture
def sandbox(serve: Serve) -> BackgroundEngine:
    return serve(
        imap={"listeners": {"imaps": {"tls": "implicit"}}},
        accounts={"users": {"ann": {"password": "secret"}}},
    )


def deliver(sandbox: BackgroundEngine, *subjects: bytes) -> None:
    """Mails arrive for ann, as from SMTP."""

    def arrive(inside: object) -> None:
        mail = inside.mail  # type: ignore[attr-defined]
        for subject in subjects:
            envelope = Envelope("bob@example.org", ("ann@example.org",))
            mail.deliver(mail.new_message(MAIL % subject, envelope=envelope), ["ann"])

    sandbox.call(arrive)


def connect(sandbox: BackgroundEngine) -> imaplib.IMAP4:
    return imaplib.IMAP4("localhost", sandbox.endpoint("imap").port, timeout=5)


@pytest.fixture
def fresh(sandbox: BackgroundEngine) -> Iterator[imaplib.IMAP4]:
    """Connected, not logged in."""
    client = connect(sandbox)
    yield client
    if client.state != "LOGOUT":
        client.shutdown()


@pytest.fixture
def inside(fresh: imaplib.IMAP4) -> imaplib.IMAP4:
    """Logged in, nothing selected."""
    fresh.login("ann", "secret")
    return fresh


@pytest.fixture
def selected(sandbox: BackgroundEngine, inside: imaplib.IMAP4) -> imaplib.IMAP4:
    """With three mails in the selected INBOX."""
    deliver(sandbox, b"one", b"two", b"three")
    assert inside.select() == ("OK", [b"3"])
    return inside


def verifying(sandbox: BackgroundEngine) -> ssl.SSLContext:
    """A context that trusts the sandbox alone."""
    return sandbox.call(lambda inside: inside.authority.client_context())


class TestConnecting:
    def test_open_read_readline_send_socket_shutdown(self, sandbox: BackgroundEngine) -> None:
        client = connect(sandbox)
        assert isinstance(client.socket(), socket.socket)
        client.send(b"x1 NOOP\r\n")
        assert client.read(3) == b"x1 "
        assert client.readline() == b"OK NOOP completed\r\n"
        client.shutdown()
        client.open("localhost", sandbox.endpoint("imap").port)
        assert client.readline().startswith(b"* OK [CAPABILITY IMAP4rev1 ")
        client.shutdown()

    def test_capability(self, fresh: imaplib.IMAP4) -> None:
        status, [capabilities] = fresh.capability()
        assert status == "OK"
        assert capabilities.split()[0] == b"IMAP4rev1"
        assert fresh.PROTOCOL_VERSION == "IMAP4REV1"

    def test_starttls(self, sandbox: BackgroundEngine, fresh: imaplib.IMAP4) -> None:
        assert "STARTTLS" in fresh.capabilities
        assert fresh.starttls(verifying(sandbox))[0] == "OK"
        assert "STARTTLS" not in fresh.capabilities
        assert fresh.login("ann", "secret")[0] == "OK"

    def test_implicit_tls(self, sandbox: BackgroundEngine) -> None:
        port = sandbox.endpoint("imap", "imaps").port
        with imaplib.IMAP4_SSL("localhost", port, ssl_context=verifying(sandbox), timeout=5) as client:
            assert "STARTTLS" not in client.capabilities
            assert client.login("ann", "secret")[0] == "OK"

    def test_login_and_logout(self, fresh: imaplib.IMAP4) -> None:
        with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
            fresh.login("ann", "wrong")
        status, [text] = fresh.login("ann", "secret")
        assert status == "OK"
        assert text.endswith(b"] logged in")
        assert fresh.state == "AUTH"
        assert fresh.logout() == ("BYE", [b"logging out"])

    def test_login_cram_md5(self, fresh: imaplib.IMAP4) -> None:
        assert fresh.login_cram_md5("ann", "secret")[0] == "OK"

    @pytest.mark.parametrize(
        ("mechanism", "responses"),
        [("PLAIN", [b"\0ann\0secret"]), ("LOGIN", [b"ann", b"secret"]), ("plain", [b"ann\0ann\0secret"])],
    )
    def test_authenticate(self, fresh: imaplib.IMAP4, mechanism: str, responses: list[bytes]) -> None:
        left = iter(responses)
        assert fresh.authenticate(mechanism, lambda challenge: next(left))[0] == "OK"

    def test_authenticate_cancelled(self, fresh: imaplib.IMAP4) -> None:
        with pytest.raises(imaplib.IMAP4.error, match="cancelled"):
            fresh.authenticate("PLAIN", lambda challenge: None)  # type: ignore[arg-type, return-value]
        assert fresh.login("ann", "secret")[0] == "OK"

    def test_proxyauth(self, inside: imaplib.IMAP4) -> None:
        assert inside.proxyauth("bob") == ("NO", [b"[NOPERM] nobody here has the right to act for others"])

    def test_noop_and_xatom(self, fresh: imaplib.IMAP4) -> None:
        assert fresh.noop() == ("OK", [b"NOOP completed"])
        assert fresh.xatom("ID", "NIL")[0] == "OK"
        assert fresh.response("ID")[1][0].startswith(b'("name" "Sandbox")')
        with pytest.raises(imaplib.IMAP4.error, match="unknown command"):
            fresh.xatom("FROBNICATE")
        assert fresh.noop()[0] == "OK"

    def test_enable_utf8(self, inside: imaplib.IMAP4) -> None:
        assert inside.enable("UTF8=ACCEPT") == ("OK", [b"ENABLE completed"])
        assert inside.utf8_enabled
        assert inside.create("Письма")[0] == "OK"
        assert inside.append("Письма", None, None, MAIL % "тема".encode())[0] == "OK"  # type: ignore[arg-type]
        assert inside.select("Письма") == ("OK", [b"1"])
        assert inside.fetch("1", "BODY[]")[1][0][1] == MAIL % "тема".encode()
        assert '(\\HasNoChildren) "/" "Письма"'.encode() in inside.list()[1]

    def test_print_log(self, inside: imaplib.IMAP4, capsys: pytest.CaptureFixture[str]) -> None:
        inside.print_log()
        assert "LOGIN ann" in capsys.readouterr().err

    def test_exceptions(self) -> None:
        assert issubclass(imaplib.IMAP4.readonly, imaplib.IMAP4.abort)
        assert issubclass(imaplib.IMAP4.abort, imaplib.IMAP4.error)


class TestMailboxes:
    def test_create_rename_delete(self, inside: imaplib.IMAP4) -> None:
        assert inside.create("Work/2026") == ("OK", [b"CREATE completed"])
        assert inside.rename("Work", "Play") == ("OK", [b"RENAME completed"])
        assert inside.create("Play/2026")[0] == "NO"
        assert inside.delete("Play/2026") == ("OK", [b"DELETE completed"])
        assert inside.delete("Play/2026")[0] == "NO"

    def test_list(self, inside: imaplib.IMAP4) -> None:
        assert inside.list() == (
            "OK",
            [
                b'(\\HasNoChildren) "/" INBOX',
                b'(\\HasNoChildren \\Drafts) "/" Drafts',
                b'(\\HasNoChildren \\Junk) "/" Junk',
                b'(\\HasNoChildren \\Sent) "/" Sent',
                b'(\\HasNoChildren \\Trash) "/" Trash',
            ],
        )
        assert inside.list('""', '""') == ("OK", [b'(\\Noselect) "/" ""'])
        assert inside.list(pattern="Nowhere") == ("OK", [None])

    def test_subscribe_lsub_unsubscribe(self, inside: imaplib.IMAP4) -> None:
        inside.create('"My mail"')
        assert inside.subscribe('"My mail"') == ("OK", [b"SUBSCRIBE completed"])
        assert b'() "/" "My mail"' in inside.lsub()[1]
        assert inside.unsubscribe('"My mail"') == ("OK", [b"UNSUBSCRIBE completed"])
        assert b'() "/" "My mail"' not in inside.lsub()[1]

    def test_status(self, sandbox: BackgroundEngine, inside: imaplib.IMAP4) -> None:
        deliver(sandbox, b"one")
        assert inside.status("inbox", "(MESSAGES UNSEEN)") == ("OK", [b"INBOX (MESSAGES 1 UNSEEN 1)"])

    def test_select_response_recent(self, sandbox: BackgroundEngine, inside: imaplib.IMAP4) -> None:
        deliver(sandbox, b"one", b"two")
        assert inside.select("inbox") == ("OK", [b"2"])
        assert inside.response("UIDNEXT") == ("UIDNEXT", [b"3"])
        assert inside.response("UIDVALIDITY")[1][0].isdigit()
        assert inside.response("UNSEEN") == ("UNSEEN", [b"1"])
        assert b"\\*" in inside.response("PERMANENTFLAGS")[1][0]
        assert inside.recent() == ("OK", [b"2"])
        deliver(sandbox, b"three")
        assert inside.recent() == ("OK", [b"3"]), "asked again, imaplib sends NOOP"

    def test_select_readonly(self, selected: imaplib.IMAP4) -> None:
        assert selected.select(readonly=True) == ("OK", [b"3"])
        assert selected.store("1", "+FLAGS", "\\Deleted")[0] == "NO"
        assert selected.select("INBOX") == ("OK", [b"3"])

    def test_select_nowhere(self, inside: imaplib.IMAP4) -> None:
        assert inside.select("Nowhere") == ("NO", [b"[NONEXISTENT] there is no such mailbox"])
        assert inside.state == "AUTH"

    def test_close_and_unselect(self, selected: imaplib.IMAP4) -> None:
        selected.store("2", "+FLAGS", "\\Deleted")
        assert selected.unselect() == ("OK", [b"UNSELECT completed"])
        assert selected.select() == ("OK", [b"3"])
        assert selected.close() == ("OK", [b"CLOSE completed"])
        assert selected.select() == ("OK", [b"2"])

    def test_namespace(self, inside: imaplib.IMAP4) -> None:
        assert inside.namespace() == ("OK", [b'(("" "/")) NIL NIL'])

    def test_quota(self, inside: imaplib.IMAP4) -> None:
        assert inside.getquota('""') == ("OK", [b'"" (STORAGE 0 1048576)'])
        assert inside.getquotaroot("INBOX") == ("OK", [[b'INBOX ""'], [b'"" (STORAGE 0 1048576)']])
        assert inside.setquota('""', "(STORAGE 1)")[0] == "NO"

    def test_rights(self, inside: imaplib.IMAP4) -> None:
        assert inside.getacl("INBOX") == ("OK", [b"INBOX ann lrswipkxtea"])
        assert inside.myrights("INBOX") == ("OK", [b"INBOX lrswipkxtea"])
        assert inside.setacl("INBOX", "bob", "lr") == ("NO", [b"[NOPERM] mailboxes are not shared"])
        assert inside.deleteacl("INBOX", "bob") == ("NO", [b"[NOPERM] mailboxes are not shared"])

    def test_annotations(self, inside: imaplib.IMAP4) -> None:
        assert inside.getannotation("INBOX", '"/comment"', '"value.shared"') == ("OK", [None])
        assert inside.setannotation("INBOX", '"/comment"', '("value.shared" "x")')[0] == "NO"


class TestMessages:
    def test_append(self, selected: imaplib.IMAP4) -> None:
        moment = '"17-Jul-1996 02:44:25 -0700"'
        status, [text] = selected.append("INBOX", "(\\Seen $Work)", moment, b"Subject: x\n\nbody")
        assert status == "OK"
        assert text.startswith(b"[APPENDUID ")
        assert text.endswith(b" 4] APPEND completed")
        _, [fetched] = selected.fetch("4", "(FLAGS INTERNALDATE)")
        assert imaplib.ParseFlags(fetched) == (b"\\Seen", b"$Work", b"\\Recent")
        assert time.mktime(imaplib.Internaldate2tuple(fetched)) == 837596665.0
        assert selected.fetch("4", "(BODY.PEEK[])")[1][0][1] == b"Subject: x\r\n\r\nbody"
        assert selected.append("Nowhere", "", "", b"x")[0] == "NO"

    def test_append_without_waiting_for_acknowledgements(self, inside: imaplib.IMAP4) -> None:
        """imaplib sends a literal and its end of line in two writes; the second waits 40 ms for a delayed ACK."""

        def took() -> float:
            begin = time.perf_counter()
            inside.append("Sent", "", "", MAIL % b"x")
            return time.perf_counter() - begin

        assert min(took() for _ in range(50)) < 0.04

    def test_append_of_32_mebibytes_and_more(self, inside: imaplib.IMAP4) -> None:
        status, [text] = inside.append("Sent", "", "", b"x" * (32 * 1024 * 1024 + 1))
        assert status == "NO"
        assert text.startswith(b"[TOOBIG] ")
        assert inside.noop()[0] == "OK"

    def test_search(self, selected: imaplib.IMAP4) -> None:
        assert selected.search(None, "ALL") == ("OK", [b"1 2 3"])
        assert selected.search("UTF-8", "SUBJECT", '"two"') == ("OK", [b"2"])
        assert selected.search(None, "(FROM bob)", "UNSEEN", "1,3") == ("OK", [b"1 3"])
        assert selected.search(None, "SUBJECT", "nothing") == ("OK", [b""])
        assert selected.search("KLINGON", "ALL")[0] == "NO"
        selected.literal = "ДВА".encode()
        assert selected.search("UTF-8", "SUBJECT") == ("OK", [b""])

    def test_fetch(self, selected: imaplib.IMAP4) -> None:
        status, [(head, body), tail] = selected.fetch("1", "(RFC822)")
        assert (status, body) == ("OK", MAIL % b"one")
        assert head == b"1 (RFC822 {%d}" % len(body)
        assert tail == b" FLAGS (\\Seen \\Recent))"
        assert selected.fetch("1:2", "(FLAGS)")[1] == [
            b"1 (FLAGS (\\Seen \\Recent))",
            b"2 (FLAGS (\\Recent))",
        ]
        assert selected.fetch("3", "RFC822.SIZE")[1] == [b"3 (RFC822.SIZE %d)" % len(MAIL % b"three")]
        assert selected.fetch("2", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1][0][1] == b"Subject: two\r\n\r\n"

    def test_partial(self, selected: imaplib.IMAP4) -> None:
        assert selected.partial("2", "RFC822.TEXT", "1", "5")[1][0] == (b"2 (BODY[TEXT]<0> {5}", b"Hello")

    def test_store(self, selected: imaplib.IMAP4) -> None:
        assert selected.store("1:2", "+FLAGS", "\\Deleted $Work")[1] == [
            b"1 (FLAGS (\\Deleted $Work \\Recent))",
            b"2 (FLAGS (\\Deleted $Work \\Recent))",
        ]
        assert selected.store("1", "-FLAGS", "(\\Deleted)")[1] == [b"1 (FLAGS ($Work \\Recent))"]
        assert selected.store("1", "FLAGS.SILENT", "()") == ("OK", [None])

    def test_expunge(self, selected: imaplib.IMAP4) -> None:
        selected.store("1,3", "+FLAGS", "\\Deleted")
        assert selected.expunge() == ("OK", [b"1", b"2"])
        assert selected.search(None, "ALL") == ("OK", [b"1"])

    def test_copy_and_check(self, selected: imaplib.IMAP4) -> None:
        status, [text] = selected.copy("1:2", "Trash")
        assert status == "OK"
        assert text.endswith(b" 1:2 1:2] COPY completed")
        assert selected.check() == ("OK", [b"CHECK completed"])
        assert selected.copy("1", "Nowhere") == ("NO", [b"[TRYCREATE] there is no such mailbox"])

    def test_uid(self, selected: imaplib.IMAP4) -> None:
        assert selected.uid("SEARCH", "ALL") == ("OK", [b"1 2 3"])  # type: ignore[arg-type]
        assert selected.uid("FETCH", "2:9", "(FLAGS)")[1] == [
            b"2 (UID 2 FLAGS (\\Recent))",
            b"3 (UID 3 FLAGS (\\Recent))",
        ]
        assert selected.uid("STORE", "2", "+FLAGS", "(\\Seen)")[1] == [b"2 (UID 2 FLAGS (\\Seen \\Recent))"]
        assert selected.uid("COPY", "3", "Trash")[0] == "OK"
        assert selected.uid("MOVE", "1", "Trash")[0] == "OK"
        assert selected.response("EXPUNGE") == ("EXPUNGE", [b"1"])
        assert selected.uid("SORT", "(REVERSE SUBJECT)", "UTF-8", "ALL")[1] == [b"2 3"]
        assert selected.uid("THREAD", "REFERENCES", "UTF-8", "ALL")[1] == [b"(2)(3)"]
        selected.uid("STORE", "2:3", "+FLAGS.SILENT", "(\\Deleted)")
        assert selected.uid("EXPUNGE", "3")[0] == "OK"
        assert selected.search(None, "ALL") == ("OK", [b"1"])

    def test_sort_and_thread(self, selected: imaplib.IMAP4) -> None:
        assert selected.sort("REVERSE DATE", "UTF-8", "ALL")[0] == "OK"
        assert selected.sort("(SUBJECT)", "UTF-8", "ALL") == ("OK", [b"1 3 2"])
        assert selected.thread("ORDEREDSUBJECT", "UTF-8", "ALL") == ("OK", [b"(1)(2)(3)"])

    def test_idle_by_hand(self, sandbox: BackgroundEngine, selected: imaplib.IMAP4) -> None:
        selected.send(b"i1 IDLE\r\n")
        assert selected.readline() == b"+ idling\r\n"
        deliver(sandbox, b"four")
        assert selected.readline() == b"* 4 EXISTS\r\n"
        assert selected.readline() == b"* 4 RECENT\r\n"
        selected.send(b"DONE\r\n")
        assert selected.readline() == b"i1 OK IDLE completed\r\n"

    @pytest.mark.skipif(not hasattr(imaplib.IMAP4, "idle"), reason="imaplib has idle since Python 3.14")
    def test_idle(self, sandbox: BackgroundEngine, selected: imaplib.IMAP4) -> None:
        with selected.idle(duration=5) as news:  # type: ignore[attr-defined]
            deliver(sandbox, b"four")
            assert next(news) == ("EXISTS", [b"4"])

    def test_two_sessions_and_facts(self, sandbox: BackgroundEngine, selected: imaplib.IMAP4) -> None:
        other = connect(sandbox)
        other.login("ann", "secret")
        other.select()
        other.store("1", "+FLAGS", "\\Deleted")
        other.expunge()
        other.logout()
        assert selected.noop()[0] == "OK"
        assert selected.response("EXPUNGE") == ("EXPUNGE", [b"1"])
        entry = sandbox.wait_for(
            lambda entry: isinstance(entry.event, Fact) and entry.event.name == "message.expunged"
        )
        assert entry.event.details == {"mailbox": "INBOX", "uids": "1", "count": 1}


def test_many_messages_come_at_once(sandbox: BackgroundEngine, inside: imaplib.IMAP4) -> None:
    deliver(sandbox, *(b"%d" % number + b"x" * 1900 for number in range(500)))
    inside.select()
    _, fetched = inside.fetch("1:*", "(RFC822)")
    assert len(fetched) == 1000


def test_every_method_has_its_test() -> None:
    methods = {
        name
        for name in dir(imaplib.IMAP4)
        if name.islower() and not name.startswith("_") and not isinstance(getattr(imaplib.IMAP4, name), type)
    }
    tests = Path(__file__).read_text(encoding="utf-8")
    missing = {name for name in methods if f".{name}(" not in tests}
    assert missing == set()
