# SPDX-License-Identifier: Apache-2.0
# What dead processes of an instance had begun and not settled, read from Redis by the run itself.
package IntentsLeft;
use strict;
use warnings;
use RedisSocket;
use Time::HiRes qw(sleep);

use constant { VERSION => 1, LOOK_AGAIN_S => 0.005, READY => 3 };

my @lanes = qw(urgent normal bulk);

# Entry keys [lane, "ms-seq"] of a packed value; gateway/store/intents.h has the form.
sub unpack_value {
	my ($value) = @_;
	return () if $value eq '';
	my ($version, @octets) = unpack 'C*', $value;
	die "intents of version $version\n" if $version != VERSION;
	my ($number, $shift, @numbers) = (0, 0);
	for my $octet (@octets) {
		$number |= ($octet & 0x7F) << $shift;
		$shift += 7;
		next if $octet & 0x80;
		push @numbers, $number;
		($number, $shift) = (0, 0);
	}
	my ($ms, @keys) = (0);
	while (my ($head, $seq) = splice @numbers, 0, 2) {
		my $zigzag = $head >> 2;
		$ms += $zigzag & 1 ? -(($zigzag >> 1) + 1) : $zigzag >> 1;
		push @keys, [ $head & 3, "$ms-$seq" ];
	}
	return @keys;
}

# All values of the instance's consumers, as a hash. A dead process' last calls may still be on their way through its
# sockets: looked at until nothing changes.
sub values_of {
	my ($redis, $tag, $instance) = @_;
	my ($before, %value) = '';
	while (1) {
		my ($all) = $redis->ask([ 'HGETALL', "$tag:intents" ]);
		my %all = @$all;
		%value = map { $_ => $all{$_} } grep { /^\Q$instance\E:/ } sort keys %all;
		my $now = join ' ', map { ($_, unpack 'H*', $value{$_}) } sort keys %value;
		return \%value if $now eq $before;
		$before = $now;
		sleep LOOK_AGAIN_S;
	}
}

# Origins ("ms-seq@lane") of the alerts that were begun and are still on the queue.
sub of {
	my ($redis, $tag, $instance) = @_;
	my @keys = map { unpack_value($_) } values %{ values_of($redis, $tag, $instance) };
	my @answers = $redis->ask(map { [ 'XRANGE', $_->[0] == READY ? "$tag:ready" : "$tag:alerts:$lanes[ $_->[0] ]", $_->[1], $_->[1] ] } @keys);
	my %origins;
	for my $index (0 .. $#keys) {
		my $entry = ref $answers[$index] eq 'ARRAY' ? $answers[$index][0] : undef;
		next unless $entry;
		my ($lane, $id) = @{ $keys[$index] };
		my %field = @{ $entry->[1] };
		$origins{ $lane == READY ? $field{origin} // '' : "$id\@$lanes[$lane]" } = 1;
	}
	return [ sort keys %origins ];
}

1;
