// SPDX-License-Identifier: Apache-2.0
// The examples of docs/examples against a real gateway, whose answers get lost on the way. TAP on stdout.
// usage: node examples.js PATH/TO/SOURCE PATH/TO/hongyan PATH/TO/queue-example
'use strict';
const { execFileSync, spawn, spawnSync } = require('node:child_process');
const crypto = require('node:crypto');
const http = require('node:http');
const path = require('node:path');
const { Webhook } = require('standardwebhooks');
const { freePort, log, ok, run, start, startRedis, until, write } = require('./world');

const [source, hongyan, queueExample] = process.argv.slice(2);
const examples = path.join(source, 'docs', 'examples');

// A program to its end: { code, out, err }.
function runWith(words, input, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(words[0], words.slice(1), { env: { ...process.env, ...env } });
    let [out, err] = ['', ''];
    child.stdout.on('data', (text) => (out += text));
    child.stderr.on('data', (text) => (err += text));
    child.on('close', (code) => resolve({ code, out, err }));
    child.stdin.on('error', () => {}).end(input);
  });
}

// In front of the API: the first request is refused with 503, of the second the answer is lost, the others go through.
function spoiler(port) {
  const state = { requests: 0 };
  state.server = http.createServer((request, response) => {
    const number = state.requests++;
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
      if (number === 0) {
        response.writeHead(503, { 'Retry-After': '1', 'Content-Type': 'application/problem+json' });
        return response.end('{"status":503,"detail":"come again"}');
      }
      const onward = http.request({ port, host: '127.0.0.1', path: request.url, method: request.method, headers: request.headers, agent: false }, (answer) => {
        const answered = [];
        answer.on('data', (chunk) => answered.push(chunk)).on('end', () => {
          if (number === 1) return request.socket.destroy();
          response.writeHead(answer.statusCode, answer.headers);
          response.end(Buffer.concat(answered));
        });
      });
      onward.on('error', () => response.writeHead(502).end());
      onward.end(Buffer.concat(chunks));
    });
  });
  return new Promise((resolve) => state.server.listen(0, '127.0.0.1', () => resolve(Object.assign(state, { port: state.server.address().port }))));
}

const alert = (id, to = '13900000001') => JSON.stringify({ id, to, template: 'balance', params: { date: '2026-02-13', balance: '19.53' } });
const has = (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

run(async () => {
  const [server, apiPort, adminPort] = [await startRedis(), await freePort(), await freePort()];
  const [redisPort, redis] = [server.port, server.ask];
  const added = () => redis('XRANGE', '{hongyan}:alerts:normal', '-', '+').split('\n').filter((line) => line.startsWith('{'));
  const made = JSON.parse(execFileSync(hongyan, ['token', 'examples', '--json'], { encoding: 'utf8' }));
  write('tokens', `${made.line}\n`);
  const config = write('hongyan.yaml', `redis: { url: "redis://127.0.0.1:${redisPort}/0" }\nsignature: 国网吉林电力\ntemplates: { dir: ${source}/templates }\n` +
    `admin: { listen: "127.0.0.1:${adminPort}" }\napi: { listen: "127.0.0.1:${apiPort}", tokens_file: tokens }\n` +
    'accounts: [{ name: none, address: "127.0.0.1:1", system_id: x }]\n');
  start(hongyan, ['serve', '--config', config]);
  await until('the API answers', () => fetch(`http://127.0.0.1:${apiPort}/openapi.json`).then((answer) => answer.ok, () => false));

  const submits = { 'submit.sh': ['sh'], 'submit.py': ['python3'], 'submit.mjs': ['node'], 'Submit.java': ['java'] };
  await Promise.all(Object.entries(submits).map(async ([name, program]) => {
    const words = [...program, path.join(examples, name)];
    if (!has(program[0])) return console.log(`# ${name} is not run: there is no ${program[0]} here`);
    const before = await spoiler(apiPort);
    const env = { HONGYAN_URL: `http://127.0.0.1:${before.port}`, HONGYAN_TOKEN: made.token };
    const good = await runWith(words, alert(`good-${name}`), env);
    ok(good.code === 0 && JSON.parse(good.out).known === true, `${name}: refused, lost, known`, good);
    ok(before.requests === 3, `${name}: three requests`, before.requests);
    ok(added().filter((text) => text.includes(`"good-${name}"`)).length === 1, `${name}: taken once`);
    const bad = await runWith(words, alert(`bad-${name}`, '139'), env);
    ok(bad.code !== 0 && before.requests === 4 && /phone|number|digits/.test(bad.out + bad.err), `${name}: says what is wrong, and does not insist`, bad);
    before.server.closeAllConnections();
    before.server.close();
  }));

  const queues = { 'queue.sh': ['sh', path.join(examples, 'queue.sh'), '-p', `${redisPort}`], 'queue.c': [queueExample, '127.0.0.1', `${redisPort}`] };
  for (const [name, words] of Object.entries(queues)) {
    redis('CONFIG', 'SET', 'maxmemory', '1');
    const under = runWith(words, `${alert(`queue-${name}`)}\n`);
    await until('it was refused', () => Number(/rejected_calls=(\d+),failed/.exec(redis('INFO', 'commandstats').split('\n').find((line) => line.startsWith('cmdstat_xadd')) ?? '')?.[1]) > 0);
    redis('CONFIG', 'SET', 'maxmemory', '0');
    redis('CONFIG', 'RESETSTAT');
    const done = await under;
    ok(done.code === 0 && /^\d+-\d+\n$/.test(done.out), `${name}: waits while Redis is full, then tells the entry`, done);
    ok(added().filter((text) => text.includes(`"queue-${name}"`)).length === 1, `${name}: added once`);
  }

  if (has('python3')) {
    const port = await freePort();
    const secret = `whsec_${crypto.randomBytes(32).toString('base64')}`;
    start('python3', [path.join(examples, 'receive_webhooks.py'), `${port}`], { WEBHOOK_SECRET: secret });
    const body = JSON.stringify([{ id: '1-0-0', type: 'hongyan.alert.dead', subject: 'a', data: { reason: 'rejected' } }]);
    const send = (signedBy, at) => fetch(`http://127.0.0.1:${port}/`, {
      method: 'POST', body, headers: { 'webhook-id': '1-0-0', 'webhook-timestamp': `${at}`, 'webhook-signature': new Webhook(signedBy).sign('1-0-0', new Date(at * 1000), body) },
    }).then((answer) => answer.status, () => 0);
    const now = Math.floor(Date.now() / 1000);
    await until('the receiver listens', async () => (await send(secret, now)) !== 0);
    ok((await send(secret, now)) === 204, 'receive_webhooks.py: takes what is signed, again too');
    ok((await send(`whsec_${crypto.randomBytes(32).toString('base64')}`, now)) === 401, 'receive_webhooks.py: not by another secret');
    ok((await send(secret, now - 3600)) === 401, 'receive_webhooks.py: nor an old one');
    ok(log().split('hongyan.alert.dead a rejected').length === 2, 'receive_webhooks.py: each event once');
  }
});
