"""The only place with sockets: listeners, the tap every byte passes, the driver for cores, TLS, tasks."""
