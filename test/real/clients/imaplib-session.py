"""A session of Python's own IMAP client, on the gateway: prints what it saw as JSON. Arguments: port, CA file, user, password."""
import imaplib, json, re, ssl, sys

port, ca, user, password = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
context = ssl.create_default_context(cafile=ca)


def connect():
    client = imaplib.IMAP4_SSL("localhost", port, ssl_context=context)
    client.login(user, password)
    return client


def ok(answer):
    status, data = answer
    assert status == "OK", answer
    return data


def find(client, subject):
    return ok(client.uid("SEARCH", None, "SUBJECT", '"%s"' % subject))[0].split()


MESSAGE = b"From: <me@gmail.test>\r\nSubject: by imaplib\r\nMessage-ID: <imaplib@example.org>\r\n\r\nline one\r\n"
seen = {}
client = connect()
seen["capabilities"] = ok(client.capability())[0].decode().split()
seen["namespace"] = ok(client.namespace())[0].decode()
seen["list"] = [line.decode() for line in ok(client.list())]
seen["lsub"] = [line.decode() for line in ok(client.lsub())]
seen["exists"] = int(ok(client.select("INBOX"))[0])
seen["uidvalidity"] = client.response("UIDVALIDITY")[1][0].decode()
[uid] = find(client, "QQ seed 1")
seen["fetch"] = ok(client.uid("FETCH", uid, "(FLAGS RFC822.SIZE BODY.PEEK[HEADER.FIELDS (SUBJECT)] BODY.PEEK[TEXT]<0.5>)"))[0][0].decode()
seen["whole"] = ok(client.uid("FETCH", uid, "(RFC822)"))[0][1].decode()
seen["afterRead"] = ok(client.uid("FETCH", uid, "(FLAGS)"))[0].decode()
seen["store"] = [line.decode() for line in ok(client.uid("STORE", uid, "+FLAGS", r"(\Flagged $Label1)"))]
seen["unseen"] = len(ok(client.search(None, "UNSEEN"))[0].split())
seen["copy"] = ok(client.uid("COPY", uid, "Hotmail/Projects/Alpha")) is not None
seen["copyuid"] = client.response("COPYUID")[1][0] is not None
[moved] = find(client, "Gmail seed 1")
ok(client.uid("MOVE", moved, "Archive"))
seen["movedAway"] = find(client, "Gmail seed 1") == []
ok(client.append("Drafts", r"(\Draft)", None, MESSAGE))
seen["appenduid"] = client.untagged_responses.get("APPENDUID", [None])[0] is not None
seen["status"] = ok(client.status("Drafts", "(MESSAGES UIDNEXT)"))[0].decode()

# IDLE by hand: this library knows it not.
watcher = connect()
watcher.select("INBOX")
tag = watcher._new_tag()
watcher.send(tag + b" IDLE\r\n")
assert watcher.readline().startswith(b"+")
[gone] = find(client, "Hotmail seed 1")
told = []


def until(word):
    while not told or word not in told[-1]:
        told.append(watcher.readline())
        assert told[-1], told


ok(client.uid("STORE", gone, "+FLAGS.SILENT", r"(\Deleted)"))
# Both at once may be told as the removal alone.
until(b"FETCH")
ok(client.expunge())
until(b"EXPUNGE")
watcher.send(b"DONE\r\n")
while not told[-1].startswith(tag):
    told.append(watcher.readline())
seen["idle"] = [re.sub(rb"^\* \d+ ", b"* n ", line).strip().decode() for line in told[:-1]]
seen["idleEnd"] = told[-1].decode().split()[1]
watcher.logout()
seen["create"] = [ok(client.create("Gmail/Made")) is not None, ok(client.rename("Gmail/Made", "Gmail/Remade")) is not None]
ok(client.subscribe("Gmail/Remade"))
ok(client.delete("Gmail/Remade"))
ok(client.close())
seen["logout"] = client.logout()[0]
print(json.dumps(seen, ensure_ascii=False))
