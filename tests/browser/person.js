// SPDX-License-Identifier: Apache-2.0
// A person in front of a browser: sees what is on the page, presses, types, also through an input method.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const puppeteer = require('puppeteer-core');
const { ok } = require('../interop/node/world.js');

const PATIENCE_MS = 20000;
const TWICE_MS = 100; // nobody presses that fast
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function openBrowser() {
  const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((one) => fs.existsSync(one));
  if (!executablePath) throw new Error('chromium is missing; run script/bootstrap');
  return puppeteer.launch({ executablePath, args: ['--no-sandbox', '--lang=zh-CN', '--font-render-hinting=none'], protocolTimeout: 60000 });
}

class Person {
  // In a browser of their own, with nothing in it.
  static async sitDown(browser, base, shots) {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    await page.setViewport({ width: 1440, height: 900 });
    const person = new Person();
    Object.assign(person, { context, page, base, shots, complaints: [], cdp: await page.createCDPSession() });
    page.on('pageerror', (error) => person.complaints.push(error.message));
    page.on('console', (message) => {
      if (/Content Security Policy|Refused to/.test(message.text())) person.complaints.push(message.text());
    });
    page.on('request', (request) => person.noteAsked(request));
    return person;
  }

  // What one press changes is asked for once.
  noteAsked(request) {
    const place = new URL(request.url()).pathname;
    if (request.method() === 'GET' || place === '/api/preview' || place.endsWith('/lock')) return;
    const asked = `${request.method()} ${place} ${request.postData() ?? ''}`;
    if (this.asked?.what === asked && Date.now() - this.asked.at < TWICE_MS) this.complaints.push(`asked twice at once: ${request.method()} ${place}`);
    this.asked = { what: asked, at: Date.now() };
  }

  async go(place) {
    await this.page.goto(`${this.base}/${place}`);
    await this.page.evaluate((wanted) => {
      if (window.location.hash !== wanted) window.location.hash = wanted;
    }, place);
  }

  async sees(text, within = 'body') {
    await this.page.waitForFunction(
      (wanted, selector) => [...document.querySelectorAll(selector)].some((one) => one.innerText.includes(wanted)),
      { timeout: PATIENCE_MS, polling: 20 }, text, within,
    ).catch(async () => {
      await this.shot('unseen');
      throw new Error(`“${text}” is not on the page: ${(await this.page.evaluate(() => document.body.innerText)).slice(0, 900)}`);
    });
  }

  // Presses what has this name, in a dialog where one is open.
  async press(name, within = '') {
    const handle = await this.page.waitForFunction(
      (wanted, scope) => {
        const root = document.querySelector('dialog[open]') ?? document;
        const all = [...root.querySelectorAll(`${scope} button, ${scope} a, ${scope} summary, ${scope} [role=tab]`)];
        const named = (one) => (one.getAttribute('aria-label') ?? one.innerText).trim().replace(/^＋\s*/, '');
        return all.find((one) => !one.disabled && one.offsetParent !== null && named(one) === wanted) ?? null;
      },
      { timeout: PATIENCE_MS, polling: 20 }, name, within,
    ).catch(async () => {
      await this.shot('unpressed');
      throw new Error(`nothing to press is called “${name}”: ${(await this.page.evaluate(() => document.body.innerText)).slice(0, 900)}`);
    });
    await handle.asElement().evaluate((one) => one.scrollIntoView({ block: 'center' }));
    await handle.asElement().click();
  }

  async fill(label, text) {
    const handle = await this.page.waitForFunction(
      (wanted) => {
        const root = document.querySelector('dialog[open]') ?? document;
        const all = [...root.querySelectorAll('input, textarea, select')];
        return all.find((one) => (one.getAttribute('aria-label') ?? one.labels?.[0]?.innerText ?? '').trim() === wanted && !one.disabled && one.getClientRects().length > 0) ?? null;
      },
      { timeout: PATIENCE_MS, polling: 20 }, label,
    );
    const element = handle.asElement();
    await element.evaluate((one) => {
      one.focus();
      one.select?.();
    });
    if (text === '') await this.page.keyboard.press('Backspace');
    else await this.cdp.send('Input.insertText', { text });
  }

