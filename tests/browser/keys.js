// SPDX-License-Identifier: Apache-2.0
// Without a mouse: one signs in, changes a text, repairs what is marked and hands it over; another approves and publishes. TAP on
// stdout.
// usage: node keys.js PATH/TO/hongyan PATH/TO/fake-carrier PATH/TO/source PATH/FOR/screenshots
'use strict';
const { ok, run } = require('../interop/node/world.js');
const { openDesk } = require('./desk.js');
const { Person, openBrowser } = require('./person.js');

const [hongyan, fakeCarrier, source, shots] = process.argv.slice(2);
const STEPS_MAX = 150;

// What has the focus, as a screen reader names it.
const focused = (person) => person.page.evaluate(() => {
  let one = document.activeElement;
  while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
  return (one?.getAttribute('aria-label') ?? one?.labels?.[0]?.innerText ?? one?.innerText ?? '').trim().replace(/^＋\s*/, '');
});

async function tabTo(person, name) {
  const met = [];
  for (let step = 0; step < STEPS_MAX; step++) {
    await person.page.keyboard.press('Tab');
    const now = await focused(person);
    if (now === name || now.startsWith(`${name}\n`) || now.startsWith(`${name} ·`)) return;
    met.push(now.slice(0, 12));
  }
  throw new Error(`Tab never comes to “${name}”, but to ${met.join(' | ')}`);
}

async function enter(person, name) {
  await tabTo(person, name);
  await person.page.keyboard.press('Enter');
}

async function signIn(person, desk, name, code) {
  await person.signInFirst(name, code, desk.passwordOf(name));
  await person.cdp.send('Network.clearBrowserCookies');
  await person.page.reload();
  await person.sees('登录');
  await person.page.waitForFunction(() => document.activeElement?.name === 'username');
  await person.page.keyboard.type(name);
  await person.page.keyboard.press('Tab');
  await person.page.keyboard.type(desk.passwordOf(name));
  await person.page.keyboard.press('Enter');
  await person.sees('短信模板', 'nav');
}

async function write(li) {
  await enter(li, '短信模板');
  await li.sees('电费余额提醒', 'table');
  await enter(li, '电费余额提醒');
  await li.sees('线上内容');
  await enter(li, '编辑');
  await li.editor();
  await tabTo(li, '短信正文');
  await li.page.keyboard.down('Control');
  await li.page.keyboard.press('End');
  await li.page.keyboard.up('Control');
  await li.page.keyboard.type('【谢谢】');
  await li.previewed();
  await li.page.waitForSelector('.problem-error .small');
  for (let left = 4; left > 0; left--) {
    // While the preview is on its way there is nothing to repair by: what it says is of another text.
    await li.page.waitForFunction(() => !document.querySelector('.problem-error') || document.querySelector('.problem-error .small'));
    if (!(await li.page.$('.problem-error'))) break;
    const repair = await li.page.$eval('.problem-error .small', (one) => (one.getAttribute('aria-label') ?? one.innerText).trim());
    await enter(li, repair);
    await li.previewed();
  }
  await li.page.waitForFunction(() => !document.querySelector('.problem-error'));
  ok((await li.text()).includes('谢谢'), 'Tab leaves the text, and marks are repaired by Enter', await li.text());
  await li.saved();
}

async function handOver(li) {
  await enter(li, '提交审核');
  await li.sees('为什么改', 'dialog');
  await tabTo(li, '为什么改');
  await li.page.keyboard.type('更客气');
  await enter(li, '提交');
  await li.sees('线上内容');
  await li.sees('待审核', 'main');
  ok(true, 'a draft is handed over');
}

async function approve(desk, zhang) {
  await enter(zhang, '待审核');
  await zhang.sees('电费余额提醒', 'table');
  await enter(zhang, '电费余额提醒');
  await zhang.sees('更客气');
  await enter(zhang, '通过');
  await zhang.sees('通过', 'dialog');
  await enter(zhang, '通过');
  await zhang.sees('立即发布', 'main');
  await enter(zhang, '立即发布');
  await zhang.sees('现在发布？', 'dialog');
  await enter(zhang, '立即发布');
  await zhang.page.waitForFunction(() => !document.querySelector('dialog[open]'));
  await zhang.sees('已发布');
  const live = JSON.parse(desk.redis.ask('HGET', '{hongyan}:templates:live', 'balance'));
  ok(live.version === 2 && live.variants['zh-CN'].includes('谢谢'), 'and published, without a mouse', live);
}

run(async () => {
  const desk = await openDesk(hongyan, fakeCarrier, source);
  const codes = { li: desk.addUser('li', '李伟', 'editor'), zhang: desk.addUser('zhang', '张敏', 'approver') };
  const browser = await openBrowser();
  try {
    const li = await Person.sitDown(browser, desk.base, shots);
    const zhang = await Person.sitDown(browser, desk.base, shots);
    await signIn(li, desk, 'li', codes.li);
    await write(li);
    await handOver(li);
    await signIn(zhang, desk, 'zhang', codes.zhang);
    await approve(desk, zhang);
    await li.complained('李伟');
    await zhang.complained('张敏');
  } finally {
    await browser.close();
  }
});
