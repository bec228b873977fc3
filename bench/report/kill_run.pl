#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# The run of “script/kills”: starts the gateways, kills one with SIGKILL, starts it again, and so on; adds alerts, by rate or
# where the queue would run empty; lets the carrier fail by plan; looks at the account of the queue; lets the last starts
# drain. Prints one JSON object; exit status 0 if they drained. What this program starts ends with it.
use strict;
use warnings;
use utf8;
use FindBin;
use lib $FindBin::Bin;
use ChildProcess;
use CrashPlan;
use Getopt::Long;
use IntentsLeft;
use JSON::PP;
use KilledGateway;
use Progress;
use QueueBalance;
use QueueCounts;
use RedisSocket;
use Time::HiRes qw(sleep time);

use constant { TAG => '{hongyan}', LOOK_S => 0.02, STOP_S => 60, BATCH => 512, LIFE_LEAST => 10_000, BALANCE_S => 1 };

my %option = (drain => 60, seed => 1, rate => 0);
GetOptions(\%option, 'redis=s', 'gateway=s', 'config=s', 'load=s', 'logs=s', 'ports=s', 'alerts=i', 'id-prefix=s', 'seconds=f',
	'every=f', 'drain=f', 'rate=i', 'seed=i', 'carrier=s', 'latency=s', 'faults-every=f', 'balance=s', 'doubts=s', 'produced=s')
	or exit 64;
$SIG{$_} = sub { exit 143 } for qw(TERM INT HUP);
$SIG{PIPE} = 'IGNORE';

my $redis = RedisSocket->open($option{redis});
my $progress = Progress->new;
my $balance = QueueBalance->new($redis, TAG, $option{balance});
my @ports = split /,/, $option{ports};
my @gateways = map {
	KilledGateway->new(name => "gw$_", port => $ports[ $_ - 1 ], program => $option{gateway}, config => $option{config},
		folder => $option{logs})
} 1 .. @ports;
my @kills = CrashPlan::kills($option{seed}, 2 + int($option{seconds} / $option{every}));
my @faults = $option{'faults-every'} ? CrashPlan::faults($option{seed}, $option{seconds}, $option{'faults-every'}, $option{latency}) : ();
my $carrier;
!@faults or open $carrier, '>>', $option{carrier} or die "cannot reach the carrier by $option{carrier}: $!\n";
open my $doubts, '>', $option{doubts} or die "cannot write $option{doubts}: $!\n";

my %run = (alerts => $option{rate} ? 0 : $option{alerts}, gateways => scalar @gateways, kills => 0, kills_while_busy => 0, workers => 1,
	batch => BATCH, intents_read => 0, starts => 0, faults => {});
my $json = JSON::PP->new->canonical;
my $most_in_a_life = LIFE_LEAST;
my $begun = time;
my ($added, $waiting) = (0, 0);

# --- what is looked at all the time ---

my ($load, $adding, $loads) = (undef, 0, 0);

sub start_load {
	my ($count, @options) = @_;
	$adding = $count;
	my $produced = sprintf '%s/%04d.jsonl', $option{produced}, ++$loads;
	$load = ChildProcess->start('alert-load', "$option{logs}/load.log", {}, $option{load}, '--redis', "unix:$option{redis}", '--alerts', $count,
		'--first', $run{alerts}, '--id-prefix', $option{'id-prefix'}, '--produced', $produced, @options);
}

# Whether a load goes on; one that has ended is counted.
sub is_loading {
	return 0 unless $load;
	my $status = $load->status // return 1;
	$load->die_of if $status != 0;
	$run{alerts} += $adding;
	$load = undef;
	return 0;
}

# Keeps enough on the queue for two more lives like the best one so far.
sub keep_busy {
	return if is_loading() || $option{rate} || $waiting > 2 * $most_in_a_life;
	start_load(2 * $most_in_a_life);
}

my $balance_at = $begun;

sub look_at_balance {
	return if time < $balance_at;
	$balance_at = time + BALANCE_S;
	my $drift = $balance->check;
	print STDERR "  the account of the queue is off by $drift\n" if $drift != 0;
}

sub tell_carrier { print $carrier map { "$_\n" } @_; $carrier->flush }

sub let_fail {
	while (@faults && time >= $begun + $faults[0]{at}) {
		my $fault = shift @faults;
		tell_carrier(@{ $fault->{lines} });
		$run{faults}{ $fault->{kind} }++ if $fault->{kind};
	}
}

sub show {
	my $elapsed = time - $begun;
	my $settled = $added - $waiting;
	$progress->show($elapsed / $option{seconds}, sprintf '%d of %d s, %d kills, %s alerts sent, %s/s, %s waiting', $elapsed,
		$option{seconds}, $run{kills}, map { Progress::with_commas($_) } $settled, $elapsed > 0 ? $settled / $elapsed : 0, $waiting);
}

