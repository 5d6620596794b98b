"""Imported by every Python that starts with this folder on its path: installs the shim, or ends the process.

Whoever was to be redirected must not reach the real network because something went wrong here.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
NOT_INSTALLED = 97  # the exit status of a process that could not be redirected


def _install():
    # type: () -> None
    path = os.environ.get("SANDBOX_ROUTES")
    if path:
        import sandbox_shim  # type: ignore[import-not-found,unused-ignore]

        sandbox_shim.install_from(path)


def _load_hidden():
    # type: () -> None
    """Load the sitecustomize of the system or the user, which ours has taken the place of."""
    import importlib._bootstrap as bootstrap
    import importlib._bootstrap_external as external

    # Ours stays on the path: programs that hand theirs on to others hand on the redirection.
    others = [entry for entry in sys.path if os.path.abspath(entry) != HERE]
    spec = external.PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        module = bootstrap.module_from_spec(spec)
        sys.modules["sitecustomize"] = module
        spec.loader.exec_module(module)


if __name__ == "sitecustomize":
    try:
        _install()
    except BaseException as error:
        text = "sandbox: cannot redirect this program: {}: {}\n".format(type(error).__name__, error)
        os.write(2, text.encode("utf-8", "replace"))
        os._exit(NOT_INSTALLED)
    _load_hidden()
