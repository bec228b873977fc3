#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# The figures of “script/bench lanes”: how long urgent alerts took from XADD to submit_sm, and what left of the backlog
# between the first and the last of them, by the carrier's records.
use strict;
use warnings;
use utf8;
use FindBin;
use lib $FindBin::Bin;
use Figures;
use Getopt::Long;


my %option = (run => []);
GetOptions(\%option, 'run=s@', 'latency=i', 'backlog=i', 'json') or exit 64;
my $promised_ms = 50 + $option{latency}; # in a full window a place is free when the carrier has answered
binmode STDOUT, ':utf8';
my $out = $option{json} ? \*STDERR : \*STDOUT;
binmode $out, ':utf8';

sub round { return sprintf('%.2f', $_[0]) + 0 }

# The figures of one run: “tps:left in the backlog:what was produced:what the carrier got”.
sub figures_of {
	my ($tps, $left, $produced, $record) = split /:/, $_[0], 4;
	my (%sent_us, @latency_ms, @bulk_us, $first, $last);
	Figures::each_produced($produced, sub {
		$sent_us{ $_[0] } = $_[1];
		$first //= $_[1];
		$last = $_[1];
	});
	my $urgent = keys %sent_us;
	Figures::each_recorded($record, sub {
		my ($number, $at_us) = @_;
		if (exists $sent_us{$number}) { push @latency_ms, ($at_us - delete $sent_us{$number}) / 1000 }
		elsif ($at_us >= $first && $at_us < $last) { push @bulk_us, $at_us }
	});
	@latency_ms = sort { $a <=> $b } @latency_ms;
	my $span_s = ($last - $first) / 1e6;
	my %in_second;
	$in_second{ int(($_ - $first) / 1e6) }++ for @bulk_us;
	my ($least) = sort { $a <=> $b } map { $in_second{$_} // 0 } 0 .. int($span_s) - 1;
	my $bulk_per_s = $span_s > 0 ? @bulk_us / $span_s : 0;
	my $p99 = Figures::percentile(0.99, @latency_ms);
	return {
		tps => $tps + 0, backlog_left => $left + 0, urgent => $urgent, urgent_missing => scalar keys %sent_us,
		p50_ms => round(Figures::percentile(0.5, @latency_ms) // 0), p99_ms => round($p99 // 0), worst_ms => round($latency_ms[-1] // 0),
		bulk_per_s => round($bulk_per_s), bulk_least_in_second => $least // 0,
		bulk_share => $tps > 0 ? sprintf('%.4f', $bulk_per_s / $tps) + 0 : undef,
		holds => defined $p99 && $p99 <= $promised_ms && !%sent_us && ($least // 0) > 0 ? JSON::PP::true : JSON::PP::false,
	};
}

my @figures = map { figures_of($_) } @{ $option{run} };
for my $figure (@figures) {
	my $of_rate = defined $figure->{bulk_share} ? sprintf(' (%.1f %% of the rate)', 100 * $figure->{bulk_share}) : '';
	printf $out "  %-16s  urgent: p50 %.1f ms, p99 %.1f ms, worst %.1f ms of %d (promised: p99 %d ms)%s\n", $figure->{tps} > 0 ? "$figure->{tps}/s" : 'no rate',
		@$figure{qw(p50_ms p99_ms worst_ms urgent)}, $promised_ms, $figure->{urgent_missing} ? "; $figure->{urgent_missing} did not come" : '';
	printf $out "  %-16s  bulk: %.0f/s%s, at least %d in each second; %d of %d still wait\n", '', $figure->{bulk_per_s}, $of_rate,
		$figure->{bulk_least_in_second}, $figure->{backlog_left}, $option{backlog};
}
print JSON::PP->new->canonical->encode({ latency_ms => $option{latency}, backlog => $option{backlog}, runs => \@figures }), "\n" if $option{json};
exit((grep { !$_->{holds} } @figures) ? 1 : 0);
