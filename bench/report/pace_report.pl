#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# The figures of “script/bench pace” from the carrier's record of segments: the most in any second, and how much of the
# rate was used from the first segment to the end.
use strict;
use warnings;
use utf8;
use FindBin;
use lib $FindBin::Bin;
use Figures;
use Getopt::Long;

my %option;
GetOptions(\%option, 'segments=s', 'tps=i', 'gateways=i', 'until=f', 'killed=f', 'storm-from=f', 'storm-until=f', 'summary=s', 'dead=i', 'json') or exit 64;
binmode STDOUT, ':utf8';

my @at;
Figures::each_json($option{segments}, sub { push @at, $_[0]{at} });
@at = sort { $a <=> $b } map { $_ / 1000 } @at; # seconds
die "the carrier got nothing\n" if !@at;

# The most in the second that ends with any segment, and when that was.
sub most_in_second {
	my ($most, $when, $from) = (0, 0, 0);
	for my $i (0 .. $#at) {
		$from++ while $at[$from] <= $at[$i] - 1;
		($most, $when) = ($i - $from + 1, $at[$i]) if $i - $from + 1 > $most;
	}
	return ($most, $when - $at[0]);
}

# The share of the rate that was used between two instants.
sub used {
	my ($from, $until) = @_;
	my $count = grep { $_ >= $from && $_ < $until } @at;
	return $until > $from ? sprintf('%.4f', $count / ($until - $from) / $option{tps}) + 0 : undef;
}

# Seconds from an instant until the first whole second that uses 97 % of the rate begins.
sub back_after {
	my ($from) = @_;
	for (my $at = $from; $at + 1 <= $option{until}; $at += 0.05) {
		return sprintf('%.2f', $at - $from) + 0 if used($at, $at + 1) >= 0.97;
	}
	return undef;
}

my $summary = Figures::json_file($option{summary});
my $throttled = $summary->{throttled};
my $storm = $option{'storm-from'};
my ($most, $when) = most_in_second();
my $admitted = int($option{tps} * 1.01 + $option{tps} / 10) + 1;
my %figure = (
	gateways => $option{gateways}, tps => $option{tps}, segments => scalar @at, most_in_second => $most, most_at_s => sprintf('%.3f', $when) + 0,
	admitted => $admitted, used => used($at[0] + 1, $option{until}),
	throttled => $throttled, wasted => sprintf('%.4f', $throttled / ($throttled + @at)) + 0, dead => $option{dead},
	used_before_storm => $storm ? used($at[0] + 1, $storm) : undef, back_after_s => $storm ? back_after($option{'storm-until'}) : undef,
	binds_peak => $summary->{binds_peak}, binds_refused => $summary->{binds_refused},
	used_after_kill => $option{killed} ? used($option{killed}, $option{killed} + 5 < $option{until} ? $option{killed} + 5 : $option{until}) : undef,
);
my $out = $option{json} ? \*STDERR : \*STDOUT;
binmode $out, ':utf8';
printf $out "  most in a second  %d of %d that the rate admits (%d/s; %d segments in all), %.1f s after the first\n", $most, $admitted, $option{tps}, scalar @at, $when;
printf $out "  rate used         %.1f %%%s\n", 100 * $figure{used}, $option{killed} ? sprintf(', %.1f %% in the 5 s after a gateway was killed', 100 * $figure{used_after_kill}) : '';
printf $out "  binds             at most %d at a time, %d refused as too many\n", $summary->{binds_peak}, $summary->{binds_refused};
printf $out "  storm             %d submits refused, %.2f %% of all; dead letters %d; the whole rate again after %s s (%.1f %% used before)\n", $throttled, 100 * $figure{wasted},
	$option{dead}, $figure{back_after_s} // 'more than 9', 100 * $figure{used_before_storm} if $storm;
print JSON::PP->new->canonical->encode(\%figure), "\n" if $option{json};
exit($most <= $admitted && !$summary->{binds_refused} ? 0 : 1);
