import socket


def turned_round(data):
    try:
        return data.decode()[::-1].encode()
    except UnicodeDecodeError:
        return data[::-1]


server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("", 33333))
server.listen(1)
while True:
    connection, address = server.accept()
    try:
        while data := connection.recv(1024):
            connection.sendall(turned_round(data))
    except ConnectionError as error:
        print(error)
    connection.close()
