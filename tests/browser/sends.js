// SPDX-License-Identifier: Apache-2.0
// A test to one's own phone with its steps as they come, an sms looked up and unmasked, a dead letter sent again. TAP on stdout.
// usage: node sends.js PATH/TO/hongyan PATH/TO/fake-carrier PATH/TO/source PATH/FOR/screenshots
'use strict';
const { ok, run, until } = require('../interop/node/world.js');
const { openDesk } = require('./desk.js');
const { Person, openBrowser, sleep } = require('./person.js');

const [hongyan, fakeCarrier, source, shots] = process.argv.slice(2);

// As if the code had come back from that phone.
function proveNumber(desk, name) {
  const user = JSON.parse(desk.redis.ask('HGET', '{hongyan}:staff:users', name));
  Object.assign(user, { number: '8613900000009', number_verified_at: Date.now() });
  desk.redis.ask('HSET', '{hongyan}:staff:users', name, JSON.stringify(user));
}

async function sendTest(desk, all) {
  await all.go('#/templates/balance/edit');
  await all.press('测试发送', '[role=tablist]');
  await all.sees('测试短信只发到您自己的手机号');
  proveNumber(desk, 'all');
  await all.page.reload();
  await all.toEnd();
  await all.compose('ceshi', '（测试）');
  await all.previewed();
  await all.press('测试发送', '[role=tablist]');
  await all.press('发送测试短信');
  await all.sees('运营商已接收', '.timeline');
  await all.sees('已送达手机', '.timeline');
  await all.shot('test-send');
  await all.clean('a test with its steps');
  await all.saved();
}

async function lookUp(desk, all) {
  desk.alert('balance', { date: '2026-02-13', balance: '19.53' }, 'found-1');
  await all.go('#/messages');
  await all.sees('查一条短信');
  for (let tries = 0; tries < 40; tries++) {
    await all.fill('手机号或短信编号', 'found-1');
    await all.press('查询');
    await sleep(500);
    if (await all.page.$('.timeline')) break;
  }
  await all.sees('运营商已接收', '.timeline');
  const masked = await all.page.$eval('.card h2', (one) => one.innerText);
  ok(/\*{2,}/.test(masked) && !masked.includes('13900000001'), 'the number is masked', masked);
  await all.shot('message');
  await all.press('显示完整号码');
  await all.fill('原因', '客户来电核实');
  await all.press('显示', 'dialog[open]');
  await all.sees('13900000001', '.card h2');
  ok(true, 'with a reason it is shown');
  await all.go('#/audit');
  await all.sees('查看完整号码', 'table');
  ok(true, 'and that is in the audit log');
}

async function sendAgain(desk, all) {
  desk.alert('balance', { date: '2026-02-13' }, 'dead-1');
  await until('one has failed', () => Number(desk.redis.ask('XLEN', '{hongyan}:dead')) > 0);
  await all.go('#/dead');
  await all.sees('dead-1', 'table');
  await all.page.click('tbody input[type=checkbox]');
  await all.press('重新发送 (1)');
  await all.press('重新发送', 'dialog[open]');
  await all.sees('1 条已重新排队', '.notices');
  ok(true, 'a dead letter is sent again');
}

run(async () => {
  const desk = await openDesk(hongyan, fakeCarrier, source);
  const code = desk.addUser('all', '赵明', 'editor,operator,auditor');
  const browser = await openBrowser();
  try {
    const all = await Person.sitDown(browser, desk.base, shots);
    await all.signInFirst('all', code, desk.passwordOf('all'));
    await sendTest(desk, all);
    await lookUp(desk, all);
    await sendAgain(desk, all);
    await all.complained('赵明');
  } finally {
    await browser.close();
  }
});
