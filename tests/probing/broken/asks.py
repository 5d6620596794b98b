import socket

port = int(input("Port: "))
socket.create_server(("", port))
