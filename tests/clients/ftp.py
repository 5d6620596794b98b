"""ftplib, and urllib.request for ``ftp://``."""

from __future__ import annotations

import gc
import io
import socket
import ssl
import urllib.error
import urllib.request
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from ftplib import FTP, FTP_TLS, all_errors
from unittest.mock import patch

from tests.clients.environment import HOST, TIMEOUT, Environment
from tests.clients.registry import Library, Way, as_it_should

PASSWORD = "any password"
CONTENT = bytes(range(256)) * 40


@contextmanager
def plain(env: Environment) -> Iterator[FTP]:
    """Connected to the main listener."""
    client = FTP(timeout=TIMEOUT)
    client.connect(HOST, env.port("ftp"))
    try:
        yield client
    finally:
        client.close()


@contextmanager
def secure(env: Environment) -> Iterator[FTP]:
    """Connected to the main listener, which offers AUTH TLS."""
    client = FTP_TLS(timeout=TIMEOUT, context=env.trust)
    client.connect(HOST, env.port("ftp"))
    try:
        yield client
    finally:
        client.close()


ftp = Library(
    "ftplib",
    {"FTP": Way(plain, FTP), "FTP_TLS": Way(secure, FTP_TLS)},
    tuple(all_errors),
    "Port 2021; FTP_TLS encrypts the data connections too. The home of the user is new and holds `welcome.txt`.",
)


def logged_in(client: FTP, env: Environment) -> FTP:
    """The client in its home, where all data is encrypted if it can be."""
    client.login(env.user, PASSWORD)
    if isinstance(client, FTP_TLS):
        client.prot_p()
    return client


def code(reply: str) -> str:
    """The code of a reply."""
    return reply[:3]


@ftp.operation("connect(host, port)")
def connect(client: FTP, env: Environment) -> str:
    client.close()
    return code(client.connect(HOST, env.port("ftp")))


@ftp.operation("getwelcome()")
def getwelcome(client: FTP, env: Environment) -> str:
    return code(client.getwelcome())


@ftp.operation("auth()", note="AUTH TLS; login() does it by itself")
def auth(client: FTP_TLS, env: Environment) -> str:
    answer = code(client.auth())
    return f"{answer}, {'encrypted' if isinstance(client.sock, ssl.SSLSocket) else 'in plain text'}"


@ftp.operation("login(user, password)")
def login(client: FTP, env: Environment) -> str:
    return code(client.login(env.user, PASSWORD))


@ftp.operation("login()", note="anonymous, who starts at the root")
def login_anonymous(client: FTP, env: Environment) -> str:
    return f"{code(client.login())}, in {client.pwd()}"


@ftp.operation("prot_p()")
def prot_p(client: FTP_TLS, env: Environment) -> str:
    client.login(env.user, PASSWORD)
    return code(client.prot_p())


@ftp.operation("prot_c()", note="data in plain text again")
def prot_c(client: FTP_TLS, env: Environment) -> str:
    logged_in(client, env)
    return f"{code(client.prot_c())}, {', '.join(client.nlst())}"


@ftp.operation("ccc()", on_purpose="a connection that was encrypted stays so")
def ccc(client: FTP_TLS, env: Environment) -> str:
    logged_in(client, env)
    return code(client.ccc())


@ftp.operation("acct(account)", note="superfluous: nobody is asked for an account")
def acct(client: FTP, env: Environment) -> str:
    return code(logged_in(client, env).acct("lessons"))


@ftp.operation("pwd()")
def pwd(client: FTP, env: Environment) -> str:
    return logged_in(client, env).pwd()


@ftp.operation("cwd('/remote/user')", note="made, if there is none")
def cwd(client: FTP, env: Environment) -> str:
    answer = code(logged_in(client, env).cwd(f"/remote/{env.user}"))
    return f"{answer}, in {client.pwd()}"


@ftp.operation("cwd('..')")
def cdup(client: FTP, env: Environment) -> str:
    answer = code(logged_in(client, env).cwd(".."))
    return f"{answer}, in {client.pwd()}"


@ftp.operation("mkd(directory)")
def mkd(client: FTP, env: Environment) -> str:
    return logged_in(client, env).mkd('the "new" one')


@ftp.operation("rmd(directory)")
def rmd(client: FTP, env: Environment) -> str:
    logged_in(client, env).mkd("new")
    return f"{code(client.rmd('new'))}, {'still there' if 'new' in client.nlst() else 'gone'}"


@ftp.operation("nlst()")
def nlst(client: FTP, env: Environment) -> str:
    return ", ".join(logged_in(client, env).nlst())


@ftp.operation("nlst('/pub/*.txt')", note="the server knows patterns")
def nlst_pattern(client: FTP, env: Environment) -> str:
    return ", ".join(logged_in(client, env).nlst("/pub/*.txt"))


