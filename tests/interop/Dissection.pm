# SPDX-License-Identifier: Apache-2.0
package Dissection;
# What tshark's dissectors make of SMPP: making capture files of recorded PDUs, reading PDML, and what is left open in it.
use strict;
use warnings;
use Exporter qw(import);
use File::Temp qw(tempdir);

our @EXPORT_OK = qw(missing_tools write_capture pdus_of malformed_in unanswered);

use constant {
    FIRST_CLIENT_PORT => 40001, UNBIND => '00000006', ENQUIRE_LINK => '00000015', UNBIND_RESP => '80000006', GENERIC_NACK => '80000000',
};

# The first of the programs that is not there, or undef.
sub missing_tools {
    for my $tool (@_) {
        return $tool unless grep { -x "$_/$tool" } split /:/, $ENV{PATH};
    }
    return undef;
}

# Writes a capture file. connections: lists of PDUs, [from the client?, octets].
sub write_capture {
    my ($path, $server_port, @connections) = @_;
    my $dir = tempdir(CLEANUP => 1);
    for my $number (0 .. $#connections) {
        open my $dump, '>', "$dir/dump" or die "cannot write $dir/dump: $!\n";
        for (@{ $connections[$number] }) {
            my ($is_from_client, $octets) = @$_;
            print $dump $is_from_client ? 'I' : 'O', "\n000000 ", join(' ', unpack '(H2)*', $octets), "\n";
        }
        close $dump or die "cannot write $dir/dump: $!\n";
        my $client_port = FIRST_CLIENT_PORT + $number;
        system('text2pcap', '-q', '-D', '-T', "$client_port,$server_port", "$dir/dump", "$dir/$number.pcap") == 0 or die "text2pcap fails\n";
    }
    system('mergecap', '-a', '-w', $path, map { "$dir/$_.pcap" } 0 .. $#connections) == 0 or die "mergecap fails\n";
}

sub tshark {
    my ($path, $port, @arguments) = @_;
    local $ENV{TZ} = 'UTC';
    my @command = ('tshark', '-n', '-r', $path, '-d', "tcp.port==$port,smpp", @arguments);
    open my $from, '-|', 'sh', '-c', 'exec "$@" 2>/dev/null', 'sh', @command or die "cannot start tshark: $!\n";
    binmode $from;
    return $from;
}

# Numbers and reasons of frames that the dissectors call malformed or worth a warning.
sub malformed_in {
    my ($path, $port) = @_;
    my $filter = '_ws.malformed || (smpp && _ws.expert.severity >= "Warning")';
    my $from = tshark($path, $port, '-Y', $filter, '-T', 'fields', '-e', 'frame.number', '-e', '_ws.expert.message');
    return map { chomp; $_ } <$from>;
}

# All SMPP PDUs in order: {is_from_client, stream, fields}; fields: name => [{value, show, whole}], value in hexadecimal as it lies on
# the wire, show as the dissector says it, whole the octet that a bit field is part of. Fields of a user data header are among them.
sub pdus_of {
    my ($path, $port) = @_;
    my $from = tshark($path, $port, '-T', 'pdml', '-J', 'tcp smpp gsm_sms_ud');
    my (@pdus, $pdu, %frame);
    while (my $line = <$from>) {
        if ($line =~ /<packet>/) { %frame = (); $pdu = undef }
        elsif ($line =~ /<proto name="smpp"/) { push @pdus, $pdu = { %frame, fields => {} } }
        elsif ($line =~ /<field name="tcp\.dstport".* show="(\d+)"/) { $frame{is_from_client} = $1 == $port ? 1 : 0 }
        elsif ($line =~ /<field name="tcp\.stream".* show="(\d+)"/) { $frame{stream} = $1 }
        elsif ($pdu && $line =~ /<field name="((?:smpp|gsm_sms)\.[^"]*)"/) {
            my $field = { name => $1 };
            ($field->{show}) = $line =~ / show="([^"]*)"/;
            ($field->{value}) = $line =~ / value="([^"]*)"/;
            ($field->{whole}) = $line =~ / unmaskedvalue="([^"]*)"/;
            push @{ $pdu->{fields}{ $field->{name} } }, $field;
        }
    }
    return @pdus;
}

sub is_answer { return $_[0]{command} =~ /\A8/ }

# True where one frame answers another of the same connection.
sub answers {
    my ($answer, $asked) = @_;
    return $answer->{is_from_client} != $asked->{is_from_client} && $answer->{number} eq $asked->{number}
        && ($answer->{command} eq GENERIC_NACK || $answer->{command} eq $asked->{command} =~ s/\A0/8/r);
}

# True where the frame at that place of a connection asks whether a peer lives that is taking its leave: behind the peer's unbind, and in
# front of the asker's answer to it, which ends the connection. The peer need not read it.
sub crosses_unbind {
    my ($place, @frames) = @_;
    my $asked = $frames[$place];
    my $last = $frames[-1];
    return 0 if $asked->{command} ne ENQUIRE_LINK || $last->{command} ne UNBIND_RESP || $last->{is_from_client} != $asked->{is_from_client};
    return scalar grep { $_->{command} eq UNBIND && answers($last, $_) } @frames[0 .. $place - 1];
}

# Requests that nobody has answered, but for an enquire_link that crosses an unbind. frames: in the order in which they were seen,
# {stream, is_from_client, command, number}, the latter two in hexadecimal.
sub unanswered {
    my %of_stream;
    push @{ $of_stream{ $_->{stream} } }, $_ for @_;
    my @unanswered;
    for my $stream (sort keys %of_stream) {
        my @frames = @{ $of_stream{$stream} };
        for my $place (grep { !is_answer($frames[$_]) } 0 .. $#frames) {
            my $is_answered = grep { answers($_, $frames[$place]) } @frames[$place + 1 .. $#frames];
            push @unanswered, $frames[$place] unless $is_answered || crosses_unbind($place, @frames);
        }
    }
    return @unanswered;
}

1;
