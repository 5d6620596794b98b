"""The transcript that stands behind a run."""

from __future__ import annotations

from pathlib import Path

from sandbox.background import BackgroundEngine
from sandbox.engine import Engine
from sandbox.journal import Fact, Opened, Received, Sent
from sandbox.redirection import dialogue


def test_questions_to_the_name_server_stand_there_in_words(tmp_path: Path) -> None:
    path = tmp_path / "transcript"
    with BackgroundEngine(Engine.from_mapping({"services": {"smtp": {"port": 0}}})) as background:

        def happen(sandbox: Engine) -> None:
            for event in (
                Opened(1, "dns", "main", "udp", "127.0.0.53:53", "127.0.0.1:4711"),
                Received(1, "dns", b"\x12\x34\x01\x00"),
                Fact(1, "dns", "question.answered", {"name": "a.example", "type": "A"}),
                Sent(1, "dns", b"\x12\x34\x85\x80"),
                Opened(2, "tcp", "echo", "udp", "198.19.1.1:7", "127.0.0.1:4712"),
                Received(2, "tcp", b"abc\n"),
            ):
                sandbox.journal.append(event)

        background.call(happen)
        dialogue.write(background, path)
    assert path.read_text() == (
        "# dns: connection 1 from 127.0.0.1:4711 to 127.0.0.53:53\n"
        "# question.answered: name=a.example, type=A\n"
        "\n"
        "# tcp: connection 2 from 127.0.0.1:4712 to 198.19.1.1:7\n"
        "C: abc\\n\n"
    )
