#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# Holds the includes of gateway/ against the order of its rooms. A room may include rooms of lower rank; some may include
# less than that; foreign headers have their rooms. “--self-test” plants violations and expects each to be found.
#
#   include_rank.pl GATEWAY     checks all sources and headers, and the room() lines of GATEWAY/CMakeLists.txt
use strict;
use warnings;
use File::Find;

# rank, then (where it is less than all lower ranks) the rooms that may be included.
my @pure = qw(base model);
my %room = (
	'base'         => [ 0 ],
	'model'        => [ 1 ],
	'metrics'      => [ 1 ],
	'port'         => [ 2 ],
	'decode'       => [ 3, @pure ],
	'policy'       => [ 3, @pure ],
	'render'       => [ 3, @pure ],
	'encode'       => [ 3, @pure ],
	'route'        => [ 3, @pure ],
	'flow'         => [ 3, @pure ],
	'outcome'      => [ 3, @pure ],
	'wire/session' => [ 3, @pure ],
	'vet'          => [ 4, @pure, qw(decode render encode route) ],
	'proof'        => [ 4, @pure, qw(render encode) ],
	'wire/smpp'    => [ 4, @pure, 'encode', 'wire/session' ],
	'wire/http'    => [ 4, @pure ],
	'loop'         => [ 4, qw(base model port) ],
	'httpd'        => [ 5, qw(base model metrics port loop) ],
	'store'        => [ 5, qw(base model metrics port loop) ],
	'carrier'      => [ 5, qw(base model metrics port loop wire/session wire/smpp wire/http) ],
	'history'      => [ 5, qw(base model metrics port loop) ],
	'webhook'      => [ 5, qw(base model metrics port loop wire/http) ],
	'pipeline'     => [ 5, qw(base model metrics port decode policy render encode route flow outcome) ],
	'audit'        => [ 5, 'audit' ], # it judges the rest from outside and shares no code with it
	'admin'        => [ 6 ],
	'api'          => [ 6 ],
	'staff'        => [ 6 ],
	'cli'          => [ 7 ],
	'console'      => [ 7 ],
	'app'          => [ 8 ],
);

# Foreign headers: pattern of the header -> rooms. app may include everything.
my @foreign = (
	[ qr{^jansson\.h$},               qw(audit admin staff cli console) ],
	[ qr{^utf8proc\.h$},              qw(encode render) ],
	[ qr{^iconv\.h$},                 qw(encode) ],
	[ qr{^uv\.h$},                    qw(loop httpd) ],
	[ qr{^curl/},                     qw(loop cli console) ],
	[ qr{^openssl/},                  qw(loop audit) ],
	[ qr{^openssl/(?:crypto|hmac|evp)}, qw(wire/http history staff) ],
	[ qr{^openssl/rand\.h$},         qw(history) ],
	[ qr{^regex\.h$},                 qw(wire/http) ],
	[ qr{^microhttpd\.h$},            qw(httpd) ],
	[ qr{^hiredis/},                  qw(store audit) ],
	[ qr{^sqlite3\.h$},               qw(history) ],
	[ qr{^sodium(?:\.h$|/)},          qw(staff) ],
	[ qr{^yaml\.h$},                  () ],
);

# Of libc: what computes may be included anywhere; what knows time, sockets, files, threads only by rooms that have to.
my $pure_libc = qr{^(?:assert|ctype|errno|float|inttypes|limits|math|stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdio|
	stdlib|stdnoreturn|string)\.h$}x;
my %may_use_system = map { $_ => 1 } qw(loop httpd store history audit admin api staff cli console app);

sub room_of {
	my ($path) = @_;
	my ($longest) = sort { length $b <=> length $a } grep { index($path, "$_/") == 0 } keys %room;
	return $longest;
}

# What is wrong with a room's use of another; undef if nothing is.
sub judge_room {
	my ($user, $used) = @_;
	return undef if $user eq $used;
	my ($rank, @only) = @{ $room{$user} };
	return undef if @only && grep { $_ eq $used } @only;
	return "$user may include @only only, not $used" if @only;
	return undef if $room{$used}[0] < $rank;
	return "$user (rank $rank) may not include $used (rank $room{$used}[0])";
}

