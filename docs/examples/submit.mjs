// SPDX-License-Identifier: Apache-2.0
// Submits one alert over HTTP. Node 18 or newer, no packages.
// usage: HONGYAN_URL=http://gateway:8081 HONGYAN_TOKEN=hy_… node submit.mjs <alert.json
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 300_000;

// What the gateway says of an alert that it has taken. The same id each time: it is taken once.
export async function submit(url, token, alert) {
  const end = Date.now() + PATIENCE_MS;
  for (let wait = 1000; ; wait = Math.min(2 * wait, 30_000)) {
    let rest = wait;
    let reason;
    try {
      const answer = await fetch(`${url}/v1/alerts`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(alert),
        signal: AbortSignal.timeout(20_000),
      });
      const text = await answer.text();
      if (answer.status === 202) return JSON.parse(text);
      reason = `${answer.status} ${text}`;
      if (![429, 503, 504].includes(answer.status)) throw Object.assign(new Error(reason), { isRefused: true });
      rest = 1000 * Number(answer.headers.get('retry-after')) || wait;
    } catch (error) {
      if (error.isRefused) throw error;
      reason = String(error.cause ?? error); // no connection, or no answer: it may have been taken or not
    }
    if (Date.now() + rest > end) throw new Error(reason);
    await sleep(rest);
  }
}

try {
  const alert = JSON.parse(readFileSync(0, 'utf8'));
  console.log(JSON.stringify(await submit(process.env.HONGYAN_URL, process.env.HONGYAN_TOKEN, alert)));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
