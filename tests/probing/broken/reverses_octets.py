import socket

server = socket.create_server(("", 33333))
while True:
    client, address = server.accept()
    try:
        while data := client.recv(1024):
            client.send(data[::-1])
    except OSError:
        pass
    client.close()
