// What the sample mail is made of.

export const ENGLISH_SUBJECTS =
  'invoice meeting quarterly report update shipping order delivery weekly digest build failed deploy review request travel itinerary photos contract proposal budget interview schedule reminder security statement payment receipt roadmap feedback question release notes dinner hiking'.split(
    ' ',
  );

export const CHINESE_SUBJECTS =
  '关于 项目 会议 通知 发票 报销 合同 更新 请查收 周报 客户 反馈 测试 上线 订单 物流 付款 确认 邀请 生日 旅行 计划 照片 面试 培训 系统维护 安全 账单 产品 设计评审 需求'.split(
    ' ',
  );

export const ENGLISH_WORDS =
  'the of and to in that it for was on are as with they be at one have this from by not what were we when your can there use each which how their will other about out many then them these some her would make like him into time look two more write go see number way could people than first water been call who now find long down day get come made may part over new sound take only little work know place year live back give most very'.split(
    ' ',
  );

export const PEOPLE: readonly (readonly [name: string, address: string])[] = [
  ['Alice Zhang', 'alice.zhang@example.com'],
  ['王伟', 'wang.wei@example.cn'],
  ['李娜', 'li.na@example.cn'],
  ['Robert Miller', 'robert@example.org'],
  ['陈晓明', 'chen.xm@example.cn'],
  ['Build Service', 'builds@ci.example.com'],
  ['Shop Billing', 'billing@shop.example.com'],
  ['Émile Dupré', 'emile@example.fr'],
  ['Weekly Letter', 'news@letters.example.com'],
  ['刘洋', 'liu.yang@example.cn'],
  ['Frank Müller', 'frank@example.de'],
  ['no-reply', 'no-reply@service.example.com'],
  ['Grace Okafor', 'grace@example.org'],
  ['赵敏', 'zhao.min@example.cn'],
];

/** Stands in the subject of one message in RARE_EVERY. */
export const RARE_WORD = 'hummingbird';
export const RARE_EVERY = 500;
