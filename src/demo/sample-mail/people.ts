// Who writes to the demo accounts. All addresses are under domains that can never be real (RFC 2606).
import type { Person } from './letter.js';

export type Language = 'zh' | 'en';

export const FRIENDS: Readonly<Record<Language, readonly Person[]>> = {
  zh: [
    { name: '李伟', address: 'liwei@friends.example' },
    { name: '王芳', address: 'wangfang@friends.example' },
    { name: '张敏', address: 'zhangmin@studio.example' },
    { name: '陈晓东', address: 'chenxd@company.example' },
    { name: '刘洋', address: 'liuyang@company.example' },
    { name: '妈妈', address: 'mama@family.example' },
    { name: '赵老师', address: 'zhao@school.example' },
  ],
  en: [
    { name: 'Emma Clarke', address: 'emma.clarke@friends.example' },
    { name: 'James O\u2019Neill', address: 'james@friends.example' },
    { name: 'Priya Raman', address: 'priya.raman@company.example' },
    { name: 'Tom\u00e1s Rivera', address: 'tomas@studio.example' },
    { name: 'Hannah Weiss', address: 'hannah.weiss@company.example' },
    { name: 'Dad', address: 'dad@family.example' },
    { name: 'Oliver Brandt', address: 'oliver@club.example' },
  ],
};

export const COLLEAGUES: readonly Person[] = [
  { name: '刘洋', address: 'liuyang@company.example' },
  { name: 'Priya Raman', address: 'priya.raman@company.example' },
  { name: '周杰', address: 'zhoujie@company.example' },
];

/** Whose account it is, by the language of the letter. */
export const OWNER_NAMES: Readonly<Record<Language, string>> = { zh: '林小雨', en: 'Lin Xiaoyu' };
