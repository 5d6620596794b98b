import time
from socketserver import ThreadingMixIn
from xmlrpc.server import SimpleXMLRPCServer


class ThreadingServer(ThreadingMixIn, SimpleXMLRPCServer):
    pass


def is_even(number):
    return number % 2 == 0


def sleep(seconds):
    time.sleep(seconds)
    return True


server = ThreadingServer(("localhost", 8000))
server.register_introspection_functions()
server.register_function(lambda x, y: x + y, "add")
server.register_function(pow)
server.register_function(is_even)
server.register_function(sleep)
server.serve_forever()
