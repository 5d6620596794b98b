"""A name server for every name there is, over UDP and TCP on one port (RFC 1035)."""
