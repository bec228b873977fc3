# SPDX-License-Identifier: Apache-2.0
# How much is on the queue, and how much is off it for good.
package QueueCounts;
use strict;
use warnings;
use RedisSocket;

# Alerts that came in, and those of them that wait or are in work.
sub of {
	my ($redis, $tag) = @_;
	my ($ready, $later, @streams) = $redis->ask(
		[ 'XLEN', "$tag:ready" ],
		[ 'ZCARD', "$tag:later" ],
		map { [ 'XINFO', 'STREAM', "$tag:alerts:$_" ] } qw(urgent normal bulk));
	my ($added, $waiting) = (0, (ref $ready ? 0 : $ready) + (ref $later ? 0 : $later));
	for (map { RedisSocket::hash($_) } @streams) {
		$added += $_->{'entries-added'} // 0;
		$waiting += $_->{length} // 0;
	}
	return ($added, $waiting);
}

1;
