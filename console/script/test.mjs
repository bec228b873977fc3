// SPDX-License-Identifier: Apache-2.0
// Runs the unit tests: esbuild bundles each, node runs it.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const out = path.join(folder, 'dist-test');
const tests = fs.readdirSync(path.join(folder, 'test')).filter((name) => name.endsWith('.test.ts'));
await build({
	entryPoints: tests.map((name) => path.join(folder, 'test', name)),
	outdir: out,
	outExtension: { '.js': '.mjs' },
	bundle: true,
	platform: 'node',
	format: 'esm',
	target: 'node18',
	jsx: 'automatic',
	jsxImportSource: 'preact',
	logLevel: 'warning',
});
execFileSync(process.execPath, ['--test', ...tests.map((name) => path.join(out, name.replace(/\.ts$/, '.mjs')))], { stdio: 'inherit' });
