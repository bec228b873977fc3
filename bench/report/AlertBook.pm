# SPDX-License-Identifier: Apache-2.0
# What became of each of millions of alerts: how often the carrier got it, and which events closed it. An alert costs some
# 22 octets: its phone number, its counters, and a place in a table from number to alert (open addressing, linear probing).
package AlertBook;
use strict;
use warnings;
no warnings 'portable';    # vectors of 64 bits

use constant { COUNT_MAX => 255, ACCEPTED => 1, AMBIGUOUS => 2, DUPLICATE => 4, OTHERWISE => 8, WAITING => 16 };

my %flag_of = (accepted => ACCEPTED, duplicate => DUPLICATE, map { $_ => OTHERWISE } qw(expired cancelled superseded suppressed dead));

# Alerts have the ids PREFIX0, PREFIX1 … and a phone number of their own; there may be up to $most of them.
sub new {
	my ($class, $prefix, $most) = @_;
	my $slots = 2 * $most + 1;
	$slots += 2 until is_prime($slots);
	my $self = bless {
		alerts => 0, slots => $slots, table => "\0" x (4 * $slots), numbers => "\0" x (8 * $most), copies => "\0" x $most,
		closings => "\0" x $most, flags => "\0" x $most, foreign => 0, first_foreign => undef,
		event => qr/"id":"\Q$prefix\E(\d+)".*?"event":"(\w+)"/, alert => qr/"id":"\Q$prefix\E(\d+)","to":"(1\d{10})"/,
	}, $class;
	return $self;
}

sub is_prime {
	my ($number) = @_;
	for (my $factor = 3; $factor * $factor <= $number; $factor += 2) { return 0 if $number % $factor == 0 }
	return 1;
}

# The slot of a number, or the free one where it would be.
sub slot_of {
	my ($self, $number) = @_;
	my $slot = $number % $self->{slots};
	while (my $taken = vec $self->{table}, $slot, 32) {
		last if vec($self->{numbers}, $taken - 1, 64) == $number;
		$slot = 0 if ++$slot == $self->{slots};
	}
	return $slot;
}

# An alert as it was enqueued; they come in their order.
sub enqueued {
	my ($self, $line) = @_;
	my ($index, $number) = $line =~ $self->{alert} or die "no alert: $line\n";
	$index == $self->{alerts}++ or die "alert $index is not the next one\n";
	my $slot = $self->slot_of($number);
	die "alerts share a phone number: $line\n" if vec $self->{table}, $slot, 32;
	vec($self->{table}, $slot, 32) = $index + 1;
	vec($self->{numbers}, $index, 64) = $number;
}

sub is_foreign {
	my ($self, $line) = @_;
	$self->{foreign}++;
	$self->{first_foreign} //= $line;
	return 0;
}

# A message that the carrier recorded. One with parts missing has not arrived.
sub recorded {
	my ($self, $line) = @_;
	my ($number) = $line =~ /^\{"to":"\+?(?:86)?(1\d{10})"/ or return $self->is_foreign($line);
	return if index($line, '"incomplete":true') >= 0;
	my $taken = vec $self->{table}, $self->slot_of($number), 32;
	return $self->is_foreign($line) unless $taken;
	vec($self->{copies}, $taken - 1, 8)++ if vec($self->{copies}, $taken - 1, 8) < COUNT_MAX;
}

# An event; those that close nothing don't count. True where it carries the mark that the alert may have been sent before.
sub happened {
	my ($self, $line) = @_;
	my ($index, $event) = $line =~ $self->{event};
	return $self->is_foreign($line) unless defined $event && $index < $self->{alerts};
	my $flag = $flag_of{$event} or return 0;
	$flag |= AMBIGUOUS if index($line, '"ambiguous":true') >= 0;
	vec($self->{flags}, $index, 8) |= $flag;
	vec($self->{closings}, $index, 8)++ if vec($self->{closings}, $index, 8) < COUNT_MAX;
	return $flag & AMBIGUOUS;
}

# An alert that is still on the queue, as its producer wrote it: nothing can be said of it yet.
sub waiting {
	my ($self, $line) = @_;
	my ($index) = $line =~ $self->{alert};
	return $self->is_foreign($line) unless defined $index && $index < $self->{alerts};
	vec($self->{flags}, $index, 8) |= WAITING;
}

# Counts over all alerts, and the first alert of each kind under “first”.
#   waiting                 still on the queue, and no event: neither lost nor due for a mark
#   lost                    the carrier has none, and no event says that it was not to be sent. A “duplicate” does not say
#                           so: no id was enqueued twice
#   unclosed                sent, but no event says what became of it
#   closed_twice            more than one closing event
#   closed_otherwise        dead, expired …: nothing in these alerts is a reason for that
#   duplicates              copies at the carrier beyond the first; explained where the alert's accepted event says
#                           "ambiguous":true
sub verdict {
	my ($self) = @_;
	my %count = map { $_ => 0 } qw(waiting lost unclosed closed_twice closed_otherwise duplicates duplicates_explained
		duplicates_unexplained ambiguous);
	my %first;
	my $add = sub { my ($kind, $index, $by) = @_; $count{$kind} += $by; $first{$kind} //= $index };
	for my $index (0 .. $self->{alerts} - 1) {
		my $copies = vec $self->{copies}, $index, 8;
		my $closings = vec $self->{closings}, $index, 8;
		my $flags = vec $self->{flags}, $index, 8;
		next if $copies == 1 && $closings == 1 && $flags == ACCEPTED;
		if ($closings == 0 && $flags & WAITING) {
			$add->(waiting => $index, 1);
			next;
		}
		$add->(lost => $index, 1) if $copies == 0 && !($flags & OTHERWISE);
		$add->(unclosed => $index, 1) if $copies > 0 && $closings == 0;
		$add->(closed_twice => $index, 1) if $closings > 1;
		$add->(closed_otherwise => $index, 1) if $flags & (OTHERWISE | DUPLICATE);
		$add->(ambiguous => $index, 1) if $flags & AMBIGUOUS;
		next unless $copies > 1;
		my $is_explained = ($flags & ACCEPTED) && ($flags & AMBIGUOUS);
		$add->($_ => $index, $copies - 1) for 'duplicates', $is_explained ? 'duplicates_explained' : 'duplicates_unexplained';
	}
	return { alerts => $self->{alerts}, foreign => $self->{foreign}, %count, first => \%first };
}

# What must be 0.
sub faults { return qw(lost unclosed closed_twice closed_otherwise duplicates_unexplained foreign) }

1;