sub look {
	for my $gateway (@gateways) {
		if ($gateway->is_up) { $gateway->must_live }
		elsif (time >= $gateway->{starts_at}) { start_gateway($gateway) }
	}
	($added, $waiting) = QueueCounts::of($redis, TAG);
	let_fail();
	look_at_balance();
}

# --- lives and kills ---

sub start_gateway {
	my ($gateway) = @_;
	$gateway->start;
	$gateway->{settled_before} = $added - $waiting;
	$run{starts}++;
}

# What this start says that it found of its predecessors.
sub ask_metrics {
	my ($gateway) = @_;
	my $metrics = $gateway->metrics;
	$run{workers} = $metrics->{hongyan_workers} if ($metrics->{hongyan_workers} // 0) > $run{workers};
	my $found = $metrics->{hongyan_intents_found_total} // return;
	$run{intents_read}++;
	$run{intents_told_max} = $found if $found > ($run{intents_told_max} // 0);
}

sub kill_one {
	my ($gateway, $at, $pause) = @_;
	ask_metrics($gateway);
	my $left = $at - time;
	sleep $left if $left > 0;
	my $lived = $gateway->kill_for($pause);
	($added, $waiting) = QueueCounts::of($redis, TAG);
	my $settled = $added - $waiting - $gateway->{settled_before};
	my $in_doubt = IntentsLeft::of($redis, TAG, $gateway->{name});
	$run{kills}++;
	$run{kills_while_busy}++ if @$in_doubt || (@gateways == 1 && $settled > 0 && $waiting > 0);
	$most_in_a_life = $settled if $settled > $most_in_a_life;
	my ($at_s, $lived_s) = map { sprintf('%.3f', $_) + 0 } time - $begun, $lived;
	print $doubts $json->encode({ gateway => $gateway->{name}, at_s => $at_s, lived_s => $lived_s, settled => $settled, waiting => $waiting,
		entries => $in_doubt }), "\n";
}

start_load($option{rate} * $option{seconds}, '--rate', $option{rate}, '--lane', 'mix', '--template', 'all') if $option{rate};
look();
my $kill_at = time + $option{every};
while (time < $begun + $option{seconds}) {
	look();
	keep_busy();
	show();
	my @up = grep { $_->is_up } @gateways;
	if (@up && time >= $kill_at - 2 * LOOK_S) {
		my $kill = shift @kills;
		kill_one($up[ $kill->{which} * @up ], $kill_at, @gateways > 1 ? $kill->{pause} : 0);
		look();
		$kill_at = time + $option{every};
	}
	my $left = $kill_at - 2 * LOOK_S - time;
	sleep($left < LOOK_S ? $left : LOOK_S) if $left > 0;
	sleep LOOK_S if !@up;
}
$run{seconds} = sprintf('%.3f', time - $begun) + 0;

# --- the end ---

my $last_kill = time;
while (1) {
	look();
	my $is_done = !is_loading() && $waiting == 0 && !@faults && !grep { !$_->is_up } @gateways;
	$run{state} = $is_done ? 'done' : time - $last_kill > $option{drain} ? 'stalled' : undef;
	$progress->show($added > 0 ? 1 - $waiting / $added : 1, sprintf('draining: %s waiting', Progress::with_commas($waiting)), $run{state});
	last if $run{state};
	sleep LOOK_S;
}
$run{drained_seconds} = $run{state} eq 'done' ? sprintf('%.3f', time - $last_kill) + 0 : undef;
$run{waiting} = $waiting;
$_->await(STOP_S) for grep { $_->is_up } @gateways;
ask_metrics($_) for @gateways;
die "Redis counts $added alerts, enqueued were $run{alerts}\n" if $run{state} eq 'done' && $added != $run{alerts};

my @up = grep { $_->is_up } @gateways;
$_->{process}->signal('TERM') for @up;
for my $gateway (@up) {
	my $status;
	for (my $left = STOP_S / LOOK_S; $left > 0 && !defined($status = $gateway->{process}->status); $left--) { sleep LOOK_S }
	die "$gateway->{name} goes on after SIGTERM; see its log in $option{logs}\n" unless defined $status;
	$gateway->{process}->die_of if $status != 0;
}
$balance->check;
@run{qw(drift_checks drift_nonzero drift_most)} = @$balance{qw(checks nonzero most)};
close $doubts or die "cannot write $option{doubts}: $!\n";
print $json->encode(\%run), "\n";
exit($run{state} eq 'done' ? 0 : 1);
