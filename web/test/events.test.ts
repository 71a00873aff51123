// Events, however the bytes are cut.
import assert from 'node:assert/strict';
import test from 'node:test';
import { EventReader } from '../src/events';

const text =
  ': hello\n\nid: 7\nevent: judgement\ndata: {"from":"中"}\n\nid: 8\r\nevent: judgement\r\ndata: a\r\ndata: b\r\n\r\ndata:x\n\nid: 9\n\n';
const expected = [
  { id: '7', name: 'judgement', data: '{"from":"中"}' },
  { id: '8', name: 'judgement', data: 'a\nb' },
  { id: '8', name: 'message', data: 'x' },
];

test('any cut gives the same events', () => {
  const bytes = new TextEncoder().encode(text);
  for (let size = 1; size <= bytes.length; size++) {
    const reader = new EventReader();
    const events = [];
    for (let at = 0; at < bytes.length; at += size) events.push(...reader.push(bytes.slice(at, at + size)));
    assert.deepEqual(events, expected);
  }
});

test('a line that does not end is an error, not memory', () => {
  const reader = new EventReader();
  assert.throws(() => {
    for (let i = 0; i < 20; i++) reader.push(new Uint8Array(100_000).fill(97));
  });
});
