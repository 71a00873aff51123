// The text of a member is cut out as it stands.
import assert from 'node:assert/strict';
import test from 'node:test';
import { memberText, readable } from '../src/json';

test('the text of members, as they were written', () => {
  const text = ' {"entry" : 1e3, "a\\"b":"}\\\\", "judgement":{"id":1.50,"x":["]}",{}], "judgement":2} ,"last":null}';
  assert.equal(memberText(text, 'judgement'), '{"id":1.50,"x":["]}",{}], "judgement":2}');
  assert.equal(memberText(text, 'entry'), '1e3');
  assert.equal(memberText(text, 'a"b'), '"}\\\\"');
  assert.equal(memberText(text, 'last'), 'null');
  assert.equal(memberText(text, 'x'), undefined);
  assert.equal(memberText('{}', 'x'), undefined);
  assert.equal(memberText('[1]', 'x'), undefined);
});

test('a name is compared as it is meant, not as it is written', () => {
  assert.equal(memberText('{"\\u0061":1}', 'a'), '1');
});

test('what is shown hides nothing', () => {
  const text = '{"name":"\u202etxt.exe\u{e0041}\u200c\\u0007"}';
  assert.equal(readable(text), '{\n  "name": "\\u202etxt.exe\\udb40\\udc41\u200c\\u0007"\n}');
  assert.deepEqual(JSON.parse(readable(text)), JSON.parse(text));
});
