// Sample mail: some 200 letters an account over the last year and a half, the same at every start of a day: the gateway
// then knows them again, though the account is a new one.
import type { Buffer } from 'node:buffer';
import { type FlagSet, SystemFlag } from '../../mail/flags.js';
import type { DemoAccount } from '../store/account.js';
import type { DemoMailbox } from '../store/mailbox.js';
import { BULK_SENDERS, type BulkTheme } from './bulk.js';
import { bulkLetter } from './bulk-letters.js';
import { conversationLetters } from './conversation-letters.js';
import { CONVERSATIONS } from './conversations.js';
import { DRAFTS } from './drafts.js';
import { compose, type Letter, type Person } from './letter.js';
import { FRIENDS, type Language, OWNER_NAMES } from './people.js';
import { AWAY, PLANS, type SamplePlan, type Theme } from './plan.js';
import { createRandom, type Random } from './random.js';

const DAY = 86_400_000;
const SPAN_DAYS = 540;
/** Younger letters tend to be unread, and in the inbox still. */
const FRESH_DAYS = 25;

/** A letter and where it belongs. */
interface Filed {
  readonly letter: Letter;
  readonly theme: Theme;
  readonly kind: 'received' | 'sent' | 'draft';
}

interface Sample {
  readonly account: DemoAccount;
  readonly plan: SamplePlan;
  readonly random: Random;
  /** Midnight (UTC): the youngest letter is a little older. */
  readonly today: Date;
}

export async function fillWithSampleMail(account: DemoAccount, now: Date): Promise<void> {
  const plan = PLANS[account.personality.samples];
  const today = new Date(Math.floor(now.getTime() / DAY) * DAY);
  const sample: Sample = { account, plan, random: createRandom(account.personality.name), today };
  const letters = [...bulk(sample), ...conversations(sample), ...drafts(sample)].sort(
    (a, b) => a.letter.date.getTime() - b.letter.date.getTime(),
  );
  for (const folder of Object.values(plan.folders)) account.create(account.personality.folderParent + folder);
  const messages = await Promise.all(letters.map(({ letter }) => compose(letter)));
  letters.forEach((filed, i) => {
    const bytes = messages[i];
    if (bytes) file(sample, filed, bytes);
  });
}

export const ownerOf = (account: DemoAccount, language: Language): Person => ({
  name: OWNER_NAMES[language],
  address: account.address,
});

const languageOf = ({ plan, random }: Sample): Language => (random.chance(plan.chinese) ? 'zh' : 'en');

function bulk(sample: Sample): Filed[] {
  const { account, plan, random } = sample;
  return (Object.keys(plan.bulk) as BulkTheme[]).flatMap((theme) =>
    Array.from({ length: plan.bulk[theme] }, (_, i): Filed => {
      const language = languageOf(sample);
      const sender = random.pick(BULK_SENDERS.filter((one) => one.theme === theme && one.language === language));
      const date = dateBefore(sample);
      const serial = `${theme}.${i}.${account.personality.name}`;
      return {
        letter: bulkLetter(sender, { random, owner: ownerOf(account, language), date, serial }),
        theme,
        kind: 'received',
      };
    }),
  );
}

/** More of the last weeks than of long ago. */
const dateBefore = ({ random, today }: Sample): Date => {
  const age = (random.below(1000) / 1000) ** 1.7 * SPAN_DAYS;
  return new Date(Math.floor((today.getTime() - age * DAY - 600_000) / 1000) * 1000);
};

