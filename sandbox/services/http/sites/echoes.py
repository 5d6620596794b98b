"""The endpoints that echo requests and play every status, redirect, cookie and coding."""

from sandbox.services.http.echo.routes import routes

__all__ = ["routes"]