@ftp.operation("dir()")
def dir_(client: FTP, env: Environment) -> str:
    lines: list[str] = []
    logged_in(client, env).dir(lines.append)
    return ", ".join(f"{line.split()[0]} … {line.split()[-1]}" for line in lines)


@ftp.operation("mlsd(facts=[…])")
def mlsd(client: FTP, env: Environment) -> str:
    ((name, facts),) = logged_in(client, env).mlsd(facts=["type", "size"])
    return f"{name}: {', '.join(sorted(f'{fact}={value}' for fact, value in facts.items()))}"


@ftp.operation("storbinary('STOR …', file)")
def storbinary(client: FTP, env: Environment) -> str:
    answer = code(logged_in(client, env).storbinary("STOR данные.bin", io.BytesIO(CONTENT)))
    return f"{answer}, {kept(client, 'данные.bin')}"


def kept(client: FTP, name: str) -> str:
    """Whether a file has the content that was sent."""
    data: list[bytes] = []
    client.retrbinary(f"RETR {name}", data.append)
    return "octet for octet" if b"".join(data) == CONTENT else f"{len(b''.join(data))} octets"


@ftp.operation("storbinary('APPE …', file)")
def append(client: FTP, env: Environment) -> str:
    logged_in(client, env).storbinary("STOR data.bin", io.BytesIO(CONTENT[:1000]))
    return (
        f"{code(client.storbinary('APPE data.bin', io.BytesIO(CONTENT[1000:])))}, {kept(client, 'data.bin')}"
    )


@ftp.operation("storbinary('STOR …', file, rest=1000)", note="an upload that goes on")
def restart_upload(client: FTP, env: Environment) -> str:
    logged_in(client, env).storbinary("STOR data.bin", io.BytesIO(CONTENT[:1000]))
    answer = client.storbinary("STOR data.bin", io.BytesIO(CONTENT[1000:]), rest=1000)
    return f"{code(answer)}, {kept(client, 'data.bin')}"


@ftp.operation("storbinary('STOU', file)", note="the server chooses the name")
def store_unique(client: FTP, env: Environment) -> str:
    answer = code(logged_in(client, env).storbinary("STOU", io.BytesIO(CONTENT)))
    (name,) = set(client.nlst()) - {"welcome.txt"}
    return f"{answer}, {kept(client, name)}"


@ftp.operation("retrbinary('RETR …', callback)")
def retrbinary(client: FTP, env: Environment) -> str:
    data: list[bytes] = []
    answer = code(logged_in(client, env).retrbinary("RETR /pub/hello.txt", data.append))
    return f"{answer}, {b''.join(data).decode().strip()}"


@ftp.operation("retrbinary('RETR …', callback, rest=7)")
def restart_download(client: FTP, env: Environment) -> str:
    data: list[bytes] = []
    answer = code(logged_in(client, env).retrbinary("RETR /pub/hello.txt", data.append, rest=7))
    return f"{answer}, {b''.join(data).decode().strip()}"


@ftp.operation("storlines('STOR …', file)", note="type A: line ends become those of the server")
def storlines(client: FTP, env: Environment) -> str:
    answer = code(logged_in(client, env).storlines("STOR lines.txt", io.BytesIO(b"one\r\ntwo\n")))
    client.voidcmd("TYPE I")
    return f"{answer}, {client.size('lines.txt')} octets"


@ftp.operation("retrlines('RETR …', callback)")
def retrlines(client: FTP, env: Environment) -> str:
    client.encoding = "utf-8"
    lines: list[str] = []
    answer = code(logged_in(client, env).retrlines("RETR /pub/привет.txt", lines.append))
    return f"{answer}, {' '.join(lines)}"


@ftp.operation("size(file)")
def size(client: FTP, env: Environment) -> str:
    return f"{logged_in(client, env).size('/pub/hello.txt')} octets"


@ftp.operation("rename(old, new)")
def rename(client: FTP, env: Environment) -> str:
    answer = code(logged_in(client, env).rename("welcome.txt", "новое имя.txt"))
    return f"{answer}, {', '.join(client.nlst())}"


@ftp.operation("delete(file)")
def delete(client: FTP, env: Environment) -> str:
    answer = code(logged_in(client, env).delete("welcome.txt"))
    return f"{answer}, {len(client.nlst())} files left"


@ftp.operation("delete(a file that is not there)", on_purpose="there is none")
def delete_missing(client: FTP, env: Environment) -> str:
    return code(logged_in(client, env).delete("no such file"))


@ftp.operation("transfercmd(command)")
def transfercmd(client: FTP, env: Environment) -> str:
    with logged_in(client, env).transfercmd("RETR /pub/hello.txt") as data, data.makefile("rb") as file:
        text = file.read().decode().strip()
    return f"{text}, {code(client.voidresp())}"


