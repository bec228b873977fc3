# SPDX-License-Identifier: Apache-2.0
# A small Redis client on a unix socket: commands in, Perl values out.
package RedisSocket;
use strict;
use warnings;
use IO::Socket::UNIX;

sub open {
	my ($class, $path) = @_;
	my $socket = IO::Socket::UNIX->new(Peer => $path) or die "cannot reach Redis at $path: $!\n";
	return bless { socket => $socket }, $class;
}

# Each argument is a command (a list of words); returns their answers. An error answer is a reference to its text.
sub ask {
	my ($self, @commands) = @_;
	my $octets = '';
	for my $command (@commands) {
		$octets .= '*' . @$command . "\r\n";
		$octets .= '$' . length($_) . "\r\n$_\r\n" for @$command;
	}
	$self->{socket}->print($octets);
	$self->{socket}->flush;
	return map { $self->answer } @commands;
}

sub answer {
	my ($self) = @_;
	my $line = readline $self->{socket};
	die "Redis closed the connection\n" unless defined $line;
	$line =~ s/\r\n\z//;
	my ($type, $rest) = (substr($line, 0, 1), substr($line, 1));
	return $rest if $type eq '+' || $type eq ':';
	return \$rest if $type eq '-';
	return undef if $rest < 0;
	return [ map { $self->answer } 1 .. $rest ] if $type eq '*';
	my $octets = '';
	read $self->{socket}, $octets, $rest + 2;
	return substr $octets, 0, $rest;
}

# Name-value list of an answer as a hash; empty for an error.
sub hash {
	my ($answer) = @_;
	return ref $answer eq 'ARRAY' ? {@$answer} : {};
}

1;
