"""Every public method of ftplib's clients."""

from __future__ import annotations

import ftplib
import io
import socket

import pytest

from tests.conftest import Serve
from tests.services.ftp.client import RawClient, connected, exists, facts, ftp, put, stored

#: The methods this file, or test_tls.py for those of FTP_TLS alone, calls; a new Python may add one.
TESTED = {
    "abort acct close connect cwd delete dir getresp getwelcome login makepasv makeport mkd mlsd nlst ntransfercmd "
    "putcmd pwd quit rename retrbinary retrlines rmd sendcmd sendeprt sendport set_debuglevel set_pasv size storbinary "
    "storlines transfercmd voidcmd voidresp"
}
PLUMBING = {"getline", "getmultiline", "putline", "sanitize", "debug"}
OF_TLS = {"auth", "ccc", "prot_c", "prot_p"}


def methods(kind: type[ftplib.FTP]) -> set[str]:
    return {name for name in dir(kind) if not name.startswith("_") and callable(getattr(kind, name))}


def test_no_method_is_forgotten() -> None:
    tested = {name for names in TESTED for name in names.split()}
    assert methods(ftplib.FTP) - PLUMBING == tested
    assert methods(ftplib.FTP_TLS) - PLUMBING == tested | OF_TLS


def test_connect_getwelcome_and_quit(serve: Serve) -> None:
    sandbox = serve(ftp={"banner": "at your service"}, hostname="ftp.example.test")
    client = connected(sandbox, ftplib.FTP)
    assert client.getwelcome() == client.welcome == "220 ftp.example.test at your service"
    client.set_debuglevel(0)
    assert client.quit().startswith("221")
    assert client.sock is None


def test_close_without_quit(serve: Serve) -> None:
    sandbox = serve(ftp={})
    ftp(sandbox).close()
    with ftp(sandbox) as again:
        assert again.pwd() == "/home/ann"


def test_login_named_anonymous_and_again(serve: Serve) -> None:
    sandbox = serve(ftp={}, accounts={"mode": "listed", "users": {"ann": {"password": "secret"}}})
    put(sandbox, "/pub/hello.txt")
    client = connected(sandbox, ftplib.FTP)
    with pytest.raises(ftplib.error_perm, match=r"^530"):
        client.login("ann", "wrong")
    with pytest.raises(ftplib.error_perm, match=r"^530"):
        client.login("bob", "secret")
    assert client.login("ann", "secret").startswith("230")
    assert client.pwd() == "/home/ann"
    assert client.login().startswith("230")
    assert client.pwd() == "/"
    assert client.acct("whatever").startswith("202")
    client.quit()
    assert facts(sandbox) == [
        ("login.refused", {"user": "ann", "mechanism": "PASS"}),
        ("login.refused", {"user": "bob", "mechanism": "PASS"}),
        ("login.accepted", {"user": "ann", "mechanism": "PASS"}),
        ("login.accepted", {"user": "anonymous", "mechanism": "PASS"}),
    ]


def test_directories(serve: Serve) -> None:
    sandbox = serve(ftp={})
    with ftp(sandbox) as client:
        assert client.mkd("work") == "/home/ann/work"
        assert client.mkd('/say "hi"') == '/say "hi"'
        assert client.cwd("work").startswith("250")
        assert client.pwd() == "/home/ann/work"
        client.cwd("..")
        assert client.pwd() == "/home/ann"
        client.cwd('/say "hi"')
        assert client.pwd() == '/say "hi"'
        client.cwd("/")
        assert client.rmd('/say "hi"').startswith("250")
        with pytest.raises(ftplib.error_perm, match=r"^550"):
            client.rmd("/home")
    assert exists(sandbox, "/home/ann/work")
    assert ("directory.created", {"path": "/home/ann/work"}) in facts(sandbox)


def test_rename_and_delete(serve: Serve) -> None:
    sandbox = serve(ftp={})
    put(sandbox, "/home/ann/old", b"content")
    with ftp(sandbox) as client:
        assert client.rename("old", "/home/ann/new").startswith("250")
        assert stored(sandbox, "/home/ann/new") == b"content"
        assert client.delete("new").startswith("250")
        for refused in (lambda: client.delete("new"), lambda: client.rename("new", "newer")):
            with pytest.raises(ftplib.error_perm, match=r"^550"):
                refused()
    assert facts(sandbox)[1:] == [
        ("file.renamed", {"source": "/home/ann/old", "target": "/home/ann/new"}),
        ("file.deleted", {"path": "/home/ann/new"}),
    ]


