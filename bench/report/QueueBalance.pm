# SPDX-License-Identifier: Apache-2.0
# The account of the queue, by the gateway's own script: what is left over must be 0 at any instant.
package QueueBalance;
use strict;
use warnings;
use RedisSocket;

my @ends = qw(accepted expired cancelled superseded suppressed duplicate dead control written_off);

sub new {
	my ($class, $redis, $tag, $path) = @_;
	open my $file, '<', $path or die "cannot read $path: $!\n";
	my ($sha) = $redis->ask([ 'SCRIPT', 'LOAD', join '', <$file> ]);
	die "Redis does not take $path: $$sha\n" if ref $sha;
	my @keys = map { "$tag:$_" } qw(alerts:urgent alerts:normal alerts:bulk ready later held totals);
	return bless { redis => $redis, call => [ 'EVALSHA', $sha, scalar @keys, @keys, @ends ], checks => 0, nonzero => 0, most => 0 }, $class;
}

# Looks once; returns the drift.
sub check {
	my ($self) = @_;
	my ($answer) = $self->{redis}->ask($self->{call});
	die "Redis does not tell the account: $$answer\n" if ref $answer ne 'ARRAY';
	my $drift = $answer->[0];
	$self->{checks}++;
	$self->{nonzero}++ if $drift != 0;
	$self->{most} = $drift if abs $drift > abs $self->{most};
	return $drift;
}

1;
