"""A network of the run's own (namespaces(7)): user, network and mount namespace, entered by this very process.

In there every address is this machine's, every port may be bound, and the resolver asks 127.0.0.53. Outside nothing
changes. What the process starts afterwards lives in there too.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import socket
import struct
import tempfile
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.redirection.isolation import netlink

NAMESERVER = "127.0.0.53"

_NEW_MOUNT, _NEW_USER, _NEW_NETWORK = 0x00020000, 0x10000000, 0x40000000
_KINDS = {"user": _NEW_USER, "net": _NEW_NETWORK, "mnt": _NEW_MOUNT}
_BIND, _RECURSIVE, _PRIVATE = 0x1000, 0x4000, 0x40000
_GET_FLAGS, _SET_FLAGS, _UP, _MULTICAST = 0x8913, 0x8914, 0x1, 0x1000
_INTERFACE = struct.Struct("16sH22x")  # struct ifreq

_RESOLVER = Path("/etc/resolv.conf")
_NAME_SERVICES = Path("/etc/nsswitch.conf")
_NAME_CACHE = Path("/run/nscd/socket")
#: Sources of host names that ask nobody but this machine (nsswitch.conf(5)).
_LOCAL_SOURCES = ("files", "myhostname")

_SETTINGS = {
    "ipv4/ip_unprivileged_port_start": "0",
    # Else a port the sandbox has answered at could not be bound by a server for a minute (TIME_WAIT).
    "ipv4/tcp_max_tw_buckets": "0",
    "ipv6/ip_nonlocal_bind": "1",  # IPv6 does not count the addresses of local routes as its own
}


class IsolationError(SandboxError):
    """This system does not let a process have a network of its own. The message tells which step failed, and why."""


def enter() -> None:
    """Move this process, which must have one thread only, into namespaces of its own.

    Its user, directory, files and terminal stay what they are. Raises IsolationError; the process may then be half
    inside, so try with :func:`sandbox.redirection.isolation.unavailable` first.
    """
    user, group = os.geteuid(), os.getegid()
    with _step("making namespaces"):
        _check_alone()
        own_user = _leave()
    if own_user:
        with _step("keeping the user's id"):
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
            Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    with _step("bringing the loopback interface up"):
        _bring_up()
    with _step("making every address local"):
        _take_every_address()
    for name, value in _SETTINGS.items():
        with contextlib.suppress(
            OSError
        ):  # read-only in some containers, whose users are root and may bind anyway
            (Path("/proc/sys/net") / name).write_text(value)
    with _step("changing the resolver"):
        _mount(None, "/", _RECURSIVE | _PRIVATE)
        _ask_the_sandbox()


def join(process: int) -> None:
    """Move this process, which must have one thread only, into the namespaces of another. Raises IsolationError."""
    with _step(f"joining the namespaces of process {process}"), contextlib.ExitStack() as stack:
        _check_alone()
        directory = Path.cwd()
        entered = []
        for kind, flag in _KINDS.items():
            path = Path(f"/proc/{process}/ns/{kind}")
            if not path.samefile(f"/proc/self/ns/{kind}"):
                file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
                stack.callback(os.close, file)
                entered.append((file, flag))
        for file, flag in entered:
            _call("setns", file, flag)
        os.chdir(directory)


def replace(contents: Mapping[Path, bytes]) -> None:
    """Give existing files other contents, for those who live in this mount namespace. Raises OSError."""
    with tempfile.TemporaryDirectory() as directory:
        mount_empty(Path(directory))
        try:
            for number, (path, content) in enumerate(contents.items()):
                source = Path(directory, str(number))
                source.write_bytes(content)
                source.chmod(0o644)
                _mount(str(source), str(path.resolve()), _BIND)
        finally:
            # The files live on below their new names. Deleted, they would forbid the next to mount there: a run in a run.
            _call("umount", ctypes.c_char_p(os.fsencode(directory)))


def mount_empty(directory: Path) -> None:
    """Hide what is in a directory behind an empty one, for those who live in this mount namespace. Raises OSError."""
    _mount("tmpfs", str(directory), 0, "tmpfs", "mode=0755")


def _check_alone() -> None:
    """Another thread would stay outside, or keep this one from leaving."""
    if len(list(Path("/proc/self/task").iterdir())) > 1:
        raise OSError(errno.EINVAL, "this process has several threads")


def _leave() -> bool:
    """Whether it needed a user namespace: who is root keeps all users' ids, and needs none."""
    try:
        _call("unshare", _NEW_NETWORK | _NEW_MOUNT)
    except PermissionError:
        _call("unshare", _NEW_USER | _NEW_NETWORK | _NEW_MOUNT)
        return True
    return False


def _bring_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        asked = _INTERFACE.pack(b"lo", 0)
        _, flags = _INTERFACE.unpack(fcntl.ioctl(sock, _GET_FLAGS, asked))
        fcntl.ioctl(sock, _SET_FLAGS, _INTERFACE.pack(b"lo", flags | _UP | _MULTICAST))


def _take_every_address() -> None:
    interface = socket.if_nametoindex("lo")
    netlink.request(socket.NETLINK_ROUTE, netlink.every_address_local(IPv4Address("127.0.0.1"), interface))
    if has_ipv6():
        netlink.request(socket.NETLINK_ROUTE, netlink.every_address_local(IPv6Address("::1"), interface))


def has_ipv6() -> bool:
    """Whether the loopback interface has its IPv6 address."""
    if not socket.has_ipv6:
        return False
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
        sock.bind(("::1", 0))
        return True
    return False


def _ask_the_sandbox() -> None:
    contents = {}
    if _RESOLVER.exists():  # else libraries ask 127.0.0.1, which leads to the sandbox as well
        contents[_RESOLVER] = f"nameserver {NAMESERVER}\n".encode()
    if _NAME_SERVICES.exists():
        contents[_NAME_SERVICES] = local_name_services(_NAME_SERVICES.read_text("utf-8", "replace")).encode()
    replace(contents)
    if _NAME_CACHE.exists():
        _mount("/dev/null", str(_NAME_CACHE.resolve()), _BIND)


def local_name_services(text: str) -> str:
    """An nsswitch.conf without daemons of the host, which would answer for the real network."""
    lines = []
    for line in text.splitlines():
        database, colon, sources = line.partition(":")
        if colon and database.strip() == "hosts":
            kept = [source for source in sources.split() if source in _LOCAL_SOURCES]
            line = f"hosts: {' '.join([*kept, 'dns'])}"
        lines.append(line)
    return "\n".join(lines) + "\n"


def _mount(
    source: str | None, target: str, flags: int, kind: str | None = None, options: str | None = None
) -> None:
    words = [None if word is None else os.fsencode(word) for word in (source, target, kind, options)]
    text = [ctypes.c_char_p(word) for word in words]
    _call("mount", *text[:3], ctypes.c_ulong(flags), text[3])


def _call(name: str, *arguments: object) -> None:
    """Call a function of the C library that Python's own knows too late (3.12) or not at all. Raises OSError."""
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


@contextlib.contextmanager
def _step(name: str) -> Iterator[None]:
    try:
        yield
    except (OSError, AttributeError) as error:  # a C library without such a function
        raise IsolationError(f"{name}: {getattr(error, 'strerror', None) or error}") from error
