// Everything mailpit-api can ask of what the sandbox has, as its documentation shows it.
import assert from "node:assert/strict";
import { MailpitClient } from "mailpit-api";

const mailpit = new MailpitClient(process.argv[2]);

assert.equal((await mailpit.getMessageSummary()).Subject, "Hello");
assert.equal(await mailpit.deleteMessages(), "ok");
assert.equal((await mailpit.listMessages()).total, 0);

const { ID } = await mailpit.sendMessage({
  From: { Email: "ann@example.org", Name: "Ann" },
  To: [{ Email: "bob@example.org" }],
  Subject: "Welcome",
  Text: "Hello",
  HTML: "<b>Hello</b>",
  Attachments: [{ Content: "aGVsbG8=", Filename: "a.txt", ContentType: "text/plain" }],
});
const message = await mailpit.waitForMessage({ query: "subject:Welcome" });
assert.equal(message.ID, ID);
assert.equal(message.From.Name, "Ann");
assert.equal((await mailpit.waitForMessages({ query: "to:bob@example.org", count: 1, exact: true })).messages_count, 1);
assert.equal(await (await mailpit.getMessageAttachment(ID, message.Attachments[0].PartID)).text(), "hello");
assert.deepEqual((await mailpit.getMessageHeaders(ID)).Subject, ["Welcome"]);
assert.match(await mailpit.getMessageSource("latest"), /^From: Ann/);
assert.match(await mailpit.renderMessageHTML(), /<b>Hello<\/b>/);
assert.match(await mailpit.renderMessageText(ID), /Hello/);

assert.equal(await mailpit.setReadStatus({ IDs: [ID], Read: false }), "ok");
assert.equal((await mailpit.searchMessages({ query: "is:unread", tz: "Europe/Berlin" })).messages.length, 1);
await mailpit.setTags({ IDs: [ID], Tags: ["one"] });
await mailpit.renameTag("one", "two");
assert.deepEqual(await mailpit.getTags(), ["two"]);
await mailpit.deleteTag("two");
assert.deepEqual(await mailpit.getTags(), []);

assert.equal((await mailpit.getChaosTriggers()).Sender.Probability, 0);
const triggers = await mailpit.setChaosTriggers({ Sender: { ErrorCode: 421, Probability: 5 } });
assert.deepEqual(triggers.Sender, { ErrorCode: 421, Probability: 5 });
await mailpit.setChaosTriggers();

assert.equal((await mailpit.getInfo()).Messages, 1);
await assert.rejects(mailpit.htmlCheck(), /404/);
assert.equal(await mailpit.deleteMessagesBySearch({ query: "subject:welcome" }), "ok");
assert.equal((await mailpit.listMessages()).total, 0);
console.log("all is well");
