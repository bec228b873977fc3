#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
# The figures of “script/bench”: throughput and CPU from the carrier's summary and the samples, latency from what the
# load sent and the carrier got, the floor beside it. Prints a page for people, and with --json one object behind it.
use strict;
use warnings;
use utf8;
use FindBin;
use lib $FindBin::Bin;
use Figures;
use Getopt::Long;

my %option = (protocol => 'smpp', floor => [], rss => 0, dead => 0, waiting => 0);
GetOptions(\%option, 'protocol=s', 'run=s', 'samples=s', 'summary=s', 'produced=s', 'record=s', 'latency-summary=s', 'floor=s@', 'floor-noack=s', 'rss=f',
	'alerts=i', 'links=i', 'window=i', 'aof=s', 'dead=i', 'waiting=i', 'receipts=s', 'delivered=i', 'guarded-run=s',
	'guarded-samples=s', 'guarded-summary=s', 'json') or exit 64;
binmode STDOUT, ':utf8';

my $run = Figures::json_file($option{run});
my $carrier = Figures::json_file($option{summary});
my $samples = Figures::samples_file($option{samples});
# With receipts the run lasts until the carrier has the answer to the last one.
my ($first, $last) = ($carrier->{first_at} // 0, ($option{receipts} ? $carrier->{last_receipt_at} : $carrier->{last_at}) // 0);
my $received = $carrier->{messages};
my $seconds = $last - $first;
my %cpu = map { $_ => Figures::cpu_between($samples, $_, $first, $last, $received) } qw(gateway redis carrier);
my $lost = $option{alerts} - $carrier->{distinct} - $option{waiting} - $option{dead};

my (%sent_us, @latency_ms);
my $paced = 0;
Figures::each_produced($option{produced}, sub { $sent_us{ $_[0] } = $_[1]; $paced++ });
Figures::each_recorded($option{record}, sub {
	my ($number, $at_us) = @_;
	push @latency_ms, ($at_us - delete $sent_us{$number}) / 1000 if exists $sent_us{$number};
});
@latency_ms = sort { $a <=> $b } @latency_ms;
my $latency_carrier = Figures::json_file($option{'latency-summary'});
$lost += keys %sent_us;
my $duplicates = $carrier->{duplicates} + $latency_carrier->{duplicates};

my $guarded = guarded();

my $floor = joined(map { Figures::json_file($_) } @{ $option{floor} });
my $noack = $option{'floor-noack'} ? Figures::json_file($option{'floor-noack'}) : undef;
my $rate = $seconds > 0 ? $received / $seconds : 0;
my $unmatched = $option{receipts} ? $carrier->{messages} - $option{delivered} : 0;
my %figure = (
	alerts => $option{alerts}, links => $option{links}, window => $option{window},
	aof => $option{aof} eq 'yes' ? JSON::PP::true : JSON::PP::false,
	state => $run->{state}, seconds => sprintf('%.3f', $seconds) + 0, rate => int($rate),
	gateway_us => round($cpu{gateway}), redis_us => round($cpu{redis}), carrier_us => round($cpu{carrier}),
	rss_mib => $option{rss} + 0, p50_ms => pick(0.5), p99_ms => pick(0.99), p999_ms => pick(0.999),
	latency_alerts => scalar @latency_ms, lost => $lost, duplicates => $duplicates, dead => $option{dead}, waiting => $option{waiting},
	violations => $carrier->{violations_total} + $latency_carrier->{violations_total},
	receipts => $option{receipts}, receipts_matched => $option{delivered}, receipts_unmatched => $option{receipts} ? $unmatched : undef,
	receipts_again => $option{receipts} ? $carrier->{receipts_requeued} : undef,
	map({ ("guarded_$_" => $guarded ? $guarded->{$_} : undef) } qw(rate ratio gateway_us redis_us)),
	floor_rate => $floor ? $floor->{rate} : undef, floor_us => $floor ? $floor->{floor_us} : undef,
	floor_redis_us => $floor ? $floor->{redis_us} : undef, floor_carrier_us => $floor ? $floor->{carrier_us} : undef,
	ratio_to_floor => $floor && $floor->{rate} > 0 ? round($rate / $floor->{rate}) : undef,
	floor_noack_rate => $noack ? $noack->{rate} : undef, floor_noack_redis_us => $noack ? $noack->{redis_us} : undef,
	ratio_to_floor_noack => $noack && $noack->{rate} > 0 ? round($rate / $noack->{rate}) : undef,
);

# The run with all that protects recipients; undef where there was none. None may be lost, sent twice or held back by it.
sub guarded {
	my $file = $option{'guarded-summary'} or return undef;
	my $carrier = Figures::json_file($file);
	my $samples = Figures::samples_file($option{'guarded-samples'});
	my ($first, $last) = ($carrier->{first_at} // 0, $carrier->{last_at} // 0);
	my $guarded_rate = $last > $first ? $carrier->{messages} / ($last - $first) : 0;
	my $plain_rate = $seconds > 0 ? $received / $seconds : 0;
	my %of = map { $_ => round(Figures::cpu_between($samples, $_, $first, $last, $carrier->{messages})) } qw(gateway redis carrier);
	return {
		rate => int $guarded_rate, ratio => $plain_rate > 0 ? round($guarded_rate / $plain_rate) : 0,
		gateway_us => $of{gateway}, redis_us => $of{redis}, carrier_us => $of{carrier},
		lost => $option{alerts} - $carrier->{distinct}, duplicates => $carrier->{duplicates},
	};
}

# Runs of the same floor as one: the messages of all in the time of all; undef where there are none.
sub joined {
	my @runs = @_ or return undef;
	my %sum;
	for my $run (@runs) {
		$sum{$_} += $run->{$_} for qw(messages seconds);
		$sum{$_} += $run->{$_} * $run->{messages} for qw(redis_us floor_us carrier_us);
	}
	my %whole = map { $_ => $sum{messages} > 0 ? round($sum{$_} / $sum{messages}) : 0 } qw(redis_us floor_us carrier_us);
	$whole{rate} = $sum{seconds} > 0 ? int($sum{messages} / $sum{seconds}) : 0;
	return \%whole;
}

sub round { return sprintf('%.2f', $_[0]) + 0 }
sub pick { my $ms = Figures::percentile($_[0], @latency_ms); return defined $ms ? round($ms) : undef }
sub shown { return defined $_[0] ? $_[0] : '–' }

my $out = $option{json} ? \*STDERR : \*STDOUT;
binmode $out, ':utf8';
print $out <<"PAGE";

  messages/s        @{[int $rate]}   ($received in $figure{seconds} s, @{[$option{receipts} ? 'first submit accepted to last receipt answered' : 'first to last accepted by the carrier']})
  CPU per message   gateway $figure{gateway_us} µs, Redis $figure{redis_us} µs, carrier $figure{carrier_us} µs
  peak memory       $option{rss} MiB resident (gateway)
  lost, duplicates  $lost, $duplicates   (unsent $option{waiting}, dead letters $option{dead}, protocol violations $figure{violations})
  latency at 500/s  p50 @{[shown $figure{p50_ms}]} ms, p99 @{[shown $figure{p99_ms}]} ms, p99.9 @{[shown $figure{p999_ms}]} ms   (XADD to @{[$option{protocol} eq 'http' ? 'the request' : 'submit_sm']}, @{[scalar @latency_ms]} alerts)
PAGE
print $out <<"PAGE" if $guarded;
  with guards       $guarded->{rate} messages/s, $guarded->{ratio} of the plain run; gateway $guarded->{gateway_us} µs, Redis $guarded->{redis_us} µs, carrier $guarded->{carrier_us} µs;
                    lost $guarded->{lost}, duplicates $guarded->{duplicates}   (caps a minute and a day, identical texts, supersede)
PAGE
print $out <<"PAGE" if $option{receipts};
  receipts          $option{delivered} became events, $unmatched did not; $carrier->{receipts_requeued} were asked for again
PAGE
if ($floor && $noack) {
	print $out <<"PAGE";
  floor             $floor->{rate} messages/s; Redis $floor->{redis_us} µs, floor $floor->{floor_us} µs, carrier $floor->{carrier_us} µs
  … read NOACK      $noack->{rate} messages/s; Redis $noack->{redis_us} µs, floor $noack->{floor_us} µs, carrier $noack->{carrier_us} µs
  ratio to floor    $figure{ratio_to_floor}, read NOACK $figure{ratio_to_floor_noack}
PAGE
} elsif ($floor) {
	print $out <<"PAGE";
  libcurl alone     $floor->{rate} messages/s; floor $floor->{floor_us} µs, carrier $floor->{carrier_us} µs
  ratio to floor    $figure{ratio_to_floor}
PAGE
}
print JSON::PP->new->canonical->encode(\%figure), "\n" if $option{json};
my $is_guarded_well = !$guarded || ($guarded->{lost} == 0 && $guarded->{duplicates} == 0);
exit($is_guarded_well && $lost == 0 && $unmatched == 0 && $duplicates == 0 && $run->{state} eq 'done' ? 0 : 1);
