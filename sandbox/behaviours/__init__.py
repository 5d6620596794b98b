"""What the small servers of the lessons do with bytes, below transports: TCP and UDP share it. No sockets."""
