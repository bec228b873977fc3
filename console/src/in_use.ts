// SPDX-License-Identifier: Apache-2.0
// Whether somebody is at the page. What it asks by itself while nobody is must not keep a session alive.
const IN_USE_MS = 60_000;
let touchedAt = Date.now();

for (const kind of ['pointerdown', 'keydown', 'input', 'wheel', 'touchmove'] as const) {
	window.addEventListener(kind, () => (touchedAt = Date.now()), { capture: true, passive: true });
}

export const isInUse = (): boolean => Date.now() - touchedAt < IN_USE_MS;
