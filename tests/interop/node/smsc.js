// SPDX-License-Identifier: Apache-2.0
// An SMSC on the npm package “smpp”. What arrives is written to a file as JSON lines; what it shall do comes on stdin.
//
//   node smsc.js RECORD
//
// Says {"port":N} on stdout, then answers each line of stdin (unbind, close, enquire, mo MESSAGE, quit) with a JSON line.
// What becomes of a submit depends on its destination: numbers ending in 0099 and 0098 are refused once, and the last
// digit chooses the receipt (see RECEIPTS).
'use strict';

const fs = require('fs');
const readline = require('readline');
const smpp = require('smpp');
const { Receipts } = require('./receipts.js');
const { decode, splitUdh } = require('./text.js');

// The octets as they came, not what the package would make of them.
smpp.filters.message.decode = (value) => value;
smpp.filters.time.decode = (value) => value;

const REFUSALS = { '0099': smpp.ESME_RTHROTTLED, '0098': smpp.ESME_RSYSERR };
const RECEIPTS = { 5: 'early', 6: 'data_sm', 7: 'UNDELIV', 8: 'EXPIRED', 9: 'intermediate' };
const KINDS = ['text', 'tlv', 'both', 'payload'];

const out = fs.openSync(process.argv[2], 'a');
const sessions = new Set();
const waiting = new Map(); // parts of messages that are not whole yet
const refused = new Set();
let sessionCount = 0;
let submitCount = 0;

const record = (event, fields) => fs.writeSync(out, JSON.stringify({ event, ...fields }) + '\n');

// The part of a longer message that a PDU says it is, and its own octets.
function partOf(pdu) {
  if (pdu.message_payload) return { part: { method: 'payload', total: 1, number: 1 }, body: pdu.message_payload };
  if (pdu.esm_class & 0x40) return splitUdh(pdu.short_message);
  if (pdu.sar_msg_ref_num !== undefined) {
    const part = { method: 'sar', reference: pdu.sar_msg_ref_num, total: pdu.sar_total_segments, number: pdu.sar_segment_seqnum };
    return { part, body: pdu.short_message };
  }
  return { part: { method: 'none', total: 1, number: 1 }, body: pdu.short_message };
}

// Takes an accepted PDU; records its message once that is whole.
function take(session, pdu, messageId) {
  const { part, body } = partOf(pdu);
  const { text, encoding } = decode(body, pdu.data_coding);
  const key = [session.systemId, pdu.destination_addr, part.method, part.reference, part.total].join('|');
  const message = waiting.get(key) || { parts: [], ids: [] };
  if (part.number < 1 || part.number > part.total) throw new Error(`part ${part.number} of ${part.total}`);
  if (message.parts[part.number]) throw new Error(`part ${part.number} came twice`);
  message.parts[part.number] = text;
  message.ids[part.number - 1] = messageId;
  waiting.set(key, message);
  if (message.ids.filter((id) => id !== undefined).length < part.total) return;
  waiting.delete(key);
  record('message', {
    system_id: session.systemId, to: pdu.destination_addr, from: pdu.source_addr, text: message.parts.join(''),
    parts: message.parts.slice(1), encoding,
    method: part.method, segments: part.total, message_ids: message.ids, validity_period: pdu.validity_period,
  });
}

// --- receipts ---

const receipts = new Receipts(sessions, (receipt, answer) =>
  record('receipt_answer', { message_id: receipt.messageId, status: answer.command_status, command: answer.command }));

function addReceipts(session, pdu, messageId, submitNumber) {
  const common = { systemId: session.systemId, from: pdu.destination_addr, to: pdu.source_addr, messageId };
  const fate = RECEIPTS[pdu.destination_addr.slice(-1)];
  if (fate === 'intermediate') receipts.add({ ...common, stat: 'ENROUTE', kind: 'intermediate' });
  if (fate === 'UNDELIV' || fate === 'EXPIRED') receipts.add({ ...common, stat: fate, kind: fate === 'UNDELIV' ? 'tlv' : 'text' });
  else receipts.add({ ...common, stat: 'DELIVRD', kind: fate === 'data_sm' ? fate : KINDS[submitNumber % KINDS.length] });
}

// --- requests of the gateway ---

function answerSubmit(session, pdu, submitNumber) {
  session.outstanding.delete(pdu.sequence_number);
  const refusal = REFUSALS[pdu.destination_addr.slice(-4)];
  if (refusal !== undefined && !refused.has(pdu.destination_addr)) {
    refused.add(pdu.destination_addr);
    session.send(pdu.response({ command_status: refusal }));
    return;
  }
  const messageId = `5f3a9c01-7be2-4d10-9a6f-${submitNumber.toString(16).padStart(12, '0')}`;
  take(session, pdu, messageId);
  const isEarly = RECEIPTS[pdu.destination_addr.slice(-1)] === 'early';
  if (isEarly && pdu.registered_delivery) addReceipts(session, pdu, messageId, submitNumber);
  session.send(pdu.response({ message_id: messageId }));
  if (!isEarly && pdu.registered_delivery) addReceipts(session, pdu, messageId, submitNumber);
}