@ftp.operation("ntransfercmd(command)", note="the reply tells the size")
def ntransfercmd(client: FTP, env: Environment) -> str:
    logged_in(client, env).voidcmd("TYPE I")
    data, expected = client.ntransfercmd("RETR /pub/hello.txt")
    with data, data.makefile("rb") as file:
        received = len(file.read())
    return f"{received} octets of {expected}, {code(client.voidresp())}"


@ftp.operation("set_pasv(False)", note="active mode: the server connects to the client, on loopback")
def set_pasv(client: FTP, env: Environment) -> str:
    logged_in(client, env).set_pasv(False)
    return ", ".join(client.nlst())


@ftp.operation("makepasv()", note="EPSV over IPv6, PASV else")
def makepasv(client: FTP, env: Environment) -> str:
    host, port = logged_in(client, env).makepasv()
    with socket.create_connection((host, port), timeout=TIMEOUT):
        return "a port that listens"


@ftp.operation("makeport()")
def makeport(client: FTP, env: Environment) -> str:
    with logged_in(client, env).makeport():
        return f"accepted, {code(client.lastresp)}"


@ftp.operation("sendport(host, port)")
def sendport(client: FTP, env: Environment) -> str:
    return code(logged_in(client, env).sendport("127.0.0.1", env.port("tcp", "discard")))


@ftp.operation("sendeprt(host, port)")
def sendeprt(client: FTP, env: Environment) -> str:
    return code(logged_in(client, env).sendeprt("127.0.0.1", env.port("tcp", "discard")))


@ftp.operation("abort()", note="nothing is under way")
def abort(client: FTP, env: Environment) -> str:
    return code(logged_in(client, env).abort())


@ftp.operation("abort() in a transfer", note="the session goes on")
def abort_transfer(client: FTP, env: Environment) -> str:
    logged_in(client, env).storbinary("STOR large.bin", io.BytesIO(bytes(8_000_000)))
    client.voidcmd("TYPE I")
    with client.transfercmd("RETR large.bin") as data:
        data.recv(1000)
        answers = [code(client.abort())]
    answers.append(code(client.voidresp()) if answers == ["426"] else "")
    return f"{' and '.join(filter(None, answers))}, then {code(client.voidcmd('NOOP'))}"


@ftp.operation("sendcmd('FEAT')")
def sendcmd(client: FTP, env: Environment) -> str:
    known = ("AUTH TLS", "EPSV", "MDTM", "MLST", "REST STREAM", "SIZE", "UTF8")
    features = client.sendcmd("FEAT")
    return ", ".join(name for name in known if name in features)


@ftp.operation("sendcmd('SYST'), ('STAT'), ('HELP')")
def sendcmd_information(client: FTP, env: Environment) -> str:
    logged_in(client, env)
    return ", ".join(code(client.sendcmd(command)) for command in ("SYST", "STAT", "HELP"))


@ftp.operation("sendcmd('MDTM …')")
def sendcmd_mdtm(client: FTP, env: Environment) -> str:
    answer = logged_in(client, env).sendcmd("MDTM /pub/hello.txt")
    return f"{code(answer)}, {'a time' if answer[4:].isdigit() else answer[4:]}"


@ftp.operation("voidcmd('NOOP')")
def voidcmd(client: FTP, env: Environment) -> str:
    return code(client.voidcmd("NOOP"))


@ftp.operation("voidcmd('NONSENSE')", on_purpose="there is no such command")
def unknown_command(client: FTP, env: Environment) -> str:
    return code(client.voidcmd("NONSENSE"))


@ftp.operation("putcmd(command)")
def putcmd(client: FTP, env: Environment) -> str:
    client.putcmd("NOOP")
    client.putcmd("NOOP")
    return f"{code(client.getresp())} and {code(client.getresp())}, pipelined"


@ftp.operation("putline(line)")
def putline(client: FTP, env: Environment) -> str:
    client.putline("NOOP")
    return code(client.getresp())


@ftp.operation("getresp()")
def getresp(client: FTP, env: Environment) -> str:
    client.putcmd("SYST")
    return code(client.getresp())


@ftp.operation("voidresp()")
def voidresp(client: FTP, env: Environment) -> str:
    client.putcmd("NOOP")
    return code(client.voidresp())


@ftp.operation("getline()")
def getline(client: FTP, env: Environment) -> str:
    client.putcmd("FEAT")
    return client.getline()[:4]


@ftp.operation("getmultiline()")
def getmultiline(client: FTP, env: Environment) -> str:
    client.putcmd("FEAT")
    lines = client.getmultiline().splitlines()
    return f"{lines[0][:4]} to {lines[-1][:4].strip()}"


@ftp.operation("sanitize(line)", note="what the debug output shows of a password")
def sanitize(client: FTP, env: Environment) -> str:
    return client.sanitize("PASS secret")


