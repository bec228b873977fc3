#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# The run of “script/kills”: starts the gateway, kills it with SIGKILL, starts it again, and so on; adds alerts where the
# queue would run empty; lets the last one drain. Prints one JSON object; exit status 0 if it drained. What this program
# starts ends with it.
use strict;
use warnings;
use utf8;
use FindBin;
use lib $FindBin::Bin;
use Getopt::Long;
use IO::Socket::INET;
use JSON::PP;
use POSIX qw(WNOHANG);
use Progress;
use QueueCounts;
use RedisSocket;
use Time::HiRes qw(sleep time);

use constant { TAG => '{hongyan}', LOOK_S => 0.02, STOP_S => 60, BATCH => 512, LIFE_LEAST => 10_000 };

my %option = (drain => 60);
GetOptions(\%option, 'redis=s', 'gateway=s', 'config=s', 'load=s', 'logs=s', 'admin-port=i', 'alerts=i', 'id-prefix=s', 'seconds=f',
	'every=f', 'drain=f') or exit 64;
my $redis = RedisSocket->open($option{redis});
my $progress = Progress->new;
my %pid;    # name => process
END { local $?; kill KILL => values %pid if %pid }
$SIG{$_} = sub { exit 143 } for qw(TERM INT HUP);

# Starts a program with its output at the end of LOGS/NAME.log.
sub start {
	my ($name, @command) = @_;
	my $pid = fork // die "cannot fork: $!\n";
	if ($pid == 0) {
		open STDIN, '<', '/dev/null';
		open STDOUT, '>>', "$option{logs}/$name.log" and open STDERR, '>&', \*STDOUT or POSIX::_exit(127);
		exec { $command[0] } @command or POSIX::_exit(127);
	}
	$pid{$name} = $pid;
}

