# SPDX-License-Identifier: Apache-2.0
# One of the gateways of a crash run: an instance with a lock file and an admin port of its own, started and killed again
# and again.
package KilledGateway;
use strict;
use warnings;
use ChildProcess;
use IO::Socket::INET;
use Time::HiRes qw(sleep time);

use constant LOOK_S => 0.02;

# name: of the instance; port: of its admin address; program, config; folder: of its log and lock file.
sub new {
	my ($class, %option) = @_;
	return bless { %option, process => undef, starts_at => 0 }, $class;
}

sub start {
	my ($self) = @_;
	my %env = (
		HONGYAN_INSTANCE_NAME => $self->{name},
		HONGYAN_INSTANCE_LOCK_FILE => "$self->{folder}/$self->{name}.lock",
		HONGYAN_ADMIN_LISTEN => "127.0.0.1:$self->{port}",
	);
	$self->{process} = ChildProcess->start($self->{name}, "$self->{folder}/$self->{name}.log", \%env,
		$self->{program}, 'serve', '--config', $self->{config});
	$self->{started_at} = time;
}

sub is_up { my ($self) = @_; return defined $self->{process} }

sub must_live { my ($self) = @_; $self->{process}->must_live if $self->{process} }

# Metrics by name, without labels; empty where it does not answer (yet).
sub metrics {
	my ($self) = @_;
	my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $self->{port}, Timeout => 1) or return {};
	print $socket "GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n";
	return { map { /^(\w+) (\d+)$/ ? ($1, $2) : () } map { s/\r?\n\z//r } <$socket> };
}

# Waits until it answers: one that is asked to end before would die of that.
sub await {
	my ($self, $seconds) = @_;
	for (my $until = time + $seconds; !%{ $self->metrics }; sleep LOOK_S) {
		$self->must_live;
		die "$self->{name} does not answer; see $self->{folder}/$self->{name}.log\n" if time > $until;
	}
}

# Kills it, to be started again in so many seconds. Returns how long it lived.
sub kill_for {
	my ($self, $pause) = @_;
	$self->{process}->kill_hard;
	$self->{process} = undef;
	my $now = time;
	$self->{starts_at} = $now + $pause;
	return $now - $self->{started_at};
}

1;
