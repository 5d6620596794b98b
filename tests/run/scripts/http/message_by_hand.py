"""A request of HTTP/1.0 over a bare socket."""

import socket

client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client.connect(("ru.wikipedia.org", 80))
client.sendall(b"GET /wiki/HTTP HTTP/1.0\r\nHost: ru.wikipedia.org\r\n\r\n")
answer = b""
while True:
    data = client.recv(4096)
    if not data:
        break
    answer += data
client.close()
head, _, body = answer.partition(b"\r\n\r\n")
assert head.startswith((b"HTTP/1.0 200 OK", b"HTTP/1.1 200 OK"))
assert b"chunked" not in head.lower()
assert body
