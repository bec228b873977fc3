/* SPDX-License-Identifier: Apache-2.0 */
#include "console/console_problem.h"

#include "base/check.h"

static const struct console_problem_words words[CONSOLE_PROBLEM_COUNT] = {
	[CONSOLE_NO_SESSION] = { 401, "no_session", "请先登录", "Sign in first" },
	[CONSOLE_WRONG_SIGN_IN] = { 401, "wrong_sign_in", "用户名或密码不正确", "Name or password is wrong" },
	[CONSOLE_OLD_SESSION] = { 401, "old_session", "为了安全，请重新登录后再继续",
				  "Sign in anew first, to be safe" },
	[CONSOLE_NEEDS_CODE] = { 401, "needs_code", "请填写验证器应用上的 6 位验证码",
				 "Give the code of six digits that your authenticator app shows" },
	[CONSOLE_WRONG_FACTOR] = { 401, "wrong_factor", "验证码不正确或已使用过，请等下一个",
				   "That code is wrong, or was used before; take the next one" },
	[CONSOLE_MUST_CHANGE] = { 403, "must_change", "请先修改密码", "Change your password first" },
	[CONSOLE_MUST_ENROL] = { 403, "must_enrol", "您的角色需要两步验证，请先绑定验证器应用",
				 "Your roles demand a second factor: set up an authenticator app first" },
	[CONSOLE_NO_PERMISSION] = { 403, "no_permission", "您的角色没有此项权限，如有需要请联系管理员",
				    "Your roles do not permit this; ask an administrator if you need it" },
	[CONSOLE_CROSS_SITE] = { 403, "cross_site", "请求不是来自本控制台的页面，已拒绝",
				 "The request does not come from a page of this console" },
	[CONSOLE_OWN_TEXT] = { 403, "own_text", "不能审核或发布自己编写的内容，请由另一位同事操作",
			       "Who wrote a text may not approve it; ask a colleague" },
	[CONSOLE_NOT_JSON] = { 415, "not_json", "请求内容必须是 JSON", "The body must be JSON (application/json)" },
	[CONSOLE_MALFORMED] = { 400, "malformed", "请求内容有误", "The body is no JSON object" },
	[CONSOLE_INVALID] = { 422, "invalid", "填写的内容有误", "A field is missing or wrong" },
	[CONSOLE_INVALID_TEXT] = { 422, "invalid_text", "模板内容有错误，请按标记修改后再试",
				   "The text has errors: repair what is marked, and try again" },
	[CONSOLE_WEAK_PASSWORD] = { 422, "weak_password",
				    "密码过短或过于常见，请换一个（至少 8 个字符，建议 15 个以上）",
				    "The password is too short or too common; take another one, of 8 characters "
				    "or, better, 15 and more" },
	[CONSOLE_OLD_PASSWORD] = { 422, "old_password", "原密码不正确", "The old password is wrong" },
	[CONSOLE_WRONG_CODE] = { 422, "wrong_code", "验证码不正确或已过期", "The code is wrong, or its time is over" },
	[CONSOLE_NOT_FOUND] = { 404, "not_found", "没有找到", "There is none" },
	[CONSOLE_STATE] = { 409, "state", "当前状态不允许此操作，请刷新页面",
			    "It is not in a state in which that can be done" },
	[CONSOLE_EXISTS] = { 409, "exists", "已存在同名的记录", "There is one of that name already" },
	[CONSOLE_LAST_ADMIN] = { 409, "last_admin", "至少要保留一位可用的管理员", "One administrator must remain" },
	[CONSOLE_NO_NUMBER] = { 409, "no_number", "请先在“我的账户”中绑定并验证手机号",
				"Set and prove a mobile number of your own first" },
	[CONSOLE_NO_GATEWAY] = { 409, "no_gateway", "没有正在运行的短信网关，无法发送",
				 "No gateway runs that could send it" },
	[CONSOLE_BASE_CHANGED] = { 409, "base_changed", "线上已发布新版本，请先与它比较，再以它为基础继续",
				   "A newer version was published since; compare, then continue from that one" },
	[CONSOLE_STALE] = { 412, "conflict", "内容已被他人修改", "Somebody else has changed it meanwhile" },
	[CONSOLE_NEEDS_MATCH] = { 428, "needs_match", "请刷新页面后再保存",
				  "Say which revision was edited (If-Match), or that it is a new one (If-None-Match: "
				  "*)" },
	[CONSOLE_LOCKED] = { 423, "locked", "他人正在编辑", "Somebody else edits it" },
	[CONSOLE_BACKOFF] = { 429, "backoff", "尝试次数过多，请稍后再试", "Too many attempts; wait a little" },
	[CONSOLE_TOO_OFTEN] = { 429, "too_often", "请求过于频繁，请稍后再试", "Too many requests; wait a little" },
	[CONSOLE_UNREACHABLE] = { 503, "unreachable", "暂时无法连接数据库，请稍后再试",
				  "Redis cannot be reached; try again later" },
	[CONSOLE_NO_HISTORY] = { 503, "no_history", "暂时无法查询发送历史", "The history cannot be asked now" },
	[CONSOLE_HISTORY_UNSET] = { 503, "history_unset", "没有配置发送历史，请联系运行人员",
				    "No history is set up (history.listen or console.history)" },
	[CONSOLE_BUSY] = { 503, "busy", "系统繁忙，请稍后再试", "Too much is under way; try again later" },
	[CONSOLE_FAILED] = { 500, "failed", "系统内部错误", "It failed" },
};

const struct console_problem_words *console_problem_words(enum console_problem problem)
{
	CHECK((unsigned)problem < CONSOLE_PROBLEM_COUNT);
	return &words[problem];
}
