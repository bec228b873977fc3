// SPDX-License-Identifier: Apache-2.0
// Reads PDUs in hexadecimal, one a line, with the npm package “smpp”, and says what is in each as a JSON line; octets in hexadecimal,
// times as they were written.
'use strict';

const readline = require('readline');
const smpp = require('smpp');

smpp.filters.message.decode = (value) => value;
smpp.filters.time.decode = (value) => value;

const shown = (value) => (Buffer.isBuffer(value) ? value.toString('hex') : value);

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const pdu = smpp.PDU.fromBuffer(Buffer.from(line, 'hex'));
  const fields = Object.entries(pdu).map(([name, value]) => [name, shown(value)]);
  process.stdout.write(JSON.stringify(Object.fromEntries(fields)) + '\n');
});
