# SPDX-License-Identifier: Apache-2.0
package FakeHttp;
# Fake carriers that speak HTTP, and the curl command to speak to them with: what interop tests share.
use strict;
use warnings;
use Exporter qw(import);
use FakeCarrier;
use File::Temp qw(tempdir);
use IO::Select;
use IO::Socket::INET;
use Socket qw(IPPROTO_TCP TCP_NODELAY);
use Time::HiRes qw(time);

our @EXPORT = qw(have_curl start_http ask raw_http listener serve);

sub have_curl { return system('curl --version >/dev/null 2>&1') == 0 }

# A fake carrier with an HTTP port, which is in {http_port}.
sub start_http {
    my (@options) = @_;
    my $port_file = tempdir(CLEANUP => 1) . '/http-port';
    my $carrier = start('--http-port', 0, '--http-port-file', $port_file, @options);
    $carrier->{http_port} = slurp($port_file) + 0;
    return $carrier;
}

# One request; status (0 = none), headers by lower-case name, body, its JSON if it is that, curl's exit status.
sub ask {
    my ($carrier, $target, @options) = @_;
    my $dir = tempdir(CLEANUP => 1);
    system('curl', '-s', '-m', DEADLINE_S, '-D', "$dir/head", '-o', "$dir/body", '-A', 'interop', @options,
        ($carrier->{scheme} // 'http') . "://127.0.0.1:$carrier->{http_port}$target");
    my %answer = (exit => $? >> 8, body => slurp("$dir/body"), status => 0, headers => {});
    my ($head) = slurp("$dir/head") =~ /(HTTP\/1\.1 (?!100).*)/s;
    if (defined $head) {
        ($answer{status}) = $head =~ /\AHTTP\/1\.1 (\d+)/;
        $answer{headers}{ lc $1 } = $2 while $head =~ /^([^:\r\n]+): ([^\r\n]*)/mg;
    }
    $answer{json} = eval { $json->decode($answer{body}) };
    return \%answer;
}

# What comes back for octets, until the carrier closes. Several pieces are sent one by one.
sub raw_http {
    my ($carrier, @pieces) = @_;
    my $peer = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $carrier->{http_port}, Timeout => DEADLINE_S) or return '';
    $peer->setsockopt(IPPROTO_TCP, TCP_NODELAY, 1);
    local $SIG{ALRM} = sub { close $peer };
    alarm DEADLINE_S;
    syswrite $peer, $_ for @pieces;
    my $answer = '';
    1 while sysread $peer, $answer, 65536, length $answer;
    alarm 0;
    return $answer;
}

# A server of our own for receipts, on any free port; its port is in ->sockport.
sub listener { return IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 0, Listen => 64, ReuseAddr => 1) }

# Take requests until `count` are answered, or until the deadline; what they were, in the order they came: method, target, headers, body, at.
# `answer` gets each and returns status and body; 204 without it.
sub serve {
    my ($listener, $count, $answer) = @_;
    my ($select, $give_up, @requests, %rest) = (IO::Select->new($listener), time + DEADLINE_S);
    while (@requests < $count && time < $give_up) {
        for my $peer ($select->can_read(0.1)) {
            if ($peer == $listener) {
                $select->add(scalar $listener->accept);
                next;
            }
            if (!sysread $peer, $rest{$peer}, 65536, length($rest{$peer} // '')) {
                $select->remove($peer);
                next;
            }
            while ($rest{$peer} =~ /\A(\S+) (\S+) HTTP\/1\.1\r\n(.*?)\r\n\r\n/s) {
                my %request = (method => $1, target => $2, at => time);
                my ($head, $head_len) = ($3, $+[0]);
                $request{headers}{ lc $1 } = $2 while $head =~ /^([^:\r\n]+): ([^\r\n]*)/mg;
                my $length = $request{headers}{'content-length'} // 0;
                last if length $rest{$peer} < $head_len + $length;
                $request{body} = substr $rest{$peer}, $head_len, $length;
                substr $rest{$peer}, 0, $head_len + $length, '';
                push @requests, \%request;
                my ($status, $body) = $answer ? $answer->(\%request) : (204, '');
                syswrite $peer, "HTTP/1.1 $status X\r\nContent-Length: " . length($body) . "\r\n\r\n$body";
            }
        }
    }
    return @requests;
}

1;
