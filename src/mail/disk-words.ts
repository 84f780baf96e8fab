// What the user is told when the disk takes nothing any more, in English and in Chinese.
import type { DiskTrouble, Remedy } from './errors.js';

const both = (en: string, zh: string): Remedy => ({ en, zh });

/** What is wrong, and what to do. */
export const DISK: Readonly<Record<DiskTrouble, readonly [text: Remedy, remedy: Remedy]>> = {
  full: [
    both(
      'the disk with the data directory is full: mail can be read, but nothing can be changed, sent or fetched',
      '数据目录所在的磁盘已满：邮件可以阅读，但无法更改、发送或获取',
    ),
    both('Make room on the disk; the gateway goes on by itself.', '请腾出磁盘空间，网关会自动恢复。'),
  ],
  readOnly: [
    both(
      'the data directory cannot be written to: mail can be read, but nothing can be changed, sent or fetched',
      '数据目录不可写：邮件可以阅读，但无法更改、发送或获取',
    ),
    both(
      'See that the disk is not read-only and that the directory belongs to the user the gateway runs as; it goes on by itself.',
      '请检查磁盘是否只读、目录是否属于运行网关的用户，网关会自动恢复。',
    ),
  ],
  io: [
    both(
      'the disk with the data directory fails: mail can be read as far as that goes, but nothing can be changed, sent or fetched',
      '数据目录所在的磁盘读写出错：邮件尽可能仍可阅读，但无法更改、发送或获取',
    ),
    both(
      'Look into the system log: the disk may be dying. Save what you can ("gateway backup FILE" to another disk), then run "gateway doctor".',
      '请查看系统日志：磁盘可能即将损坏。请尽快备份（"gateway backup 文件" 到另一磁盘），然后运行 "gateway doctor"。',
    ),
  ],
  damaged: [
    both(
      'the index (gateway.db) is damaged: mail can be read as far as that goes, but nothing can be changed, sent or fetched',
      '索引（gateway.db）已损坏：邮件尽可能仍可阅读，但无法更改、发送或获取',
    ),
    both(
      'Restart the gateway: it saves what can be read of it and fetches the rest from the providers.',
      '请重启网关：它会挽救可读的内容，其余从服务商重新获取。',
    ),
  ],
};
