# SPDX-License-Identifier: Apache-2.0
# Reading what a run left behind: summaries, records, samples.
package Figures;
use strict;
use warnings;
use JSON::PP;

# The one JSON object of a file, or of its last line.
sub json_file {
	my ($path) = @_;
	open my $file, '<', $path or die "cannot read $path: $!\n";
	my ($last) = grep { /\S/ } reverse <$file>;
	return decode_json($last // die "$path is empty\n");
}

# Calls $take with each JSON object of a file, a line each.
sub each_json {
	my ($path, $take) = @_;
	open my $file, '<', $path or die "cannot read $path: $!\n";
	while (my $line = <$file>) { $take->(decode_json($line)) }
}

# Calls $take->(national number, sent_us, line) for each alert that a load wrote.
sub each_produced {
	my ($path, $take) = @_;
	open my $file, '<', $path or die "cannot read $path: $!\n";
	while (my $line = <$file>) {
		$line =~ /"sent_us":(\d+).*?"to":"(\d+)"/ or die "$path:$.: no alert in this line\n";
		$take->($2, $1, $line);
	}
}

# Calls $take->(national number, at in microseconds, line) for each message that the carrier recorded.
sub each_recorded {
	my ($path, $take) = @_;
	open my $file, '<', $path or die "cannot read $path: $!\n";
	while (my $line = <$file>) {
		$line =~ /"to":"\+?(?:86)?(1\d{10})".*?"at":(\d+)\.(\d{3})/ or die "$path:$.: no message in this line\n";
		$take->($1, $2 * 1000 + $3, $line);
	}
}

# The value that $share of the sorted values do not exceed (nearest rank).
sub percentile {
	my ($share, @sorted) = @_;
	return undef unless @sorted;
	my $rank = int($share * @sorted);
	$rank++ if $rank < $share * @sorted;
	return $sorted[ $rank > 0 ? $rank - 1 : 0 ];
}

# CPU per message between two instants, from samples taken before, during and after; the samples' rest is interpolated.
sub cpu_between {
	my ($samples, $name, $from, $to, $messages) = @_;
	my @used = map { cpu_at($samples, "${name}_us", $_) } $from, $to;
	return $messages > 0 ? ($used[1] - $used[0]) / $messages : 0;
}

sub cpu_at {
	my ($samples, $field, $at) = @_;
	my $before = $samples->[0];
	for my $sample (@$samples) {
		if ($sample->{at} >= $at) {
			my $span = $sample->{at} - $before->{at};
			my $share = $span > 0 ? ($at - $before->{at}) / $span : 1;
			$share = 0 if $share < 0;
			return $before->{$field} + $share * ($sample->{$field} - $before->{$field});
		}
		$before = $sample;
	}
	return $before->{$field};
}

sub samples_file {
	my ($path) = @_;
	open my $file, '<', $path or die "cannot read $path: $!\n";
	return [ map { decode_json($_) } <$file> ];
}

1;
