"""Control: the sandbox itself over HTTP, for programs in any language, monitoring, and clients of Mailpit."""