@ftp.operation("set_debuglevel(1)")
def set_debuglevel(client: FTP, env: Environment) -> str:
    client.set_debuglevel(1)
    return dialogue(client)


@ftp.operation("debug(1)")
def debug(client: FTP, env: Environment) -> str:
    client.debug(1)
    return dialogue(client)


def dialogue(client: FTP) -> str:
    """Where the dialogue is shown."""
    with redirect_stdout(io.StringIO()) as shown:
        client.voidcmd("NOOP")
    return "the dialogue on stdout" if "*cmd* 'NOOP'" in shown.getvalue() else "nothing"


@ftp.operation("quit()")
def quit_(client: FTP, env: Environment) -> str:
    return code(client.quit())


@ftp.operation("close()", note="without QUIT")
def close(client: FTP, env: Environment) -> str:
    client.close()
    return "closed" if client.sock is None else "open"


class ImplicitTls(FTP_TLS):
    """The usual few lines by which ftplib speaks to servers with implicit TLS."""

    @property
    def sock(self) -> socket.socket | None:
        """The control connection."""
        return self._sock

    @sock.setter
    def sock(self, sock: socket.socket | None) -> None:
        if sock is not None and not isinstance(sock, ssl.SSLSocket):
            sock = self.context.wrap_socket(sock, server_hostname=self.host)
        self._sock = sock


@ftp.operation("a subclass for implicit TLS", ways=("FTP_TLS",), note="port 2990")
def implicit(client: FTP, env: Environment) -> str:
    with ImplicitTls(timeout=TIMEOUT, context=env.trust) as other:
        other.connect(HOST, env.port("ftp", "ftps"))
        return f"{code(other.login(env.user, PASSWORD))}, {code(other.prot_p())}, {', '.join(other.nlst())}"


@contextmanager
def address(env: Environment) -> Iterator[str]:
    """The beginning of all addresses."""
    with patch.dict("os.environ", {"ftp_proxy": "", "no_proxy": "*"}):
        yield f"ftp://{HOST}:{env.port('ftp')}"


addresses = Library(
    "urllib.request for ftp://",
    {"ftp": Way(address)},
    (urllib.error.URLError,),
    "Port 2021, as anonymous unless the address names a user.",
)


def text(url: str) -> str:
    """The body."""
    with urllib.request.urlopen(url, timeout=TIMEOUT) as answer:
        return answer.read().decode().strip()


@addresses.operation("urlopen('ftp://…/pub/hello.txt')")
def urlopen(base: str, env: Environment) -> str:
    return text(f"{base}/pub/hello.txt")


@addresses.operation("urlopen('ftp://…/pub/')", note="a listing")
def urlopen_directory(base: str, env: Environment) -> str:
    return "hello.txt is in it" if "hello.txt" in text(f"{base}/pub/") else "empty"


@addresses.operation("urlopen('ftp://…/pub/hello.txt;type=a')")
def urlopen_ascii(base: str, env: Environment) -> str:
    return text(f"{base}/pub/hello.txt;type=a")


@addresses.operation("urlopen('ftp://user:password@…/')")
def urlopen_user(base: str, env: Environment) -> str:
    return (
        "welcome.txt is in it"
        if "welcome.txt" in text(base.replace("//", f"//{env.user}:secret@"))
        else "empty"
    )


@addresses.operation("urlopen(…).info()")
def info(base: str, env: Environment) -> str:
    with urllib.request.urlopen(f"{base}/pub/hello.txt", timeout=TIMEOUT) as answer:
        return f"{answer.info()['Content-Length']} octets, {answer.info()['Content-Type']}"


@addresses.operation("urlopen('ftp://…/pub/missing.txt')")
def urlopen_missing(base: str, env: Environment) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            outcome = text(f"{base}/pub/missing.txt")
        except urllib.error.URLError:
            outcome = "URLError"
        gc.collect()  # urllib forgets to close the control connection then
    return as_it_should(outcome, "URLError")


@addresses.operation("CacheFTPHandler", note="two files over one control connection")
def cached(base: str, env: Environment) -> str:
    handler = urllib.request.CacheFTPHandler()
    opener = urllib.request.build_opener(handler)
    for name in ("hello.txt", "numbers.csv"):
        with opener.open(f"{base}/pub/{name}", timeout=TIMEOUT) as answer:
            answer.read()
    sessions = len(handler.cache)
    handler.clear_cache()
    return f"{sessions} session"


@addresses.operation("urlretrieve('ftp://…')")
def urlretrieve(base: str, env: Environment) -> str:
    _, headers = urllib.request.urlretrieve(f"{base}/pub/hello.txt")
    urllib.request.urlcleanup()
    return f"{headers['Content-Length']} octets"
