#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# Counts events of a kind in the event stream: “count_events.pl SOCKET accepted”. An entry holds one event a line.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use RedisSocket;

my ($socket, $kind) = @ARGV;
die "usage: count_events.pl SOCKET EVENT\n" unless defined $kind;
my $redis = RedisSocket->open($socket);
my ($from, $count) = ('-', 0);
while (1) {
	my ($entries) = $redis->ask([ 'XRANGE', '{hongyan}:events', $from, '+', 'COUNT', 500 ]);
	last unless ref $entries eq 'ARRAY' && @$entries;
	for my $entry (@$entries) {
		my %field = @{ $entry->[1] };
		$count += () = ($field{events} // '') =~ /"event":"\Q$kind\E"/g;
	}
	$from = '(' . $entries->[-1][0];
}
print "$count\n";
