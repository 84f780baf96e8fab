// Newsletters, receipts, notices and junk: senders, subjects and sentences to fill in. `{n}` is a number, `{money}` an
// amount, `{code}` six digits, `{item}` and `{city}` things and places.
import type { Language } from './people.js';

export type BulkTheme = 'newsletters' | 'receipts' | 'notices' | 'junk';

export interface BulkSender {
  readonly language: Language;
  readonly theme: BulkTheme;
  readonly name: string;
  readonly address: string;
  /** HTML beside the text. */
  readonly html: boolean;
  readonly charset?: 'gbk' | 'gb18030';
  readonly invoice?: boolean;
  readonly subjects: readonly string[];
  readonly lines: readonly string[];
}

export const ITEMS: Readonly<Record<Language, readonly string[]>> = {
  zh: ['机械键盘', '保温杯', '咖啡豆 500g', '降噪耳机', '台灯', '运动鞋', '《三体》全集', '乳胶枕头'],
  en: ['mechanical keyboard', 'water bottle', 'coffee beans 500 g', 'desk lamp', 'running shoes', 'rain jacket'],
};
export const CITIES: Readonly<Record<Language, readonly string[]>> = {
  zh: ['北京', '上海', '成都', '杭州', '西安', '厦门'],
  en: ['Lisbon', 'Berlin', 'Kyoto', 'Edinburgh', 'Toronto', 'Oslo'],
};