def test_binary_files_come_back_octet_for_octet(serve: Serve) -> None:
    sandbox = serve(ftp={})
    content = bytes(range(256)) * 4096 + b"\r\n\n\r\0"
    sizes: list[int] = []
    with ftp(sandbox) as client:
        reply = client.storbinary(
            "STOR blob", io.BytesIO(content), 8192, lambda block: sizes.append(len(block))
        )
        assert reply.startswith("226")
        assert sum(sizes) == len(content)
        assert stored(sandbox, "/home/ann/blob") == content
        back: list[bytes] = []
        assert client.retrbinary("RETR blob", back.append, blocksize=1000).startswith("226")
        assert b"".join(back) == content
        assert client.size("blob") == len(content)
    told = {"path": "/home/ann/blob", "size": len(content)}
    assert facts(sandbox)[1:] == [("file.stored", told), ("file.sent", told)]


def test_text_files_have_the_line_ends_of_the_tree(serve: Serve) -> None:
    sandbox = serve(ftp={})
    with ftp(sandbox) as client:
        seen: list[bytes] = []
        client.storlines("STOR text", io.BytesIO(b"one\ntwo\r\nthree"), seen.append)
        assert seen == [b"one\r\n", b"two\r\n", b"three\r\n"]
        assert stored(sandbox, "/home/ann/text") == b"one\ntwo\nthree\n"
        lines: list[str] = []
        client.retrlines("RETR text", lines.append)
        assert lines == ["one", "two", "three"]
        back: list[bytes] = []
        client.retrbinary("RETR text", back.append)
        assert b"".join(back) == b"one\ntwo\nthree\n"
        client.voidcmd("TYPE A")
        with client.transfercmd("RETR text") as raw, raw.makefile("rb") as wire:
            assert wire.read() == b"one\r\ntwo\r\nthree\r\n"
        client.voidresp()


def test_restart_in_both_directions(serve: Serve) -> None:
    sandbox = serve(ftp={})
    put(sandbox, "/home/ann/file", b"0123456789")
    with ftp(sandbox) as client:
        back: list[bytes] = []
        client.retrbinary("RETR file", back.append, rest=7)
        assert b"".join(back) == b"789"
        client.storbinary("STOR file", io.BytesIO(b"abc"), rest=4)
        assert stored(sandbox, "/home/ann/file") == b"0123abc"
        back.clear()
        client.retrbinary("RETR file", back.append)
        assert b"".join(back) == b"0123abc"
        for command in ("RETR file", "STOR file"):
            with pytest.raises(ftplib.error_perm, match=r"^554"):
                client.ntransfercmd(command, rest=8)
        client.storbinary("APPE file", io.BytesIO(b"!"))
        assert stored(sandbox, "/home/ann/file") == b"0123abc!"


def test_sizes_told_before_the_transfer(serve: Serve) -> None:
    sandbox = serve(ftp={})
    put(sandbox, "/home/ann/file", b"0123456789\n")
    with ftp(sandbox) as client:
        client.voidcmd("TYPE I")
        for rest, expected in ((None, 11), (4, 7)):
            connection, size = client.ntransfercmd("RETR file", rest)
            assert size == expected
            with connection, connection.makefile("rb") as wire:
                assert len(wire.read()) == expected
            client.voidresp()
        client.voidcmd("TYPE A")
        connection, size = client.ntransfercmd("RETR file")
        connection.close()
        assert size is None  # known at the end only: line ends grow
        client.voidresp()


def test_listings(serve: Serve) -> None:
    sandbox = serve(ftp={})
    put(sandbox, "/data/a file.txt", b"12345")
    put(sandbox, "/data/sub/inner")
    with ftp(sandbox) as client:
        client.cwd("/data")
        assert client.nlst() == ["a file.txt", "sub"]
        assert client.nlst("sub") == ["sub/inner"]
        lines: list[str] = []
        client.dir(lines.append)
        assert [line[:10] for line in lines] == ["-rw-r--r--", "drwxr-xr-x"]
        assert [line.split(None, 8)[8] for line in lines] == ["a file.txt", "sub"]
        assert lines[0].split()[4] == "5"
        told = dict(client.mlsd("/data"))
        assert told["a file.txt"]["type"] == "file"
        assert told["a file.txt"]["size"] == "5"
        assert told["sub"]["type"] == "dir"
        assert list(client.mlsd(facts=["type"])) == [
            ("a file.txt", {"type": "file"}),
            ("sub", {"type": "dir"}),
        ]


