// SPDX-License-Identifier: Apache-2.0
// An SMSC on the npm package “smpp” that loses answers to submits and tells by query_sm what became of them. What arrives is written to a
// file as JSON lines.
//
//   node query_smsc.js RECORD
//
// Says {"port":N} on stdout; a line “quit” ends it. The system_id “deaf” gets no answer to query_sm but ESME_RINVCMDID. What becomes of a
// submit is chosen by the last digit of its destination, see FATES; a submit that comes a second time is answered.
'use strict';

const fs = require('fs');
const readline = require('readline');
const smpp = require('smpp');

// isLost: the message too, not only the answer to its submit. state: message_state in the answer to a question. tries: so many questions
// are answered with ESME_RSYSERR before. receipt: follows the answer to the question.
const FATES = {
  1: { isAnswered: true },
  2: { state: 1, receipt: true },
  3: { state: 2, added: { network_error_code: Buffer.from([3, 0, 0]), user_message_reference: 9 }, final_date: '260213101530032+' },
  4: { state: 5, error_code: 11 },
  5: { isLost: true },
  6: { state: 6, tries: 1, receipt: true },
};

const out = fs.openSync(process.argv[2], 'a');
const messages = new Map(); // by system_id and user_message_reference
const seen = new Set(); // destinations
let submitCount = 0;

const record = (event, fields) => fs.writeSync(out, JSON.stringify({ event, ...fields }) + '\n');

function sendReceipt(session, message) {
  const text = `id:${message.id} sub:001 dlvrd:001 submit date:2602131015 done date:2602131016 stat:DELIVRD err:000 text:`;
  const fields = { source_addr: message.to, destination_addr: message.from, esm_class: 4, data_coding: 0, short_message: text };
  session.deliver_sm(fields, (answer) => record('receipt_answer', { to: message.to, status: answer.command_status }));
}

function onSubmit(session, pdu) {
  const { destination_addr: to, source_addr: from, user_message_reference: reference } = pdu;
  const fate = FATES[to.slice(-1)];
  const id = `m-${++submitCount}`;
  const isAgain = seen.has(to);
  const isAnswered = fate.isAnswered || isAgain;
  seen.add(to);
  record('submit', { to, id, reference: reference === undefined ? null : reference, is_answered: Boolean(isAnswered) });
  if (!fate.isLost || isAgain) messages.set(`${session.systemId} ${reference}`, { id, to, from, fate, tries: 0 });
  if (isAnswered) session.send(pdu.response({ message_id: id }));
}

function onQuery(session, pdu) {
  const { message_id, source_addr_ton, source_addr_npi, source_addr, user_message_reference, command_length } = pdu;
  record('query', { message_id, source_addr_ton, source_addr_npi, source_addr, user_message_reference, command_length });
  const message = messages.get(`${session.systemId} ${user_message_reference}`);
  let status = 0;
  if (session.systemId === 'deaf') status = smpp.ESME_RINVCMDID;
  else if (!message) status = smpp.ESME_RQUERYFAIL;
  else if (message.tries++ < (message.fate.tries || 0)) status = smpp.ESME_RSYSERR;
  if (status) {
    session.send(pdu.response({ command_status: status }));
    return;
  }
  const { state, error_code = 0, final_date = '', added, receipt } = message.fate;
  session.send(pdu.response({ message_id: message.id, final_date, message_state: state, error_code, ...added }));
  if (receipt) sendReceipt(session, message);
}

const server = smpp.createServer({}, (session) => {
  const onBind = (pdu) => {
    session.systemId = pdu.system_id;
    session.send(pdu.response({ system_id: 'npm-smpp' }));
  };
  session.on('bind_transceiver', onBind);
  session.on('submit_sm', (pdu) => onSubmit(session, pdu));
  session.on('query_sm', (pdu) => onQuery(session, pdu));
  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('unbind', (pdu) => session.send(pdu.response()));
  session.on('error', (error) => record('error', { what: error.message }));
});
server.listen(0, '127.0.0.1', () => process.stdout.write(JSON.stringify({ port: server.address().port }) + '\n'));
const input = readline.createInterface({ input: process.stdin });
input.on('line', (line) => line === 'quit' && process.exit(0));
input.on('close', () => process.exit(0));
