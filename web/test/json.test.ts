// The text of a member is cut out as it stands.
import assert from 'node:assert/strict';
import test from 'node:test';
import { memberText } from '../src/json';

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