def test_unique_names(serve: Serve) -> None:
    sandbox = serve(ftp={})
    with ftp(sandbox) as client:
        for _ in range(2):
            client.storbinary("STOU", io.BytesIO(b"x"))
        client.storbinary("STOU mine", io.BytesIO(b"x"))
        client.storbinary("STOU mine", io.BytesIO(b"x"))
        assert client.nlst() == ["mine", "mine.1", "unique", "unique.1"]
        with pytest.raises(ftplib.error_perm, match="550 /: is a directory"):
            client.storbinary("STOU /", io.BytesIO(b"x"))


def test_unique_names_of_two_at_a_time(serve: Serve) -> None:
    sandbox = serve(ftp={})
    with RawClient(sandbox) as one, RawClient(sandbox) as other:
        address = one.sock.getpeername()[0], int(one.say("EPSV").split("|")[3])
        one.send(b"STOU\r\n")
        assert other.store("STOU", b"other").startswith("226")
        with socket.create_connection(address, timeout=5) as data:
            assert one.reply() == "150 FILE: unique.1"
            data.sendall(b"one")
        assert one.reply().startswith("226")
    assert [stored(sandbox, f"/home/ann/{name}") for name in ("unique", "unique.1")] == [b"other", b"one"]


@pytest.mark.parametrize("passive", [True, False])
def test_both_ways_of_connecting(serve: Serve, passive: bool) -> None:
    sandbox = serve(ftp={})
    with ftp(sandbox) as client:
        client.set_pasv(passive)
        for content in (b"one", b"two"):
            client.storbinary("STOR file", io.BytesIO(content))
            back: list[bytes] = []
            client.retrbinary("RETR file", back.append)
            assert b"".join(back) == content
        client.set_pasv(not passive)
        assert client.nlst() == ["file"]


def test_ports_by_hand(serve: Serve) -> None:
    sandbox = serve(ftp={})
    with ftp(sandbox) as client:
        host, port = client.makepasv()
        assert host == client.host
        with socket.create_connection((host, port), timeout=5) as data, data.makefile("rb") as wire:
            assert client.sendcmd("NLST /").startswith("150")
            assert wire.read() == b"/home\r\n"
        client.voidresp()
        with client.makeport() as listener:
            client.putcmd("NLST /")
            assert client.getresp().startswith("150")
            data, _ = listener.accept()
            data.close()
        client.voidresp()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            for command in (client.sendport, client.sendeprt):
                assert command("127.0.0.1", listener.getsockname()[1]).startswith("200")


def test_everything_works_over_ipv6(serve: Serve) -> None:
    sandbox = serve(ftp={"host": "::1"})
    with ftp(sandbox) as client:
        assert client.af == socket.AF_INET6
        for passive in (True, False):
            client.set_pasv(passive)
            client.storbinary("STOR file", io.BytesIO(b"six"))
            assert client.nlst() == ["file"]
        with pytest.raises(ftplib.error_temp, match=r"^425.*EPSV"):
            client.sendcmd("PASV")


def test_abort_during_a_download(serve: Serve) -> None:
    sandbox = serve(ftp={})
    put(sandbox, "/home/ann/big", bytes(20_000_000))
    with ftp(sandbox) as client:
        client.voidcmd("TYPE I")
        connection = client.transfercmd("RETR big")
        assert connection.recv(1)
        assert client.abort().startswith("426")
        assert client.voidresp().startswith("226")
        connection.close()
        assert client.pwd() == "/home/ann"
        client.retrbinary("RETR big", lambda _: None)


def test_abort_during_an_upload_keeps_what_came(serve: Serve) -> None:
    sandbox = serve(ftp={})
    with ftp(sandbox) as client:
        client.voidcmd("TYPE I")
        connection = client.transfercmd("STOR part")
        connection.sendall(b"the first half")
        sandbox.wait_for(lambda entry: getattr(entry.event, "data", b"") == b"the first half")
        assert client.abort().startswith("426")
        assert client.voidresp().startswith("226")
        connection.close()
        assert client.size("part") == 14
    assert facts(sandbox)[1:] == [("file.interrupted", {"path": "/home/ann/part", "size": 14})]