  async signIn(name, password) {
    await this.go('#/templates');
    await this.fill('用户名', name);
    await this.fill('密码', password);
    await this.press('登录');
  }

  // The first time: with the code, behind which a password is chosen.
  async signInFirst(name, code, password) {
    await this.signIn(name, code);
    await this.choosePassword(code, password);
  }

  async choosePassword(code, password) {
    await this.setPassword(code, password);
    await this.sees('短信模板', 'nav');
  }

  // The code is asked for again only where the page has been loaded anew since.
  async setPassword(code, password) {
    await this.sees('设置您的密码');
    if (await this.page.$('input[autocomplete=one-time-code]')) await this.fill('一次性代码', code);
    await this.fill('新密码', password);
    await this.fill('再输一遍', password);
    await this.press('保存密码');
  }

  editor() {
    return this.page.waitForSelector('.code >>> .cm-content', { timeout: PATIENCE_MS });
  }

  // What the text part holds, chips by their labels.
  async text() {
    await this.editor();
    return this.page.evaluate(() => document.querySelector('.code').shadowRoot.querySelector('.cm-content').innerText.replace(/\n+$/, ''));
  }

  async toEnd() {
    await (await this.editor()).focus();
    await this.page.keyboard.down('Control');
    await this.page.keyboard.press('End');
    await this.page.keyboard.up('Control');
  }

  // As an input method writes: letters that change, then the words.
  async compose(letters, words) {
    for (let end = 1; end <= letters.length; end++) {
      await this.cdp.send('Input.imeSetComposition', { text: letters.slice(0, end), selectionStart: end, selectionEnd: end });
    }
    await this.cdp.send('Input.insertText', { text: words });
    await sleep(80);
  }

  async saved() {
    await this.page.waitForFunction(() => document.querySelector('[data-save]')?.dataset.save === 'saved', { timeout: PATIENCE_MS, polling: 20 });
  }

  // Hands the draft in the editor over to a second person.
  async submit(why) {
    await this.saved();
    await this.press('提交审核');
    await this.fill('为什么改', why);
    await this.press('提交', 'dialog[open]');
    await this.sees('待审核', '.tag');
  }

  // The preview has caught up with what is written.
  async previewed() {
    await this.page.waitForFunction(() => {
      const turn = document.querySelector('[data-asked]');
      return turn && turn.dataset.asked !== '0' && turn.dataset.asked === turn.dataset.shown;
    }, { timeout: PATIENCE_MS, polling: 20 });
  }

  async bubbles() {
    await this.previewed();
    return this.page.$$eval('.workbench-side .bubble', (all) => all.map((one) => one.innerText));
  }

  async shot(name) {
    fs.mkdirSync(this.shots, { recursive: true });
    await this.page.screenshot({ path: path.join(this.shots, `${name}.webp`), type: 'webp', quality: 82 });
  }

  // What axe finds on the page as it stands.
  async clean(what) {
    await this.page.evaluate(axe);
    const { violations } = await this.page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
    ok(violations.length === 0, `axe finds nothing: ${what}`, violations.map((one) => [one.id, one.nodes.map((node) => node.target.join(' '))]));
  }

  // Asks the API as the page would: the status alone.
  status(method, place, body) {
    return this.page.evaluate(async (how, where, what) => {
      const answer = await fetch(where, { method: how, headers: what ? { 'Content-Type': 'application/json' } : {}, body: what && JSON.stringify(what) });
      return answer.status;
    }, method, place, body);
  }

  async complained(what) {
    ok(this.complaints.length === 0, `no error on the page, and no complaint of the security policy: ${what}`, this.complaints);
    await this.context.close();
  }
}

module.exports = { Person, openBrowser, sleep };
