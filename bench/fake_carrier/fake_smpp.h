/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Numbers of SMPP 3.4 that the fake carrier speaks of, and big-endian access to octets. */

#include <stdint.h>

enum {
  FAKE_SMPP_HEADER_LEN = 16,
  FAKE_SMPP_FRAME_MAX = 128 * 1024, /* 64 KiB of payload, 365 octets of fields and TLVs, with room */
  FAKE_SMPP_SYSTEM_ID_MAX = 15,
  FAKE_SMPP_ADDRESS_MAX = 20, /* characters of an address, SMPP 3.4 §4.4.1 */
};

enum fake_command { /* SMPP 3.4 §5.1.2.1 */
  FAKE_COMMAND_BIND_RECEIVER = 0x01,
  FAKE_COMMAND_BIND_TRANSMITTER = 0x02,
  FAKE_COMMAND_QUERY_SM = 0x03,
  FAKE_COMMAND_SUBMIT_SM = 0x04,
  FAKE_COMMAND_DELIVER_SM = 0x05,
  FAKE_COMMAND_UNBIND = 0x06,
  FAKE_COMMAND_REPLACE_SM = 0x07,
  FAKE_COMMAND_CANCEL_SM = 0x08,
  FAKE_COMMAND_BIND_TRANSCEIVER = 0x09,
  FAKE_COMMAND_OUTBIND = 0x0B,
  FAKE_COMMAND_ENQUIRE_LINK = 0x15,
  FAKE_COMMAND_SUBMIT_MULTI = 0x21,
  FAKE_COMMAND_ALERT_NOTIFICATION = 0x102,
  FAKE_COMMAND_DATA_SM = 0x103,
};
#define FAKE_COMMAND_RESP 0x80000000u
#define FAKE_COMMAND_GENERIC_NACK 0x80000000u

enum fake_status { /* SMPP 3.4 §5.1.3; 0x104 is from 5.0 */
  FAKE_STATUS_ROK = 0x00,
  FAKE_STATUS_RINVMSGLEN = 0x01,
  FAKE_STATUS_RINVCMDLEN = 0x02,
  FAKE_STATUS_RINVCMDID = 0x03,
  FAKE_STATUS_RINVBNDSTS = 0x04,
  FAKE_STATUS_RALYBND = 0x05,
  FAKE_STATUS_RSYSERR = 0x08,
  FAKE_STATUS_RBINDFAIL = 0x0D,
  FAKE_STATUS_RINVPASWD = 0x0E,
  FAKE_STATUS_RINVSYSID = 0x0F,
  FAKE_STATUS_RMSGQFUL = 0x14,
  FAKE_STATUS_RTHROTTLED = 0x58,
  FAKE_STATUS_RX_T_APPN = 0x64,
  FAKE_STATUS_RQUERYFAIL = 0x67,
};

enum fake_tlv { /* SMPP 3.4 §5.3.2 */
  FAKE_TLV_RECEIPTED_MESSAGE_ID = 0x001E,
  FAKE_TLV_USER_MESSAGE_REFERENCE = 0x0204,
  FAKE_TLV_SAR_MSG_REF_NUM = 0x020C,
  FAKE_TLV_SAR_TOTAL_SEGMENTS = 0x020E,
  FAKE_TLV_SAR_SEGMENT_SEQNUM = 0x020F,
  FAKE_TLV_SC_INTERFACE_VERSION = 0x0210,
  FAKE_TLV_NETWORK_ERROR_CODE = 0x0423,
  FAKE_TLV_MESSAGE_PAYLOAD = 0x0424,
  FAKE_TLV_MESSAGE_STATE = 0x0427,
};

enum {
  FAKE_ESM_MODE_MASK = 0x03,
  FAKE_ESM_TYPE_MASK = 0x3C,
  FAKE_ESM_RECEIPT = 0x04,
  FAKE_ESM_INTERMEDIATE = 0x20,
  FAKE_ESM_UDHI = 0x40,
};

/* The 16-bit number in the 2 octets at `at`, which may be unaligned. */
static inline uint16_t fake_smpp_get16(const unsigned char *at) {
  return (uint16_t)((unsigned)at[0] << 8 | at[1]);
}

/* The 32-bit number in the 4 octets at `at`, which may be unaligned. */
static inline uint32_t fake_smpp_get32(const unsigned char *at) {
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Write `value` into the 2 octets at `at`. */
static inline void fake_smpp_put16(unsigned char *at, uint16_t value) {
  at[0] = (unsigned char)(value >> 8);
  at[1] = (unsigned char)value;
}

/* Write `value` into the 4 octets at `at`. */
static inline void fake_smpp_put32(unsigned char *at, uint32_t value) {
  at[0] = (unsigned char)(value >> 24);
  at[1] = (unsigned char)(value >> 16);
  at[2] = (unsigned char)(value >> 8);
  at[3] = (unsigned char)value;
}

/* Write a PDU header (SMPP 3.4 §3.2) into the 16 octets at `at`; `length` is the whole PDU's, in octets. */
static inline void fake_smpp_put_header(unsigned char *at, uint32_t length, uint32_t command_id, uint32_t status,
                                        uint32_t sequence_number) {
  fake_smpp_put32(at, length);
  fake_smpp_put32(at + 4, command_id);
  fake_smpp_put32(at + 8, status);
  fake_smpp_put32(at + 12, sequence_number);
}
