"""One file for each kind of server, with the steps a client takes."""