# Its exit status once it has ended, else undef.
sub status_of {
	my ($name, $flags) = @_;
	return undef unless waitpid($pid{$name}, $flags // 0) == $pid{$name};
	delete $pid{$name};
	return $?;
}

sub must_live {
	my $status = status_of('gateway', WNOHANG) // return;
	die "the gateway has ended by itself, with status $status; see $option{logs}/gateway.log\n";
}

sub start_gateway { start(gateway => $option{gateway}, 'serve', '--config', $option{config}) }

# Metrics of the gateway by name, without labels; empty where it does not answer (yet).
sub metrics {
	my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $option{'admin-port'}, Timeout => 1) or return {};
	print $socket "GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n";
	return { map { /^(\w+) (\d+)$/ ? ($1, $2) : () } map { s/\r?\n\z//r } <$socket> };
}

my %run = (alerts => $option{alerts}, kills => 0, kills_while_busy => 0, workers => 1, batch => BATCH, starts => []);
my $most_in_a_life = LIFE_LEAST;
my $begun = time;
my @dead;    # consumers of earlier starts that have intents

sub consumers_with_intents { my ($keys) = $redis->ask([ 'HKEYS', TAG . ':intents' ]); return @$keys }

# Whether the intents of all earlier starts have been taken over.
sub is_adopted {
	my %has = map { $_ => 1 } consumers_with_intents();
	return !grep { $has{$_} } @dead;
}

# What this start says that it found of its predecessors.
sub intents_found {
	my $metrics = metrics();
	$run{workers} = $metrics->{hongyan_workers} if ($metrics->{hongyan_workers} // 0) > $run{workers};
	return $metrics->{hongyan_intents_found_total};
}

sub last_event {
	my ($entries) = $redis->ask([ 'XREVRANGE', TAG . ':events', '+', '-', 'COUNT', 1 ]);
	return @$entries ? $entries->[0][0] : '0-0';
}

# Keeps enough on the queue for two more lives like the best one so far.
my $adding = 0;

sub keep_busy {
	my ($waiting) = @_;
	if ($pid{load}) {
		my $status = status_of('load', WNOHANG) // return;
		die "the load has ended with status $status; see $option{logs}/load.log\n" if $status != 0;
		$run{alerts} += $adding;
	}
	return if $waiting > 2 * $most_in_a_life;
	$adding = 2 * $most_in_a_life;
	start(load => $option{load}, '--redis', "unix:$option{redis}", '--alerts', $adding, '--first', $run{alerts}, '--id-prefix', $option{'id-prefix'});
}

sub show {
	my ($settled, $waiting) = @_;
	my $elapsed = time - $begun;
	$progress->show($elapsed / $option{seconds}, sprintf '%d of %d s, %d kills, %s alerts sent, %s/s, %s waiting', $elapsed,
		$option{seconds}, $run{kills}, map { Progress::with_commas($_) } $settled, $elapsed > 0 ? $settled / $elapsed : 0, $waiting);
}

# One life: started, at work, killed.
sub live {
	my ($until) = @_;
	my ($added, $waiting) = QueueCounts::of($redis, TAG);
	my $settled_before = $added - $waiting;
	my ($started, $is_adopted) = (time, @dead == 0);
	start_gateway();
	while (time < $until - LOOK_S) {
		must_live();
		($added, $waiting) = QueueCounts::of($redis, TAG);
		$is_adopted ||= is_adopted();
		keep_busy($waiting);
		show($added - $waiting, $waiting);
		my $left = $until - LOOK_S - time;
		sleep($left < LOOK_S ? $left : LOOK_S) if $left > 0;
	}
	my $found = intents_found();
	my $left = $until - time;
	sleep $left if $left > 0;
	must_live();
	kill KILL => $pid{gateway};
	my $status = status_of('gateway');
	die "the gateway has ended by itself, with status $status; see $option{logs}/gateway.log\n" if $status != POSIX::SIGKILL;
	my $lived = time - $started;
	($added, $waiting) = QueueCounts::of($redis, TAG);
	my $settled = $added - $waiting - $settled_before;
	$run{kills}++;
	$run{kills_while_busy}++ if $settled > 0 && $waiting > 0;
	$most_in_a_life = $settled if $settled > $most_in_a_life;
	@dead = consumers_with_intents();
	push @{ $run{starts} }, { lived_s => sprintf('%.3f', $lived) + 0, settled => $settled, waiting => $waiting, intents_found => $found,
		is_adopted => $is_adopted ? JSON::PP::true : JSON::PP::false, last_event => last_event() };
}

my $until = $begun;
while ($until < $begun + $option{seconds}) {
	$until = time + $option{every};
	live($until);
}
my $last_kill = time;
$run{seconds} = sprintf('%.3f', $last_kill - $begun) + 0;

start_gateway();
my ($added, $waiting);
do {
	must_live();
	if ($pid{load} && defined(my $status = status_of('load', WNOHANG))) {
		die "the load has ended with status $status; see $option{logs}/load.log\n" if $status != 0;
		$run{alerts} += $adding;
	}
	($added, $waiting) = QueueCounts::of($redis, TAG);
	my $is_done = !$pid{load} && $waiting == 0;
	$run{state} = $is_done ? 'done' : time - $last_kill > $option{drain} ? 'stalled' : undef;
	$progress->show($added > 0 ? 1 - $waiting / $added : 1, sprintf('draining: %s waiting', Progress::with_commas($waiting)), $run{state});
	sleep LOOK_S unless $run{state};
} until $run{state};
$run{drained_seconds} = $run{state} eq 'done' ? sprintf('%.3f', time - $last_kill) + 0 : undef;
$run{waiting} = $waiting;
push @{ $run{starts} }, { intents_found => intents_found(), is_adopted => JSON::PP::true };
die "Redis counts $added alerts, enqueued were $run{alerts}\n" if $run{state} eq 'done' && $added != $run{alerts};

kill TERM => $pid{gateway};
my $status;
for (my $left = STOP_S / LOOK_S; $left > 0 && !defined($status = status_of('gateway', WNOHANG)); $left--) { sleep LOOK_S }
die 'the gateway does not stop cleanly: ' . (defined $status ? "status $status" : 'it goes on') . "\n" if !defined $status || $status != 0;
print JSON::PP->new->canonical->encode(\%run), "\n";
exit($run{state} eq 'done' ? 0 : 1);
