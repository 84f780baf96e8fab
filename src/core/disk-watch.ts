// What the user is told while the disk takes nothing (store/health.ts). Meanwhile what is here is served, what would have to
// be kept is refused, and nothing is fetched, carried out or sent.
import type { DiskTrouble } from '../mail/errors.js';
import type { Store } from '../store/store.js';

const SUBJECT = 'disk';

const TEXTS: Readonly<Record<DiskTrouble, readonly [text: string, remedy: string]>> = {
  full: [
    'the disk with the data directory is full: mail can be read, but nothing can be changed, sent or fetched',
    'Make room on the disk; the gateway goes on by itself.\n磁盘已满：请腾出空间，网关会自动恢复。',
  ],
  readOnly: [
    'the data directory cannot be written to: mail can be read, but nothing can be changed, sent or fetched',
    'See that the disk is not read-only and that the directory belongs to the user the gateway runs as; it goes on by itself.\n数据目录不可写：请检查磁盘是否只读、目录权限是否正确，网关会自动恢复。',
  ],
  io: [
    'the disk with the data directory fails: mail can be read as far as that goes, but nothing can be changed, sent or fetched',
    'Look into the system log: the disk may be dying. Save what you can ("gateway backup FILE" to another disk), then run "gateway doctor".\n磁盘读写出错：请查看系统日志并尽快备份。',
  ],
  damaged: [
    'the index (gateway.db) is damaged: mail can be read as far as that goes, but nothing can be changed, sent or fetched',
    'Restart the gateway: it saves what can be read of it and fetches the rest from the providers.\n索引已损坏：请重启网关，它会挽救可读的内容，其余从服务商重新获取。',
  ],
};

type Report = (accountId: undefined, subject: string, text: string, remedy: string) => void;

/** Reports the disk's trouble as one problem, and takes it back when it is over. */
export function watchDisk({ database, problems }: Store, report: Report): void {
  const tell = (trouble: DiskTrouble | undefined): void => {
    if (trouble === undefined) problems.resolve(undefined, SUBJECT);
    else report(undefined, SUBJECT, ...TEXTS[trouble]);
  };
  // Left over from a run that ended with it.
  tell(database.health.trouble());
  database.health.onChange(tell);
}
