"""Small UDP servers: echo and the other behaviours of the lessons."""
