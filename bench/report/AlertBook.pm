# SPDX-License-Identifier: Apache-2.0
# What became of each of millions of alerts: how often the carrier got it, and which events closed it. An alert costs some
# 24 octets: its phone number, its counters, and a place in a table from number to alert (open addressing, linear probing).
package AlertBook;
use strict;
use warnings;
no warnings 'portable';    # vectors of 64 bits
use Time::Local qw(timegm);

use constant { COUNT_MAX => 255, ACCEPTED => 1, AMBIGUOUS => 2, DUPLICATE => 4, OTHERWISE => 8, WAITING => 16, EXCUSED => 32 };
use constant STALE_S => 240;    # no template's max_age is less

my %flag_of = (accepted => ACCEPTED, duplicate => DUPLICATE, map { $_ => OTHERWISE } qw(expired cancelled superseded suppressed dead));
my %is_excuse = map { $_ => 1 } qw(rejected attempts unanswered);    # a carrier that fails is reason enough for these

# Alerts have the ids PREFIX0, PREFIX1 … and a phone number of their own; there may be up to $most of them. $doubts: a
# DoubtBook that knows all kills; $may_fail: the carrier failed on purpose.
sub new {
	my ($class, $prefix, $most, $doubts, $may_fail) = @_;
	my $slots = 2 * $most + 1;
	$slots += 2 until is_prime($slots);
	my $self = bless {
		alerts => 0, slots => $slots, table => "\0" x (4 * $slots), numbers => "\0" x (8 * $most), copies => "\0" x $most,
		closings => "\0" x $most, flags => "\0" x $most, kills => "\0" x $most, doubts => $doubts, may_fail => $may_fail,
		foreign => 0, first_foreign => undef, reasons => {},
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

sub bump { my ($self, $counter, $index) = @_; vec($self->{$counter}, $index, 8)++ if vec($self->{$counter}, $index, 8) < COUNT_MAX }

# A message that the carrier recorded. One with parts missing has not arrived; where it arrived as a whole before, it is a copy.
sub recorded {
	my ($self, $line) = @_;
	my ($number) = $line =~ /^\{"to":"\+?(?:86)?(1\d{10})"/ or return $self->is_foreign($line);
	return if index($line, '"incomplete":true') >= 0 && index($line, '"repeat":true') < 0;
	my $taken = vec $self->{table}, $self->slot_of($number), 32;
	return $self->is_foreign($line) unless $taken;
	$self->bump(copies => $taken - 1);
}

# Whether a failing carrier is reason enough for this event. What expires must have waited for long.
sub is_excused {
	my ($self, $event, $line) = @_;
	my $reason = $event eq 'dead' && $line =~ /"reason":"(\w+)/ ? $1 : $event;
	$self->{reasons}{$reason}++;
	return 0 unless $self->{may_fail};
	return $is_excuse{$reason} if $event eq 'dead';
	return 0 unless $event eq 'expired' && $line =~ /"entry":"(\d+)-.*?"at":"(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)/;
	return timegm($7, $6, $5, $4, $3 - 1, $2) - $1 / 1000 >= STALE_S;
}

# An event; those that close nothing don't count.
sub happened {
	my ($self, $line) = @_;
	my ($index, $event) = $line =~ $self->{event};
	return $self->is_foreign($line) unless defined $event && $index < $self->{alerts};
	my $flag = $flag_of{$event} or return 0;
	$flag |= EXCUSED if $flag & OTHERWISE && $self->is_excused($event, $line);
	$flag |= AMBIGUOUS if index($line, '"ambiguous":true') >= 0;
	vec($self->{flags}, $index, 8) |= $flag;
	$self->bump(closings => $index);
	if ($flag & AMBIGUOUS && $line =~ /"entry":"([\d-]+)".*?"stream":"(\w+)"/) {
		my $kills = $self->{doubts}->times("$1\@$2");
		vec($self->{kills}, $index, 8) = $kills < COUNT_MAX ? $kills : COUNT_MAX;
	}
}

# An alert that is still on the queue, as its producer wrote it: nothing can be said of it yet.
sub waiting {
	my ($self, $line) = @_;
	my ($index) = $line =~ $self->{alert};
	return $self->is_foreign($line) unless defined $index && $index < $self->{alerts};
	vec($self->{flags}, $index, 8) |= WAITING;
}

# Copies beyond the first are explained where a closing event of the alert says "ambiguous":true, and there are no more of
# them than kills that left it in doubt; where the carrier fails, an answer that never came gives one more. Returns how many
# of so many are explained by kills, and by such an answer.
sub explain {
	my ($self, $extra, $flags, $kills) = @_;
	return (0, 0) unless $flags & AMBIGUOUS;
	my $by_kill = $extra < $kills ? $extra : $kills;
	my $by_silence = $self->{may_fail} && $extra > $by_kill ? 1 : 0;
	return ($by_kill, $by_silence);
}

# Counts over all alerts, and the first alert of each kind under “first”.
#   waiting                 still on the queue, and no event: neither lost nor due for a mark
#   lost                    the carrier has none, and no event says that it was not to be sent. A “duplicate” does not say
#                           so: no id was enqueued twice
#   unclosed                sent, but no event says what became of it
#   closed_twice            more than one closing event
#   closed_otherwise        dead, expired …, and nothing in these alerts or in this run is a reason for that
#   contradicted            closed as not sent, not marked, and yet at the carrier
#   closed_excused          closed otherwise because the carrier failed
#   duplicates              copies at the carrier beyond the first, as explain() has it
sub verdict {
	my ($self) = @_;
	my %count = map { $_ => 0 } qw(waiting lost unclosed closed_twice closed_otherwise contradicted closed_excused duplicates
		duplicates_by_kill duplicates_by_silence duplicates_explained duplicates_unexplained ambiguous);
	my %first;
	my $add = sub { my ($kind, $index, $by) = @_; return unless $by; $count{$kind} += $by; $first{$kind} //= $index };
	for my $index (0 .. $self->{alerts} - 1) {
		my $copies = vec $self->{copies}, $index, 8;
		my $closings = vec $self->{closings}, $index, 8;
		my $flags = vec $self->{flags}, $index, 8;
		next if $copies == 1 && $closings == 1 && $flags == ACCEPTED;
		if ($closings == 0 && $flags & WAITING) {
			$add->(waiting => $index, 1);
			next;
		}
		my $is_otherwise = $flags & (OTHERWISE | DUPLICATE);
		$add->(lost => $index, 1) if $copies == 0 && !($flags & OTHERWISE);
		$add->(unclosed => $index, 1) if $copies > 0 && $closings == 0;
		$add->(closed_twice => $index, 1) if $closings > 1;
		$add->($flags & EXCUSED ? 'closed_excused' : 'closed_otherwise', $index, 1) if $is_otherwise;
		$add->(contradicted => $index, 1) if $is_otherwise && $copies > 0 && !($flags & (AMBIGUOUS | ACCEPTED));
		$add->(ambiguous => $index, 1) if $flags & AMBIGUOUS;
		next unless $copies > 1;
		my ($by_kill, $by_silence) = $self->explain($copies - 1, $flags, vec $self->{kills}, $index, 8);
		$add->(duplicates => $index, $copies - 1);
		$add->(duplicates_by_kill => $index, $by_kill);
		$add->(duplicates_by_silence => $index, $by_silence);
		$add->(duplicates_explained => $index, $by_kill + $by_silence);
		$add->(duplicates_unexplained => $index, $copies - 1 - $by_kill - $by_silence);
	}
	return { alerts => $self->{alerts}, foreign => $self->{foreign}, closed_by_reason => $self->{reasons}, %count, first => \%first };
}

# What must be 0.
sub faults { return qw(lost unclosed closed_twice closed_otherwise contradicted duplicates_unexplained foreign) }

1;
