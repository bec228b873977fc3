// SPDX-License-Identifier: Apache-2.0
// What tests in Node share: a folder, a Redis and processes of their own, which end with them; checks told as TAP.
'use strict';
const { execFileSync, spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');

const PATIENCE_MS = 60000;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hongyan-'));
const logPath = path.join(folder, 'log');
const children = [];
let checks = 0;
let failed = 0;

function ok(truth, what, more = '') {
  console.log(`${truth ? 'ok' : 'not ok'} ${++checks} - ${what}`);
  if (!truth) console.log(`# ${JSON.stringify(more)}`);
  failed += !truth;
}

async function until(what, condition) {
  for (const end = Date.now() + PATIENCE_MS; !(await condition()); ) {
    if (Date.now() > end) throw new Error(`did not happen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

// All write into one log.
function start(program, words, env = {}) {
  const out = fs.openSync(logPath, 'a');
  const child = spawn(program, words, { stdio: ['ignore', out, out], env: { ...process.env, ...env } });
  fs.closeSync(out);
  children.push(child);
  child.ended = new Promise((resolve) => child.on('exit', resolve));
  return child;
}

const write = (name, text) => (fs.writeFileSync(path.join(folder, name), text), path.join(folder, name));
const log = () => (fs.existsSync(logPath) ? fs.readFileSync(logPath, 'utf8') : '');

// A Redis, empty, on that port or one of its own: { port, process, ask(words…) }.
async function startRedis(port) {
  port ??= await freePort();
  const child = start('redis-server', ['--port', port, '--bind', '127.0.0.1', '--save', '', '--dir', folder]);
  await until('Redis answers', () => spawnSync('redis-cli', ['-p', port, 'PING'], { encoding: 'utf8' }).stdout.trim() === 'PONG');
  return { port, process: child, ask: (...words) => execFileSync('redis-cli', ['-p', port, ...words], { encoding: 'utf8' }).trim() };
}

// Runs the test and ends the process.
function run(main) {
  main().catch((error) => ok(false, error.message, error.stack?.split('\n').filter((line) => line.includes('.js:') && !line.includes('node_modules')))).finally(() => {
    if (failed) console.log(log().replace(/^/gm, '#   '));
    for (const child of children) child.kill('SIGKILL');
    fs.rmSync(folder, { recursive: true });
    console.log(`1..${checks}`);
    process.exit(failed ? 1 : 0);
  });
}

module.exports = { folder, freePort, log, ok, run, start, startRedis, until, write };
