// SPDX-License-Identifier: Apache-2.0
// Builds the console beside its sources: they are copied into a folder of their own, packages are installed there by the
// lock file, the API's description becomes types, everything is checked, bundled, compressed and written as one C file.
// usage: node build.mjs SOURCES OPENAPI WORK OUTPUT.c AUTO|ON
//        node build.mjs SOURCES OPENAPI WORK --test TEMPLATES
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { pack, packNothing } from './pack.mjs';

const [sources, openapi, work] = process.argv.slice(2, 5).map((one) => path.resolve(one));
const [output, mode] = process.argv.slice(5);
const isTest = output === '--test';
const kept = new Set(['node_modules', '.installed']);
const left = new Set(['node_modules', 'dist', 'dist-test', '.gitignore']);

function copySources() {
	fs.mkdirSync(work, { recursive: true });
	for (const name of fs.readdirSync(work)) if (!kept.has(name)) fs.rmSync(path.join(work, name), { recursive: true });
	for (const name of fs.readdirSync(sources)) {
		if (!left.has(name)) fs.cpSync(path.join(sources, name), path.join(work, name), { recursive: true });
	}
}

function run(command, args, env = {}) {
	execFileSync(command, args, { cwd: work, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...env } });
}

// Packages' own scripts are not run: nothing that they would do is needed.
function install() {
	const stamp = path.join(work, '.installed');
	const wanted = createHash('sha256').update(fs.readFileSync(path.join(work, 'package-lock.json'))).digest('hex');
	if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === wanted) return;
	fs.rmSync(stamp, { force: true });
	run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']);
	fs.writeFileSync(stamp, wanted);
}

const tool = (name) => path.join(work, 'node_modules', '.bin', name);

copySources();
try {
	install();
} catch (error) {
	if (isTest || mode === 'ON') throw error;
	console.warn('The console is left out of the program: its packages cannot be had. -DHONGYAN_CONSOLE=ON makes this an error.');
	packNothing(output);
	process.exit(0);
}
run(tool('openapi-typescript'), [openapi, '-o', 'src/api/schema.d.ts']);
run(tool('tsc'), ['--noEmit']);
if (isTest) {
	run(process.execPath, ['script/test.mjs'], { TEMPLATES: path.resolve(mode) });
} else {
	run(tool('vite'), ['build', '--logLevel', 'warn']);
	pack(path.join(work, 'dist'), output);
}
