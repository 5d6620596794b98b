from xmlrpc.server import SimpleXMLRPCServer

server = SimpleXMLRPCServer(("localhost", 8000), logRequests=False)
server.register_function(lambda x, y: x * y, "pow")
server.register_function(lambda x, y: x + y, "add")
server.serve_forever()
