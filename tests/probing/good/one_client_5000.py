import socket

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.bind(("localhost", 5000))
server.listen(1)
connection, address = server.accept()
print(connection.recv(1024))
connection.sendall(b"Hello, client!")
connection.close()
server.close()