def test_abort_while_nobody_connects_and_when_idle(serve: Serve) -> None:
    sandbox = serve(ftp={})
    with ftp(sandbox) as client:
        client.makepasv()
        client.putcmd("NLST")
        assert client.abort().startswith("426")
        assert client.voidresp().startswith("226")
        assert client.abort().startswith("226")
        assert client.pwd() == "/home/ann"


@pytest.mark.parametrize("command", ["RETR big", "LIST /many"])
def test_closing_a_download_early(serve: Serve, command: str) -> None:
    sandbox = serve(ftp={})
    put(sandbox, "/home/ann/big", bytes(20_000_000))
    for n in range(500):
        put(sandbox, f"/many/{n:04}{'x' * 200}")
    with ftp(sandbox) as client:
        client.voidcmd("TYPE I")
        connection, _ = client.ntransfercmd(command)
        assert connection.recv(10)
        connection.close()
        if command.startswith("RETR"):
            with pytest.raises(ftplib.error_temp, match=r"^426"):
                client.voidresp()
        else:
            client.getmultiline()  # 226 if all of it was on its way already
        assert client.nlst() == ["big"]


def test_small_commands(serve: Serve) -> None:
    sandbox = serve(ftp={})
    put(sandbox, "/home/ann/file", b"x")
    with ftp(sandbox) as client:
        for command, code in {
            "NOOP": "200",
            "OPTS UTF8 ON": "200",
            "HELP": "214",
            "HELP stor": "214",
            "STAT": "211",
            "STAT file": "213",
            "STAT /": "213",
            "SITE HELP": "214",
            "SITE CHMOD 644 file": "202",
            "ALLO 1000": "202",
            "ALLO 1000 R 80": "202",
            "MODE S": "200",
            "STRU F": "200",
            "SYST": "215",
            "TYPE A": "200",
            "TYPE A N": "200",
            "TYPE L 8": "200",
            "type i": "200",
            "FEAT": "211",
            "ABOR": "226",
            "XPWD": "257",
            "XCWD /": "250",
            "XMKD new": "257",
            "XRMD new": "250",
            "XCUP": "250",
            "CDUP": "250",
            "EPSV ALL": "200",
            "REIN": "220",
        }.items():
            assert client.voidcmd(command)[:3] == code, command
        assert client.login("ann", "secret")


def test_refused_arguments(serve: Serve) -> None:
    sandbox = serve(ftp={})
    with ftp(sandbox) as client:
        for command, code in {
            "MODE B": "504",
            "MODE X": "501",
            "STRU R": "504",
            "TYPE E": "504",
            "TYPE L 7": "504",
            "TYPE A T": "504",
            "TYPE Q": "501",
            "ALLO much": "501",
            "REST -1": "501",
            "REST x": "501",
            "OPTS NLST": "501",
            "SITE EXEC sh": "504",
            "SITE CHMOD": "501",
            "HELP me": "504",
            "SMNT /": "502",
            "LPSV": "502",
            "WHAT": "500",
            "CWD": "501",
            "RNTO x": "503",
            "MFMT x y": "501",
            "PASS again": "503",
            "AUTH KERBEROS": "504",
            "PBSZ 0": "503",
            "PROT P": "503",
            "CCC": "503",
        }.items():
            with pytest.raises(ftplib.error_perm, match=f"^{code}"):
                client.voidcmd(command)
        assert client.pwd() == "/home/ann"


def test_times(serve: Serve) -> None:
    sandbox = serve(ftp={})
    put(sandbox, "/home/ann/file", b"x")
    with ftp(sandbox) as client:
        assert client.sendcmd("MFMT 20240229123456 file") == "213 Modify=20240229123456; /home/ann/file"
        assert client.sendcmd("MDTM file") == "213 20240229123456"
        assert client.sendcmd("MDTM 20010203040506 file").startswith("213")
        assert client.sendcmd("MDTM file") == "213 20010203040506"
        lines: list[str] = []
        client.retrlines("LIST file", lines.append)
        assert lines[0].endswith("Feb  3  2001 file")
        assert "modify=20010203040506;" in client.sendcmd("MLST file")
        for command in ("MDTM missing", "MFMT 20240229123456 missing", "MDTM 20240229123456 missing"):
            with pytest.raises(ftplib.error_perm, match=r"^550"):
                client.sendcmd(command)
        for path in ("file", "/home/ann/file"):
            client.voidcmd("TYPE A")
            assert client.size(path) == 1
        with pytest.raises(ftplib.error_perm, match=r"^550"):
            client.size("/home")