# What is wrong with an include; undef if nothing is. path: of the including file, within gateway/.
sub judge {
	my ($path, $mark, $header) = @_;
	my $user = room_of($path) // return "$path lies in no room; add its room to the table of this check";
	if ($mark eq '"') {
		my $used = room_of($header) // return "“$header” names no room; write \"room/file.h\"";
		return judge_room($user, $used);
	}
	return undef if $user eq 'app' || $header =~ $pure_libc;
	my @rows = grep { $header =~ $_->[0] } @foreign;
	if (@rows) {
		return undef if grep { $_ eq $user } map { @$_[ 1 .. $#$_ ] } @rows;
		my @home = map { @$_[ 1 .. $#$_ ] } @rows;
		return "<$header> belongs in " . (@home ? "@home" : 'app') . ", not in $user";
	}
	return undef if $may_use_system{$user};
	return "<$header> is not for $user, which knows neither time nor files nor sockets";
}

sub check_file {
	my ($gateway, $path) = @_;
	my @wrong;
	open my $file, '<', "$gateway/$path" or die "cannot read $gateway/$path: $!\n";
	while (my $line = <$file>) {
		next unless $line =~ /^\s*#\s*include\s*([<"])([^>"]+)[>"]/;
		my ($mark, $header) = ($1, $2);
		my $wrong = judge($path, $mark, $header);
		$wrong //= "\"$header\" does not exist" if $mark eq '"' && !-e "$gateway/$header";
		push @wrong, "gateway/$path:$.: $wrong" if $wrong;
	}
	return @wrong;
}

# The linker's side: room(NAME USES …) must name lower rooms too.
sub check_link {
	my ($text) = @_;
	my @wrong;
	while ($text =~ /^room\(([\w\/]+)((?:[^()]|\([^()]*\))*)\)/mg) {
		my ($name, $rest) = ($1, $2);
		if (!$room{$name}) {
			push @wrong, "CMakeLists.txt: room $name is unknown here; add it to the table of this check";
			next;
		}
		my ($uses) = $rest =~ /USES([^A-Z]*)/;
		for my $used (split ' ', $uses // '') {
			my $wrong = $room{$used} ? judge_room($name, $used) : "uses $used, which is no room";
			push @wrong, "CMakeLists.txt: room($name): $wrong" if $wrong;
		}
	}
	return @wrong;
}

sub self_test {
	my @case = (
		# including file, include, whether it is allowed
		[ 'base/arena.c', '"base/arena.h"', 1 ],
		[ 'base/arena.c', '"model/alert.h"', 0 ],
		[ 'base/clock.h', '<time.h>', 0 ],
		[ 'model/alert.h', '"base/slice.h"', 1 ],
		[ 'model/alert.h', '"metrics/metrics.h"', 0 ],
		[ 'port/store.h', '"model/entry.h"', 1 ],
		[ 'decode/alert_decode.c', '"model/alert.h"', 1 ],
		[ 'admin/admin.c', '<jansson.h>', 1 ],
		[ 'decode/alert_decode.c', '"encode/segmenter.h"', 0 ],
		[ 'decode/alert_decode.c', '"port/store.h"', 0 ],
		[ 'policy/policy.c', '"metrics/metrics.h"', 0 ],
		[ 'policy/policy.c', '<jansson.h>', 0 ],
		[ 'render/render.c', '<utf8proc.h>', 1 ],
		[ 'route/route.c', '<utf8proc.h>', 0 ],
		[ 'flow/bucket.c', '<time.h>', 0 ],
		[ 'wire/session/session.c', '"wire/smpp/smpp_pdu.h"', 0 ],
		[ 'wire/smpp/smpp_dialect.c', '"wire/session/dialect.h"', 1 ],
		[ 'wire/smpp/smpp_dialect.c', '"loop/stream.h"', 0 ],
		[ 'wire/smpp/smpp_dialect.c', '<sys/socket.h>', 0 ],
		[ 'wire/http/http_sign.c', '<openssl/hmac.h>', 1 ],
		[ 'wire/http/http_sign.c', '<openssl/ssl.h>', 0 ],
		[ 'wire/http/http_locator.c', '<regex.h>', 1 ],
		[ 'wire/http/http_sign.c', '"wire/session/session.h"', 0 ],
		[ 'decode/alert_decode.c', '<regex.h>', 0 ],
		[ 'loop/loop.c', '<uv.h>', 1 ],
		[ 'loop/loop.c', '"wire/session/session.h"', 0 ],
		[ 'store/redis_link.c', '<hiredis/hiredis.h>', 1 ],
		[ 'store/redis_link.c', '<uv.h>', 0 ],
		[ 'store/redis_store.c', '"pipeline/pipeline.h"', 0 ],
		[ 'store/redis_store.c', '"carrier/carrier_smpp.h"', 0 ],
		[ 'carrier/carrier_smpp.c', '"wire/smpp/smpp_dialect.h"', 1 ],
		[ 'carrier/carrier_smpp.c', '"encode/segmenter.h"', 0 ],
		[ 'pipeline/intake.c', '"decode/alert_decode.h"', 1 ],
		[ 'pipeline/intake.c', '"loop/loop.h"', 0 ],
		[ 'pipeline/intake.c', '"store/redis_store.h"', 0 ],
		[ 'pipeline/intake.c', '"wire/session/session.h"', 0 ],
		[ 'pipeline/intake.c', '<uv.h>', 0 ],
		[ 'pipeline/intake.c', '<unistd.h>', 0 ],
		[ 'audit/audit_book.c', '"audit/audit_rows.h"', 1 ],
		[ 'audit/audit_book.c', '"base/arena.h"', 0 ],
		[ 'audit/audit_redis.c', '"store/reply.h"', 0 ],
		[ 'audit/audit_redis.c', '<hiredis/hiredis.h>', 1 ],
		[ 'cli/cli_audit.c', '"audit/audit.h"', 1 ],
		[ 'admin/admin.c', '"httpd/httpd.h"', 1 ],
		[ 'admin/admin.c', '"cli/cli.h"', 0 ],
		[ 'cli/cli_count.c', '"app/config.h"', 0 ],
		[ 'app/main.c', '"pipeline/pipeline.h"', 1 ],
		[ 'app/tree_yaml.c', '<yaml.h>', 1 ],
		[ 'cli/cli_count.c', '<yaml.h>', 0 ],
		[ 'cli/cli_count.c', '"cli.h"', 0 ],
		[ 'attic/old.c', '"base/arena.h"', 0 ],
	);
	my $failed = 0;
	for my $case (@case) {
		my ($path, $include, $is_allowed) = @$case;
		my ($mark, $header) = $include =~ /^([<"])([^>"]+)/;
		my $wrong = judge($path, $mark, $header);
		next if !defined $wrong == !!$is_allowed;
		$failed++;
		print "self-test: $path including $include ", $is_allowed ? "is refused: $wrong" : 'is not found', "\n";
	}
	my @link = check_link("room(base FOREIGN m)\nroom(policy USES base port FOREIGN PkgConfig::X)\nroom(shed USES base)\n");
	if (@link != 2) {
		$failed++;
		print "self-test: of two planted room() lines these were found: @link\n";
	}
	printf "self-test: %d cases, %d failed\n", @case + 1, $failed;
	return $failed == 0;
}

my $argument = shift // die "usage: include_rank.pl GATEWAY | --self-test\n";
exit(self_test() ? 0 : 1) if $argument eq '--self-test';
my $gateway = $argument;
my (@path, @wrong);
find({ no_chdir => 1, wanted => sub { push @path, substr $_, length($gateway) + 1 if /\.(?:c|h|def)$/ } }, $gateway);
push @wrong, check_file($gateway, $_) for sort @path;
open my $cmake, '<', "$gateway/CMakeLists.txt" or die "cannot read $gateway/CMakeLists.txt: $!\n";
push @wrong, check_link(do { local $/; <$cmake> });
print "$_\n" for @wrong;
printf "%d files, %d wrong includes\n", scalar @path, scalar @wrong;
exit(@path && !@wrong ? 0 : 1);
