// SPDX-License-Identifier: Apache-2.0
// Users come and go: added with a code that is shown once, changed, reset, put out and let in; one's own number is proved by
// the code that comes to it. TAP on stdout.
// usage: node users.js PATH/TO/hongyan PATH/TO/fake-carrier PATH/TO/source PATH/FOR/screenshots
'use strict';
const { ok, run, until } = require('../interop/node/world.js');
const { openDesk } = require('./desk.js');
const { Person, openBrowser } = require('./person.js');

const [hongyan, fakeCarrier, source, shots] = process.argv.slice(2);
const NUMBER = '13900000777';

const choose = (person, role) => person.page.evaluate((wanted) => {
  [...document.querySelectorAll('dialog[open] .roles label')].find((one) => one.querySelector('strong').innerText === wanted).click();
}, role);

// The code in the dialog, which is nowhere any more once that is closed.
async function takeCode(chen, name) {
  await chen.sees(`${name} 的一次性代码`, 'dialog[open]');
  const code = await chen.page.$eval('dialog[open] .code-shown', (one) => one.innerText.trim());
  const buttons = await chen.page.$$eval('dialog[open] button', (all) => all.map((one) => one.innerText.trim()));
  ok(code.length >= 8 && buttons.join() === '知道了', 'a one-time code is shown, and nothing is left to decide', [code.length, buttons]);
  await chen.clean('a one-time code');
  await chen.press('知道了');
  await chen.page.waitForFunction(() => document.querySelector('dialog[open]') === null);
  const left = await chen.page.evaluate(async () => {
    const answer = await fetch('/api/users');
    return document.documentElement.outerHTML + JSON.stringify({ ...sessionStorage }) + JSON.stringify({ ...localStorage }) + (await answer.text());
  });
  ok(!left.includes(code), 'it is shown once: neither page nor server has it any more');
  return code;
}

async function add(chen) {
  await chen.press('用户', 'nav');
  await chen.press('新建用户');
  await chen.clean('a new user');
  await chen.fill('用户名', 'chen');
  await chen.fill('姓名', '吴磊');
  await choose(chen, '编辑');
  await chen.press('保存', 'dialog[open]');
  await chen.page.waitForSelector('dialog[open] .wrong');
  ok(true, 'a name that is taken is refused, and what was filled in stays');
  await chen.shot('user-taken');
  await chen.fill('用户名', 'wu');
  await chen.press('保存', 'dialog[open]');
  const code = await takeCode(chen, 'wu');
  await chen.sees('吴磊', 'table');
  await chen.sees('查看 · 编辑', 'table');
  return code;
}

async function change(chen) {
  await chen.press('修改 wu');
  await chen.clean('a user, changed');
  await chen.fill('姓名', '吴小磊');
  await chen.press('保存', 'dialog[open]');
  await chen.sees('吴小磊', 'table');
  await chen.press('修改 chen');
  await choose(chen, '管理员');
  await chen.press('保存', 'dialog[open]');
  await chen.page.waitForSelector('dialog[open] .wrong');
  ok(true, 'the last one who manages users stays one', await chen.page.$eval('dialog[open] .wrong', (one) => one.innerText));
  await chen.shot('user-last');
  await chen.press('取消');
}

async function reset(chen, wu) {
  await chen.press('重置密码 wu');
  await chen.sees('重置 wu 的密码？', 'dialog[open]');
  await chen.clean('asked whether to reset');
  await chen.press('重置密码', 'dialog[open]');
  const code = await takeCode(chen, 'wu');
  await wu.page.reload();
  await wu.sees('登录', 'h1');
  ok(true, 'who is reset is signed out');
  return code;
}

async function disable(chen, wu, password) {
  await chen.press('停用 wu');
  await chen.sees('已停用', 'table');
  await chen.clean('users, one of them disabled');
  await chen.shot('user-disabled');
  const own = await chen.page.$$eval('table button', (all) => all.filter((one) => one.getAttribute('aria-label') === '停用 chen').length);
  ok(own === 0, 'nobody disables themselves', own);
  await wu.page.reload();
  await wu.signIn('wu', password);
  await wu.sees('用户名或密码不对');
  ok(true, 'who is disabled is signed out and does not come in');
  await chen.press('启用 wu');
  await chen.sees('正常', 'table tr:last-child');
  await wu.page.reload();
  await wu.signIn('wu', password);
  await wu.sees('短信模板', 'nav');
  ok(true, 'and comes in once enabled');
}

// What came to that number, by whichever carrier. Ends the carriers.
async function arrived(desk, wu) {
  const accepted = () => wu.page.evaluate(async (number) => {
    const answer = await fetch('/api/messages', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ number }) });
    return answer.ok && (await answer.text()).includes('"accepted"');
  }, NUMBER);
  await until('the code is on its way', accepted);
  const texts = [];
  for (const carrier of desk.carriers) texts.push(...(await carrier.texts()));
  return texts.filter((one) => JSON.stringify(one).includes(NUMBER));
}

async function proveNumber(desk, wu) {
  await wu.go('#/settings');
  await wu.fill('手机号', '12');
  await wu.press('发送验证码');
  await wu.page.waitForSelector('main .wrong');
  await wu.fill('手机号', NUMBER);
  await wu.page.keyboard.press('Enter');
  await wu.sees('验证码已发出，请看手机');
  await wu.clean('settings, waiting for the code');
  const texts = await arrived(desk, wu);
  const code = /您的验证码是 (\d{6})/.exec(texts[0]?.text ?? '')?.[1];
  ok(texts.length === 1 && code !== undefined, 'the code comes to the number, once', texts);
  await wu.fill('短信验证码', code === '000000' ? '000001' : '000000');
  await wu.press('验证');
  await wu.sees('验证码不正确或已过期', 'main .wrong');
  await wu.fill('短信验证码', code);
  await wu.press('验证');
  await wu.sees('手机号已验证', '.notices');
  await wu.sees('已验证', '.number-now');
  ok((await wu.page.$('main .wrong')) === null, 'and nothing is said to be wrong any more');
  const shown = await wu.page.$eval('.number-now', (one) => one.innerText);
  ok(/\*{2,}/.test(shown) && !shown.includes(NUMBER), 'the number is proved, and masked even to its owner', shown);
  await wu.shot('number-proved');
}

run(async () => {
  const desk = await openDesk(hongyan, fakeCarrier, source);
  const first = desk.addUser('chen', '陈静', 'admin');
  const browser = await openBrowser();
  try {
    const chen = await Person.sitDown(browser, desk.base, shots);
    const wu = await Person.sitDown(browser, desk.base, shots);
    await chen.signInFirst('chen', first, desk.passwordOf('chen'));
    await wu.signInFirst('wu', await add(chen), '吴磊的密码很长也好记');
    await change(chen);
    await wu.signInFirst('wu', await reset(chen, wu), '吴小磊的新密码也很长');
    await disable(chen, wu, '吴小磊的新密码也很长');
    await proveNumber(desk, wu);
    await chen.complained('陈静');
    await wu.complained('吴磊');
  } finally {
    await browser.close();
  }
});
