// SPDX-License-Identifier: Apache-2.0
// The API's description in the hands of others: the linter of the npm package “@redocly/openapi-core”, and the npm package “ajv”, which
// holds requests and answers of a real gateway and a real history against it. TAP on stdout.
// usage: node openapi.js PATH/TO/SOURCE PATH/TO/hongyan
'use strict';
const { execFileSync } = require('node:child_process');
const path = require('node:path');
const Ajv = require('ajv/dist/2020');
const { folder, freePort, ok, run, start, startRedis, until, write } = require('./world');

const [source, hongyan] = process.argv.slice(2);
// Described, and not brought about here: Redis that hangs for long, a history whose disk fails.
const UNSEEN = ['post /v1/alerts 504', 'delete /v1/alerts/{id} 504', 'get /v1/alerts/{id} 503'];
const PLAIN = 'application/json';
const LINES = 'application/x-ndjson';
const seen = new Set();
let description;
let ajv;

// Takes nothing that is not described.
function close(schema) {
  for (const name of ['Taken', 'Line', 'Problem', 'Fate']) schema.components.schemas[name].additionalProperties = false;
  return schema;
}

// What is wrong with a value, by the schema at a pointer of the description.
function errorsOf(pointer, value) {
  const validate = ajv.getSchema(`api#${pointer}`);
  return validate(value) ? '' : ajv.errorsText(validate.errors);
}

const pointerOf = (...parts) => parts.map((part) => `/${String(part).replace(/~/g, '~0').replace(/\//g, '~1')}`).join('');

// Asks, and holds the answer against the description; also the request, where it is one that was taken.
async function ask(base, method, place, route, { token, type = PLAIN, body } = {}, want) {
  const answer = await fetch(base + place, {
    method,
    headers: { ...(token && { Authorization: `Bearer ${token}` }), ...(body !== undefined && { 'Content-Type': type }) },
    body,
  });
  const name = `${method.toLowerCase()} ${route} ${answer.status}`;
  const text = await answer.text();
  seen.add(name);
  ok(answer.status === want, `${method} ${place} is answered with ${want}`, text);
  const at = ['paths', route, method.toLowerCase()];
  const response = description.paths[route][method.toLowerCase()].responses[answer.status];
  if (response === undefined) return ok(false, `${name} is described`);
  const given = answer.headers.get('content-type')?.split(';')[0];
  if (!response.content[given]) return ok(false, `${name}: ${given} is described`);
  const values = given === LINES ? text.trim().split('\n').map((line) => JSON.parse(line)) : [JSON.parse(text)];
  const pointer = pointerOf(...at, 'responses', answer.status, 'content', given, 'schema');
  ok(values.length > 0 && values.every((value) => errorsOf(pointer, value) === ''), `${name}: its body is as described`,
    values.map((value) => [value, errorsOf(pointer, value)]));
  for (const header of Object.keys(response.headers ?? {}))
    ok(/^\d+$/.test(answer.headers.get(header) ?? ''), `${name}: has ${header}`);
  if (answer.status === 202 && body !== undefined)
    ok(errorsOf(pointerOf(...at, 'requestBody', 'content', type, 'schema'), JSON.parse(body)) === '', `${name}: so was the request`, body);
  return values[0];
}

const alert = (id, more = {}) =>
  JSON.stringify({ id, to: '13900000001', template: 'balance', params: { date: '2026-02-13', balance: '19.53' }, ...more });

function makeToken(name, ...options) {
  const made = JSON.parse(execFileSync(hongyan, ['token', name, ...options, '--json'], { encoding: 'utf8' }));
  return [made.token, `${made.line}\n`];
}

async function lint(text) {
  const { createConfig, lintFromString } = await import('@redocly/openapi-core');
  // The page that describes takes nothing that could be wrong.
  const config = await createConfig({ extends: ['recommended-strict'], rules: { 'operation-4xx-response': 'off' } });
  const problems = await lintFromString({ source: text, absoluteRef: path.join(folder, 'openapi.json'), config });
  ok(problems.length === 0, 'the linter finds nothing', problems.map((problem) => [problem.ruleId, problem.message, problem.location?.[0]?.pointer]));
}

async function submitAll(base, tokens) {
  const post = (request, want) => ask(base, 'POST', '/v1/alerts', '/v1/alerts', { token: tokens.all, ...request }, want);
  const remove = (id, request, want) => ask(base, 'DELETE', `/v1/alerts/${id}`, '/v1/alerts/{id}', { token: tokens.all, ...request }, want);
  const full = alert('full', {
    priority: 'bulk', tenant: 'north', subject: 'account:1', supersede: true, as_of: '2026-02-13T08:00:00+08:00', batch: 'b',
    expires_at: '2099-02-13T08:00:00Z', not_before: '2026-02-13T08:00:00Z', locale: 'zh-CN',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', consent: 'c-1',
  });
  await post({ body: alert('a') }, 202);
  await post({ body: alert('a') }, 202);
  await post({ body: full }, 202);
  await post({ body: '{"cancel":"zz"}' }, 202);
  await post({ body: '{"cancel_batch":"zz"}' }, 202);
  await post({ body: '{"cancel_subject":"zz","template":"balance"}' }, 202);
  await post({ body: alert('a', { tenant: 'x' }) }, 409);
  await post({ body: alert('b', { to: '139' }) }, 422);
  await post({ body: alert('b', { unknown: 1 }) }, 422);
  await post({ body: '{"id":' }, 422);
  await post({ body: '' }, 422);
  await post({ body: alert('b'), token: undefined }, 401);
  await post({ body: alert('b'), token: tokens.read }, 403);
  await post({ body: `${alert('a')}\n\n${alert('b', { to: 7 })}\n${alert('a', { tenant: 'x' })}\n`, type: LINES }, 200);
  await post({ body: '{}\n'.repeat(1001), type: LINES }, 413);
  await post({ body: '\n', type: LINES }, 422);
  await remove('a', {}, 202);
  await remove('a', { token: undefined }, 401);
  await remove('a', { token: tokens.read }, 403);
  await remove('x'.repeat(65), {}, 404);
  await remove('a', { token: tokens.north }, 422);
}

