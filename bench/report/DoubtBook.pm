# SPDX-License-Identifier: Apache-2.0
# Which alerts each kill left in doubt: begun by the process and still on the queue when it was dead. What a process had
# taken over in doubt and not settled before its own death is found again, and must not be put down to the second kill.
package DoubtBook;
use strict;
use warnings;

sub new { return bless { last => {}, times => {}, left_max => 0, found_max => 0, sum => 0, kills => 0 }, shift }

# A kill of this gateway, with the origins ("ms-seq@lane") that it left; kills come in their order.
sub killed {
	my ($self, $gateway, @origins) = @_;
	my $before = $self->{last}{$gateway} // {};
	my $left = grep { !$before->{$_} } @origins;
	$self->{last}{$gateway} = { map { $_ => 1 } @origins };
	$self->{times}{$_}++ for @origins;
	$self->{left_max} = $left if $left > $self->{left_max};
	$self->{found_max} = @origins if @origins > $self->{found_max};
	$self->{sum} += @origins;
	$self->{kills}++;
}

# How many kills left this origin in doubt: after each of them it may go out once more.
sub times { my ($self, $origin) = @_; return $self->{times}{$origin} // 0 }

1;
