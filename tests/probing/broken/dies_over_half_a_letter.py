import socket

server = socket.create_server(("", 33333))
while True:
    client, address = server.accept()
    while True:
        try:
            data = client.recv(1024)
        except OSError:
            break
        if not data:
            break
        client.send(data.decode()[::-1].encode())
    client.close()
