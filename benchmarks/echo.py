"""Round trips of a short message over TCP and over UDP, and a stream."""

from __future__ import annotations

import socket
import threading

from benchmarks.measure import Plan, compare, rate, seconds
from benchmarks.servers import HOST, Server, beside

TCP = '[services.tcp.listeners.echo]\nport = 0\nbehaviour = "echo"\n'
UDP = '[services.udp.listeners.echo]\nport = 0\nbehaviour = "echo"\n'
MESSAGE = b"x" * 64
MEGABYTES = 50
BLOCK = 1_000_000  # octets


def tcp(plan: Plan) -> None:
    """Round trips on one connection, connections, and a stream that comes back while it is sent."""

    def connect(server: Server) -> socket.socket:
        return socket.create_connection((HOST, server.port("tcp")), timeout=30)

    def trips(server: Server) -> float:
        with connect(server) as client:
            return rate(plan.count(3000), lambda: _trip(client))

    def connections(server: Server) -> None:
        with connect(server) as client:
            _trip(client)

    megabytes = plan.count(MEGABYTES)

    def stream(server: Server) -> float:
        with connect(server) as client:
            return megabytes / seconds(lambda: _stream(client, megabytes))

    with beside(TCP, ["asyncio-tcp", "socketserver-tcp"]) as servers:
        compare(plan, servers, "round trips of 64 octets, per s", trips)
        compare(
            plan,
            servers,
            "connections with one round trip, per s",
            lambda server: rate(plan.count(500), lambda: connections(server)),
        )
        compare(plan, servers, f"{megabytes} MB there and back, MB/s", stream)


def udp(plan: Plan) -> None:
    """Round trips from one port."""

    def trips(server: Server) -> float:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(30)
            client.connect((HOST, server.port("udp")))
            return rate(plan.count(3000), lambda: _trip(client))

    with beside(UDP, ["asyncio-udp", "socketserver-udp"]) as servers:
        compare(plan, servers, "round trips of 64 octets, per s", trips)


def _trip(client: socket.socket) -> None:
    client.send(MESSAGE)
    missing = len(MESSAGE)
    while missing:
        missing -= len(client.recv(missing))


def _stream(client: socket.socket, megabytes: int) -> None:
    block = bytes(BLOCK)

    def send() -> None:
        for _ in range(megabytes):
            client.sendall(block)

    sender = threading.Thread(target=send)
    sender.start()
    missing, buffer = megabytes * BLOCK, bytearray(BLOCK)
    while missing:
        missing -= client.recv_into(buffer)
    sender.join()
