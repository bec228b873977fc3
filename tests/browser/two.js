// SPDX-License-Identifier: Apache-2.0
// Two people at one text, an ended session, a lost connection; how soon the preview follows the keys. TAP on stdout.
// usage: node two.js PATH/TO/hongyan PATH/TO/fake-carrier PATH/TO/source PATH/FOR/screenshots
'use strict';
const { ok, run } = require('../interop/node/world.js');
const { openDesk } = require('./desk.js');
const { Person, openBrowser, sleep } = require('./person.js');

const [hongyan, fakeCarrier, source, shots] = process.argv.slice(2);
const KEYS = 50;
const TEXT_LENGTH = 500;
// The aim is 100 ms on a machine that does nothing else; here many share it.
const BOUND_MS = 1000;

async function editAtOnce(li, wang) {
  await li.go('#/templates/balance/edit');
  await li.toEnd();
  await li.compose('li', '甲');
  await li.saved();
  await wang.go('#/templates/balance/edit');
  await wang.sees('李伟 正在编辑这个模板');
  ok((await wang.page.$eval('.code', (host) => host.shadowRoot.querySelector('.cm-content').contentEditable)) === 'false', 'whoever comes second cannot write');
  await wang.shot('locked');
  await wang.clean('editor, locked by somebody else');
  await wang.press('由我接着编辑');
  await wang.page.waitForFunction(() => document.querySelector('.code').shadowRoot.querySelector('.cm-content').contentEditable === 'true');
  await wang.toEnd();
  await wang.compose('wang', '乙');
  await wang.saved();
  await li.toEnd();
  await li.compose('bing', '丙');
  await li.page.waitForFunction(() => ['conflict', 'locked'].includes(document.querySelector('[data-save]').dataset.save), { timeout: 20000 });
  ok((await li.text()).endsWith('甲丙'), 'what the first wrote since is still on the page', await li.text());
  await li.shot('overtaken');
}

async function chooseVersion(li) {
  if ((await li.page.$eval('[data-save]', (one) => one.dataset.save)) === 'locked') await li.press('由我接着编辑');
  await li.sees('别人也改了这份草稿');
  await li.sees('乙', '.compare');
  await li.shot('conflict');
  await li.clean('editor, changed by two');
  await li.press('用我的');
  await li.saved();
  ok((await li.text()).endsWith('甲丙'), 'one chooses which version stays', await li.text());
}

async function comeBack(desk, li) {
  await li.toEnd();
  await li.compose('ding', '丁');
  for (const key of desk.redis.ask('HKEYS', '{hongyan}:staff:sessions').split('\n')) desk.redis.ask('HDEL', '{hongyan}:staff:sessions', key);
  await li.sees('请重新登录', 'dialog');
  await li.shot('session-ended');
  await li.clean('signing in again');
  await li.fill('密码', desk.passwordOf('li'));
  await li.press('登录');
  await li.page.waitForFunction(() => !document.querySelector('dialog[open]'));
  await li.saved();
  ok(desk.redis.ask('HLEN', '{hongyan}:staff:sessions') === '1', 'one press of a button is one request', desk.redis.ask('HLEN', '{hongyan}:staff:sessions'));
  ok((await li.text()).endsWith('甲丙丁'), 'after signing in again one goes on with one’s text', await li.text());
  await li.page.setOfflineMode(true);
  await li.compose('wu', '戊');
  await li.sees('内容暂存在本机');
  await li.sees('与服务器的连接断开了');
  await li.shot('offline');
  await li.page.setOfflineMode(false);
  await li.saved();
  ok((await li.text()).endsWith('甲丙丁戊'), 'a lost connection loses no text', await li.text());
  const bubbles = await li.bubbles();
  ok(bubbles.length === 3 && bubbles.every((one) => one.includes('甲丙丁戊')), 'and the preview comes after it', bubbles);
}

// While one writes, another version comes into force.
async function beOvertakenByLive(desk, li) {
  const mine = await li.text();
  desk.pushFile('balance', (text) => text.replace('截至{{', '更正：截至{{'), 'zhao');
  await li.sees('线上文本已更新到第 2 版');
  await li.sees('更正：', '.compare');
  await li.shot('overtaken-by-live');
  await li.clean('editor, another version is live');
  await li.press('以第 2 版为基础，保留我的文字');
  await li.saved();
  await li.page.waitForFunction(() => !document.body.textContent.includes('线上文本已更新到第 2 版'));
  ok((await li.text()) === mine, 'one goes on from the newer version with one’s own words', await li.text());
}

// From each key to its preview, in the page's own time.
async function measure(li) {
  await li.toEnd();
  await li.cdp.send('Input.insertText', { text: '电'.repeat(TEXT_LENGTH - (await li.text()).length) });
  await li.previewed();
  const spans = [];
  for (let key = 0; key < KEYS; key++) {
    await li.page.evaluate(() => {
      const turn = document.querySelector('[data-asked]');
      const before = Number(turn.dataset.asked);
      window.measured = null;
      const content = document.querySelector('.code').shadowRoot.querySelector('.cm-content');
      content.addEventListener('beforeinput', () => { window.pressed = performance.now(); }, { once: true, capture: true });
      const watch = new MutationObserver(() => {
        if (Number(turn.dataset.shown) <= before) return;
        watch.disconnect();
        window.measured = performance.now() - window.pressed;
      });
      watch.observe(turn, { attributes: true });
    });
    await li.page.keyboard.type(String.fromCharCode(97 + (key % 26)));
    await li.page.waitForFunction(() => window.measured !== null, { polling: 5, timeout: 20000 });
    spans.push(await li.page.evaluate(() => window.measured));
  }
  spans.sort((a, b) => a - b);
  const p95 = spans[Math.ceil(KEYS * 0.95) - 1];
  console.log(`# typing to preview, ${KEYS} keys in a text of ${TEXT_LENGTH} characters: median ${spans[KEYS / 2].toFixed(0)} ms, p95 ${p95.toFixed(0)} ms`);
  ok(p95 <= BOUND_MS, 'the preview follows the keys', p95);
}

run(async () => {
  const desk = await openDesk(hongyan, fakeCarrier, source);
  const codes = { li: desk.addUser('li', '李伟', 'editor'), wang: desk.addUser('wang', '王芳', 'editor') };
  desk.addUser('zhao', '赵敏', 'approver');
  const browser = await openBrowser();
  try {
    const li = await Person.sitDown(browser, desk.base, shots);
    const wang = await Person.sitDown(browser, desk.base, shots);
    await li.signInFirst('li', codes.li, desk.passwordOf('li'));
    await wang.signInFirst('wang', codes.wang, desk.passwordOf('wang'));
    await editAtOnce(li, wang);
    await chooseVersion(li);
    await wang.complained('王芳');
    await comeBack(desk, li);
    await beOvertakenByLive(desk, li);
    await measure(li);
    await sleep(100);
    await li.complained('李伟');
  } finally {
    await browser.close();
  }
});
