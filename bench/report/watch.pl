#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# Watches a run from Redis' side until every alert is settled: a progress bar on a terminal, CPU samples into a file, and
# at the end one JSON object: {"state":"done"|"stalled"|"ended:NAME","settled","seconds"}. It looks ten times a second,
# which costs Redis less than a thousandth of its time. With --receipts N it goes on until the gateway, whose admin address
# --metrics names, has found or given up so many receipts.
use strict;
use warnings;
use utf8;
use FindBin;
use lib $FindBin::Bin;
use Getopt::Long;
use IO::Socket::INET;
use POSIX ();
use Progress;
use QueueCounts;
use RedisSocket;
use Time::HiRes qw(sleep time);

my %option = (tag => '{hongyan}', timeout => 60, title => 'sent');
GetOptions(\%option, 'redis=s', 'alerts=i', 'timeout=f', 'samples=s', 'title=s', 'process=s%', 'receipts=i', 'metrics=s', 'quiet') or exit 64;

my $tick_us = 1e6 / POSIX::sysconf(POSIX::_SC_CLK_TCK());
my $redis = RedisSocket->open($option{redis});

# CPU of a process so far in microseconds (utime and stime); undef when it has ended.
sub cpu_us {
	my ($pid) = @_;
	open my $file, '<', "/proc/$pid/stat" or return undef;
	my ($rest) = (<$file> // '') =~ /.*\) (.*)/ or return undef;
	my @field = split ' ', $rest;
	return $field[0] eq 'Z' ? undef : ($field[11] + $field[12]) * $tick_us;
}

# What the gateway has counted of receipts: found, and belonging to nothing. 0 and 0 while it cannot be asked.
sub receipts {
	my $socket = IO::Socket::INET->new(PeerAddr => $option{metrics}, Timeout => 2) or return (0, 0);
	print $socket "GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n";
	my %sum = (found => 0, unknown => 0);
	while (my $line = <$socket>) { $sum{$1} += $2 if $line =~ /^hongyan_receipts_(found|unknown)_total(?:\{[^}]*\})? (\d+)/ }
	return @sum{qw(found unknown)};
}

my $progress = Progress->new(quiet => $option{quiet});

sub show {
	my ($settled, $rate, $is_last) = @_;
	my $text = sprintf '%s of %s %s', (map { Progress::with_commas($_) } $settled, $option{alerts}), $option{title};
	$text .= sprintf ', %s/s', Progress::with_commas($rate) unless $is_last;
	$progress->show($option{alerts} > 0 ? $settled / $option{alerts} : 1, $text, $is_last);
}

my $samples;
if ($option{samples}) {
	open $samples, '>', $option{samples} or die "cannot write $option{samples}: $!\n";
}
my @name = sort keys %{ $option{process} // {} };
my ($start, $state, $settled, $added, $found, $unknown) = (time, undef, 0, 0, 0, 0);
my @recent;
while (!$state) {
	($added, my $waiting) = QueueCounts::of($redis, $option{tag});
	$settled = $added - $waiting;
	my $now = time;
	push @recent, [ $now, $settled ];
	shift @recent if @recent > 10;
	my $span = $now - $recent[0][0];
	my @cpu = map { cpu_us($option{process}{$_}) } @name;
	($found, $unknown) = receipts() if $option{receipts};
	my $has_receipts = !$option{receipts} || $found + $unknown >= $option{receipts};
	$state = 'done' if $added >= $option{alerts} && $settled >= $added && $has_receipts;
	$state //= 'stalled' if $now - $start > $option{timeout};
	for my $i (0 .. $#name) { $state //= "ended:$name[$i]" unless defined $cpu[$i] }
	if ($samples) {
		printf $samples '{"at":%.4f,"settled":%d%s}' . "\n", $now, $settled,
			join '', map { sprintf ',"%s_us":%.0f', $name[$_], $cpu[$_] // 0 } 0 .. $#name;
	}
	show($settled, $span > 0 ? ($settled - $recent[0][1]) / $span : 0, defined $state);
	sleep 0.1 unless $state;
}
printf "{\"state\":\"%s\",\"added\":%d,\"settled\":%d,\"receipts_found\":%d,\"receipts_unknown\":%d,\"seconds\":%.3f}\n", $state, $added,
	$settled, $found, $unknown, time - $start;
exit($state eq 'done' ? 0 : 1);