function onSubmit(session, pdu) {
  const submitNumber = ++submitCount;
  const octets = pdu.short_message ? pdu.short_message.length : 0;
  const { source_addr_ton, source_addr_npi, source_addr, dest_addr_ton, dest_addr_npi, destination_addr } = pdu;
  const { service_type, esm_class, protocol_id, priority_flag, schedule_delivery_time, registered_delivery } = pdu;
  if (session.outstanding.has(pdu.sequence_number)) throw new Error(`sequence_number ${pdu.sequence_number} is still outstanding`);
  session.outstanding.add(pdu.sequence_number);
  record('submit', {
    session: session.number, system_id: session.systemId, outstanding: session.outstanding.size, octets, source_addr_ton,
    source_addr_npi, source_addr, dest_addr_ton, dest_addr_npi, destination_addr, service_type, esm_class, protocol_id,
    priority_flag, schedule_delivery_time, registered_delivery, replace_if_present_flag: pdu.replace_if_present_flag,
    data_coding: pdu.data_coding, sm_default_msg_id: pdu.sm_default_msg_id,
  });
  // Answers come late and out of order.
  setTimeout(() => guarded(session, () => answerSubmit(session, pdu, submitNumber)), (submitNumber * 7) % 5);
}

function onBind(session, pdu) {
  session.systemId = pdu.system_id;
  record('bind', {
    session: session.number, command: pdu.command, system_id: pdu.system_id, password: pdu.password,
    system_type: pdu.system_type, interface_version: pdu.interface_version,
  });
  session.send(pdu.response({ system_id: 'npm-smpp', sc_interface_version: 0x34 }));
  receipts.sessionBound(session);
}

// A mistake of the peer, or of ours, is written down and fails the test.
function guarded(session, action) {
  try {
    action();
  } catch (error) {
    record('error', { session: session.number, what: error.message });
  }
}

const expected = new Set(['bind_transceiver', 'submit_sm', 'enquire_link', 'unbind', 'deliver_sm_resp', 'data_sm_resp',
  'enquire_link_resp', 'unbind_resp']);

function onSession(session) {
  session.number = ++sessionCount;
  session.outstanding = new Set();
  sessions.add(session);
  session.on('pdu', (pdu) => {
    if (!expected.has(pdu.command)) record('error', { session: session.number, what: `unexpected ${pdu.command}` });
  });
  session.on('bind_transceiver', (pdu) => guarded(session, () => onBind(session, pdu)));
  session.on('submit_sm', (pdu) => guarded(session, () => onSubmit(session, pdu)));
  session.on('enquire_link', (pdu) => {
    record('enquire_link', { session: session.number });
    session.send(pdu.response());
  });
  session.on('unbind', (pdu) => {
    record('unbind', { session: session.number, outstanding: session.outstanding.size });
    session.isEnding = true;
    session.send(pdu.response());
  });
  session.on('error', (error) => record('error', { session: session.number, what: error.message }));
  session.on('close', () => {
    sessions.delete(session);
    record('close', { session: session.number, unanswered: receipts.sessionClosed(session) });
  });
}

// --- messages from phones ---

// message: {command, system_id, source_addr, destination_addr, esm_class, data_coding, octets} in JSON, octets in hexadecimal; also
// sar: [reference, total, number]. A data_sm has them in message_payload, a deliver_sm where in_payload says so.
function sendMo(json) {
  const message = JSON.parse(json);
  const session = [...sessions].find((each) => each.systemId === message.system_id && !each.isEnding);
  const { source_addr, destination_addr, esm_class, data_coding, sar } = message;
  const octets = Buffer.from(message.octets, 'hex');
  const body = message.in_payload ? { short_message: '', message_payload: octets } : { short_message: octets };
  const fields = { source_addr_ton: 1, source_addr_npi: 1, source_addr, destination_addr, esm_class, data_coding };
  if (sar) [fields.sar_msg_ref_num, fields.sar_total_segments, fields.sar_segment_seqnum] = sar;
  const whenAnswered = (answer) =>
    record('mo_answer', { from: source_addr, status: answer.command_status, command: answer.command });
  if (message.command === 'data_sm') session.data_sm({ ...fields, message_payload: octets }, whenAnswered);
  else session.deliver_sm({ ...fields, ...body }, whenAnswered);
}

// --- commands ---

const commands = {
  // Asks every session to end and leaves the closing to the gateway.
  unbind: () => sessions.forEach((session) => session.unbind(() => record('unbind_resp', { session: session.number }))),
  close: () => sessions.forEach((session) => session.destroy()),
  enquire: () =>
    sessions.forEach((session) => session.enquire_link(() => record('enquire_link_resp', { session: session.number }))),
  mo: sendMo,
  quit: () => setImmediate(() => process.exit(0)),
};

const server = smpp.createServer({}, onSession);
server.listen(0, '127.0.0.1', () => process.stdout.write(JSON.stringify({ port: server.address().port }) + '\n'));
const input = readline.createInterface({ input: process.stdin });
input.on('line', (line) => {
  const count = sessions.size;
  const [name] = line.split(' ', 1);
  const command = commands[name];
  if (command) command(line.slice(name.length + 1));
  process.stdout.write(JSON.stringify({ ok: Boolean(command), sessions: count }) + '\n');
});
input.on('close', () => process.exit(0));
