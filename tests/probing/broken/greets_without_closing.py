import socket

server = socket.create_server(("127.0.0.1", 12345))
clients = []
while True:
    client, address = server.accept()
    client.send(b"Thank you for the connection")
    clients.append(client)
