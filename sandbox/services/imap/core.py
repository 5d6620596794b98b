"""The IMAP automaton (RFC 3501): reads commands, finds who carries them out, and sends what they have to say."""

from __future__ import annotations

from sandbox.faults.effects.miscount import Miscount
from sandbox.faults.effects.reply import Reply
from sandbox.sansio import Action, Actions, BurstCore, Close, LineTooLongError, Send
from sandbox.services.imap.arguments import Arguments
from sandbox.services.imap.commands import Rule, find
from sandbox.services.imap.faults import argument_of, happens, miscounted, said
from sandbox.services.imap.grammar import Command, parse, read_tag
from sandbox.services.imap.reader import Event, Received, Unreadable, Wanted
from sandbox.services.imap.replies import BadError, Done, Outcome, Prompt, ReplyError, Stream, tagged
from sandbox.services.imap.session import Client, Session, State, World
from sandbox.services.imap.settings import Settings
from sandbox.services.imap.tokens import Atom

_PLACES = {
    State.NOT_AUTHENTICATED: "before the login",
    State.AUTHENTICATED: "while no mailbox is selected",
    State.SELECTED: "while a mailbox is selected",
}


class ImapCore(BurstCore):
    """One client. ``offers_tls`` says that the listener can upgrade to TLS."""

    def __init__(self, settings: Settings, world: World, client: Client, *, offers_tls: bool = False) -> None:
        super().__init__()
        self._session = Session(settings, world, client, offers_tls=offers_tls)
        self._rule: Rule | None = None
        self._prompt: Prompt | None = None
        self._stream: Stream | None = None
        self._name = ""
        self._miscount: Miscount | None = None

    def opened(self) -> Actions:
        session = self._session
        session.secure = session.client.tls is not None
        code = "CAPABILITY " + " ".join(session.capabilities)
        return [Send(tagged(b"*", b"OK", session.settings.greeting, code))]

    def take_in(self, data: bytes) -> None:
        self._session.reader.feed(data)

    def tls_started(self) -> Actions:
        self._session.secure = True
        return ()

    def poke(self) -> Actions:
        if not self._session.idling:
            return ()
        self._session.tell_news()
        return self._flushed()

    def idle(self) -> Actions:
        self.over = True
        # Within an answer a line more would be taken for a part of it.
        goodbye = b"* BYE nothing was heard of you for too long\r\n"
        return (Close(),) if self._stream is not None else (Send(goodbye), Close())

    def crashed(self) -> Actions:
        self.over = True
        return [Send(b"* BYE [SERVERBUG] internal error\r\n")]

    def closed(self) -> None:
        self._session.unselect()

    def step(self) -> list[Action] | None:
        reader = self._session.reader
        if self._stream is not None:
            return self._pour(self._stream)
        if self._prompt is not None:
            try:
                line = reader.next_line()
            except LineTooLongError:
                line = b"\0"  # no dialogue has an answer to that
            return None if line is None else self._answer(self._prompt, line)
        event = reader.next_command()
        return None if event is None else self._handle(event)

    def _handle(self, event: Event) -> list[Action]:
        match event:
            case Wanted():
                return [Send(b"+ OK\r\n", quick_ack=True)]
            case Unreadable(head, text, code):
                status = b"NO" if code else b"BAD"
                return [Send(tagged(read_tag(head), status, text, code))]
            case Received(pieces):
                self._session.tag = read_tag(pieces[0])
                return self._execute(pieces)

    def _execute(self, pieces: tuple[bytes, ...]) -> list[Action]:
        session = self._session
        self._rule = None
        try:
            command = parse(session.tag, pieces)
            rule, arguments = self._find(command)
            if rule.fresh and session.view is not None:
                session.output += session.view.news_of_arrivals()
            self._rule = rule
            said = self._go_wrong(pieces)
            if said is not None:
                return said
            outcome = rule.run(session, arguments)
        except ReplyError as error:
            return self._refuse(error)
        return self._conclude(outcome)

    def _find(self, command: Command) -> tuple[Rule, Arguments]:
        """The rule for a command. Raises BadError."""
        name, arguments = command.name, Arguments(command.arguments)
        following = arguments.peek()
        if name == "UID" and isinstance(following, Atom):
            name = f"UID {arguments.keyword()}"
        rule = find(name)
        if rule is None or not self._offers(rule):
            raise BadError("unknown command")
        self._name = name
        state = self._session.state
        if state not in rule.states:
            raise BadError(f"{name} has no place {_PLACES[state]}")
        return rule, arguments

    def _go_wrong(self, pieces: tuple[bytes, ...]) -> list[Action] | None:
        """What a fault has the server say or not say instead of doing the command; None if it shall be done."""
        session, event = self._session, self._name.lower()
        argument = argument_of(pieces, event)
        effect = session.client.fault(event, argument, size=sum(map(len, pieces[1::2])))
        self._miscount = effect if isinstance(effect, Miscount) else None
        if effect is None or self._miscount is not None or happens(session, effect, argument):
            return None
        if not isinstance(effect, Reply):
            self.over = True
            return []
        session.output += said(effect, session.tag)
        return [*self._flushed(), Close()] if effect.closes else [*self._flushed()]

    def _offers(self, rule: Rule) -> bool:
        return rule.capability is None or self._session.offers(rule.capability)

    def _answer(self, prompt: Prompt, line: bytes) -> list[Action]:
        self._prompt = None
        try:
            outcome = prompt.answer(line)
        except ReplyError as error:
            return self._refuse(error)
        return self._conclude(outcome)

    def _refuse(self, error: ReplyError) -> list[Action]:
        return self._finish(error.status, error.text, error.code)

    def _conclude(self, outcome: Outcome) -> list[Action]:
        session = self._session
        if isinstance(outcome, Done):
            actions = self._finish(b"OK", outcome.text or f"{self._name} completed", outcome.code)
            return actions if outcome.then is None else [*actions, self._follow(outcome.then)]
        if isinstance(outcome, Stream):
            return self._pour(outcome)
        self._prompt = outcome
        session.output.append(b"+ %b\r\n" % outcome.text)
        session.idling = outcome.pushes
        if outcome.pushes:
            session.tell_news()
        return [Send(action.data, quick_ack=True) for action in self._flushed()]

    def _pour(self, stream: Stream) -> list[Action]:
        """The next line of a long answer, or its end."""
        self._stream = None
        try:
            line = next(stream.lines, None)
        except ReplyError as error:
            return self._refuse(error)
        if line is None:
            return self._conclude(Done())
        self._stream = stream
        self._session.output.append(line if self._miscount is None else miscounted(line, self._miscount))
        return [*self._flushed()]

    def _finish(self, status: bytes, text: str, code: bytes | str) -> list[Action]:
        """The tagged reply after everything untagged, in one write."""
        session = self._session
        session.idling = False
        if self._rule is not None:
            session.tell_news(expunges=self._rule.expunges, with_uid=self._rule.by_uid)
        session.output.append(tagged(session.tag, status, text, code))
        return [*self._flushed()]

    def _flushed(self) -> list[Send]:
        data = b"".join(self._session.output)
        self._session.output.clear()
        return [Send(data)] if data else []

    def _follow(self, action: Action) -> Action:
        """What comes after a reply; nothing that was received before it may be acted on then."""
        self._session.reader.clear()
        return action
