# SPDX-License-Identifier: Apache-2.0
# What a crash run will do, drawn beforehand: the same seed gives the same plan, whatever happens meanwhile.
package CrashPlan;
use strict;
use warnings;

use constant { LATE_SHARE => 1 / 3, LATE_S => 5 };

# What can go wrong at the carrier: how often, for how long, and the control lines at its begin and end.
my @kinds = (
	{ kind => 'unbind', weight => 2, lines => ['unbind'] },
	{ kind => 'reset', weight => 2, lines => ['reset'] },
	{ kind => 'close', weight => 2, lines => ['close'] },
	{ kind => 'garbage', weight => 1, lines => ['garbage'] },
	{ kind => 'bad_length', weight => 1, lines => ['badlen'] },
	{ kind => 'freeze', weight => 2, lasts => [ 0.3, 1 ], lines => ['freeze'], ends => ['thaw'] },
	{ kind => 'throttle', weight => 2, lasts => [ 0.2, 1 ], lines => ['throttle on'], ends => ['throttle off'] },
	{ kind => 'refuse', weight => 2, lasts => [ 0.1, 0.5 ], lines => ['fail 0x08'], ends => ['fail off'] },
	{ kind => 'silence', weight => 1, lasts => [ 0.05, 0.2 ], lines => ['swallow on'], ends => ['swallow off'] },
	{ kind => 'slow', weight => 2, lasts => [ 0.3, 1 ], lines => ['latency fixed:600'], ends => ['latency'] },
);

sub between { my ($low, $high) = @_; return $low + rand($high - $low) }

# For each kill which of the gateways that live (0 to 1 from the first to the last), and after how many seconds it starts again.
sub kills {
	my ($seed, $count) = @_;
	srand $seed;
	return map { { which => rand, pause => rand() < LATE_SHARE ? rand LATE_S : 0 } } 1 .. $count;
}

# Faults in their order, one every $every seconds or so, none while another one lasts: at (seconds from the begin), kind,
# lines. An end has no kind. $latency: what the carrier goes back to.
sub faults {
	my ($seed, $seconds, $every, $latency) = @_;
	srand $seed + 1;
	my @bag = map { ($_) x $_->{weight} } @kinds;
	my @plan;
	for (my $at = between(0.2, 0.8) * $every; $at < $seconds; $at += between(0.5, 1.5) * $every) {
		my $kind = $bag[ rand @bag ];
		push @plan, { at => $at, kind => $kind->{kind}, lines => $kind->{lines} };
		next unless $kind->{ends};
		$at += between(@{ $kind->{lasts} });
		push @plan, { at => $at, lines => [ map { $_ eq 'latency' ? "latency $latency" : $_ } @{ $kind->{ends} } ] };
	}
	return @plan;
}

1;
