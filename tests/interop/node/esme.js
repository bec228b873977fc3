// SPDX-License-Identifier: Apache-2.0
// ESMEs on the npm package “smpp”. What they shall do comes on stdin, a JSON object a line; each is answered with a JSON line.
//
//   node esme.js PORT
//
//   {do: "open", link}                  connects; {}
//   {do: "ask", link, command, fields}  sends a request; the answer's fields, or {closed: true} where none came
//   {do: "take", link}                  the next request of the carrier, which has been answered; {closed: true} where none came
//   {do: "end", link}                   {} once the connection is closed, whoever closes it
//
// In fields octets are {hex}; of the carrier's PDUs octets are texts in hexadecimal.
'use strict';

const readline = require('readline');
const smpp = require('smpp');

const port = Number(process.argv[2]);
const links = new Map();

// A command that no specification has.
smpp.addCommand('nonsense', { id: 0x00010200, params: {} });

// With buffers for what is written as {hex}.
function withBuffers(value) {
  if (value === null || typeof value !== 'object') return value;
  if ('hex' in value) return Buffer.from(value.hex, 'hex');
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withBuffers(inner)]));
}

function withoutBuffers(value) {
  if (Buffer.isBuffer(value)) return value.toString('hex');
  if (Array.isArray(value)) return value.map(withoutBuffers);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutBuffers(inner)]));
}

class Link {
  constructor(whenOpen) {
    this.requests = []; // of the carrier, not taken yet
    this.takers = []; // who waits for one
    this.askers = new Set(); // who waits for an answer
    this.session = smpp.connect({ host: '127.0.0.1', port }, whenOpen);
    this.session.on('pdu', (pdu) => {
      if (!pdu.isResponse()) this.onRequest(pdu);
    });
    this.session.on('error', (error) => this.tell({ error: error.message }));
    this.isClosed = new Promise((resolve) => this.session.on('close', resolve));
    this.isClosed.then(() => this.tell({ closed: true }));
  }

  // To everybody who waits.
  tell(answer) {
    [...this.askers, ...this.takers.splice(0)].forEach((reply) => reply(answer));
    this.askers.clear();
  }

  onRequest(pdu) {
    this.session.send(pdu.response());
    if (this.takers.length > 0) this.takers.shift()(pdu);
    else this.requests.push(pdu);
  }

  ask(command, fields, reply) {
    this.askers.add(reply);
    this.session[command](withBuffers(fields), (answer) => {
      this.askers.delete(reply);
      reply(answer);
    });
  }

  take(reply) {
    if (this.requests.length > 0) reply(this.requests.shift());
    else this.takers.push(reply);
  }
}

const say = (answer) => process.stdout.write(JSON.stringify(withoutBuffers({ ...answer })) + '\n');

const actions = {
  open: ({ link }) => links.set(link, new Link(() => say({}))),
  ask: ({ link, command, fields }) => links.get(link).ask(command, fields || {}, say),
  take: ({ link }) => links.get(link).take(say),
  end: ({ link }) => links.get(link).isClosed.then(() => say({})),
};

const input = readline.createInterface({ input: process.stdin });
input.on('line', (line) => {
  const order = JSON.parse(line);
  actions[order.do](order);
});
input.on('close', () => process.exit(0));