function conversations(sample: Sample): Filed[] {
  const { account, plan, random } = sample;
  const ofLanguage = (language: Language, count: number) => {
    const known = random.shuffled(CONVERSATIONS.filter((one) => one.language === language));
    // With somebody else, the same thing may well be talked about again.
    return Array.from({ length: count }, (_, i) => known[i % known.length]).filter((one) => one !== undefined);
  };
  const chinese = Math.round(plan.conversations * plan.chinese);
  const chosen = [...ofLanguage('zh', chinese), ...ofLanguage('en', plan.conversations - chinese)];
  return chosen.flatMap((conversation, i) => {
    const { language, theme } = conversation;
    // Far enough back for the last turn to be in the past.
    const start = new Date(dateBefore(sample).getTime() - 4 * DAY);
    const context = { random, owner: ownerOf(account, language), other: random.pick(FRIENDS[language]), start };
    const serial = `talk.${account.personality.name}.${i}`;
    return conversationLetters(conversation, { ...context, serial }).map(
      (letter, turn): Filed => ({ letter, theme, kind: turn % 2 === 1 ? 'sent' : 'received' }),
    );
  });
}

function drafts(sample: Sample): Filed[] {
  const { account, random, today } = sample;
  return DRAFTS[account.personality.samples].map(({ language, subject, text }, i) => ({
    letter: {
      from: ownerOf(account, language),
      to: [random.pick(FRIENDS[language])],
      date: new Date(today.getTime() - (i + 1) * 2 * DAY),
      subject,
      text,
      messageId: `<draft.${i}@${account.personality.name}.example>`,
    },
    theme: 'friends',
    kind: 'draft',
  }));
}

function file(sample: Sample, filed: Filed, bytes: Buffer): void {
  const { account, today } = sample;
  const ageDays = (today.getTime() - filed.letter.date.getTime()) / DAY;
  const [first, ...labels] = placesOf(sample, filed, ageDays);
  if (!first) return;
  const internalDate = Math.floor(filed.letter.date.getTime() / 1000);
  const flags = flagsOf(sample, filed, ageDays);
  const entry = account.append(first, { bytes, flags, internalDate });
  for (const label of labels) account.copy(entry, label);
}

/** In a store of labels a letter may have several places. */
function placesOf({ account, plan, random }: Sample, { theme, kind }: Filed, ageDays: number): DemoMailbox[] {
  const { folderParent, quirks } = account.personality;
  const byRole = (role: 'inbox' | 'sent' | 'drafts' | 'junk' | 'trash' | 'archive') =>
    account.byRole(role === 'archive' && quirks.labelStore ? 'all' : role) ?? account.inbox;
  if (kind === 'draft') return [byRole('drafts')];
  if (kind === 'sent') return [byRole('sent')];
  if (theme === 'junk') return [byRole('junk')];
  const name = plan.folders[theme];
  const own = name === undefined ? undefined : account.mailbox(folderParent + name);
  const isFresh = ageDays < FRESH_DAYS;
  if (quirks.labelStore && own)
    return isFresh || random.chance(0.4)
      ? [byRole('inbox'), own]
      : [own, ...(random.chance(0.2) ? [importantOf(account)] : [])];
  if (isFresh || random.chance(0.45)) return [byRole('inbox')];
  return own && random.chance(0.75) ? [own] : [byRole(random.pick(AWAY) as 'archive' | 'trash')];
}

const importantOf = (account: DemoAccount): DemoMailbox => account.byRole('important') ?? account.inbox;

function flagsOf({ random }: Sample, { kind, theme }: Filed, ageDays: number): FlagSet {
  if (kind === 'draft') return { system: SystemFlag.Draft | SystemFlag.Seen, keywords: [] };
  if (kind === 'sent') return { system: SystemFlag.Seen, keywords: [] };
  const isSeen = theme !== 'junk' && random.chance(ageDays < FRESH_DAYS ? 0.45 : 0.95);
  const isPersonal = theme === 'friends' || theme === 'work' || theme === 'family' || theme === 'travel';
  const system =
    (isSeen ? SystemFlag.Seen : 0) |
    (random.chance(isPersonal ? 0.2 : 0.04) ? SystemFlag.Flagged : 0) |
    (isSeen && isPersonal ? SystemFlag.Answered : 0);
  return { system, keywords: [] };
}