export const BULK_SENDERS: readonly BulkSender[] = [
  {
    language: 'zh',
    theme: 'newsletters',
    name: '每日科技',
    address: 'daily@tech-news.example',
    html: true,
    subjects: [
      '今日要闻：{city}发布新一代芯片计划',
      '第 {n} 期：开源软件的一年',
      '早报 | 人工智能与隐私',
      '一周精选 {n} 条',
    ],
    lines: [
      '今天的头条来自{city}：当地的工程师把一台退役的服务器改成了社区图书馆的目录系统。',
      '我们采访了 {n} 位开发者，他们谈到了远程办公三年之后的变化。',
      '编辑推荐：如何给父母的手机做一次体检，十分钟就够。',
      '读者来信：希望多写一些关于数据备份的文章。',
    ],
  },
  {
    language: 'zh',
    theme: 'newsletters',
    name: '读书周刊',
    address: 'weekly@books.example',
    html: false,
    charset: 'gb18030',
    subjects: ['读书周刊 第{n}期：城市与记忆', '读书周刊：本周新书 {n} 种', '书评｜慢下来的理由'],
    lines: [
      '本期介绍一本关于{city}老街的摄影集，作者花了十二年时间走遍每一条胡同。',
      '新书架上有 {n} 种小说，其中三种是第一次译成中文。',
      '下周六下午两点，读者见面会在{city}举行，凭本邮件免费入场。',
    ],
  },
  {
    language: 'en',
    theme: 'newsletters',
    name: 'The Morning Compile',
    address: 'hello@morning-compile.example',
    html: true,
    subjects: ['Issue {n}: small tools that last', 'What we learned from {n} outages', 'Issue {n}: mail is not dead'],
    lines: [
      'This week a team in {city} replaced eleven services by one well-tested program. They explain why.',
      'Reader question: how many tests are enough? We asked {n} maintainers.',
      'From the archive: the story of a bug that only happened on Wednesdays.',
      'Jobs: three places where people still write documentation.',
    ],
  },
  {
    language: 'en',
    theme: 'newsletters',
    name: 'Slow Travel Letter',
    address: 'letter@slow-travel.example',
    html: true,
    subjects: ['{city} by train, in {n} hours', 'Five quiet places near {city}', 'The night train is back'],
    lines: [
      'We took the slow route to {city}, and wrote down every station with a decent caf\u00e9.',
      'A window seat, a book and {n} hours of hills: what more could one want?',
      'Readers recommend a guest house where breakfast is served until noon.',
    ],
  },
  {
    language: 'zh',
    theme: 'receipts',
    name: '优选商城',
    address: 'order@shop.example',
    html: true,
    invoice: true,
    subjects: ['您的订单 {code} 已发货', '订单 {code} 付款成功', '电子发票：订单 {code}'],
    lines: [
      '商品：{item} × 1，金额：¥{money}。',
      '预计 {n} 天内送达，可在“我的订单”中查看物流信息。',
      '如需退换货，请在签收后七天内联系客服。感谢您的信任！',
    ],
  },
  {
    language: 'zh',
    theme: 'receipts',
    name: '城市银行',
    address: 'service@bank.example',
    html: false,
    charset: 'gbk',
    subjects: ['信用卡电子账单', '账户变动提醒', '本月账单已出，应还 {money} 元'],
    lines: [
      '尊敬的林小雨女士：您尾号 {n} 的信用卡本期应还人民币 {money} 元，最后还款日为本月 25 日。',
      '请按时还款，以免影响您的信用记录。本邮件由系统自动发出，请勿回复。',
    ],
  },
  {
    language: 'en',
    theme: 'receipts',
    name: 'Harbour Books & Things',
    address: 'orders@harbour-shop.example',
    html: true,
    invoice: true,
    subjects: ['Your order {code} is on its way', 'Receipt for order {code}', 'Order {code} confirmed'],
    lines: [
      'You bought: {item}. Total: £{money}, paid by card.',
      'It should arrive within {n} days. You can follow the parcel from your account page.',
      'Something wrong? Just answer this mail, a human reads it.',
    ],
  },
  {
    language: 'en',
    theme: 'receipts',
    name: 'Northline Rail',
    address: 'tickets@northline.example',
    html: true,
    invoice: true,
    subjects: ['Your ticket to {city}', 'Booking {code}: {city}, return', 'Seat change on your journey to {city}'],
    lines: [
      'Booking reference {code}, coach {n}, window seat. Fare: \u20ac{money}.',
      'Please be on the platform five minutes before departure. The ticket is attached as a PDF.',
    ],
  },
  {
    language: 'zh',
    theme: 'notices',
    name: '账号安全中心',
    address: 'security@account.example',
    html: false,
    subjects: ['验证码：{code}', '您的账号在新设备上登录', '密码修改成功通知'],
    lines: ['您的验证码是 {code}，十分钟内有效。请勿告诉他人。', '如果不是您本人操作，请尽快修改密码。'],
  },
  {
    language: 'zh',
    theme: 'notices',
    name: '物业服务中心',
    address: 'notice@estate.example',
    html: false,
    charset: 'gb18030',
    subjects: ['停水通知', '关于电梯检修的通知', '社区活动：周末跳蚤市场'],
    lines: [
      '各位业主：本周三上午九点至下午四点进行设备检修，请提前做好准备。',
      '给您带来的不便，敬请谅解。咨询电话请见公告栏。',
    ],
  },
  {
    language: 'en',
    theme: 'notices',
    name: 'Forge Notifications',
    address: 'noreply@forge.example',
    html: true,
    subjects: [
      '[mail-tools] Build {code} passed',
      '[mail-tools] Review requested on #{n}',
      '[mail-tools] New comment on #{n}',
    ],
    lines: [
      'Hannah wrote: "Looks good to me, apart from one name. Could we call it a mailbox, as everywhere else?"',
      '{n} checks have passed, none failed.',
      'You get this because you follow the project. Reply to this mail to comment.',
    ],
  },
  {
    language: 'en',
    theme: 'notices',
    name: 'City Library',
    address: 'loans@library.example',
    html: false,
    subjects: ['A book is due soon', 'Your reservation is ready', 'Opening hours over the holidays'],
    lines: [
      'You borrowed {n} items. The first one is due on Friday; you can renew it online.',
      'We close at six on Saturdays.',
    ],
  },
  {
    language: 'zh',
    theme: 'junk',
    name: '幸运大抽奖',
    address: 'win@prize.example',
    html: true,
    subjects: ['恭喜您获得 {money} 元大奖！！！', '最后机会：{item} 一折', '代开发票 优惠{n}%'],
    lines: ['您的邮箱已被系统抽中，请立即填写资料领取奖金 {money} 元！', '名额有限，先到先得！！！'],
  },
  {
    language: 'en',
    theme: 'junk',
    name: 'Dr. Amazing Offers',
    address: 'offers@cheap-deals.example',
    html: true,
    subjects: ['You have WON £{money}!!!', 'Re: your {item} is waiting', 'Lose {n} kg in one week'],
    lines: [
      'Dear friend, a prince left you £{money}. Send us a small fee and it is yours!',
      'Act now, only {n} left!!!',
    ],
  },
];
