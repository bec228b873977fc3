# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What the scripts of this folder share: talk, private servers in a folder of their own, and cleaning up after them.

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BUILD=$ROOT/build
export LC_ALL=C.UTF-8

WORK=""         # the run's own folder
KEEP_WORK=no    # yes = it stays, because something failed
IS_KEPT_TOLD=no
PROTOCOL=smpp   # what gateway and carrier speak: smpp, or http
declare -A PIDS # name -> process that this run started

# --- talk: everything goes to stderr but what is asked for as data ---

say() { printf '%s\n' "$*" >&2; }

die() {
	say "$(basename "$0"): $*"
	exit 1
}

usage_error() {
	say "$(basename "$0"): $*"
	exit 64
}

# want_count NAME VALUE LEAST MOST: the value of an option is a number in its range.
want_count() {
	if ! [[ $2 =~ ^[0-9]{1,9}$ ]] || ((10#$2 < $3 || 10#$2 > $4)); then
		usage_error "$1 takes a number from $3 to $4, not '$2'"
	fi
}

# quietly LOG COMMAND…: output goes to LOG and is shown only if the command fails.
quietly() {
	local log=$1
	shift
	if ! "$@" >"$log" 2>&1 </dev/null; then
		say "failed: $*"
		tail -n 60 "$log" >&2
		say "(the whole log: $log)"
		return 1
	fi
}

# --- the run's folder and processes ---

workspace_open() {
	WORK=$(mktemp -d "${TMPDIR:-/tmp}/hongyan-$1.XXXXXX")
	trap 'workspace_close $?' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

tell_kept() {
	[[ $IS_KEPT_TOLD == yes ]] || say "kept for a look: $WORK"
	IS_KEPT_TOLD=yes
}

workspace_close() {
	local status=${1:-$?} name
	trap - EXIT INT TERM
	for name in "${!PIDS[@]}"; do # only a run that ended early has some left
		kill -KILL "${PIDS[$name]}" 2>/dev/null || true
		wait "${PIDS[$name]}" 2>/dev/null || true
	done
	if ((status == 130 || status == 143)); then
		rm -rf "$WORK" # somebody wanted it to end
	elif [[ $KEEP_WORK == yes || $status -ne 0 ]]; then
		tell_kept
	else
		rm -rf "$WORK"
	fi
	exit "$status"
}

# spawn NAME COMMAND…: starts it in the background with its output in NAME.log.
spawn() {
	local name=$1
	shift
	"$@" >"$WORK/$name.log" 2>&1 </dev/null &
	PIDS[$name]=$!
}

is_alive() {
	local state
	state=$(sed -n 's/.*) \(.\) .*/\1/p' "/proc/$1/stat" 2>/dev/null) || return 1
	[[ -n $state && $state != Z ]]
}

is_running() { [[ -n ${PIDS[$1]:-} ]] && is_alive "${PIDS[$1]}"; }

# stop NAME [SECONDS]: SIGTERM, and SIGKILL if it has not ended by then. Answers its exit status.
stop() {
	local name=$1 pid=${PIDS[$1]:-} left=$((${2:-30} * 50)) status=0
	[[ -n $pid ]] || return 0
	unset "PIDS[$name]"
	kill -TERM "$pid" 2>/dev/null || true
	while is_alive "$pid" && ((left-- > 0)); do sleep 0.02; done
	if is_alive "$pid"; then
		say "$name does not end; killed"
		kill -KILL "$pid" 2>/dev/null || true
	fi
	wait "$pid" 2>/dev/null || status=$?
	return "$status"
}

# attend NAME OUT COMMAND…: runs it to its end, standard output into OUT. A signal to the script is obeyed at once meanwhile.
attend() {
	local name=$1 out=$2 status=0
	shift 2
	"$@" >"$out" </dev/null &
	PIDS[$name]=$!
	wait "${PIDS[$name]}" || status=$?
	unset "PIDS[$name]"
	return "$status"
}

# watch NAME ALERTS SECONDS OPTION…: shows the progress of Redis “redis” until ALERTS are settled; what became of it is in
# NAME.json.
watch() {
	attend watch "$WORK/$1.json" perl "$ROOT/bench/report/watch.pl" --redis "$WORK/redis/redis.sock" --alerts "$2" \
		--timeout "$3" "${@:4}"
}

# finish NAME SECONDS: waits until it has ended by itself, at most so long. Answers its exit status.
finish() {
	local left=$(($2 * 50))
	while is_running "$1" && ((left-- > 0)); do sleep 0.02; done
	stop "$1" 5
}

# await NAME SECONDS WHAT COMMAND…: waits until COMMAND succeeds; NAME must live on meanwhile.
await() {
	local name=$1 left=$(($2 * 50)) what=$3
	shift 3
	until "$@" >/dev/null 2>&1; do
		if ! is_running "$name"; then
			tail -n 20 "$WORK/$name.log" >&2
			KEEP_WORK=yes
			die "$name ended before it was ready; see $WORK/$name.log"
		fi
		if ((left-- <= 0)); then
			tail -n 20 "$WORK/$name.log" >&2
			KEEP_WORK=yes
			die "$name: $what did not happen in time; see $WORK/$name.log"
		fi
		sleep 0.02
	done
}

free_port() {
	perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport'
}

# --- the three processes of a run ---

# start_redis NAME yes|no: a private redis-server on a unix socket in $WORK/NAME; the second word is about its AOF.
start_redis() {
	local name=$1 dir=$WORK/$1
	mkdir "$dir"
	spawn "$name" redis-server --port 0 --unixsocket "$dir/redis.sock" --unixsocketperm 700 --dir "$dir" --save "" \
		--appendonly "$2" --appendfsync everysec --auto-aof-rewrite-percentage 0 --stream-node-max-entries 8 --daemonize no
	await "$name" 10 "answering" redis-cli -s "$dir/redis.sock" PING
}

redis() { redis-cli -s "$WORK/$1/redis.sock" --raw "${@:2}"; }

# start_carrier NAME OPTION…: a fake carrier that records; its port is in $WORK/NAME.port, and what is written to
# $WORK/NAME.control are its control lines.
start_carrier() {
	local name=$1 control=$WORK/$1.control
	shift
	[[ $PROTOCOL == smpp ]] || set -- --http-port 0 --http-port-file "$WORK/$name.http-port" "$@"
	mkfifo "$control"
	# Open for reading and writing: there is always a writer, so that it never ends.
	# shellcheck disable=SC2016 # for the inner shell
	spawn "$name" bash -c 'exec "${@:2}" 0<>"$1"' carrier "$control" "$BUILD/fake-carrier" --control --port-file "$WORK/$name.port" --record "$WORK/$name.jsonl" \
		--summary "$WORK/$name.summary" "$@"
	await "$name" 10 "listening" test -s "$WORK/$name.port"
}

# account_of CARRIER LINKS WINDOW: the members of an account with it; over HTTP a link is a connection with one request.
account_of() {
	if [[ $PROTOCOL == http ]]; then
		echo "name: fake, protocol: http, preset: json, url: \"http://127.0.0.1:$(cat "$WORK/$1.http-port")/messages\"," \
			"token: secret, allow: [127.0.0.1], connections: $2, tps: 0, source: \"10690001\""
	else
		echo "name: fake, protocol: smpp, address: \"127.0.0.1:$(cat "$WORK/$1.port")\", system_id: hongyan," \
			"password: secret, bind: transceiver, binds: $2, window: $3, tps: 0, source: \"10690001\""
	fi
}

# write_config REDIS CARRIER LINKS WINDOW [ACCOUNT [MORE]]: a configuration for them in $WORK/hongyan.yaml. ACCOUNT: more
# members of the account; MORE: more lines.
write_config() {
	ADMIN_PORT=$(free_port)
	cat >"$WORK/hongyan.yaml" <<-YAML
		redis: { url: "unix://$WORK/$1/redis.sock" }
		signature: "国网吉林电力"
		templates: { dir: "$ROOT/templates" }
		admin: { listen: "127.0.0.1:$ADMIN_PORT" }
		instance: { lock_file: "$WORK/gateway.lock" }
		accounts:
		  - { $(account_of "$2" "$3" "$4")${5:+, $5} }
		routes:
		  - { accounts: [fake] }
		${6:-}
	YAML
}

is_ready() {
	perl -MIO::Socket::INET -e '
		my $socket = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $ARGV[0], Timeout => 2) or exit 1;
		print $socket "GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n";
		exit(<$socket> =~ m{^HTTP/1\.[01] 200 } ? 0 : 1)' "$1"
}

# start_gateway NAME: serves $WORK/hongyan.yaml; ready when its links are bound.
start_gateway() {
	spawn "$1" "$BUILD/hongyan" serve --config "$WORK/hongyan.yaml"
	await "$1" 15 "being ready (GET /readyz)" is_ready "$ADMIN_PORT"
}

# peak_rss_mib NAME: the most memory that it had resident.
peak_rss_mib() { awk '/^VmHWM:/ { printf "%.1f", $2 / 1024 }' "/proc/${PIDS[$1]}/status"; }
