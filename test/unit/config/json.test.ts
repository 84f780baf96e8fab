import { describe, expect, it } from 'vitest';
import { JsonSyntaxError, parseJson } from '../../../src/config/json.js';
import { expectChinese } from '../../support/chinese.js';

function failure(text: string): string {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return `${error.position.line}:${error.position.column} ${error.message}`;
    throw error;
  }
  return 'no failure';
}

describe('parseJson', () => {
  it.each([
    ['{"a": [1, -2.5e3, true, false, null, "x\\n\\u00e9"]}'],
    [' \t\r\n{ } '],
    ['[]'],
    ['"a"'],
    ['0'],
    ['{"a":{"b":{}},"c":[[],[{}]]}'],
  ])('reads %s as JSON.parse does', (text) => expect(parseJson(text).value).toEqual(JSON.parse(text)));

  it('takes a byte order mark', () => expect(parseJson('\ufeff{"a":1}').value).toEqual({ a: 1 }));

  it('takes __proto__ as a key like any other', () => {
    const { value } = parseJson('{"__proto__": {"polluted": true}}');
    expect(Object.keys(value as object)).toEqual(['__proto__']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it.each<[text: string, says: string]>([
    ['', '1:1 a value should stand here, but the text ends'],
    ['{', '1:2 a key in quotation marks should stand here, but the text ends'],
    ['{\n  a: 1\n}', '2:3 a key in quotation marks should stand here, but found "a"'],
    ['{"a" 1}', '1:6 a colon should follow the key "a", but found "1"'],
    ['{"a": }', '1:7 a value should stand here, but found "}"'],
    ['{"a": 1 "b": 2}', '1:9 a comma or "}" should stand here, but found "\\""'],
    ['{"a": 1,}', '1:9 a comma stands before this closing brace: take the comma out'],
    ['[1,\n2,\n]', '3:1 a comma stands before this closing bracket: take the comma out'],
    ['[1 2]', '1:4 a comma or "]" should stand here, but found "2"'],
    ['{"a": 1,\n "a": 2}', '2:2 "a" stands here a second time'],
    ['{"a": "x}', '1:7 this text has no closing quotation mark on its line'],
    ['{"a": "C:\\mail"}', '1:10 a backslash in a text must be written twice (\\\\)'],
    ["{'a': 1}", '1:2 a key in quotation marks should stand here, but found "\'"'],
    ['// mine\n{}', '1:1 JSON has no comments: take this one out'],
    ['{"a": 1 /* one */}', '1:9 JSON has no comments: take this one out'],
    ['{} {}', '1:4 there is more text after the end of the configuration'],
    ['{"a": 01}', '1:7 a value should stand here, but found "0"'],
    ['{"a": NaN}', '1:7 a value should stand here, but found "N"'],
    ['{"a": 😀}', '1:7 a value should stand here, but found "😀"'],
    ['{"a": "\t"}', '1:7 this text has no closing quotation mark on its line'],
    ['['.repeat(200), '1:66 nested too deeply'],
  ])('%j: %s', (text, says) => {
    expect(failure(text)).toBe(says);
    expectChinese(says, '');
  });

  it('knows where things stand', () => {
    const json = parseJson('{\n  "a": {\n    "b": [1,\n      2]\n  }\n}');
    expect(json.positionOf(['a', 'b'])).toEqual({ line: 3, column: 5 });
    expect(json.positionOf(['a', 'b', 1])).toEqual({ line: 4, column: 7 });
    expect(json.positionOf(['a', 'nowhere', 'deeper'])).toEqual({ line: 2, column: 3 });
    expect(json.positionOf(['nowhere'])).toEqual({ line: 1, column: 1 });
  });
});
