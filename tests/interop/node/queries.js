// SPDX-License-Identifier: Apache-2.0
// Writes answers to query_sm, made by the npm package “smpp”, as JSON lines: {name, hex, number, query, ref, state}, the latter four what
// a client has to take from it; query: found, absent, unsupported or later.
'use strict';

const smpp = require('smpp');

// SMPP 3.4 §5.2.28 and SMPP 5.0 §4.7.15; null: that says nothing of the message.
const STATES = ['ENROUTE', 'ENROUTE', 'DELIVERED', 'EXPIRED', 'DELETED', 'UNDELIVERABLE', 'ACCEPTED', null, 'REJECTED', 'SKIPPED', null];
const IDS = ['1', '5f3a9c01-7be2-4d10-9a6f-00000000002a', '0123456789', 'ABCDEF', 'x'.repeat(64), 'with space', '"quoted\\'];
const DATES = ['', new Date(Date.UTC(2026, 1, 13, 10, 15, 30)), '260213101530032+', '000001000000000R'];
const REFUSALS = {
  ESME_RQUERYFAIL: 'absent', ESME_RINVMSGID: 'absent', ESME_RINVCMDID: 'unsupported', ESME_RINVCMDLEN: 'unsupported',
  ESME_RSYSERR: 'later', ESME_RTHROTTLED: 'later', ESME_RMSGQFUL: 'later', ESME_RINVSRCADR: 'later', ESME_RUNKNOWNERR: 'later',
  ESME_RINVTLVSTREAM: 'unsupported', ESME_RTLVNOTALLWD: 'unsupported', ESME_RPROHIBITED: 'unsupported',
};
// What carriers add, none of which the specification has in this PDU; a TLV that says otherwise does not beat the body.
smpp.addTLV('vendor_says', { id: 0x1501, type: smpp.types.tlv.cstring });
const ADDED = {
  'no TLV': {},
  'the reference': { user_message_reference: 4711 },
  'a network error': { network_error_code: Buffer.from([3, 0, 11]) },
  'an id and a state': { receipted_message_id: 'another', message_state: 8 },
  'a text': { additional_status_info_text: 'delivered to the handset' },
  "a vendor's": { vendor_says: 'DELIVRD' },
  'a long one': { message_payload: Buffer.alloc(600, 0x61) },
  'all of these': {
    user_message_reference: 1, network_error_code: Buffer.from([3, 0, 11]), receipted_message_id: 'another', vendor_says: 'x',
    congestion_state: 99, message_payload: Buffer.alloc(3, 0),
  },
};

let number = 0;

function write(name, command, options, wanted) {
  number++;
  const pdu = new smpp.PDU(command, { sequence_number: number, ...options });
  // The package sees a field of this name in the PDU and writes no TLV.
  const extra = 'message_state' in (options.added || {}) ? Buffer.from([0x04, 0x27, 0, 1, options.added.message_state]) : Buffer.alloc(0);
  const octets = Buffer.concat([pdu.toBuffer(), extra]);
  octets.writeUInt32BE(octets.length, 0);
  process.stdout.write(JSON.stringify({ name, hex: octets.toString('hex'), number, ...wanted }) + '\n');
}

for (const [added, tlvs] of Object.entries(ADDED)) {
  STATES.forEach((state, message_state) => {
    const message_id = IDS[number % IDS.length];
    const final_date = DATES[number % DATES.length];
    const error_code = number % 256;
    const options = { ...tlvs, added: tlvs, message_id, final_date, message_state, error_code };
    const ref = Buffer.from(message_id).toString('hex');
    const wanted = state ? { query: 'found', ref, state } : { query: 'later', ref: '', state: message_state === 7 ? 'UNKNOWN' : null };
    write(`state ${message_state}, ${added}`, 'query_sm_resp', options, wanted);
  });
  const bare = { ...tlvs, added: tlvs, message_id: '', final_date: '', message_state: 2, error_code: 0 };
  write(`no message_id, ${added}`, 'query_sm_resp', bare, { query: 'later', ref: '', state: 'DELIVERED' });
}
for (const [name, query] of Object.entries(REFUSALS)) {
  if (smpp[name] === undefined) throw new Error(`the package has no ${name}`);
  write(name, 'query_sm_resp', { command_status: smpp[name] }, { query, ref: '', state: null });
}
