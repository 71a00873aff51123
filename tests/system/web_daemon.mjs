// A comityd of the test's own, with a record and two tokens, on a free port of loopback,
// in a folder that goes away with it.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';

const [COMITY, COMITYD, IMAGE, DASHBOARD] = process.argv.slice(2, 6).map((one) => path.resolve(one));

export const comity = (...options) => execFileSync(COMITY, options, { encoding: 'utf8' });

export const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'comity-web-'));
fs.chmodSync(folder, 0o755);

const newToken = () => {
  const text = execFileSync(COMITYD, ['--new-token'], { encoding: 'utf8' });
  return [text.split('\n')[0], /sha256:[0-9a-f]{64}/.exec(text)[0]];
};

export const [counsel, counselDigest] = newToken();
export const [auditor, auditorDigest] = newToken();
export const record = path.join(folder, 'record');
export const logKey = comity('record', 'init', '--origin', 'example.org/web', record).trim().replace(/^log /, '');

/** A daemon on a free port; `more` are its settings, `environment` what else it sees of the world. */
export const startDaemon = async (name, more, environment = {}) => {
  const log = path.join(folder, `${name}.log`);
  const daemon = spawn(
    COMITYD,
    [
      '--law',
      IMAGE,
      '--listen',
      '127.0.0.1:0',
      '--dashboard',
      DASHBOARD,
      '--spool',
      folder,
      '--token',
      `legal gate,counsel,auditor ${counselDigest}`,
      '--token',
      `audit auditor ${auditorDigest}`,
      ...more,
    ],
    { stdio: ['ignore', 'ignore', fs.openSync(log, 'w')], env: { ...process.env, ...environment } },
  );
  for (let i = 0; i < 400; i++) {
    const text = fs.readFileSync(log, 'utf8');
    const [, port] = /"event":"listening","at":"127\.0\.0\.1:(\d+)"/.exec(text) ?? [];
    if (port !== undefined && text.includes('"event":"started"')) return { daemon, port: Number(port), log };
    if (daemon.exitCode !== null) throw new Error(`comityd ended with ${daemon.exitCode}: ${text}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('comityd did not start');
};

export const { daemon, port, log } = await startDaemon('log', [
  '--record',
  record,
  '--ledger',
  path.join(folder, 'ledger'),
]);
export const BASE = `http://127.0.0.1:${port}/`;

export const ask = (method, where, body, token = counsel, type = 'application/json', at = port) =>
  new Promise((resolve, reject) => {
    const request = http.request(
      {
        host: '127.0.0.1',
        port: at,
        path: where,
        method,
        headers: {
          Authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'Content-Type': type }),
        },
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (part) => (text += part));
        answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
      },
    );
    request.on('error', reject);
    request.end(body);
  });

/** Judges and records; gives back the entry's number once a checkpoint covers it. */
export const judge = async (act) => {
  const { status, headers, text } = await ask('POST', '/v1/judge', typeof act === 'string' ? act : JSON.stringify(act));
  assert.equal(status, 200, text);
  const entry = headers['comity-record'];
  for (let i = 0; i < 100; i++) {
    if ((await ask('GET', `/v1/record/proof/${entry}`)).status === 200) return entry;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no proof of entry ${entry}`);
};

/** Ends a daemon by its own process id; gives back its status. */
export const end = async (one) => {
  const ended = new Promise((resolve) => (one.exitCode === null ? one.once('exit', resolve) : resolve(one.exitCode)));
  one.kill('SIGTERM');
  const last = setTimeout(() => one.kill('SIGKILL'), 60000);
  const status = await ended;
  clearTimeout(last);
  return status;
};

/** Ends the daemon that all tests share. */
export const stop = async () => {
  const status = await end(daemon);
  fs.rmSync(folder, { recursive: true, force: true });
  return status;
};
