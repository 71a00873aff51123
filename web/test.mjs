// Bundles the tests, which are in TypeScript, and runs them with Node's own runner.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));
const out = fs.mkdtempSync(path.join(os.tmpdir(), 'comity-web-'));
try {
  const tests = fs.readdirSync(path.join(here, 'test')).filter((name) => name.endsWith('.test.ts'));
  await esbuild.build({
    entryPoints: tests.map((name) => path.join(here, 'test', name)),
    outdir: out,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node18',
    absWorkingDir: here,
    logLevel: 'warning',
  });
  const files = fs.readdirSync(out).map((name) => path.join(out, name));
  const { status, stdout } = spawnSync(process.execPath, ['--test', '--test-reporter=tap', ...files], {
    env: { ...process.env, COMITY_WEB: here },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const count = (word) => Number(new RegExp(`^# ${word} (\\d+)$`, 'm').exec(stdout)?.[1] ?? 0);
  if (status !== 0) process.stderr.write(stdout);
  console.log(`web: ${count('pass')} passed, ${count('fail')} failed`);
  process.exitCode = status === 0 && count('pass') > 0 ? 0 : 1;
} finally {
  fs.rmSync(out, { recursive: true, force: true });
}
