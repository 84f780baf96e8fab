// gateway doctor: what works, what does not, and what to do about it.
import { type Config, ConfigError, loadConfig, loadRest } from '../config/index.js';
import type { Area, Finding } from '../gateway/doctor/doctor.js';
import type { GatewayStatus } from '../gateway.js';
import type { Language } from '../lib/languages.js';
import { ControlError, callControl, NotRunningError } from '../status-socket/index.js';
import { ExitCode, type Io } from './io.js';
import { type Both, both, languageFor, printable } from './text.js';

export interface DoctorOptions {
  readonly config: string;
  readonly json: boolean;
  readonly full: boolean;
  /** Undefined: as LC_ALL, LC_MESSAGES or LANG says. */
  readonly language: Language | undefined;
}

const AREAS: Readonly<Record<Area, Both>> = {
  configuration: both('Configuration', '配置'),
  data: both('Data directory', '数据目录'),
  certificates: both('Certificates', '证书'),
  ports: both('Ports', '端口'),
  clock: both('Clock', '时钟'),
  owed: both('Changes and problems', '更改与问题'),
  imap: both('reading mail (IMAP)', '收信（IMAP）'),
  smtp: both('sending mail (SMTP)', '发信（SMTP）'),
};
const COLON = both(': ', '：');
const MARKS = {
  en: { ok: 'ok  ', note: 'note', bad: 'BAD ' },
  zh: { ok: '正常', note: '提示', bad: '问题' },
} as const;

/** Exit code 1 when something needs the user. */
export async function doctor({ config: file, json, full, language }: DoctorOptions, io: Io): Promise<ExitCode> {
  const { config, faults } = loadAnyhow(file);
  const { configurationFaults, examine } = await import('../gateway/doctor/doctor.js');
  const lang = languageFor(language);
  const running = config && (await askStatus(config.dataDir));
  let heading = '';
  let bad = 0;
  const findings: Finding[] = [];
  const onFinding = (finding: Finding): void => {
    if (finding.level === 'bad') bad++;
    findings.push(finding);
    if (json) return;
    const title = titleOf(finding, lang);
    if (title !== heading) io.print(heading === '' ? title : `\n${title}`);
    heading = title;
    for (const line of linesOf(finding, lang)) io.print(line);
  };
  if (!json)
    io.print(
      lang === 'zh' ? `网关${running ? '正在运行' : '未运行'}。\n` : `${running ? 'A' : 'No'} gateway is running.\n`,
    );
  if (config) await examine(config, { running, faults, isFull: full, onFinding });
  else configurationFaults(faults).forEach(onFinding);
  if (json) io.print(JSON.stringify({ ok: bad === 0, running: running !== undefined, findings }));
  else io.print(`\n${summary(bad, lang)}`);
  return bad === 0 ? ExitCode.ok : ExitCode.failed;
}

/** With errors in it, what is right of it; undefined if that is nothing. */
function loadAnyhow(file: string): { config: Config | undefined; faults: readonly string[] } {
  try {
    return { config: loadConfig(file), faults: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { config: loadRest(file), faults: error.message.split('\n') };
  }
}

async function askStatus(dataDir: string): Promise<GatewayStatus | undefined> {
  try {
    return (await callControl(dataDir, { request: 'status' })) as GatewayStatus;
  } catch (error) {
    // One that does not answer is none to ask: what is wrong with it shows below.
    if (error instanceof NotRunningError || error instanceof ControlError) return undefined;
    throw error;
  }
}

function titleOf({ area, account }: Finding, lang: Language): string {
  const name = AREAS[area][lang];
  // Of what is owed each line names its account, under one heading.
  return account === undefined || area === 'owed' ? name : printable(`${account}${COLON[lang]}${name}`);
}

function linesOf({ area, account, level, what, evidence, ms, remedy }: Finding, lang: Language): string[] {
  const time = ms === undefined ? '' : lang === 'zh' ? `（${ms} ms）` : ` (${ms} ms)`;
  const seen = evidence === undefined ? '' : `${COLON[lang]}${evidence[lang]}`;
  const whose = area === 'owed' && account !== undefined ? `${account}${COLON[lang]}` : '';
  const line = `  ${MARKS[lang][level]}  ${whose}${what[lang]}${time}${seen}`;
  return [line, ...(remedy === undefined ? [] : [`        → ${remedy[lang]}`])].map(printable);
}

function summary(bad: number, lang: Language): string {
  if (lang === 'zh') return bad === 0 ? '一切正常。' : `有 ${bad} 处需要处理：见标为“问题”的行。`;
  return bad === 0
    ? 'All is well.'
    : `${bad} ${bad === 1 ? 'thing needs' : 'things need'} you: see the lines marked BAD.`;
}
