"""The time server of another machine as a program of its own, and its client; an address this machine lacks."""

import socket
import subprocess
import sys

SERVER = """
import socket
server = socket.socket()
server.bind(("192.168.0.102", 5566))
server.listen(512)
print("listening at", server.getsockname(), flush=True)
client, address = server.accept()
client.send("half past nine".encode("utf-8"))
client.close()
"""

with subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE) as server:
    assert server.stdout.readline().strip() == b"listening at ('192.168.0.102', 5566)"
    client = socket.socket()
    client.connect(("192.168.0.102", 5566))
    assert client.recv(1024) == b"half past nine"
    client.close()
assert server.returncode == 0
