/* SPDX-License-Identifier: Apache-2.0 */

/* “hongyan receipt” beyond texts in ASCII, which test_cli.c has: whole PDUs, alphabets, accounts. */

#include "test_cli_terminal.h"

#include <criterion/criterion.h>
#include <string.h>

Test(cli_receipt, shapes)
{
	static const struct {
		const char *name;
		const char *words[TERMINAL_WORDS_MAX];
		const char *input;
		struct terminal_hooks hooks;
		int want_code;
		const char *want_out;
		const char *want_err;
	} rows[] = {
		{ "by TLVs alone",
		  { "receipt" },
		  "0000004000000005000000000000000700010138363133393030303030303031000001313036390004000000000000000000"
		  "001e000534363630000427000102\n",
		  .want_code = CLI_OK,
		  .want_out = "{\"receipt\":true,\"id\":\"4660\",\"state\":\"DELIVERED\",\"final\":true,\"err\":null,"
			      "\"sub\":null,\"dlvrd\":null,\"submit_date\":null,\"done_date\":null,\"text\":null}\n",
		  .want_err = "" },
		{ "TLVs beat the text",
		  { "receipt" },
		  "0000006000000005000000000000000700010138363133393030303030303031000001313036390004000000000000000020"
		  "69643a3120737461743a554e44454c4956206572723a30303120746578743a78001e000534363630000427000102\n",
		  .want_code = CLI_OK,
		  .want_out =
			  "{\"receipt\":true,\"id\":\"4660\",\"state\":\"DELIVERED\",\"final\":true,\"err\":\"001\","
			  "\"sub\":null,\"dlvrd\":null,\"submit_date\":null,\"done_date\":null,\"text\":\"x\"}\n",
		  .want_err = "" },
		{ "data_sm",
		  { "receipt" },
		  "000000560000010300000000000000070001013836313339303030303030303100000131303639000400000424002269643a"
		  "3436363020737461743a44454c49565244206572723a30303020746578743a0427000102\n",
		  .want_code = CLI_OK,
		  .want_out =
			  "{\"receipt\":true,\"id\":\"4660\",\"state\":\"DELIVERED\",\"final\":true,\"err\":\"000\","
			  "\"sub\":null,\"dlvrd\":null,\"submit_date\":null,\"done_date\":null,\"text\":\"\"}\n",
		  .want_err = "" },
		{ "UCS-2 by data_coding",
		  { "receipt" },
		  "0000007800000005000000000000000700010138363133393030303030303031000001313036390004000000000000080046"
		  "00690064003a003400360036003000200073007400610074003a00440045004c00490056005200440020006500720072003a"
		  "00300030003000200074006500780074003a7535\n",
		  .want_code = CLI_OK,
		  .want_out =
			  "{\"receipt\":true,\"id\":\"4660\",\"state\":\"DELIVERED\",\"final\":true,\"err\":\"000\","
			  "\"sub\":null,\"dlvrd\":null,\"submit_date\":null,\"done_date\":null,\"text\":\"电\"}\n",
		  .want_err = "" },
		{ "an intermediate notification",
		  { "receipt" },
		  "0000004600000005000000000000000700010138363133393030303030303031000001313036390020000000000000000014"
		  "69643a3436363020737461743a44454c49565244\n",
		  .want_code = CLI_OK,
		  .want_out = "{\"receipt\":true,\"id\":\"4660\",\"state\":\"ENROUTE\",\"final\":false,\"err\":null,"
			      "\"sub\":null,\"dlvrd\":null,\"submit_date\":null,\"done_date\":null,\"text\":null}\n",
		  .want_err = "" },
		{ "a text behind a header",
		  { "receipt" },
		  "0000004c0000000500000000000000070001013836313339303030303030303100000131303639004400000000000000001a"
		  "05000301020169643a3436363020737461743a45585049524544\n",
		  .want_code = CLI_OK,
		  .want_out = "{\"receipt\":true,\"id\":\"4660\",\"state\":\"EXPIRED\",\"final\":true,\"err\":null,"
			      "\"sub\":null,\"dlvrd\":null,\"submit_date\":null,\"done_date\":null,\"text\":null}\n",
		  .want_err = "" },
		{ "a message from a phone",
		  { "receipt" },
		  "0000003400000005000000000000000700010138363133393030303030303031000001313036390000000000000000000002"
		  "5444\n",
		  .want_code = CLI_OK,
		  .want_out = "{\"receipt\":false,\"id\":null,\"state\":null,\"final\":false,\"err\":null,\"sub\":null,"
			      "\"dlvrd\":null,\"submit_date\":null,\"done_date\":null,\"text\":null}\n",
		  .want_err = "" },
		{ "another PDU",
		  { "receipt" },
		  "00000010000000150000000000000001\n",
		  .want_code = CLI_DATA,
		  .want_out = "{\"error\":\"enquire_link is no receipt: these come as deliver_sm or data_sm\"}\n",
		  .want_err = "" },
		{ "a PDU of nobody",
		  { "receipt" },
		  "00000010000008150000000000000001\n",
		  .want_code = CLI_DATA,
		  .want_out = "{\"error\":\"a PDU of an unknown command_id is no receipt: these come as deliver_sm or "
			      "data_sm\"}\n",
		  .want_err = "" },
		{ "a PDU that is cut short",
		  { "receipt" },
		  "000000120000000500000000000000010001\n",
		  .want_code = CLI_DATA,
		  .want_out = "{\"error\":\"deliver_sm is malformed: a gateway answers ESME_RINVCMDLEN\"}\n",
		  .want_err = "" },
		{ "packed",
		  { "receipt", "--alphabet", "gsm7_packed" },
		  "69b28e66b3c140737a98ae23169949ab94082acbe53a180c06a297f1745d382206\n",
		  .want_code = CLI_OK,
		  .want_out =
			  "{\"receipt\":true,\"id\":\"4660\",\"state\":\"DELIVERED\",\"final\":true,\"err\":\"000\","
			  "\"sub\":null,\"dlvrd\":null,\"submit_date\":null,\"done_date\":null,\"text\":\"a_b\"}\n",
		  .want_err = "" },
		{ "packed, in a PDU behind a header",
		  { "receipt", "--alphabet=gsm7_packed" },
		  "0000005800000005000000000000000700010138363133393030303030303031000001313036390044000000000000000026"
		  "050003010201d2641dcd668381e6f4305d472c32935629115496cb7530180c442fe3e93a741a\n",
		  .want_code = CLI_OK,
		  .want_out =
			  "{\"receipt\":true,\"id\":\"4660\",\"state\":\"DELIVERED\",\"final\":true,\"err\":\"000\","
			  "\"sub\":null,\"dlvrd\":null,\"submit_date\":null,\"done_date\":null,\"text\":\"hi\"}\n",
		  .want_err = "" },
		{ "Latin-1",
		  { "receipt", "--alphabet", "latin1" },
		  "69643a3436363020737461743a44454c49565244206572723a30303020746578743ae9\n",
		  .want_code = CLI_OK,
		  .want_out =
			  "{\"receipt\":true,\"id\":\"4660\",\"state\":\"DELIVERED\",\"final\":true,\"err\":\"000\","
			  "\"sub\":null,\"dlvrd\":null,\"submit_date\":null,\"done_date\":null,\"text\":\"é\"}\n",
		  .want_err = "" },
		{ "GBK",
		  { "receipt", "--alphabet", "gb18030" },
		  "69643a3436363020737461743a44454c49565244206572723a30303020746578743ab5e7\n",
		  .want_code = CLI_OK,
		  .want_out =
			  "{\"receipt\":true,\"id\":\"4660\",\"state\":\"DELIVERED\",\"final\":true,\"err\":\"000\","
			  "\"sub\":null,\"dlvrd\":null,\"submit_date\":null,\"done_date\":null,\"text\":\"电\"}\n",
		  .want_err = "" },
		{ "UTF-16 is seen",
		  { "receipt" },
		  "00690064003a003400360036003000200073007400610074003a00440045004c00490056005200440020006500720072003a"
		  "00300030003000200074006500780074003a7535\n",
		  .want_code = CLI_OK,
		  .want_out =
			  "{\"receipt\":true,\"id\":\"4660\",\"state\":\"DELIVERED\",\"final\":true,\"err\":\"000\","
			  "\"sub\":null,\"dlvrd\":null,\"submit_date\":null,\"done_date\":null,\"text\":\"电\"}\n",
		  .want_err = "" },
		{ "an alphabet of nobody",
		  { "receipt", "--alphabet", "gsm_packed" },
		  "",
		  .want_code = CLI_USAGE,
		  .want_out = "",
		  .want_err = "hongyan receipt: --alphabet is gsm7, gsm7_packed, latin1, ascii, ucs2 or gb18030, not "
			      "“gsm_packed” (did you mean “gsm7_packed”?)\nTry “hongyan receipt --help”.\n" },
		{ "by an account",
		  { "receipt", "--account", "cmcc" },
		  "69b28e66b3c140737a98ae23169949ab94082acbe53a180c06a297f1741d3a0d\n",
		  .want_code = CLI_OK,
		  .want_out = "{\"receipt\":true,\"id\":\"4660\",\"state\":\"DELIVERED\",\"final\":true,\"err\":"
			      "\"000\",\"sub\":null,\"dlvrd\":null,\"submit_date\":null,\"done_date\":null,\"text\":"
			      "\"hi\",\"ref\":\"1234\"}\n",
		  .want_err = "" },
		{ "by an account: ACCEPTED, and an id that is no number",
		  { "receipt", "--account", "cmcc", "--config", "x.yaml" },
		  "69b28e66c383e6f4305d171c0e8b502a11\n",
		  .want_code = CLI_OK,
		  .want_out = "{\"receipt\":true,\"id\":\"46x\",\"state\":\"DELIVERED\",\"final\":true,\"err\":null,"
			      "\"sub\":null,\"dlvrd\":null,\"submit_date\":null,\"done_date\":null,\"text\":null,"
			      "\"ref\":\"46x\"}\n",
		  .want_err = "" },
		{ "by an account, in ASCII all the same",
		  { "receipt", "--account", "cmcc" },
		  "69643a313020737461743a44454c49565244\n",
		  .want_code = CLI_OK,
		  .want_out = "{\"receipt\":true,\"id\":\"10\",\"state\":\"DELIVERED\",\"final\":true,\"err\":null,"
			      "\"sub\":null,\"dlvrd\":null,\"submit_date\":null,\"done_date\":null,\"text\":null,"
			      "\"ref\":\"000a\"}\n",
		  .want_err = "" },
		{ "by an account: none",
		  { "receipt", "--account", "cmcc" },
		  "5422\n",
		  .want_code = CLI_OK,
		  .want_out = "{\"receipt\":false,\"id\":null,\"state\":null,\"final\":false,\"err\":null,\"sub\":null,"
			      "\"dlvrd\":null,\"submit_date\":null,\"done_date\":null,\"text\":null,\"ref\":null}\n",
		  .want_err = "" },
		{ "by an account, the alphabet by hand",
		  { "receipt", "--account", "cmcc", "--alphabet", "latin1" },
		  "69643a313020737461743a44454c4956524420746578743ae9\n",
		  .want_code = CLI_OK,
		  .want_out = "{\"receipt\":true,\"id\":\"10\",\"state\":\"DELIVERED\",\"final\":true,\"err\":null,"
			      "\"sub\":null,\"dlvrd\":null,\"submit_date\":null,\"done_date\":null,\"text\":\"é\","
			      "\"ref\":\"000a\"}\n",
		  .want_err = "" },
		{ "an account that is not there",
		  { "receipt", "--account", "cmc" },
		  "",
		  .want_code = CLI_USAGE,
		  .want_out = "",
		  .want_err = "hongyan: there is no account “cmc” in c.yaml (did you mean “cmcc”?)\n" },
		{ "an account over HTTP",
		  { "receipt", "--account", "backup" },
		  "",
		  .want_code = CLI_USAGE,
		  .want_out = "",
		  .want_err = "hongyan: the account “backup” does not speak SMPP\n" },
		{ "a configuration and no account",
		  { "receipt", "--config", "x.yaml" },
		  "",
		  .want_code = CLI_USAGE,
		  .want_out = "",
		  .want_err = "hongyan receipt: --config tells nothing without --account\nTry “hongyan receipt "
			      "--help”.\n" },
		{ "no configuration",
		  { "receipt", "--account", "cmcc" },
		  .hooks = { .load = ERR_NOT_FOUND },
		  .want_code = CLI_CONFIG,
		  .want_out = "",
		  .want_err =
			  "hongyan: there is no configuration to look “cmcc” up in; name its file with --config\n" },
		{ "a broken configuration",
		  { "receipt", "--account", "cmcc" },
		  .hooks = { .load = ERR_FORMAT },
		  .want_code = CLI_CONFIG,
		  .want_out = "",
		  .want_err = "c.yaml:1:1: wrong\n" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *input = rows[i].input ? rows[i].input : "";
		struct terminal terminal = terminal_run(rows[i].words, input, strlen(input), &rows[i].hooks);
		cr_expect_eq(terminal.code, rows[i].want_code, "%s: exit %d", rows[i].name, terminal.code);
		cr_expect_str_eq(terminal.out, rows[i].want_out, "%s: out:\n%s", rows[i].name, terminal.out);
		cr_expect_str_eq(terminal.err, rows[i].want_err, "%s: err:\n%s", rows[i].name, terminal.err);
		terminal_fini(&terminal);
	}
}
