// LIST with its dialects, roles, and CREATE, RENAME, DELETE.
import type { ImapResponse } from 'imapflow';
import { UpstreamError } from '../../mail/errors.js';
import { type Role, roleOfAttribute } from '../../mail/roles.js';
import type { SourcePath, UpstreamMailbox } from '../connector.js';
import type { ConnectorTraits } from '../providers/provider.js';
import { type Paths, pathKey, quoted } from './paths.js';
import { textOf, textsOf } from './tokens.js';
import type { Wire } from './wire.js';

interface Listed {
  readonly path: SourcePath;
  readonly attributes: readonly string[];
}

const NOT_SELECTABLE = new Set(['\\noselect', '\\nonexistent']);

/** All of the user's own mailboxes, each once, with roles. */
export async function listMailboxes(
  wire: Wire,
  paths: Paths,
  words: ReadonlySet<string>,
  traits: ConnectorTraits,
): Promise<UpstreamMailbox[]> {
  const listed = new Map<string, Listed>();
  const take = (response: ImapResponse): void => {
    const [attributes, delimiter, name] = response.attributes ?? [];
    const path = pathOf(paths, textOf(name), textOf(delimiter));
    // Quirk(zoho): a mailbox may come twice, or INBOX in two spellings.
    if (path && !listed.has(pathKey(path)))
      listed.set(pathKey(path), { path, attributes: textsOf(attributes).map((text) => text.toLowerCase()) });
  };
  const extended = words.has('SPECIAL-USE') && words.has('LIST-EXTENDED');
  const xlist = words.has('XLIST') && !words.has('SPECIAL-USE');
  try {
    await wire.run(xlist ? 'XLIST' : 'LIST', ['"" "*"', ...(extended ? ['RETURN (SPECIAL-USE)'] : [])], {
      untagged: { LIST: take, XLIST: take },
    });
  } catch (error) {
    if (!(extended || xlist) || !(error instanceof UpstreamError) || error.kind !== 'permanent') throw error;
    await wire.run('LIST', ['"" "*"'], { untagged: { LIST: take } });
  }
  const found = [...listed.values()];
  const roles = rolesOf(found, traits);
  return found.map(({ path, attributes }) => ({
    path,
    role: roles.get(pathKey(path)),
    selectable: !attributes.some((attribute) => NOT_SELECTABLE.has(attribute)),
  }));
}

/** One bad name must not cost the whole list. */
const pathOf = (paths: Paths, name: string | undefined, delimiter: string | undefined): SourcePath | undefined =>
  name === undefined ? undefined : paths.pathOf(name, delimiter);

/** At most one mailbox a role: by attribute first, then by name in the order of the provider's table. */
function rolesOf(listed: readonly Listed[], traits: ConnectorTraits): Map<string, Role> {
  const byRole = new Map<Role, string>();
  for (const { path, attributes } of listed) {
    const role =
      pathKey(path) === 'INBOX'
        ? 'inbox'
        : attributes.map(roleOfAttribute).find((found) => found !== undefined && found !== 'inbox');
    if (role && !byRole.has(role)) byRole.set(role, pathKey(path));
  }
  const taken = new Set(byRole.values());
  const named = listed
    .filter(({ path }) => isTopLevel(path, traits))
    // Of two of one name the upper one has the role.
    .sort((a, b) => b.path.length - a.path.length);
  const topLevel = new Map(named.map(({ path }) => [path.at(-1)?.toLowerCase() ?? '', path]));
  for (const [name, role] of traits.rolesByName) {
    const path = topLevel.get(name);
    if (!path || byRole.has(role) || taken.has(pathKey(path))) continue;
    byRole.set(role, pathKey(path));
    taken.add(pathKey(path));
  }
  return new Map([...byRole].map(([role, key]) => [key, role]));
}

/** Below a level that only holds the user's own (QQ's 其他文件夹), too. */
const isTopLevel = (path: SourcePath, { flattened }: ConnectorTraits): boolean =>
  path.length === 1 || (path.length === 2 && ['INBOX', ...flattened].includes(path[0] ?? ''));

export const createMailbox = async (wire: Wire, paths: Paths, path: SourcePath): Promise<void> => {
  await wire.run('CREATE', [quoted(paths.nameOf(path))], { writes: true });
};

export const renameMailbox = async (wire: Wire, paths: Paths, from: SourcePath, to: SourcePath): Promise<void> => {
  await wire.run('RENAME', [quoted(paths.nameOf(from)), quoted(paths.nameOf(to))], { writes: true });
  paths.forget(from);
};

export const deleteMailbox = async (wire: Wire, paths: Paths, path: SourcePath): Promise<void> => {
  await wire.run('DELETE', [quoted(paths.nameOf(path))], { writes: true });
  paths.forget(path);
};
