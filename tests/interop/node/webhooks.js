// SPDX-License-Identifier: Apache-2.0
// “hongyan webhook” against receivers of our own, whose signatures the npm package “standardwebhooks” checks. TAP on stdout.
// usage: node webhooks.js PATH/TO/hongyan
'use strict';
const { execFileSync, spawn } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const os = require('node:os');
const path = require('node:path');
const { Webhook } = require('standardwebhooks');

const PATIENCE_MS = 20000;
const hongyan = process.argv[2];
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'webhooks-'));
const socket = path.join(folder, 'redis.sock');
const children = new Set();
let checks = 0;
let failed = 0;

function ok(truth, what) {
  console.log(`${truth ? 'ok' : 'not ok'} ${++checks} - ${what}`);
  failed += !truth;
}

function same(have, want, what) {
  const [is, should] = [JSON.stringify(have), JSON.stringify(want)];
  ok(is === should, what);
  if (is !== should) console.log(`# have ${is}\n# want ${should}`);
}

async function until(what, condition) {
  const end = Date.now() + PATIENCE_MS;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`did not happen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function start(program, words, log) {
  const out = fs.openSync(path.join(folder, log), 'a');
  const child = spawn(program, words, { stdio: ['ignore', out, out] });
  fs.closeSync(out);
  children.add(child);
  child.ended = new Promise((resolve) => child.on('exit', (code, signal) => (children.delete(child), resolve(code ?? signal))));
  return child;
}

function stop(child, signal) {
  child.kill(signal);
  return child.ended;
}

function redis(...words) {
  return execFileSync('redis-cli', ['-s', socket, ...words], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}

function answers() {
  try {
    return redis('PING') === 'PONG';
  } catch {
    return false;
  }
}

// An entry with one event for each name; their ids are n, n+1, …
let next = 0;
function add(names, more = {}) {
  const lines = names.map((event) =>
    JSON.stringify({
      id: `e${next++}`, entry: '1795551398387-0', stream: 'normal', template: 'balance', tenant: 'north', event,
      at: '2026-11-24T20:16:38.388Z', to: '+8613912340001', account: 'cmcc', refs: ['5769e916/2912340001'], segments: 1, ...more,
    }));
  return redis('XADD', '{hongyan}:events', '*', 'events', lines.join('\n'));
}

const secretOf = (octets) => `whsec_${octets.toString('base64')}`;
const freshSecret = () => secretOf(crypto.randomBytes(32));

// One endpoint. answer(n): what request n, from 0, gets: a status, [status, headers], 'cut' or 'silence'.
class Receiver {
  constructor(secret, answer = () => 204, tls = null) {
    this.requests = [];
    this.taken = [];
    this.delay = 0;
    const answerTo = (request, response) => {
      const chunks = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        const answered = answer(this.requests.length);
        const [status, headers] = Array.isArray(answered) ? answered : [answered, {}];
        const seen = { at: Date.now(), headers: request.headers, method: request.method, body, status, verified: true };
        try {
          new Webhook(secret).verify(body, request.headers);
        } catch {
          seen.verified = false;
        }
        this.requests.push(seen);
        if (status === 'cut') return request.socket.destroy();
        if (status === 'silence') return;
        if (status >= 200 && status < 300) this.taken.push(...[JSON.parse(body)].flat());
        setTimeout(() => response.writeHead(status, headers).end(), this.delay);
      });
    };
    this.server = tls ? https.createServer(tls, answerTo) : http.createServer(answerTo);
  }

  listen() {
    return new Promise((resolve) => this.server.listen(0, '127.0.0.1', () => ((this.port = this.server.address().port), resolve())));
  }

  ids() {
    return this.taken.map((event) => event.data.id);
  }

  unique() {
    return [...new Set(this.ids())];
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}

// What a scenario has: its webhooks in the configuration, and the process. Every one begins with an empty Redis.
const BASE = 'plain_http: true, allow: ["127.0.0.1"], retry_base: 20ms, retry_max: 100ms, timeout: 2s';
function configure(webhooks, name = 'one', more = '') {
  const file = path.join(folder, `${name}.yaml`);
  fs.writeFileSync(file, `redis: { url: "unix://${socket}" }\ninstance: { name: ${name} }\nlog: { level: debug }\n${more}` +
    `accounts: [{ name: a, address: "127.0.0.1:1", system_id: x }]\nwebhooks:\n${webhooks.map((text) => `  - { ${text} }\n`).join('')}`);
  return file;
}

const run = (file) => start(hongyan, ['webhook', '--config', file], 'hongyan.log');
const endpoint = (name, receiver, secret, more = '') =>
  `name: ${name}, url: "http://127.0.0.1:${receiver.port}/hook", secret: "${secret}", ${BASE}${more && `, ${more}`}`;
const log = () => fs.readFileSync(path.join(folder, 'hongyan.log'), 'utf8');
const pending = (name) => Number(redis('XPENDING', '{hongyan}:events', `webhook:${name}`).split('\n')[0]);

async function open(...answersOf) {
  redis('FLUSHALL');
  fs.writeFileSync(path.join(folder, 'hongyan.log'), '');
  next = 0;
  const secret = freshSecret();
  const receivers = answersOf.map((answer) => new Receiver(secret, answer));
  for (const receiver of receivers) await receiver.listen();
  return [secret, ...receivers];
}

const names = (count) => Array.from({ length: count }, (_, i) => `e${i}`);

const scenarios = {
  async 'one event a request, signed'() {
    const [secret, receiver] = await open(() => 200);
    add(['accepted'], { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' });
    const child = run(configure([endpoint('one', receiver, secret)]));
    const entry = add(['dead', 'delivered']);
    await until('three events', () => receiver.taken.length === 3);
    ok(receiver.requests.every((seen) => seen.verified), 'an independent library takes every signature');
    ok(receiver.requests.every((seen) => seen.method === 'POST' && seen.headers['content-type'] === 'application/cloudevents+json'), 'content type');
    const [first] = receiver.taken;
    same([first.specversion, first.type, first.source, first.subject, first.time, first.datacontenttype, first.traceparent],
      ['1.0', 'hongyan.alert.accepted', '/hongyan/events', 'e0', '2026-11-24T20:16:38.388Z', 'application/json',
        '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'], 'a CloudEvent');
    same(receiver.taken[2].id, `${entry}-1`, 'ids name the place in the stream');
    ok(receiver.requests.every((seen) => seen.headers['webhook-id'] === JSON.parse(seen.body).id), 'the request has its id');
    ok(!receiver.requests.some((seen) => seen.body.includes('12340001')), 'no phone number, nor a part of it');
    await until('all is acknowledged', () => pending('one') === 0);
    same(await stop(child, 'SIGTERM'), 0, 'ends in good order');
    receiver.close();
  },

  async 'many events a request, numbers where they are wanted'() {
    const [secret, receiver] = await open(() => 200);
    add(['accepted', 'accepted', 'accepted']);
    add(['delivered', 'delivered']);
    const child = run(configure([endpoint('one', receiver, secret, 'batch: 4, numbers: true')]));
    await until('five events', () => receiver.taken.length === 5);
    same(receiver.requests.map((seen) => JSON.parse(seen.body).length), [4, 1], 'as many as may be, over entries');
    ok(receiver.requests.every((seen) => seen.verified && seen.headers['content-type'] === 'application/cloudevents-batch+json'), 'lists, signed');
    same(receiver.taken[0].data.to, '+8613912340001', 'with the number');
    same(receiver.ids(), names(5), 'in their order');
    await stop(child, 'SIGTERM');
    receiver.close();
  },

  async 'refused, cut, asked to wait'() {
    const plan = [503, 'cut', [429, { 'Retry-After': '1' }], 301, 204];
    const [secret, receiver] = await open((n) => plan[n] ?? 204);
    add(['accepted', 'delivered']);
    const child = run(configure([endpoint('one', receiver, secret)]));
    await until('both events', () => receiver.taken.length === 2);
    same(receiver.requests.map((seen) => seen.status), [503, 'cut', 429, 301, 204, 204], 'sent until it is taken, then the next one');
    same(new Set(receiver.requests.slice(0, 5).map((seen) => seen.headers['webhook-id'])).size, 1, 'with one id all the while');
    ok(receiver.requests[3].at - receiver.requests[2].at >= 1000, 'not before the time that Retry-After names');
    ok(receiver.requests.every((seen) => seen.verified), 'each attempt is signed');
    ok(log().includes('"webhook_refused"') && log().includes('"webhook_delivers"'), 'told, and that it is over');
    await stop(child, 'SIGTERM');
    receiver.close();
  },

  async 'killed again and again'() {
    const count = 120;
    const [secret, receiver] = await open(() => 200);
    const file = configure([endpoint('one', receiver, secret, 'batch: 3')]);
    receiver.delay = 10;
    for (let i = 0; i < count; i += 4) add(['accepted', 'accepted', 'delivered', 'dead']);
    const idOf = new Map();
    for (let kills = 0; kills < 5; kills++) {
      const child = run(file);
      const before = receiver.requests.length;
      await until('it sends', () => receiver.requests.length > before + 2);
      await stop(child, 'SIGKILL');
    }
    const child = run(file);
    await until('all events', () => receiver.unique().length === count);
    await until('all is acknowledged', () => pending('one') === 0);
    same(receiver.unique(), names(count), 'none is lost, and first sights are in order');
    for (const seen of receiver.requests) {
      const key = seen.headers['webhook-id'];
      if (idOf.has(key) && idOf.get(key) !== seen.body) idOf.set(key, null);
      else idOf.set(key, seen.body);
    }
    ok(![...idOf.values()].includes(null), 'an id is one body for ever, also after a restart');
    await stop(child, 'SIGTERM');
    receiver.close();
  },

  async 'one is away, one lives'() {
    let isAway = true;
    const [secret, live, dead] = await open(() => 200, () => (isAway ? 500 : 200));
    const child = run(configure([endpoint('live', live, secret), endpoint('dead', dead, secret)]));
    for (let i = 0; i < 50; i++) add(['accepted']);
    await until('the live one has all', () => live.taken.length === 50);
    same(dead.taken.length, 0, 'the other one has none');
    isAway = false;
    await until('the other one has all, too', () => dead.taken.length === 50);
    same(dead.ids(), names(50), 'in their order, each once');
    await stop(child, 'SIGTERM');
    live.close();
    dead.close();
  },

  async 'gone for ever'() {
    const [secret, receiver] = await open(() => 410);
    add(['accepted', 'dead']);
    const child = run(configure([endpoint('one', receiver, secret)]));
    await until('the alarm', () => log().includes('"webhook_gone"'));
    const line = log().split('\n').find((text) => text.includes('"webhook_gone"'));
    same(JSON.parse(line).level, 'error', 'an alarm');
    await stop(child, 'SIGTERM');
    same(receiver.requests.length, 1, 'asked once');
    same(pending('one'), 1, 'what it did not get waits in Redis');
    receiver.close();
  },

  async 'too old'() {
    let isAway = true;
    const [secret, receiver] = await open(() => (isAway ? 503 : 200));
    const child = run(configure([endpoint('one', receiver, secret, 'give_up: 300ms')]));
    add(['accepted', 'delivered']);
    await until('it is told', () => log().split('"webhook_given_up"').length === 3);
    isAway = false;
    const last = add(['dead']);
    await until('the new one', () => receiver.taken.length === 1);
    same(receiver.taken[0].id, `${last}-0`, 'what comes later is sent');
    await stop(child, 'SIGTERM');
    receiver.close();
  },

  async 'the old secret and the new one'() {
    const [fresh] = await open();
    const old = freshSecret();
    const [knowsOld, knowsNew, knowsNeither] = [old, fresh, freshSecret()].map((secret) => new Receiver(secret));
    for (const receiver of [knowsOld, knowsNew, knowsNeither]) await receiver.listen();
    fs.writeFileSync(path.join(folder, 'secrets'), `${fresh}\n${old}\n`);
    const of = (name, receiver) => `name: ${name}, url: "http://127.0.0.1:${receiver.port}/", secret_file: secrets, ${BASE}`;
    const child = run(configure([of('old', knowsOld), of('new', knowsNew), of('neither', knowsNeither)]));
    add(['accepted']);
    await until('three requests', () => [knowsOld, knowsNew, knowsNeither].every((receiver) => receiver.taken.length === 1));
    same([knowsOld, knowsNew, knowsNeither].map((receiver) => receiver.requests[0].verified), [true, true, false], 'each finds its own');
    await stop(child, 'SIGTERM');
    for (const receiver of [knowsOld, knowsNew, knowsNeither]) receiver.close();
  },

  async 'what is wanted'() {
    const [secret, some, north] = await open(() => 200, () => 200);
    add(['accepted', 'delivered', 'dead']);
    add(['accepted', 'dead'], { tenant: 'south' });
    redis('XADD', '{hongyan}:events', '*', 'events', 'no event');
    const child = run(configure([endpoint('some', some, secret, 'events: [dead, delivered]'), endpoint('north', north, secret, 'tenant: north')]));
    await until('what they want', () => some.taken.length === 3 && north.taken.length === 3);
    same(some.taken.map((event) => event.type), ['hongyan.alert.delivered', 'hongyan.alert.dead', 'hongyan.alert.dead'], 'by event');
    same(north.ids(), names(3), 'by tenant');
    await until('what is left out is acknowledged', () => pending('some') === 0 && pending('north') === 0);
    ok(log().includes('"webhook_unread"'), 'what is no event is told');
    await stop(child, 'SIGTERM');
    some.close();
    north.close();
  },

  async 'two processes'() {
    const [secret, receiver] = await open(() => 200);
    const first = run(configure([endpoint('one', receiver, secret)], 'first'));
    add(['accepted']);
    await until('the first one sends', () => receiver.taken.length === 1 && pending('one') === 0);
    const second = run(configure([endpoint('one', receiver, secret)], 'second'));
    await until('the second one waits', () => redis('GET', '{hongyan}:reader:webhook:one').startsWith('first:'));
    same(await stop(first, 'SIGTERM'), 0, 'the first one lets go');
    add(['dead']);
    await until('the second one follows', () => receiver.taken.length === 2 && pending('one') === 0);
    same(receiver.ids(), names(2), 'each once');
    await stop(second, 'SIGKILL');
    ok(redis('GET', '{hongyan}:reader:webhook:one').startsWith('second:'), 'a dead one still has it');
    ok(Number(redis('PTTL', '{hongyan}:reader:webhook:one')) <= 17000, 'for its time and 15 s at most');
    const third = run(configure([endpoint('one', receiver, secret)], 'third'));
    redis('PEXPIRE', '{hongyan}:reader:webhook:one', '1');
    add(['held']);
    await until('the third one follows', () => receiver.unique().length === 3);
    await stop(third, 'SIGTERM');
    receiver.close();
  },

  async 'told to end while nobody answers'() {
    const [secret, receiver] = await open(() => 'silence');
    add(['accepted']);
    const child = run(configure([endpoint('one', receiver, secret).replace('timeout: 2s', 'timeout: 60s')]));
    await until('it has asked', () => receiver.requests.length === 1);
    const from = Date.now();
    same(await stop(child, 'SIGTERM'), 0, 'in good order');
    ok(Date.now() - from < PATIENCE_MS / 2, 'and soon');
    same(pending('one'), 1, 'what was under way is sent again later');
    receiver.close();
  },

  async 'Redis hangs up'() {
    const [secret, receiver] = await open(() => 200);
    const child = run(configure([endpoint('one', receiver, secret)]));
    add(['accepted']);
    await until('the first event', () => receiver.unique().length === 1);
    redis('CLIENT', 'KILL', 'TYPE', 'normal');
    add(['dead']);
    await until('the second event', () => receiver.unique().length === 2);
    redis('XGROUP', 'DESTROY', '{hongyan}:events', 'webhook:one');
    add(['held']);
    await until('the group is made anew', () => receiver.ids().includes('e2'));
    await stop(child, 'SIGTERM');
    receiver.close();
  },

  async 'over TLS'() {
    const [secret] = await open();
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name));
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=receiver',
      '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const receiver = new Receiver(secret, () => 200, { key: fs.readFileSync(key), cert: fs.readFileSync(cert) });
    await receiver.listen();
    const url = `url: "https://127.0.0.1:${receiver.port}/", secret: "${secret}", allow: ["127.0.0.1"], retry_base: 20ms, retry_max: 100ms`;
    const child = run(configure([`name: knows, ${url}, ca_file: cert.pem`, `name: trusts_nobody, ${url}`]));
    add(['accepted']);
    await until('both have asked', () => receiver.taken.length === 1 && log().includes('certificate'));
    ok(receiver.requests.length === 1 && receiver.requests[0].verified, 'with its authority; nothing is sent to whom nobody vouches for');
    await stop(child, 'SIGTERM');
    receiver.close();
  },

  async 'how it is'() {
    const [secret, good, bad] = await open(() => 200, () => 500);
    const page = new Receiver(secret);
    await page.listen();
    page.close();
    const child = run(configure([endpoint('good', good, secret), endpoint('bad', bad, secret)], 'one', `webhook: { listen: "127.0.0.1:${page.port}" }\n`));
    const get = (where) => fetch(`http://127.0.0.1:${page.port}${where}`).then(async (answer) => [answer.status, await answer.text()], () => [0, '']);
    add(['accepted', 'dead']);
    await until('both were asked', () => good.taken.length === 2 && bad.requests.length > 2);
    let seen;
    await until('it is told', () => {
      get('/metrics').then(([, text]) => (seen = text));
      return seen?.includes('hongyan_webhook_up{webhook="bad"} 0');
    });
    ok(seen.includes('hongyan_webhook_up{webhook="good"} 1') && seen.includes('hongyan_webhook_delivered_total{webhook="good"} 2'), 'by endpoint');
    ok(seen.includes('hongyan_webhook_active{webhook="bad"} 1') && /hongyan_webhook_failures_total{webhook="bad"} [1-9]/.test(seen), 'what fails is counted');
    same((await get('/readyz'))[0], 200, 'ready, though an endpoint is away');
    same((await get('/livez'))[0], 200, 'alive');
    await stop(child, 'SIGTERM');
    good.close();
    bad.close();
  },

  async 'an address inside is refused'() {
    const [secret, receiver] = await open(() => 200);
    add(['accepted']);
    const file = configure([`name: one, url: "http://127.0.0.1:${receiver.port}/", secret: "${secret}", plain_http: true`]);
    const child = run(file);
    await until('it is told', () => log().includes('is loopback and not among those'));
    same(receiver.requests.length, 0, 'nothing is sent there');
    await stop(child, 'SIGTERM');
    ok(!log().includes(secret) && !log().includes(secret.slice(6)), 'the secret is in no line of the log');
    receiver.close();
  },
};

async function main() {
  const server = start('redis-server', ['--port', '0', '--unixsocket', socket, '--save', '', '--dir', folder], 'redis.log');
  await until('Redis answers', answers);
  for (const [name, scenario] of Object.entries(scenarios)) {
    console.log(`# ${name}`);
    const before = failed;
    try {
      await scenario();
    } catch (error) {
      ok(false, `${name}: ${error.message}`);
      for (const child of children) if (child !== server) await stop(child, 'SIGKILL');
    }
    if (/Sanitizer|runtime error/.test(log())) ok(false, `${name}: a sanitizer's report`);
    if (failed > before) console.log(log().replace(/^/gm, '#   '));
  }
  await stop(server, 'SIGTERM');
}

main().finally(() => {
  for (const child of children) child.kill('SIGKILL');
  fs.rmSync(folder, { recursive: true });
  console.log(`1..${checks}`);
  process.exit(failed ? 1 : 0);
});
