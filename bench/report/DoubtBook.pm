# SPDX-License-Identifier: Apache-2.0
# How many alerts each kill left in doubt. A start finds what its predecessor had begun and not settled; when it dies before
# it has settled all of that, the rest is found again by the next one, and must not be put down to the second kill.
package DoubtBook;
use strict;
use warnings;

# Starts in their order, each with intents_found (undef where it was not told), is_adopted (whether it had taken over all
# that was left) and last_event (the id of the newest event at its end); $bound: what one kill may leave.
sub new {
	my ($class, $bound, @starts) = @_;
	return bless { bound => $bound, starts => \@starts, at => 0, marked => [ (0) x @starts ] }, $class;
}

sub is_after {
	my ($id, $other) = map { [ split /-/ ] } @_;
	return ($id->[0] <=> $other->[0] || $id->[1] <=> $other->[1]) > 0;
}

# So many marked alerts were settled by the entry of the event stream with this id; entries come in their order.
sub settled {
	my ($self, $id, $count) = @_;
	my $last = $#{ $self->{starts} };
	$self->{at}++ while $self->{at} < $last && is_after($id, $self->{starts}[ $self->{at} ]{last_event});
	$self->{marked}[ $self->{at} ] += $count;
}

# The most that one kill left in doubt, and the most that one start found.
sub verdict {
	my ($self) = @_;
	my ($most_left, $most_found, $carried, $limit) = (0, 0, 0, 0);
	for my $index (0 .. $#{ $self->{starts} }) {
		my $start = $self->{starts}[$index];
		my $found = $start->{intents_found};
		if (defined $found) {
			$most_found = $found if $found > $most_found;
			$most_left = $found - $carried if $found - $carried > $most_left;
		}
		# What is known of it, or else the most that it can be.
		$carried = (defined $found && $start->{is_adopted} ? $found : $limit) - $self->{marked}[$index];
		$carried = 0 if $carried < 0;
		$limit = $carried + $self->{bound};
	}
	return ($most_left, $most_found);
}

1;
