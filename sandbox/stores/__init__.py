"""The one world behind all protocols: accounts, mail and files, as plain synchronous objects without sockets."""
