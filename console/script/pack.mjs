// SPDX-License-Identifier: Apache-2.0
// Compresses what vite built, holds the first load against its limit, and writes the files as C.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';

// Octets of the first page with all that it needs before it can be used, compressed.
const FIRST_LOAD_MAX = 200_000;
// Shorter texts gain nothing.
const COMPRESS_MIN = 200;

const TYPES = {
	'.html': 'text/html; charset=utf-8',
	'.js': 'text/javascript; charset=utf-8',
	'.css': 'text/css; charset=utf-8',
	'.svg': 'image/svg+xml',
	'.json': 'application/json',
};

function filesOf(folder, prefix = '') {
	return fs.readdirSync(path.join(folder, prefix), { withFileTypes: true }).flatMap((one) => {
		const name = `${prefix}/${one.name}`;
		return one.isDirectory() ? filesOf(folder, name) : [name];
	});
}

function compressed(octets) {
	if (octets.length < COMPRESS_MIN) return { gzip: null, br: null };
	const br = zlib.brotliCompressSync(octets, {
		params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 11, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: octets.length },
	});
	return { gzip: zlib.gzipSync(octets, { level: 9 }), br };
}

// What index.html loads at once: its entry, what that imports, their styles.
function firstLoad(folder) {
	const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'manifest.json'), 'utf8'));
	const found = new Set(['/index.html']);
	const visit = (chunk) => {
		if (!chunk || found.has(`/${chunk.file}`)) return;
		found.add(`/${chunk.file}`);
		for (const css of chunk.css ?? []) found.add(`/${css}`);
		for (const next of chunk.imports ?? []) visit(manifest[next]);
	};
	visit(Object.values(manifest).find((chunk) => chunk.isEntry));
	return found;
}

export function read(folder) {
	return filesOf(folder)
		.filter((name) => name !== '/manifest.json')
		.sort()
		.map((name) => {
			const octets = fs.readFileSync(path.join(folder, name));
			const etag = createHash('sha256').update(octets).digest('hex').slice(0, 32);
			return { path: name, type: TYPES[path.extname(name)] ?? 'application/octet-stream', etag, octets, ...compressed(octets) };
		});
}

export function firstLoadOctets(folder, files = read(folder)) {
	const first = firstLoad(folder);
	const size = (file, kind) => (file[kind] ?? file.octets).length;
	const sum = (kind) => files.filter((file) => first.has(file.path)).reduce((all, file) => all + size(file, kind), 0);
	return { br: sum('br'), gzip: sum('gzip') };
}

function octetsOf(name, octets) {
	const rows = [];
	for (let at = 0; at < octets.length; at += 32) rows.push([...octets.subarray(at, at + 32)].join(','));
	return `static const unsigned char ${name}[] = {\n${rows.join(',\n')}\n};\n`;
}

export function pack(folder, output) {
	const files = read(folder);
	const first = firstLoadOctets(folder, files);
	console.log(`console: first load ${first.br} octets with brotli, ${first.gzip} with gzip; at most ${FIRST_LOAD_MAX}`);
	if (first.gzip > FIRST_LOAD_MAX) throw new Error('the first load is too large');
	let bodies = '';
	let rows = '';
	files.forEach((file, index) => {
		const body = (kind, octets) => {
			if (octets === null || octets.length === 0) return 'NULL, 0';
			bodies += octetsOf(`f${index}_${kind}`, octets);
			return `f${index}_${kind}, sizeof f${index}_${kind}`;
		};
		const parts = [body('identity', file.octets), body('gzip', file.gzip), body('br', file.br)];
		rows += `\t{ "${file.path}", "${file.type}", "\\"${file.etag}\\"", ${file.path.startsWith('/assets/')}, { ${parts.join(' }, { ')} } },\n`;
	});
	fs.writeFileSync(
		output,
		`/* Generated from console/; do not edit. */
#include "console/console_static.h"

${bodies}
const struct console_file console_files[] = {
${rows}};
const unsigned console_file_count = ${files.length};
`,
	);
}

// What the program says then tells how to build it with its pages.
export function packNothing(output) {
	fs.writeFileSync(
		output,
		`/* Generated: console/ was not built. */
#include "console/console_static.h"

const struct console_file console_files[1] = { { .path = "" } };
const unsigned console_file_count = 0;
`,
	);
}
