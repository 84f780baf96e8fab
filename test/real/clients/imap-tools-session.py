"""A session of Python's imap_tools on the gateway. Argument: the facts as JSON (test/support/clients/session.ts)."""
import datetime, imaplib, json, ssl, sys

from imap_tools import AND, MailBox, MailMessageFlags

try:
    from imap_tools import MailBoxStartTls
except ImportError:
    # Its name before version 1.8, as in Debian 12.
    from imap_tools import MailBoxTls as MailBoxStartTls

facts = json.loads(sys.argv[1])
context = ssl.create_default_context(cafile=facts["ca"])
seen = {}


def subjects(box, criteria="ALL", **how):
    return sorted(message.subject for message in box.fetch(criteria, mark_seen=False, **how))


def uids(box, subject):
    return box.uids(AND(subject=subject))


with MailBoxStartTls("localhost", facts["imap"], ssl_context=context).login(facts["user"], facts["password"]) as box:
    seen["starttls"] = len(box.uids())

box = MailBox("localhost", facts["imaps"], ssl_context=context).login(facts["user"], facts["password"])
seen["folders"] = [[folder.name, folder.delim] for folder in box.folder.list()]
seen["roles"] = {flag: folder.name for folder in box.folder.list() for flag in folder.flags if flag in (r"\Sent", r"\Trash")}
seen["status"] = box.folder.status("INBOX")
seen["bulk"] = subjects(box, bulk=True)
seen["one"] = subjects(box, AND(subject="Gmail seed"), limit=3, reverse=True)
seen["headers"] = subjects(box, AND(from_="alice@example.org", seen=False), headers_only=True)
[message] = box.fetch(AND(subject="QQ seed 1"))
seen["message"] = {"from": message.from_, "to": message.to, "text": message.text, "size": message.size_rfc822}
[message] = box.fetch(AND(subject="QQ seed 1"))
seen["read"] = MailMessageFlags.SEEN in message.flags

# A flag change is followed by EXPUNGE, which must remove nothing that is not \Deleted.
box.flag(uids(box, "Gmail seed 1"), (MailMessageFlags.FLAGGED, "$Label2"), True)
box.flag(uids(box, "QQ seed 1"), MailMessageFlags.SEEN, False)
seen["kept"] = len(box.uids())
seen["flagged"] = subjects(box, AND(flagged=True))
seen["keyword"] = subjects(box, AND(keyword="$Label2"))
box.copy(uids(box, "Hotmail seed 1"), "Gmail/Receipts")
box.move(uids(box, "Gmail seed 2"), "Archive")
box.delete(uids(box, "Hotmail seed 2"))
seen["left"] = subjects(box)

sent = datetime.datetime(2026, 2, 1, 12, 30, tzinfo=datetime.timezone.utc)
mail = "From: me@hotmail.test\r\nSubject: 由程序保存\r\nMessage-ID: <tools@example.org>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n你好\r\n"
box.append(mail.encode(), "Drafts", dt=sent, flag_set=[MailMessageFlags.DRAFT])
box.folder.set("Drafts")
[draft] = box.fetch(mark_seen=False)
seen["draft"] = [draft.subject, draft.text, list(draft.flags)]
seen["dated"] = [len(box.numbers('ON "01-Feb-2026"')), len(box.numbers('BEFORE "01-Feb-2026"'))]
seen["utf8"] = len(box.numbers(AND(subject="程序"), charset="UTF-8"))

box.folder.create("QQ/工具")
box.folder.rename("QQ/工具", "QQ/工具箱")
seen["renamed"] = [box.folder.exists(name) for name in ("QQ/工具", "QQ/工具箱")]
box.folder.delete("QQ/工具箱")
seen["deleted"] = box.folder.exists("QQ/工具箱")

# New mail, behind the gateway's back.
box.folder.set("INBOX")
upstream = imaplib.IMAP4("127.0.0.1", facts["upstream"]["port"])
upstream.login(facts["upstream"]["user"], facts["upstream"]["password"])
with box.idle as idle:
    upstream.append("INBOX", None, None, b"From: bob@example.org\r\nSubject: while idling\r\n\r\nnew\r\n")
    told = []
    while not any(b"EXISTS" in line for line in told):
        told += idle.poll(timeout=30)
        assert told, "no news within 30 s"
seen["idle"] = [line.decode().split()[-1] for line in told]
seen["arrived"] = subjects(box, AND(subject="while idling"))
box.logout()
print(json.dumps(seen, ensure_ascii=False))
