// SPDX-License-Identifier: Apache-2.0
// Every file gets the hash of its content into its name; nothing stands inline in the page, so that a strict
// Content-Security-Policy admits it; browsers as old as Chrome 87 run it.
import { defineConfig } from 'vite';

export default defineConfig({
	base: '/',
	esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
	build: {
		target: ['chrome87', 'edge88', 'firefox78', 'safari14'],
		cssTarget: 'chrome87',
		assetsDir: 'assets',
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
		sourcemap: false,
		manifest: 'manifest.json',
		reportCompressedSize: false,
		emptyOutDir: true,
		rollupOptions: {
			output: {
				manualChunks(id) {
					if (/node_modules\/(@codemirror|@lezer|style-mod|crelt|w3c-keyname|@marijn)/.test(id)) return 'editor-core';
					if (/node_modules\/uplot/.test(id)) return 'chart-core';
					return undefined;
				},
			},
		},
	},
});
