# SPDX-License-Identifier: Apache-2.0
package FakeHttp;
# Fake carriers that speak HTTP, and the curl command to speak to them with: what interop tests share.
use strict;
use warnings;
use Exporter qw(import);
use FakeCarrier;
use File::Temp qw(tempdir);
use IO::Socket::INET;
use Socket qw(IPPROTO_TCP TCP_NODELAY);

our @EXPORT = qw(have_curl start_http ask raw_http);

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
        "http://127.0.0.1:$carrier->{http_port}$target");
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

1;
