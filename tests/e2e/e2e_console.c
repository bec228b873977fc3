/* SPDX-License-Identifier: Apache-2.0 */

/* The staff's console, as browsers see it. What may be done to it, and which scenario fails without the control:
 *
 *   stolen or forged session     cookie's flags, new id at each sign-in, ids kept as hashes       sign_in
 *                                idle 15 min, absolute 12 h, ended by an admin or a new password  sessions, sign_in
 *   password hashes as a flood   two at a time                                                hashes
 *   guessed password             backoff by name and address, never locked; the same answer for   flood
 *                                unknown names; weak ones refused                                 sign_in
 *   stolen password              a code of the phone beside it, good once, tried as slowly        factor
 *                                demanded of the roles that the configuration names               factor
 *   made-up address              X-Forwarded-For of listed proxies only, the last one         addresses, flood
 *   more than the role may       every route × every role; nobody without a session               matrix
 *   request of another site      Fetch metadata, Origin, JSON only                                cross_site
 *   script in the page           CSP without inline code, nosniff, JSON only                      headers
 *   click-jacking                frame-ancestors, X-Frame-Options                                 headers
 *   formula in a table           cells of the export escaped                                      headers
 *   request smuggling            two lengths, length and chunks, bare LF, folded lines            limits
 *   flood                        header, body, rate of an address                                 limits
 *   own text published           another one approves; an edit voids it                           life
 *   words that phish             forbidden words and links of other domains are not published     preview
 *   lost edits                   If-Match, lock                                                   two_editors
 *   number looked up             masked; shown with the permission only, and logged               numbers, matrix
 *   “I did not do it”            audit log with a chain of hashes                                 users, life, numbers
 *   secret told or logged        none in pages, log or Redis; no core files                    secrets, cores
 *   event put into a stream      an event is one line of JSON                                  streams
 *   live answers for ever        they end with the session and the process                        streams
 */

#include "e2e_console.h"
#include "scenario.h"

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{ "sign_in", console_sign_in_works, 60, false }, { "flood", console_sign_in_flood, 90, false },
		{ "sessions", console_sessions_end, 60, false }, { "matrix", console_matrix, 120, false },
		{ "cross_site", console_cross_site, 60, false }, { "limits", console_limits, 60, false },
		{ "headers", console_headers, 60, false },       { "users", console_users_page, 60, false },
		{ "streams", console_streams, 90, false },       { "life", console_life, 90, false },
		{ "redis", console_redis, 60, false },           { "two_editors", console_two_editors, 60, false },
		{ "preview", console_preview, 60, false },       { "numbers", console_numbers, 90, false },
		{ "tests", console_tests, 90, false },           { "addresses", console_addresses, 60, false },
		{ "hashes", console_hashes, 60, false },         { "secrets", console_secrets, 60, false },
		{ "cores", console_cores, 60, false },           { "factor", console_second_factor, 90, false },
	};
	return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof scenarios[0]);
}
