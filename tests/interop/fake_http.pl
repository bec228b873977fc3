#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Tests the fake carrier's HTTP side with a client that shares no code with it: the curl command. TAP on stdout.
# usage: fake_http.pl PATH/TO/fake-carrier
use strict;
use warnings;
use utf8;
use File::Temp qw(tempdir);
use FindBin;
use Test::More;
use Time::HiRes qw(time);
use lib $FindBin::Bin;
use FakeCarrier;
use FakeHttp;

$program = shift @ARGV // '';
-x $program or BAIL_OUT('usage: fake_http.pl PATH/TO/fake-carrier');
have_curl() or do { print "1..0 # SKIP curl is not installed\n"; exit 77 };
binmode $_, ':encoding(UTF-8)' for Test::More->builder->output, Test::More->builder->failure_output;

my $key = 0;
sub generic { my ($carrier, $body, @options) = @_; return ask($carrier, '/messages', @options, '-d', ref $body ? $json->encode($body) : $body) }
sub sms { return { to => '+' . next_phone(), from => 'HY', text => 'hello', @_ } }

subtest 'generic: messages, segments, batches' => sub {
    my $carrier = start_http();
    my @rows = (    # text, encoding, segments
        ['plain', 'GSM7', 1], ['x' x 160, 'GSM7', 1], ['x' x 161, 'GSM7', 2], ['[' x 80, 'GSM7', 1], ['x' x 152 . '[' . 'x' x 151, 'GSM7', 2],
        ['x' x 152 . '[' . 'x' x 152, 'GSM7', 3], ['电' x 70, 'UCS2', 1], ['电' x 71, 'UCS2', 2], ['电' x 134, 'UCS2', 2], ['电' x 66 . "\x{1F600}" x 34, 'UCS2', 3],
        ["quote \" slash \\ line\n tab\t", 'UCS2', 1],
    );
    for (@rows) {
        my ($text, $encoding, $segments) = @$_;
        my $answer = generic($carrier, sms(text => $text, ref => 'r'));
        is($answer->{status}, 200, substr($text, 0, 8) . ': taken');
        is($answer->{json}{segments}, $segments, 'segments');
        is($answer->{json}{ref}, 'r', 'ref');
    }
    my $batch = generic($carrier, { messages => [map { sms(text => "b$_") } 1 .. 3] }, '-H', 'Transfer-Encoding: chunked');
    is(scalar @{ $batch->{json}{messages} }, 3, 'a batch, its body in chunks, has an answer for each');
    my ($summary, @lines) = finish($carrier);
    is_deeply([map { [@$_{qw(text encoding segments method)}] } @lines[0 .. $#rows]], [map { [@$_, 'http'] } @rows], 'the record has what was sent');
    is_deeply([map { $_->{message_ids}[0] } @lines[-3 .. -1]], [map { $_->{id} } @{ $batch->{json}{messages} }], 'and the ids that were given out');
    is($summary->{submits_accepted}, @rows + 3, 'summary: submits_accepted');
    is($summary->{violations_total}, 0, 'summary: no violation');
};

subtest 'generic: who may, and what will not do' => sub {
    my $carrier = start_http(qw(--http-user hongyan --http-secret secret));
    my @rows = (    # name, body, options, status, violation
        ['no credentials', sms(), [], 401, 'http_auth'],
        ['wrong password', sms(), ['-u', 'hongyan:wrong'], 401, 'http_auth'],
        ['wrong user', sms(), ['-u', 'other:secret'], 401, 'http_auth'],
        ['Basic', sms(), ['-u', 'hongyan:secret'], 200],
        ['Bearer', sms(), ['-H', 'Authorization: Bearer secret'], 200],
        ['wrong token', sms(), ['-H', 'Authorization: Bearer secreT'], 401, 'http_auth'],
        ['no JSON', '{"to":"+8613900000001",}', ['-u', 'hongyan:secret'], 400, 'http_json'],
        ['a name twice', '{"to":"1","to":"2"}', ['-u', 'hongyan:secret'], 400, 'http_json'],
        ['no UTF-8', "{\"to\":\"+8613900000001\",\"text\":\"\xE9\"}", ['-u', 'hongyan:secret'], 400, 'http_json'],
        ['a lone surrogate', '{"to":"+8613900000001","text":"\ud83d"}', ['-u', 'hongyan:secret'], 400, 'http_json'],
        ['no number', sms(to => 'x'), ['-u', 'hongyan:secret'], 400, 'http_number'],
        ['16 digits', sms(to => '+8613900000001234'), ['-u', 'hongyan:secret'], 400, 'http_number'],
        ['no text', sms(text => ''), ['-u', 'hongyan:secret'], 400, 'http_field'],
        ['no message', { messages => [] }, ['-u', 'hongyan:secret'], 400, 'http_batch'],
        ['another path', sms(), ['path', '/message'], 404, 'http_path'],
    );
    my %want;
    for (@rows) {
        my ($name, $body, $options, $status, $violation) = @$_;
        my $answer = $$options[0] && $$options[0] eq 'path' ? ask($carrier, $$options[1], '-d', 'x') : generic($carrier, $body, @$options);
        is($answer->{status}, $status, "$name: status");
        $want{$violation}++ if $violation;
    }
    my ($summary, @lines) = finish($carrier);
    is_deeply($summary->{violations}, \%want, 'each is counted as what it is');
    is_deeply([map { $_->{system_id} } @lines], ['hongyan', 'hongyan'], 'the record tells whose they were');
};

subtest 'generic: Idempotency-Key' => sub {
    my $carrier = start_http();
    my ($one, $other) = (sms(), sms());
    my @key = ('-H', 'Idempotency-Key: k-1');
    my $first = generic($carrier, $one, @key);
    is_deeply(generic($carrier, $one, @key)->{json}, $first->{json}, 'the same again gets the same answer');
    is(generic($carrier, $other, @key)->{status}, 422, 'another body under it is refused');
    isnt(generic($carrier, $one, '-H', 'Idempotency-Key: k-2')->{json}{id}, $first->{json}{id}, 'another key is another sms');
    command($carrier, 'http-fault close');
    is(generic($carrier, $other, '-H', 'Idempotency-Key: k-3')->{status}, 0, 'no answer');
    command($carrier, 'http-fault off');
    is(generic($carrier, $other, '-H', 'Idempotency-Key: k-3')->{status}, 200, 'again: an answer');
    my ($summary, @lines) = finish($carrier);
    is($summary->{http_repeats}, 2, 'summary: http_repeats');
    is_deeply($summary->{violations}, { http_idempotency => 1 }, 'summary: the violation');
    is(scalar @lines, 3, 'the record has each once');
};

subtest 'faults' => sub {
    my @rows = (    # name, options, status, body, curl's exit status, recorded
        ['drop', ['--http-fault', 'drop@1'], 0, '', 52, 0],
        ['close', ['--http-fault', 'close@1'], 0, '', 52, 1],
        ['reset', ['--http-fault', 'reset@1'], 0, '', 56, 1],
        ['cut', ['--http-fault', 'cut:5@1'], 200, qr/\A\{"id"\z/, 18, 1],
        ['garbage', ['--http-fault', 'garbage@1'], 200, qr/\A[^{]/, 0, 1],
        ['trickle', ['--http-fault', 'trickle:1@1'], 200, qr/accepted/, 0, 1],
        ['huge', ['--http-fault', 'huge:100000@1'], 200, qr/\A\{.*\}\s{60000}\s*\z/, 0, 1],
        ['redirect', ['--http-fault', 'redirect@1'], 307, '', 0, 0],
        ['a status', ['--http-fail', '503@1'], 503, qr/refused/, 0, 0],
        ['a code', ['--http-fail', 'isv.BLACK@1'], 400, qr/isv\.BLACK/, 0, 0],
        ['throttle', ['--throttle-tps', '1'], 200, qr/accepted/, 0, 1],
        ['latency', ['--latency', 'fixed:120'], 200, qr/accepted/, 0, 1],
        ['swallow', ['--swallow', '1'], 0, '', 28, 1],
        ['swallow-drop', ['--swallow-drop', '1'], 0, '', 28, 0],
    );
    for (@rows) {
        my ($name, $options, $status, $body, $exit, $recorded) = @$_;
        my $carrier = start_http(@$options);
        my $started = time;
        my $answer = generic($carrier, sms(), $exit == 28 ? ('-m', '0.5') : ());
        my $took = time - $started;
        is($answer->{status}, $status, "$name: status");
        like($answer->{body}, $body, "$name: body") if ref $body;
        is($answer->{exit}, $exit, "$name: curl's exit status");
        cmp_ok($took, '>=', 0.12, 'latency: not before its time') if $name eq 'latency';
        if ($name eq 'throttle') {
            my $second = generic($carrier, sms());
            is($second->{status}, 429, 'throttle: 429');
            is($second->{headers}{'retry-after'}, 1, 'throttle: Retry-After');
        }
        my ($summary, @lines) = finish($carrier);
        is(scalar @lines, $recorded, "$name: recorded or not");
        is($summary->{violations_total}, 0, "$name: no violation");
    }
    my $carrier = start_http('--http-fault', 'redirect@1');
    generic($carrier, sms(), '-L');
    my ($summary) = finish($carrier);
    is_deeply($summary->{violations}, { http_redirect => 1 }, 'following a redirect is one');
};

subtest 'the same seed, the same fate' => sub {
    my @runs = map {
        my $carrier = start_http(qw(--seed 3 --http-fail 500@0.3 --http-fault close@0.3));
        my $fates = join ',', map { generic($carrier, sms())->{status} } 1 .. 30;
        finish($carrier);
        $fates;
    } 1, 2;
    is($runs[0], $runs[1], 'two runs');
    like($runs[0], qr/500/, 'some are refused');
    like($runs[0], qr/\b0\b/, 'some have no answer');
};

subtest 'TLS' => sub {
    my $dir = tempdir(CLEANUP => 1);
    my @certificate = ('openssl', qw(req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=fake -addext subjectAltName=IP:127.0.0.1),
        '-keyout', "$dir/key", '-out', "$dir/cert");
    is(system('sh', '-c', 'exec "$@" 2>/dev/null', 'sh', @certificate), 0, 'a certificate is made');
    my $carrier = start_http('--http-tls', '--tls-cert', "$dir/cert", '--tls-key', "$dir/key");
    my $plain = generic($carrier, sms());
    is($plain->{status}, 0, 'without TLS there is no answer');
    $carrier->{scheme} = 'https';
    my @trust = ('--cacert', "$dir/cert");
    is(generic($carrier, sms(), @trust)->{status}, 200, 'the certificate is good, the sms taken');
    is(generic($carrier, sms(), @trust, '--http2', '-v', '--stderr', "$dir/told")->{status}, 200, 'who asks for HTTP/2 gets HTTP/1.1');
    like(slurp("$dir/told"), qr/ALPN[^\n]*http\/1\.1/, 'by ALPN');
    is(generic($carrier, { messages => [map { sms(text => '电' x 300) } 1 .. 60] }, @trust)->{status}, 200, 'a request and an answer of many records');
    is(generic($carrier, sms(), @trust, '-H', 'Connection: close')->{exit}, 0, 'the end is said');
    is(raw_http($carrier, "POST / HTTP/1.1\r\n\r\n") =~ /HTTP/ ? 1 : 0, 0, 'octets that are no TLS get no HTTP');
    command($carrier, 'http-fault cut:5');
    is(generic($carrier, sms(), @trust)->{exit}, 18, 'a cut body is that over TLS, too');
    my ($summary, @lines) = finish($carrier);
    is(scalar @lines, 64, 'the record has all');
};

subtest 'octets that are no HTTP' => sub {
    my $carrier = start_http();
    my $head = "POST /messages HTTP/1.1\r\nHost: x\r\n";
    my @rows = (    # name, octets, status
        ['no HTTP', "hello\r\n\r\n", 400],
        ['no Host', "POST /messages HTTP/1.1\r\n\r\n", 400],
        ['HTTP/2.0', "POST / HTTP/2.0\r\nHost: x\r\n\r\n", 400],
        ['a header without colon', "${head}nonsense\r\n\r\n", 400],
        ['Content-Length no number', "${head}Content-Length: x\r\n\r\n", 400],
        ['a body over 1 MiB', "${head}Content-Length: 2000000\r\n\r\n", 413],
        ['both lengths', "${head}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400],
        ['a bad chunk', "${head}Transfer-Encoding: chunked\r\n\r\nxyz\r\n", 400],
        ['an unknown coding', "${head}Transfer-Encoding: gzip\r\n\r\n", 501],
        ['a head over 64 KiB', $head . 'X-A: ' . 'a' x 70000, 431],
    );
    for (@rows) {
        my ($name, $octets, $status) = @$_;
        like(raw_http($carrier, $octets), qr/\AHTTP\/1\.1 $status .*Connection: close/s, "$name: $status and the end");
    }
    my $body = $json->encode(sms());
    my $request = $head . 'Content-Length: ' . length($body) . "\r\n\r\n$body";
    my $last = $request =~ s/Host: x/Host: x\r\nConnection: close/r;
    is(scalar(() = raw_http($carrier, $request x 3 . $last) =~ /"accepted"/g), 4, 'requests in one go are all answered');
    is(scalar(() = raw_http($carrier, map { substr $last, $_, 1 } 0 .. length($last) - 1) =~ /"accepted"/g), 1, 'a request octet by octet');
    my ($summary) = finish($carrier);
    is_deeply($summary->{violations}, { http_request => scalar @rows }, 'each is counted');
};

done_testing();