async function lookUp(base, tokens, redis) {
  const get = (id, token, want) => ask(base, 'GET', `/v1/alerts/${id}`, '/v1/alerts/{id}', { token }, want);
  redis.ask('XADD', '{hongyan}:events', '*', 'events', '{"id":"old","entry":"1795551398387-0","stream":"normal","template":"balance","template_version":7,' +
    '"tenant":"north","batch":"b","event":"accepted","at":"2026-11-24T20:16:38.388Z","to":"+8613912340001","account":"cmcc","refs":["57"],"segments":1,"attempt":1}');
  await until('the history has it', async () => (await fetch(`${base}/v1/alerts/old`, { headers: { Authorization: `Bearer ${tokens.read}` } })).status === 200);
  await get('old', tokens.read, 200);
  await get('old', undefined, 401);
  await get('old', tokens.submit, 403);
  await get('none', tokens.read, 404);
}

run(async () => {
  const redis = await startRedis();
  const [apiPort, adminPort, historyPort] = [await freePort(), await freePort(), await freePort()];
  const tokens = {};
  let lines = '';
  for (const [name, ...options] of [['all'], ['read', '--scopes', 'read'], ['submit', '--scopes', 'submit'], ['north', '--tenant', 'north']]) {
    const [token, line] = makeToken(name, ...options);
    tokens[name] = token;
    lines += line;
  }
  write('tokens', lines);
  const config = write('hongyan.yaml', `redis: { url: "redis://127.0.0.1:${redis.port}/0" }\nsignature: 国网吉林电力\ntemplates: { dir: ${source}/templates }\n` +
    `admin: { listen: "127.0.0.1:${adminPort}" }\napi: { listen: "127.0.0.1:${apiPort}", tokens_file: tokens, queue_max: 20 }\n` +
    `history: { dir: ${folder}/history, key: 0123456789abcdef0123456789abcdef, listen: "127.0.0.1:${historyPort}" }\n` +
    'accounts: [{ name: none, address: "127.0.0.1:1", system_id: x }]\n');
  const base = `http://127.0.0.1:${apiPort}`;
  start(hongyan, ['serve', '--config', config]);
  start(hongyan, ['history', '--config', config]);
  await until('the API answers', () => fetch(`${base}/openapi.json`).then((answer) => answer.ok, () => false));
  const text = await (await fetch(`${base}/openapi.json`)).text();
  description = close(JSON.parse(text));
  ajv = new Ajv({ strict: false, formats: { 'date-time': /^\d{4}-\d\d-\d\dT/ } });
  ajv.addSchema(description, 'api');
  await lint(text);
  await ask(base, 'GET', '/openapi.json', '/openapi.json', {}, 200);
  await submitAll(base, tokens);
  await lookUp(`http://127.0.0.1:${historyPort}`, tokens, redis);
  redis.process.kill('SIGKILL');
  await redis.process.ended;
  const readyz = () => fetch(`http://127.0.0.1:${adminPort}/readyz`).then((answer) => answer.status);
  await until('Redis is missed', async () => (await readyz()) === 503);
  await ask(base, 'POST', '/v1/alerts', '/v1/alerts', { token: tokens.all, body: alert('c') }, 503);
  await ask(base, 'DELETE', '/v1/alerts/a', '/v1/alerts/{id}', { token: tokens.all }, 503);
  const empty = await startRedis(redis.port);
  await until('Redis is back', async () => !(await (await fetch(`http://127.0.0.1:${adminPort}/v1/status`)).text()).includes('"redis":{"up":false'));
  execFileSync(hongyan, ['pause', '--all', '--config', config]);
  for (let i = 0; i < 20; i++) empty.ask('XADD', '{hongyan}:alerts:normal', '*', 'alert', alert(`more-${i}`));
  await until('too many wait', async () => (await fetch(`${base}/v1/alerts`, { method: 'POST', headers: { Authorization: `Bearer ${tokens.all}` }, body: '{}' })).status === 429);
  await ask(base, 'POST', '/v1/alerts', '/v1/alerts', { token: tokens.all, body: alert('c') }, 429);
  const described = Object.entries(description.paths).flatMap(([route, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => Object.keys(operation.responses).map((status) => `${method} ${route} ${status}`)));
  const missing = described.filter((name) => !seen.has(name) && !UNSEEN.includes(name));
  ok(missing.length === 0, 'every answer that is described was seen', missing);
});
