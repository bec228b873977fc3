/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/wire/smpp/golden.h"

/* Built field by field after SMPP 3.4 §4 and SMPP 5.0 §4.4; a blank stands between fields. */
const struct golden golden_pdus[] = {
	{ "bind_receiver",
	  "0000002e 00000001 00000000 00000001 686f6e6779616e00 736563726574303800 736d7300 34 01 01 "
	  "5e3130363900",
	  "{\"command\":\"bind_receiver\",\"command_id\":1,\"command_status\":0,\"sequence_number\":1,"
	  "\"fields\":{\"system_id\":\"hongyan\",\"password\":\"secret08\",\"system_type\":\"sms\","
	  "\"interface_version\":52,\"addr_ton\":1,\"addr_npi\":1,\"address_range\":\"^1069\"},\"tlvs\":[]}" },
	{ "bind_transmitter",
	  "0000002e 00000002 00000000 00000002 686f6e6779616e00 736563726574303800 736d7300 34 01 01 "
	  "5e3130363900",
	  "{\"command\":\"bind_transmitter\",\"command_id\":2,\"command_status\":0,\"sequence_number\":2,"
	  "\"fields\":{\"system_id\":\"hongyan\",\"password\":\"secret08\",\"system_type\":\"sms\","
	  "\"interface_version\":52,\"addr_ton\":1,\"addr_npi\":1,\"address_range\":\"^1069\"},\"tlvs\":[]}" },
	{ "bind_transceiver",
	  "0000002e 00000009 00000000 00000003 686f6e6779616e00 736563726574303800 736d7300 34 01 01 "
	  "5e3130363900",
	  "{\"command\":\"bind_transceiver\",\"command_id\":9,\"command_status\":0,\"sequence_number\":3,"
	  "\"fields\":{\"system_id\":\"hongyan\",\"password\":\"secret08\",\"system_type\":\"sms\","
	  "\"interface_version\":52,\"addr_ton\":1,\"addr_npi\":1,\"address_range\":\"^1069\"},\"tlvs\":[]}" },
	{ "bind_transceiver, shortest", "00000017 00000009 00000000 00000004 00 00 00 50 00 00 00",
	  "{\"command\":\"bind_transceiver\",\"command_id\":9,\"command_status\":0,\"sequence_number\":4,"
	  "\"fields\":{\"system_id\":\"\",\"password\":\"\",\"system_type\":\"\",\"interface_version\":80,\"addr_ton\":"
	  "0,"
	  "\"addr_npi\":0,\"address_range\":\"\"},\"tlvs\":[]}" },
	{ "bind_receiver_resp", "00000015 80000001 00000000 00000001 534d534300",
	  "{\"command\":\"bind_receiver_resp\",\"command_id\":2147483649,\"command_status\":0,"
	  "\"sequence_number\":1,\"fields\":{\"system_id\":\"SMSC\"},\"tlvs\":[]}" },
	{ "bind_transmitter_resp", "0000001a 80000002 00000000 00000002 534d534300 0210000134",
	  "{\"command\":\"bind_transmitter_resp\",\"command_id\":2147483650,\"command_status\":0,"
	  "\"sequence_number\":2,\"fields\":{\"system_id\":\"SMSC\"},\"tlvs\":[{\"tag\":528,"
	  "\"name\":\"sc_interface_version\",\"hex\":\"34\"}]}" },
	{ "bind_transceiver_resp", "0000001b 80000009 00000000 00000003 00 0210000150 042800011d",
	  "{\"command\":\"bind_transceiver_resp\",\"command_id\":2147483657,\"command_status\":0,"
	  "\"sequence_number\":3,\"fields\":{\"system_id\":\"\"},\"tlvs\":[{\"tag\":528,"
	  "\"name\":\"sc_interface_version\",\"hex\":\"50\"},{\"tag\":1064,\"name\":\"congestion_state\","
	  "\"hex\":\"1d\"}]}" },
	{ "bind_transceiver_resp, refused, no body", "00000010 80000009 0000000e 00000003",
	  "{\"command\":\"bind_transceiver_resp\",\"command_id\":2147483657,\"command_status\":14,"
	  "\"sequence_number\":3,\"fields\":{},\"tlvs\":[]}" },
	{ "outbind", "0000001b 0000000b 00000000 00000009 534d534300 6b6e6f636b00",
	  "{\"command\":\"outbind\",\"command_id\":11,\"command_status\":0,\"sequence_number\":9,"
	  "\"fields\":{\"system_id\":\"SMSC\",\"password\":\"knock\"},\"tlvs\":[]}" },
	{ "enquire_link", "00000010 00000015 00000000 7fffffff",
	  "{\"command\":\"enquire_link\",\"command_id\":21,\"command_status\":0,\"sequence_number\":2147483647,"
	  "\"fields\":{},\"tlvs\":[]}" },
	{ "enquire_link_resp", "00000010 80000015 00000000 7fffffff",
	  "{\"command\":\"enquire_link_resp\",\"command_id\":2147483669,\"command_status\":0,"
	  "\"sequence_number\":2147483647,\"fields\":{},\"tlvs\":[]}" },
	{ "unbind", "00000010 00000006 00000000 00000007",
	  "{\"command\":\"unbind\",\"command_id\":6,\"command_status\":0,\"sequence_number\":7,\"fields\":{},"
	  "\"tlvs\":[]}" },
	{ "unbind_resp", "00000010 80000006 00000000 00000007",
	  "{\"command\":\"unbind_resp\",\"command_id\":2147483654,\"command_status\":0,\"sequence_number\":7,"
	  "\"fields\":{},\"tlvs\":[]}" },
	{ "generic_nack", "00000010 80000000 00000003 00000000",
	  "{\"command\":\"generic_nack\",\"command_id\":2147483648,\"command_status\":3,\"sequence_number\":0,"
	  "\"fields\":{},\"tlvs\":[]}" },
	{ "submit_sm",
	  "0000004d 00000004 00000000 00000005 00 03 00 313036393030303100 01 01 3836313339313233343030303100 "
	  "00 00 00 00 3030303030313030303030303030305200 01 00 00 00 07 48656c6c6f1b65",
	  "{\"command\":\"submit_sm\",\"command_id\":4,\"command_status\":0,\"sequence_number\":5,"
	  "\"fields\":{\"service_type\":\"\",\"source_addr_ton\":3,\"source_addr_npi\":0,"
	  "\"source_addr\":\"10690001\",\"dest_addr_ton\":1,\"dest_addr_npi\":1,"
	  "\"destination_addr\":\"8613912340001\",\"esm_class\":0,\"protocol_id\":0,\"priority_flag\":0,"
	  "\"schedule_delivery_time\":\"\",\"validity_period\":\"000001000000000R\",\"registered_delivery\":1,"
	  "\"replace_if_present_flag\":0,\"data_coding\":0,\"sm_default_msg_id\":0,\"sm_length\":7,"
	  "\"short_message\":\"48656c6c6f1b65\"},\"tlvs\":[]}" },
	{ "submit_sm, shortest",
	  "00000021 00000004 00000000 00000000 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
	  "{\"command\":\"submit_sm\",\"command_id\":4,\"command_status\":0,\"sequence_number\":0,"
	  "\"fields\":{\"service_type\":\"\",\"source_addr_ton\":0,\"source_addr_npi\":0,\"source_addr\":\"\","
	  "\"dest_addr_ton\":0,\"dest_addr_npi\":0,\"destination_addr\":\"\",\"esm_class\":0,\"protocol_id\":0,"
	  "\"priority_flag\":0,\"schedule_delivery_time\":\"\",\"validity_period\":\"\",\"registered_delivery\":0,"
	  "\"replace_if_present_flag\":0,\"data_coding\":0,\"sm_default_msg_id\":0,\"sm_length\":0,"
	  "\"short_message\":\"\"},\"tlvs\":[]}" },
	{ "submit_sm, UDH, UCS-2, all times",
	  "00000068 00000004 00000000 00000006 434d5400 05 00 484f4e4759414e00 01 01 "
	  "3836313339313233343030303100 40 00 01 3236303231333037303030303033322b00 "
	  "3236303231333038303030303033322b00 01 00 08 00 0a 050003a70201505c7535 020400021234",
	  "{\"command\":\"submit_sm\",\"command_id\":4,\"command_status\":0,\"sequence_number\":6,"
	  "\"fields\":{\"service_type\":\"CMT\",\"source_addr_ton\":5,\"source_addr_npi\":0,"
	  "\"source_addr\":\"HONGYAN\",\"dest_addr_ton\":1,\"dest_addr_npi\":1,"
	  "\"destination_addr\":\"8613912340001\",\"esm_class\":64,\"protocol_id\":0,\"priority_flag\":1,"
	  "\"schedule_delivery_time\":\"260213070000032+\",\"validity_period\":\"260213080000032+\","
	  "\"registered_delivery\":1,\"replace_if_present_flag\":0,\"data_coding\":8,\"sm_default_msg_id\":0,"
	  "\"sm_length\":10,\"short_message\":\"050003a70201505c7535\"},\"tlvs\":[{\"tag\":516,"
	  "\"name\":\"user_message_reference\",\"hex\":\"1234\"}]}" },
	{ "submit_sm, sar",
	  "0000005a 00000004 00000000 00000007 00 03 00 313036393030303100 01 01 3836313339313233343030303100 "
	  "00 00 00 00 3030303030313030303030303030305200 01 00 00 00 04 70617274 020c000200a7 020e000102 "
	  "020f000101",
	  "{\"command\":\"submit_sm\",\"command_id\":4,\"command_status\":0,\"sequence_number\":7,"
	  "\"fields\":{\"service_type\":\"\",\"source_addr_ton\":3,\"source_addr_npi\":0,"
	  "\"source_addr\":\"10690001\",\"dest_addr_ton\":1,\"dest_addr_npi\":1,"
	  "\"destination_addr\":\"8613912340001\",\"esm_class\":0,\"protocol_id\":0,\"priority_flag\":0,"
	  "\"schedule_delivery_time\":\"\",\"validity_period\":\"000001000000000R\",\"registered_delivery\":1,"
	  "\"replace_if_present_flag\":0,\"data_coding\":0,\"sm_default_msg_id\":0,\"sm_length\":4,"
	  "\"short_message\":\"70617274\"},\"tlvs\":[{\"tag\":524,\"name\":\"sar_msg_ref_num\",\"hex\":\"00a7\"},"
	  "{\"tag\":526,\"name\":\"sar_total_segments\",\"hex\":\"02\"},{\"tag\":527,\"name\":\"sar_segment_seqnum\","
	  "\"hex\":\"01\"}]}" },
	{ "submit_sm, payload and a vendor TLV",
	  "0000005f 00000004 00000000 00000008 00 03 00 313036393030303100 01 01 3836313339313233343030303100 "
	  "00 00 00 00 3030303030313030303030303030305200 01 00 00 00 00 0424000b61206c6f6e672074657874 "
	  "130c0000 14010002dead",
	  "{\"command\":\"submit_sm\",\"command_id\":4,\"command_status\":0,\"sequence_number\":8,"
	  "\"fields\":{\"service_type\":\"\",\"source_addr_ton\":3,\"source_addr_npi\":0,"
	  "\"source_addr\":\"10690001\",\"dest_addr_ton\":1,\"dest_addr_npi\":1,"
	  "\"destination_addr\":\"8613912340001\",\"esm_class\":0,\"protocol_id\":0,\"priority_flag\":0,"
	  "\"schedule_delivery_time\":\"\",\"validity_period\":\"000001000000000R\",\"registered_delivery\":1,"
	  "\"replace_if_present_flag\":0,\"data_coding\":0,\"sm_default_msg_id\":0,\"sm_length\":0,"
	  "\"short_message\":\"\"},\"tlvs\":[{\"tag\":1060,\"name\":\"message_payload\","
	  "\"hex\":\"61206c6f6e672074657874\"},{\"tag\":4876,\"name\":\"alert_on_message_delivery\",\"hex\":\"\"},"
	  "{\"tag\":5121,\"name\":null,\"hex\":\"dead\"}]}" },
	{ "submit_sm_resp", "00000017 80000004 00000000 00000005 31413242334300",
	  "{\"command\":\"submit_sm_resp\",\"command_id\":2147483652,\"command_status\":0,\"sequence_number\":5,"
	  "\"fields\":{\"message_id\":\"1A2B3C\"},\"tlvs\":[]}" },
	{ "submit_sm_resp, no body", "00000010 80000004 00000058 00000006",
	  "{\"command\":\"submit_sm_resp\",\"command_id\":2147483652,\"command_status\":88,\"sequence_number\":6,"
	  "\"fields\":{},\"tlvs\":[]}" },
	{ "submit_sm_resp, with a reason", "0000001e 80000004 00000045 00000006 00 001d00096e6f20726f75746500",
	  "{\"command\":\"submit_sm_resp\",\"command_id\":2147483652,\"command_status\":69,\"sequence_number\":6,"
	  "\"fields\":{\"message_id\":\"\"},\"tlvs\":[{\"tag\":29,\"name\":\"additional_status_info_text\","
	  "\"hex\":\"6e6f20726f75746500\"}]}" },
	{ "deliver_sm, receipt",
	  "000000b8 00000005 00000000 00000101 00 01 01 3836313339313233343030303100 00 01 313036393030303100 "
	  "04 00 00 00 00 00 00 00 00 6b "
	  "69643a30303031373135303034207375623a30303120646c7672643a303031207375626d697420646174653a323630323133"
	  "3038303020646f6e6520646174653a3236303231333038303120737461743a44454c49565244206572723a30303020746578"
	  "743a68656c6c6f 001e000731413242334300 0427000102 04230003030000",
	  "{\"command\":\"deliver_sm\",\"command_id\":5,\"command_status\":0,\"sequence_number\":257,"
	  "\"fields\":{\"service_type\":\"\",\"source_addr_ton\":1,\"source_addr_npi\":1,"
	  "\"source_addr\":\"8613912340001\",\"dest_addr_ton\":0,\"dest_addr_npi\":1,"
	  "\"destination_addr\":\"10690001\",\"esm_class\":4,\"protocol_id\":0,\"priority_flag\":0,"
	  "\"schedule_delivery_time\":\"\",\"validity_period\":\"\",\"registered_delivery\":0,"
	  "\"replace_if_present_flag\":0,\"data_coding\":0,\"sm_default_msg_id\":0,\"sm_length\":107,"
	  "\"short_message\":\"69643a30303031373135303034207375623a30303120646c7672643a3030312"
	  "07375626d697420646174653a3236303231333038303020646f6e6520646174653a3236303231333"
	  "038303120737461743a44454c49565244206572723a30303020746578743a68656c6c6f\"},\"tlvs\":[{\"tag\":30,"
	  "\"name\":\"receipted_message_id\",\"hex\":\"31413242334300\"},{\"tag\":1063,\"name\":\"message_state\","
	  "\"hex\":\"02\"},{\"tag\":1059,\"name\":\"network_error_code\",\"hex\":\"030000\"}]}" },
	{ "deliver_sm, message from a phone",
	  "00000038 00000005 00000000 00000102 00 01 01 3836313339313233343030303100 00 01 313036393030303100 "
	  "00 00 00 00 00 00 00 00 00 02 5444",
	  "{\"command\":\"deliver_sm\",\"command_id\":5,\"command_status\":0,\"sequence_number\":258,"
	  "\"fields\":{\"service_type\":\"\",\"source_addr_ton\":1,\"source_addr_npi\":1,"
	  "\"source_addr\":\"8613912340001\",\"dest_addr_ton\":0,\"dest_addr_npi\":1,"
	  "\"destination_addr\":\"10690001\",\"esm_class\":0,\"protocol_id\":0,\"priority_flag\":0,"
	  "\"schedule_delivery_time\":\"\",\"validity_period\":\"\",\"registered_delivery\":0,"
	  "\"replace_if_present_flag\":0,\"data_coding\":0,\"sm_default_msg_id\":0,\"sm_length\":2,"
	  "\"short_message\":\"5444\"},\"tlvs\":[]}" },
	{ "deliver_sm_resp", "00000011 80000005 00000000 00000101 00",
	  "{\"command\":\"deliver_sm_resp\",\"command_id\":2147483653,\"command_status\":0,"
	  "\"sequence_number\":257,\"fields\":{\"message_id\":\"\"},\"tlvs\":[]}" },
	{ "deliver_sm_resp, bare header", "00000010 80000005 00000000 00000102",
	  "{\"command\":\"deliver_sm_resp\",\"command_id\":2147483653,\"command_status\":0,"
	  "\"sequence_number\":258,\"fields\":{},\"tlvs\":[]}" },
	{ "data_sm",
	  "0000003b 00000103 00000000 00000103 00 01 01 3836313339313233343030303100 00 01 313036393030303100 "
	  "04 00 00 001e0003373700 0427000105",
	  "{\"command\":\"data_sm\",\"command_id\":259,\"command_status\":0,\"sequence_number\":259,"
	  "\"fields\":{\"service_type\":\"\",\"source_addr_ton\":1,\"source_addr_npi\":1,"
	  "\"source_addr\":\"8613912340001\",\"dest_addr_ton\":0,\"dest_addr_npi\":1,"
	  "\"destination_addr\":\"10690001\",\"esm_class\":4,\"registered_delivery\":0,\"data_coding\":0},"
	  "\"tlvs\":[{\"tag\":30,\"name\":\"receipted_message_id\",\"hex\":\"373700\"},{\"tag\":1063,"
	  "\"name\":\"message_state\",\"hex\":\"05\"}]}" },
	{ "data_sm_resp", "0000001c 80000103 000000fe 00000103 7800 0425000101 0420000100",
	  "{\"command\":\"data_sm_resp\",\"command_id\":2147483907,\"command_status\":254,"
	  "\"sequence_number\":259,\"fields\":{\"message_id\":\"x\"},\"tlvs\":[{\"tag\":1061,"
	  "\"name\":\"delivery_failure_reason\",\"hex\":\"01\"},{\"tag\":1056,\"name\":\"dpf_result\",\"hex\":\"00\"}]"
	  "}" },
	{ "submit_multi",
	  "0000005f 00000021 00000000 0000000a 00 03 00 313036393030303100 03 "
	  "0101013836313339313233343030303100026372657700010001313339313233343030303200 00 00 00 00 "
	  "3030303030313030303030303030305200 01 00 00 00 02 6869",
	  "{\"command\":\"submit_multi\",\"command_id\":33,\"command_status\":0,\"sequence_number\":10,"
	  "\"fields\":{\"service_type\":\"\",\"source_addr_ton\":3,\"source_addr_npi\":0,"
	  "\"source_addr\":\"10690001\",\"number_of_dests\":3,\"dest_address\":[{\"dest_flag\":1,"
	  "\"dest_addr_ton\":1,\"dest_addr_npi\":1,\"destination_addr\":\"8613912340001\"},{\"dest_flag\":2,"
	  "\"dl_name\":\"crew\"},{\"dest_flag\":1,\"dest_addr_ton\":0,\"dest_addr_npi\":1,"
	  "\"destination_addr\":\"13912340002\"}],\"esm_class\":0,\"protocol_id\":0,\"priority_flag\":0,"
	  "\"schedule_delivery_time\":\"\",\"validity_period\":\"000001000000000R\",\"registered_delivery\":1,"
	  "\"replace_if_present_flag\":0,\"data_coding\":0,\"sm_default_msg_id\":0,\"sm_length\":2,"
	  "\"short_message\":\"6869\"},\"tlvs\":[]}" },
	{ "submit_multi_resp",
	  "0000003a 80000021 00000000 0000000a 343200 02 "
	  "010138363133393132333430303031000000000b000131333931323334303030320000000058",
	  "{\"command\":\"submit_multi_resp\",\"command_id\":2147483681,\"command_status\":0,"
	  "\"sequence_number\":10,\"fields\":{\"message_id\":\"42\",\"no_unsuccess\":2,"
	  "\"unsuccess_sme\":[{\"dest_addr_ton\":1,\"dest_addr_npi\":1,\"destination_addr\":\"8613912340001\","
	  "\"error_status_code\":11},{\"dest_addr_ton\":0,\"dest_addr_npi\":1,"
	  "\"destination_addr\":\"13912340002\",\"error_status_code\":88}]},\"tlvs\":[]}" },
	{ "submit_multi_resp, all well", "00000014 80000021 00000000 0000000b 343300 00",
	  "{\"command\":\"submit_multi_resp\",\"command_id\":2147483681,\"command_status\":0,"
	  "\"sequence_number\":11,\"fields\":{\"message_id\":\"43\",\"no_unsuccess\":0,\"unsuccess_sme\":[]},"
	  "\"tlvs\":[]}" },
	{ "query_sm", "00000022 00000003 00000000 0000000c 31413242334300 03 00 313036393030303100",
	  "{\"command\":\"query_sm\",\"command_id\":3,\"command_status\":0,\"sequence_number\":12,"
	  "\"fields\":{\"message_id\":\"1A2B3C\",\"source_addr_ton\":3,\"source_addr_npi\":0,"
	  "\"source_addr\":\"10690001\"},\"tlvs\":[]}" },
	{ "query_sm_resp",
	  "0000002a 80000003 00000000 0000000c 31413242334300 3236303231333038303130303033322b00 02 00",
	  "{\"command\":\"query_sm_resp\",\"command_id\":2147483651,\"command_status\":0,\"sequence_number\":12,"
	  "\"fields\":{\"message_id\":\"1A2B3C\",\"final_date\":\"260213080100032+\",\"message_state\":2,"
	  "\"error_code\":0},\"tlvs\":[]}" },
	{ "query_sm_resp, under way", "0000001a 80000003 00000000 0000000d 31413242334400 00 01 00",
	  "{\"command\":\"query_sm_resp\",\"command_id\":2147483651,\"command_status\":0,\"sequence_number\":13,"
	  "\"fields\":{\"message_id\":\"1A2B3D\",\"final_date\":\"\",\"message_state\":1,\"error_code\":0},\"tlvs\":[]"
	  "}" },
	{ "cancel_sm",
	  "00000033 00000008 00000000 0000000e 00 31413242334300 03 00 313036393030303100 01 01 "
	  "3836313339313233343030303100",
	  "{\"command\":\"cancel_sm\",\"command_id\":8,\"command_status\":0,\"sequence_number\":14,"
	  "\"fields\":{\"service_type\":\"\",\"message_id\":\"1A2B3C\",\"source_addr_ton\":3,\"source_addr_npi\":0,"
	  "\"source_addr\":\"10690001\",\"dest_addr_ton\":1,\"dest_addr_npi\":1,"
	  "\"destination_addr\":\"8613912340001\"},\"tlvs\":[]}" },
	{ "cancel_sm_resp", "00000010 80000008 00000011 0000000e",
	  "{\"command\":\"cancel_sm_resp\",\"command_id\":2147483656,\"command_status\":17,"
	  "\"sequence_number\":14,\"fields\":{},\"tlvs\":[]}" },
	{ "replace_sm",
	  "0000003a 00000007 00000000 0000000f 31413242334300 03 00 313036393030303100 00 "
	  "3030303030303030313530303030305200 01 00 03 6e6577",
	  "{\"command\":\"replace_sm\",\"command_id\":7,\"command_status\":0,\"sequence_number\":15,"
	  "\"fields\":{\"message_id\":\"1A2B3C\",\"source_addr_ton\":3,\"source_addr_npi\":0,"
	  "\"source_addr\":\"10690001\",\"schedule_delivery_time\":\"\",\"validity_period\":\"000000001500000R\","
	  "\"registered_delivery\":1,\"sm_default_msg_id\":0,\"sm_length\":3,\"short_message\":\"6e6577\"},"
	  "\"tlvs\":[]}" },
	{ "replace_sm_resp", "00000010 80000007 00000000 0000000f",
	  "{\"command\":\"replace_sm_resp\",\"command_id\":2147483655,\"command_status\":0,"
	  "\"sequence_number\":15,\"fields\":{},\"tlvs\":[]}" },
	{ "alert_notification",
	  "00000030 00000102 00000000 00000010 01 01 3836313339313233343030303100 00 01 313036393030303100 "
	  "0422000100",
	  "{\"command\":\"alert_notification\",\"command_id\":258,\"command_status\":0,\"sequence_number\":16,"
	  "\"fields\":{\"source_addr_ton\":1,\"source_addr_npi\":1,\"source_addr\":\"8613912340001\","
	  "\"esme_addr_ton\":0,\"esme_addr_npi\":1,\"esme_addr\":\"10690001\"},\"tlvs\":[{\"tag\":1058,"
	  "\"name\":\"ms_availability_status\",\"hex\":\"00\"}]}" },
	{ "broadcast_sm",
	  "00000044 00000111 00000000 00000011 43425300 03 00 313036393030303100 00 04 00 00 00 00 00 "
	  "06060006004a696c696e 06010003000010 060400020001 06050003080001",
	  "{\"command\":\"broadcast_sm\",\"command_id\":273,\"command_status\":0,\"sequence_number\":17,"
	  "\"fields\":{\"service_type\":\"CBS\",\"source_addr_ton\":3,\"source_addr_npi\":0,"
	  "\"source_addr\":\"10690001\",\"message_id\":\"\",\"priority_flag\":4,\"schedule_delivery_time\":\"\","
	  "\"validity_period\":\"\",\"replace_if_present_flag\":0,\"data_coding\":0,\"sm_default_msg_id\":0},"
	  "\"tlvs\":[{\"tag\":1542,\"name\":\"broadcast_area_identifier\",\"hex\":\"004a696c696e\"},{\"tag\":1537,"
	  "\"name\":\"broadcast_content_type\",\"hex\":\"000010\"},{\"tag\":1540,\"name\":\"broadcast_rep_num\","
	  "\"hex\":\"0001\"},{\"tag\":1541,\"name\":\"broadcast_frequency_interval\",\"hex\":\"080001\"}]}" },
	{ "broadcast_sm_resp", "00000013 80000111 00000000 00000011 623100",
	  "{\"command\":\"broadcast_sm_resp\",\"command_id\":2147483921,\"command_status\":0,"
	  "\"sequence_number\":17,\"fields\":{\"message_id\":\"b1\"},\"tlvs\":[]}" },
	{ "query_broadcast_sm", "0000001e 00000112 00000000 00000012 623100 03 00 313036393030303100",
	  "{\"command\":\"query_broadcast_sm\",\"command_id\":274,\"command_status\":0,\"sequence_number\":18,"
	  "\"fields\":{\"message_id\":\"b1\",\"source_addr_ton\":3,\"source_addr_npi\":0,"
	  "\"source_addr\":\"10690001\"},\"tlvs\":[]}" },
	{ "query_broadcast_sm_resp",
	  "00000027 80000112 00000000 00000012 623100 0427000102 06060006004a696c696e 0608000164",
	  "{\"command\":\"query_broadcast_sm_resp\",\"command_id\":2147483922,\"command_status\":0,"
	  "\"sequence_number\":18,\"fields\":{\"message_id\":\"b1\"},\"tlvs\":[{\"tag\":1063,"
	  "\"name\":\"message_state\",\"hex\":\"02\"},{\"tag\":1542,\"name\":\"broadcast_area_identifier\","
	  "\"hex\":\"004a696c696e\"},{\"tag\":1544,\"name\":\"broadcast_area_success\",\"hex\":\"64\"}]}" },
	{ "cancel_broadcast_sm", "00000022 00000113 00000000 00000013 43425300 623100 03 00 313036393030303100",
	  "{\"command\":\"cancel_broadcast_sm\",\"command_id\":275,\"command_status\":0,\"sequence_number\":19,"
	  "\"fields\":{\"service_type\":\"CBS\",\"message_id\":\"b1\",\"source_addr_ton\":3,\"source_addr_npi\":0,"
	  "\"source_addr\":\"10690001\"},\"tlvs\":[]}" },
	{ "cancel_broadcast_sm_resp", "00000010 80000113 00000000 00000013",
	  "{\"command\":\"cancel_broadcast_sm_resp\",\"command_id\":2147483923,\"command_status\":0,"
	  "\"sequence_number\":19,\"fields\":{},\"tlvs\":[]}" },
};

const size_t golden_pdu_count = sizeof golden_pdus / sizeof golden_pdus[0];
