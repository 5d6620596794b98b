import socket

server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", 12345))
server.listen(5)
while True:
    client, address = server.accept()
    try:
        client.send(b"Thank you for the connection")
    except OSError as error:
        print(error)
    finally:
        client.close()
