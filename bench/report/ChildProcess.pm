# SPDX-License-Identifier: Apache-2.0
# A program that a run starts, with its output at the end of a log. What was started ends with the run, however that ends.
package ChildProcess;
use strict;
use warnings;
use POSIX qw(WNOHANG);

my %running;    # process => 1
END { local $?; kill KILL => keys %running if %running }

# $env: variables for it beside our own.
sub start {
	my ($class, $name, $log, $env, @command) = @_;
	my $pid = fork // die "cannot fork: $!\n";
	if ($pid == 0) {
		@ENV{ keys %$env } = values %$env;
		open STDIN, '<', '/dev/null';
		open STDOUT, '>>', $log and open STDERR, '>&', \*STDOUT or POSIX::_exit(127);
		exec { $command[0] } @command or POSIX::_exit(127);
	}
	$running{$pid} = 1;
	return bless { name => $name, log => $log, pid => $pid }, $class;
}

sub signal { my ($self, $name) = @_; kill $name => $self->{pid} }

# Its status once it has ended, else undef; waits for that only where told so.
sub status {
	my ($self, $waits) = @_;
	return $self->{status} if defined $self->{status};
	return undef unless waitpid($self->{pid}, $waits ? 0 : WNOHANG) == $self->{pid};
	delete $running{ $self->{pid} };
	return $self->{status} = $?;
}

sub die_of {
	my ($self) = @_;
	my $signal = $self->{status} & 127;
	my $how = $signal ? "by signal $signal" : 'with status ' . ($self->{status} >> 8);
	die "$self->{name} has ended by itself, $how; see $self->{log}\n";
}

sub must_live { my ($self) = @_; $self->die_of if defined $self->status }

# Kills it; dies where it had ended before.
sub kill_hard {
	my ($self) = @_;
	$self->must_live;
	$self->signal('KILL');
	$self->die_of if $self->status(1) != POSIX::SIGKILL;
}

1;
