// SPDX-License-Identifier: Apache-2.0
// What the browser tests walk about in: a Redis, two gateways, each with a carrier of its own, the console, and staff.
'use strict';
const { execFileSync, spawn } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { folder, freePort, start, startRedis, until, write } = require('../interop/node/world.js');

const PASSWORDS = {};

function config(name, { redis, admin, carrier, templates, token, extra }) {
  return write(`${name}.yaml`, `redis: { url: "redis://127.0.0.1:${redis.port}/0" }
signature: "国网吉林电力"
timezone: Asia/Shanghai
templates: { dir: "${templates}" }
admin: { listen: "127.0.0.1:${admin}", token_file: "${token}" }
instance: { name: "${name}", lock_file: "${path.join(folder, `${name}.lock`)}" }
accounts:
  - { name: ${name}, protocol: smpp, address: "127.0.0.1:${carrier}", system_id: hongyan, password: secret, source: "10690001", binds: 1,
      cost: "0.035", reconnect_min: 20ms, reconnect_max: 200ms }
routes:
  - { accounts: [${name}] }
${extra}`);
}

// A fake carrier that keeps what it takes: { port, texts() } — texts() ends it.
async function startCarrier(program, name) {
  const file = (kind) => path.join(folder, `${name}.${kind}`);
  const child = start(program, ['--listen', '127.0.0.1:0', '--port-file', file('port'), '--record', file('record'), '--receipts', 'on']);
  await until(`${name} listens`, () => fs.existsSync(file('port')));
  return {
    port: Number(fs.readFileSync(file('port'), 'utf8')),
    async texts() {
      child.kill('SIGTERM');
      await child.ended;
      return fs.readFileSync(file('record'), 'utf8').trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));
    },
  };
}

async function answers(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

// settings: more of the console's, as YAML.
async function openDesk(hongyan, fakeCarrier, source, settings = '') {
  const redis = await startRedis();
  const templates = path.join(folder, 'templates');
  fs.cpSync(path.join(source, 'templates'), templates, { recursive: true });
  const listen = await freePort();
  const history = await freePort();
  const base = `http://127.0.0.1:${listen}`;
  const key = write('history.key', `${crypto.randomBytes(32).toString('hex')}\n`);
  const token = write('token', `${crypto.randomBytes(32).toString('hex')}\n`);
  for (const secret of [key, token]) fs.chmodSync(secret, 0o600);
  const extra = `console: { listen: "127.0.0.1:${listen}", requests_per_s: 500${settings && `, ${settings}`} }
history: { dir: "${path.join(folder, 'history')}", key_file: "${key}", listen: "127.0.0.1:${history}" }
`;
  fs.mkdirSync(path.join(folder, 'history'), { mode: 0o700 });
  const carriers = [];
  let file = '';
  for (const name of ['one', 'two']) {
    const carrier = await startCarrier(fakeCarrier, `carrier-${name}`);
    carriers.push(carrier);
    file = config(name, { redis, admin: await freePort(), carrier: carrier.port, templates, token, extra });
    start(hongyan, ['serve', '--config', file]);
  }
  start(hongyan, ['history', '--config', file]);
  start(hongyan, ['console', '--config', file]);
  await until('the console answers', () => answers(`${base}/index.html`));
  await until('the templates are there', () => Number(redis.ask('HLEN', '{hongyan}:templates:live')) > 0);
  const addUser = (name, display, roles) => {
    const said = JSON.parse(execFileSync(hongyan, ['user', 'add', name, '--display', display, '--roles', roles, '--config', file, '--json'], { encoding: 'utf8' }));
    PASSWORDS[name] = `${name} 的密码很长也好记`;
    return said.code;
  };
  let sent = 0;
  return {
    base, redis, carriers, file, addUser,
    // Publishes a text from a file at the command line, as one does who keeps them in git.
    pushFile(name, change, approvedBy) {
      const template = path.join(templates, `${name}.tmpl`);
      fs.writeFileSync(template, change(fs.readFileSync(template, 'utf8')));
      execFileSync(hongyan, ['templates', 'push', name, '--dir', templates, '--why', '紧急更正', '--approved-by', approvedBy, '--config', file]);
    },
    passwordOf: (name) => PASSWORDS[name],
    // Queues an alert; the parameters' reference tells later when it was.
    alert(template, params, id = `b${++sent}`) {
      redis.ask('XADD', '{hongyan}:alerts:normal', '*', 'alert', JSON.stringify({ id, to: '13900000001', template, params }));
      return id;
    },
    // Queues alerts, one each so many milliseconds, until it is stopped; resolves with [{ id, at }].
    stream(template, params, everyMs) {
      const queued = [];
      const redisCli = spawn('redis-cli', ['-p', redis.port], { stdio: ['pipe', 'ignore', 'ignore'] });
      const timer = setInterval(() => {
        const id = `s${++sent}`;
        queued.push({ id, at: Date.now() });
        const alert = JSON.stringify({ id, to: '13900000001', template, params: params(id) });
        redisCli.stdin.write(`XADD {hongyan}:alerts:normal * alert ${JSON.stringify(alert)}\n`);
      }, everyMs);
      return () => {
        clearInterval(timer);
        redisCli.stdin.end();
        return queued;
      };
    },
  };
}

module.exports = { openDesk };
