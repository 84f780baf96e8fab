// Runs inside Thunderbird: what the tests ask of it, by the names its own code uses. Each test calls these by name.
const { MailServices } = ChromeUtils.importESModule('resource:///modules/MailServices.sys.mjs');

const server = () => MailServices.accounts.accounts[0]?.incomingServer;
const mainWindow = () => Services.wm.getMostRecentWindow('mail:3pane');
const about3Pane = () => mainWindow().document.getElementById('tabmail').currentAbout3Pane;

/** By its name at the server, decoded by Thunderbird itself. */
function folderOf(path) {
  const found = server().rootFolder.descendants.find((folder) => pathOf(folder) === path);
  if (!found) throw new Error(`no folder ${path}, but: ${server().rootFolder.descendants.map(pathOf)}`);
  return found;
}

function pathOf(folder) {
  const parts = [];
  for (let each = folder; !each.isServer; each = each.parent)
    // The name that is shown may be translated (Inbox); a level's own name is not.
    parts.unshift(each.name === 'Inbox' ? 'INBOX' : each.name);
  return parts.join('/');
}

const messagesOf = (path) =>
  [...folderOf(path).messages].map((header) => ({
    key: header.messageKey,
    subject: header.mime2DecodedSubject,
    isRead: header.isRead,
    isFlagged: header.isFlagged,
    keywords: header.getStringProperty('keywords'),
  }));

/** As a click on the folder does it. */
function showFolder(path) {
  about3Pane().displayFolder(folderOf(path).URI);
}

/** As a click on the only message with the subject does it. */
function showMessage(subject) {
  const { gDBView, threadTree } = about3Pane();
  const count = gDBView.rowCount;
  for (let row = 0; row < count; row++) {
    if (gDBView.getMsgHdrAt(row).mime2DecodedSubject !== subject) continue;
    threadTree.selectedIndex = row;
    return;
  }
  throw new Error(`no row with ${subject}`);
}

const shownSubjects = () => {
  const { gDBView } = about3Pane();
  return gDBView
    ? Array.from({ length: gDBView.rowCount }, (_, row) => gDBView.getMsgHdrAt(row).mime2DecodedSubject)
    : [];
};

/** A search at the server, as the dialogue "Search Messages" with "Run search on server" makes it. */
function searchOnServer(path, attribute, text) {
  const { interfaces: Ci, classes: Cc } = Components;
  const session = Cc['@mozilla.org/messenger/searchSession;1'].createInstance(Ci.nsIMsgSearchSession);
  session.addScopeTerm(Ci.nsMsgSearchScope.onlineMail, folderOf(path));
  const term = session.createTerm();
  const { value } = term;
  value.attrib = term.attrib = Ci.nsMsgSearchAttrib[attribute];
  value.str = text;
  term.value = value;
  term.op = Ci.nsMsgSearchOp.Contains;
  term.booleanAnd = true;
  session.appendTerm(term);
  return new Promise((resolve, reject) => {
    const hits = [];
    session.registerListener({
      onSearchHit: (header) => hits.push(header.mime2DecodedSubject),
      onSearchDone: (status) =>
        Components.isSuccessCode(status) ? resolve(hits.sort()) : reject(new Error(`search: ${status}`)),
      onNewSearch: () => undefined,
    });
    session.search(null);
  });
}

async function storePassword(scheme, user, password) {
  const origin = `${scheme}://127.0.0.1`;
  const login = Components.Constructor(
    '@mozilla.org/login-manager/loginInfo;1',
    Components.interfaces.nsILoginInfo,
    'init',
  );
  await Services.logins.addLoginAsync(new login(origin, null, origin, user, password, '', ''));
}

/** The window in which a message is written, filled in. */
function openComposer(to, subject, body) {
  const create = (contract, kind) => Components.classes[contract].createInstance(Components.interfaces[kind]);
  const fields = create('@mozilla.org/messengercompose/composefields;1', 'nsIMsgCompFields');
  Object.assign(fields, { to, subject, body });
  const params = create('@mozilla.org/messengercompose/composeparams;1', 'nsIMsgComposeParams');
  params.composeFields = fields;
  params.identity = MailServices.accounts.accounts[0].defaultIdentity;
  params.format = Components.interfaces.nsIMsgCompFormat.PlainText;
  params.type = Components.interfaces.nsIMsgCompType.New;
  MailServices.compose.OpenComposeWindowWithParams(null, params);
}

/** `loading`, `ready`, or `none`. */
const composerState = () => {
  const composer = Services.wm.getMostRecentWindow('msgcompose');
  if (!composer) return 'none';
  return composer.gMsgCompose && composer.composeEditorReady ? 'ready' : 'loading';
};
const send = () => Services.wm.getMostRecentWindow('msgcompose').goDoCommand('cmd_sendNow');

const doCommand = (command, argument) => about3Pane().commandController.doCommand(command, argument);

/** The text of the message that is open. */
const shownText = () => {
  const browser = about3Pane().messageBrowser.contentWindow?.getMessagePaneBrowser?.();
  return browser?.contentDocument?.body?.textContent ?? '';
};

/** Which folder plays which part, by Thunderbird's own flags. */
function roles() {
  const parts = { trash: 'Trash', sent: 'SentMail', drafts: 'Drafts', archive: 'Archive', junk: 'Junk' };
  return Object.fromEntries(
    Object.entries(parts).map(([part, flag]) => {
      const folder = server().rootFolder.getFolderWithFlags(Components.interfaces.nsMsgFolderFlags[flag]);
      return [part, folder && pathOf(folder)];
    }),
  );
}

const isUp = () => Boolean(mainWindow()?.document.getElementById('tabmail')?.currentAbout3Pane);

/** Titles of all windows and dialogues: one that nobody expected explains a failure. */
const windowTitles = () =>
  [...Services.wm.getEnumerator(null)].map((each) => `${each.document.title} ${each.document.documentURI}`);

globalThis.fromTest = {
  isUp,
  messagesOf,
  showFolder,
  showMessage,
  shownSubjects,
  shownText,
  roles,
  searchOnServer,
  storePassword,
  openComposer,
  composerState,
  send,
  doCommand,
  moveSelected: (path) => doCommand('cmd_moveMessage', folderOf(path)),
  paths: () => server().rootFolder.descendants.map(pathOf),
  windowTitles,
};
