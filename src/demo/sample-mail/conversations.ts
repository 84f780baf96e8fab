// Threads with friends, family and colleagues. The odd turns are theirs, the even ones the owner's.
import type { Language } from './people.js';

export interface Conversation {
  readonly language: Language;
  readonly theme: 'friends' | 'family' | 'work' | 'travel';
  readonly subject: string;
  readonly turns: readonly string[];
  /** What the first turn brings along. */
  readonly attachment?: 'photo' | 'report' | 'table' | 'notes';
}

const zh = (theme: Conversation['theme'], subject: string, ...turns: string[]): Conversation => ({
  language: 'zh',
  theme,
  subject,
  turns,
});
const en = (theme: Conversation['theme'], subject: string, ...turns: string[]): Conversation => ({
  language: 'en',
  theme,
  subject,
  turns,
});

export const CONVERSATIONS: readonly Conversation[] = [
  zh(
    'friends',
    '周末去爬山吗？',
    '这周六天气不错，想去香山走走，早上八点在地铁口见，怎么样？',
    '好啊！我带点水果和三明治，你带热水就行。',
    '没问题。小王也想来，我们三个人正好一辆车回来。',
    '太好了，那周六见！',
  ),
  {
    ...zh(
      'family',
      '老家的照片',
      '家里的桂花开了，给你拍了几张照片。外婆身体很好，天天去公园打太极拳。国庆能回来吗？',
      '妈，照片真好看！国庆我请了两天假，三号晚上到家，想吃您做的红烧肉。',
      '好，都给你准备好。路上注意安全，到了车站打电话。',
    ),
    attachment: 'photo',
  },
  {
    ...zh(
      'work',
      '第三季度预算表，请确认',
      '附件是第三季度的预算表，市场部那两行我改了一下，请在周四前确认。',
      '看过了，第二页的差旅费少算了上海那次，其他没问题。',
      '已更正，谢谢！我今天发给财务。',
    ),
    attachment: 'table',
  },
  zh(
    'work',
    '会议改期通知',
    '明天下午的评审会改到周五上午十点，地点不变，三楼大会议室。',
    '收到，我会带上新的原型。',
    '好的。记得提前十分钟测试投影仪，上次耽误了半天。',
  ),
  zh(
    'friends',
    '推荐几本书',
    '最近在地铁上看完了两本小说，还想找点历史方面的，你有什么推荐？',
    '可以看看《万历十五年》，很好读。另外《人类群星闪耀时》也不错。',
    '借我一本？下次见面带给我，谢谢啦！',
  ),
  zh(
    'travel',
    '成都行程安排',
    '机票订好了：周四晚上到，周日下午回。熊猫基地要早去，九点之前人少。',
    '我订了春熙路附近的酒店，步行到地铁五分钟。火锅那天我请！',
    '哈哈一言为定。天气预报说有小雨，记得带伞。',
    '带了，还有相机。成都见！',
  ),
  {
    ...zh(
      'work',
      '用户访谈记录',
      '这次访谈了六位用户，记录在附件里。大家普遍觉得注册步骤太多。',
      '很有用，谢谢。我建议先把手机验证放到最后一步，周一讨论。',
    ),
    attachment: 'notes',
  },
  zh(
    'friends',
    '生日聚会',
    '下周五我生日，晚上七点在老地方吃饭，一共八个人，你一定要来！',
    '一定到！需要我帮忙订蛋糕吗？',
    '太感谢了，要水果的，少放糖。',
  ),
  zh('family', '身份证快到期了', '你的身份证下个月到期，记得去换，可以网上预约。', '谢谢妈提醒，已经约了周三上午。'),
  en(
    'friends',
    'Hiking on Saturday?',
    "The forecast looks great for Saturday. Fancy the ridge trail? I'd leave around 8.",
    "Count me in. I'll bring sandwiches and a flask of coffee.",
    "Perfect. Sam may join us, so we'd be three in the car.",
    'Sounds good, see you at eight!',
  ),
  {
    ...en(
      'work',
      'Q3 report, second draft',
      'Attached is the second draft of the report. Could you look over section 4 before Thursday?',
      'Read it. Section 4 is much clearer now; the chart on page 6 still uses last year\u2019s numbers.',
      'Good catch, fixed. Sending it to the board this afternoon.',
    ),
    attachment: 'report',
  },
  {
    ...en(
      'family',
      'Photos from the garden',
      'The roses are out at last, have a look. Your mother says hello and asks when you are coming home.',
      'They look wonderful! I have booked the train for the 14th and will stay till Sunday.',
      'Splendid, we will pick you up at the station.',
    ),
    attachment: 'photo',
  },
  en(
    'work',
    'Deployment on Tuesday',
    'We plan to roll out 4.2 on Tuesday at 10:00. Can you be around in case the migration takes longer?',
    "Yes, I'll be online from 9:30. I also checked the rollback script, it works on staging.",
    'Great, thank you. I put you down as second pair of eyes.',
    'All green here. Nice work!',
  ),
  en(
    'travel',
    'Lisbon in May',
    'Found cheap flights: out on the 9th, back on the 13th. Shall I book for both of us?',
    'Please do! I have a list of caf\u00e9s and one museum we cannot miss.',
    'Booked. The flat is in Alfama, second floor, with a view.',
  ),
  en(
    'friends',
    'That book you mentioned',
    'What was the title of the book about maps you told me about? I would like to give it to my brother.',
    'It is called "A History of the World in Twelve Maps". He can have my copy, I am done with it.',
    'You are a star. Coffee next week is on me.',
  ),
  en(
    'work',
    'Minutes of Monday\u2019s meeting',
    'Short version: we keep the launch date, drop the wizard, and Hannah writes the migration guide.',
    'Thanks for the notes. I can take the guide for the administrators.',
  ),
  en(
    'friends',
    'Chess club on Wednesday',
    'The club moves to the library this week, the caf\u00e9 is being painted. Still 7 pm.',
    'Thanks for telling me, I would have stood in front of a closed door. See you there.',
    'Bring the clock, ours is broken.',
  ),
  {
    ...en(
      'work',
      'Interview notes and next steps',
      'Six interviews done; my notes are attached. Most people get stuck at the third step of the form.',
      'Very helpful. Let us move the phone number to the end and test again.',
    ),
    attachment: 'notes',
  },
];
