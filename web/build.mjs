// Builds the dashboard into a folder: node build.mjs FOLDER.
//
// The source and what npm installed go in; the files that comityd serves come
// out. Nothing is fetched, and the same source gives the same bytes.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';
import { worldOf } from './world.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const wanted = path.resolve(process.argv[2] ?? path.join(here, '..', 'build', 'web'));
const out = `${wanted}.new`; // takes the place of the old one when it is whole
const source = (...parts) => path.join(here, 'src', ...parts);

const readAtlas = (detail) =>
  JSON.parse(fs.readFileSync(path.join(here, 'node_modules', 'world-atlas', `countries-${detail}.json`), 'utf8'));

execFileSync(
  process.execPath,
  [path.join(here, 'node_modules', 'typescript', 'bin', 'tsc'), '--noEmit', '--project', here],
  {
    stdio: ['ignore', 2, 2],
  },
);

fs.rmSync(out, { recursive: true, force: true });
fs.mkdirSync(path.join(out, 'i18n'), { recursive: true });
await esbuild.build({
  entryPoints: { app: source('main.ts') },
  outdir: out,
  bundle: true,
  format: 'iife',
  target: ['chrome109', 'firefox115', 'safari16.4'],
  minify: true,
  legalComments: 'eof',
  absWorkingDir: here,
  logLevel: 'warning',
});
await esbuild.build({
  entryPoints: [source('app.css')],
  outdir: out,
  bundle: true,
  target: ['chrome109', 'firefox115', 'safari16.4'],
  minify: true,
  external: ['data:*'],
  absWorkingDir: here,
  logLevel: 'warning',
});
fs.copyFileSync(source('index.html'), path.join(out, 'index.html'));
fs.writeFileSync(path.join(out, 'world.json'), JSON.stringify(worldOf(readAtlas('110m'), readAtlas('50m'))));
for (const name of fs.readdirSync(source('i18n'))) {
  fs.writeFileSync(
    path.join(out, 'i18n', name),
    JSON.stringify(JSON.parse(fs.readFileSync(source('i18n', name), 'utf8'))),
  );
}
fs.rmSync(wanted, { recursive: true, force: true });
fs.renameSync(out, wanted);
