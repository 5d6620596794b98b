import socket

server = socket.create_server(("", 33333))
while True:
    client, address = server.accept()
    try:
        client.send(client.recv(1024).decode("utf-8", "replace")[::-1].encode())
    except OSError:
        pass
    client.close()
