"""Endpoints that show clients what they sent, and answer as they ask: compatible with httpbin."""
