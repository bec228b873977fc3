#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Tests the receipts that the fake carrier sends over HTTP, with a server that shares no code with it. TAP on stdout.
# usage: fake_callbacks.pl PATH/TO/fake-carrier
use strict;
use warnings;
use utf8;
use Digest::SHA qw(hmac_sha1_base64 hmac_sha256_hex);
use FindBin;
use POSIX ();
use Test::More;
use Time::HiRes qw(time);
use lib $FindBin::Bin;
use FakeCarrier;
use FakeHttp;
use ProviderClient;

$program = shift @ARGV // '';
-x $program or BAIL_OUT('usage: fake_callbacks.pl PATH/TO/fake-carrier');
have_curl() or do { print "1..0 # SKIP curl is not installed\n"; exit 77 };
binmode $_, ':encoding(UTF-8)' for Test::More->builder->output, Test::More->builder->failure_output;

my @secrets = ('--http-user', KEY, '--http-secret', SECRET);
my $aliyun_yes = '{"code":0,"msg":"接收成功"}';
utf8::encode($aliyun_yes);

sub form_of {
    my %fields = map { my ($name, $value) = map { tr/+/ /r =~ s/%(..)/chr hex $1/ger } split /=/, $_, 2; ($name => $value // '') } split /&/, $_[0];
    return \%fields;
}

# A carrier whose account-level receipts come to `listener`.
sub start_told { my ($listener, @options) = @_; return start_http(@secrets, '--receipts', 'on', '--http-callback', 'http://127.0.0.1:' . $listener->sockport . '/told?s=1', @options) }

sub generic { my ($carrier, %fields) = @_; return ask($carrier, '/messages', '-u', KEY . ':' . SECRET, '-d', $json->encode({ to => '+' . next_phone(), text => 'x', %fields })) }

# The carrier's counters once nothing is pending any more.
sub settled {
    my ($carrier) = @_;
    my $give_up = time + DEADLINE_S;
    my $stats;
    do { $stats = command($carrier, 'stats') } while $stats->{receipts_pending} > 0 && time < $give_up;
    return $stats;
}

subtest 'Twilio' => sub {
    my $listener = listener();
    my $carrier = start_told($listener, '--receipt-state', 'UNDELIV@1', '--receipt-delay-ms', 20);
    my $url = 'http://127.0.0.1:' . $listener->sockport . '/twilio/a?b=c';
    my $sid = twilio($carrier, { StatusCallback => $url })->{json}{sid};
    my @requests = serve($listener, 2);
    is_deeply([map { $_->{method} . ' ' . $_->{target} } @requests], ['POST /twilio/a?b=c', 'POST /twilio/a?b=c'], 'to the URL of the request');
    for (@requests) {
        my $form = form_of($_->{body});
        is($form->{MessageSid}, $sid, "$form->{MessageStatus}: MessageSid");
        my $text = $url . join '', map { $_ . $form->{$_} } sort keys %$form;
        is($_->{headers}{'x-twilio-signature'}, hmac_sha1_base64($text, SECRET) . '=', "$form->{MessageStatus}: X-Twilio-Signature");
    }
    my $last = form_of($requests[1]{body});
    is_deeply([@$last{qw(MessageStatus ErrorCode To From AccountSid)}], ['undelivered', '30005', '+8613900000001', '+15005550006', KEY], 'the final one');
    is(form_of($requests[0]{body})->{MessageStatus}, 'sent', 'after one on the way');
    twilio($carrier, {});
    is(settled($carrier)->{receipts_answered}, 2, 'nothing comes without StatusCallback');
    finish($carrier);
};

subtest 'Kannel' => sub {
    my $listener = listener();
    my $carrier = start_told($listener);
    kannel($carrier, { 'dlr-mask' => 31, 'dlr-url' => 'http://127.0.0.1:' . $listener->sockport . '/k?id=a%2Fdb&state=%d' });
    my @requests = serve($listener, 2, sub { (200, '') });
    is_deeply([sort map { "$_->{method} $_->{target}" } @requests], ['GET /k?id=a%2Fdb&state=1', 'GET /k?id=a%2Fdb&state=8'], 'dlr-url, its %d filled');
    finish($carrier);

    # As a Kannel does it: 200 and 202 end it, any other status that means success does not.
    my %tries;
    $carrier = start_told($listener, '--http-callback-tries', 3, '--http-callback-retry-ms', 10);
    kannel($carrier, { 'dlr-mask' => 31, 'dlr-url' => 'http://127.0.0.1:' . $listener->sockport . "/k?want=$_&state=%d" }) for 200, 202, 204;
    serve($listener, 10, sub { my ($want, $state) = $_[0]{target} =~ /want=(\d+)&state=(\d)/; $tries{$want}{$state}++; ($want, '') });
    settled($carrier);
    is_deeply(\%tries, { 200 => { 1 => 1, 8 => 1 }, 202 => { 1 => 1, 8 => 1 }, 204 => { 1 => 3, 8 => 3 } }, 'again after 204, not after 200 or 202');
    my ($summary) = finish($carrier);
    is_deeply([@$summary{qw(receipts_answered receipts_dropped)}], [4, 2], 'given up after three tries');
};

subtest 'Vonage' => sub {
    my $listener = listener();
    my $carrier = start_told($listener, '--receipt-state', 'EXPIRED@1');
    my $answer = vonage($carrier, { text => '电' x 71, 'client-ref' => 'c1' });
    my @told = map { $json->decode($_->{body}) } serve($listener, 2);
    is_deeply([sort map { $_->{messageId} } @told], [sort map { $_->{'message-id'} } @{ $answer->{json}{messages} }], 'one for each part');
    is_deeply([@{ $told[0] }{qw(msisdn to status err-code client-ref)}], ['8613900000001', 'HY', 'expired', '5', 'c1'], 'its members');
    finish($carrier);
};

subtest 'Aliyun and Tencent' => sub {
    my $listener = listener();
    my $carrier = start_told($listener, '--http-callback-batch', 10, '--receipt-delay-ms', 20, '--http-callback-retry-ms', 20);
    my $biz = aliyun($carrier, { PhoneNumbers => '13900000001,13900000002' })->{json}{BizId};
    my %told;
    my $tries = 0;
    my @asked = serve($listener, 2, sub { return $tries++ == 0 ? (200, '{"code":1,"msg":"no"}') : (200, $aliyun_yes) });
    is($asked[0]{body}, $asked[1]{body}, 'Aliyun: both in one request, and again where the answer was not code 0');
    $told{ $_->{phone_number} } = $_ for @{ $json->decode($asked[-1]{body}) };
    is_deeply([sort keys %told], ['13900000001', '13900000002'], 'each number');
    is_deeply([@{ $told{13900000001} }{qw(success err_code biz_id out_id sms_size)}], [JSON::PP::true, 'DELIVERED', $biz, 'o1', '1'], 'its members');
    my $serial = tencent($carrier, {})->{json}{Response}{SendStatusSet}[0]{SerialNo};
    my ($request) = serve($listener, 1, sub { (200, '{"result":0,"errmsg":"OK"}') });
    my ($told) = @{ $json->decode($request->{body}) };
    is_deeply([@$told{qw(sid mobile nationcode report_status errmsg)}], [$serial, '13900000001', '86', 'SUCCESS', 'DELIVRD'], 'Tencent: its members');
    my $stats = settled($carrier);
    is($stats->{receipts_answered}, 3, 'three are answered');
    finish($carrier);
};

subtest 'a plain gateway: signed, forged, twice, again, early' => sub {
    my $listener = listener();
    my $is_signed = sub {
        my ($request) = @_;
        my $want = 'sha256=' . hmac_sha256_hex("$request->{headers}{'x-timestamp'}.$request->{body}", SECRET);
        return $request->{headers}{'x-signature'} eq $want;
    };
    my $carrier = start_told($listener, '--http-callback-forge', 1);
    my $id = generic($carrier, ref => 'r1')->{json}{id};
    my @requests = serve($listener, 2, sub { $is_signed->($_[0]) ? (200, 'OK') : (403, 'no') });
    is(scalar(grep { $is_signed->($_) } @requests), 1, 'one of two has the right signature');
    my ($right) = map { $json->decode($_->{body}) } grep { $is_signed->($_) } @requests;
    is_deeply([@$right{qw(id ref status error)}], [$id, 'r1', 'delivered', '0'], 'its members');
    settled($carrier);
    my ($summary) = finish($carrier);
    is_deeply($summary->{violations}, {}, 'the forged one was refused');

    $carrier = start_told($listener, '--http-callback-forge', 1);
    generic($carrier);
    serve($listener, 2);
    settled($carrier);
    ($summary) = finish($carrier);
    is_deeply($summary->{violations}, { http_forged => 1 }, 'a forged one that is believed is a violation');

    $carrier = start_told($listener, '--receipts', 'duplicate', '--http-callback-retry-ms', 10, '--http-callback-tries', 3);
    generic($carrier);
    my $count = 0;
    my @bodies = map { $_->{body} } serve($listener, 4, sub { return $count++ < 2 ? (503, '') : (200, '') });
    is(scalar @bodies, 4, 'twice, and again after 503');
    my $stats = settled($carrier);
    is_deeply([@$stats{qw(receipts_sent receipts_answered)}], [4, 2], 'and counted so');
    generic($carrier);
    serve($listener, 6, sub { (500, '') });
    $stats = settled($carrier);
    is($stats->{receipts_sent}, 10, 'given up after three tries');
    ($summary) = finish($carrier);
    is($summary->{receipts_dropped}, 2, 'summary: receipts_dropped');

    $carrier = start_told($listener, '--receipts', 'early', '--latency', 'fixed:300');
    my $pid = fork // die "fork: $!";
    if ($pid == 0) {
        generic($carrier);
        POSIX::_exit(0);
    }
    my ($early) = serve($listener, 1);
    is(waitpid($pid, POSIX::WNOHANG()), 0, 'early: the receipt is here before the answer');
    waitpid $pid, 0;
    finish($carrier);

    $carrier = start_http(@secrets, '--receipts', 'on');
    generic($carrier, callback => 'https://example.com/x');
    ($summary) = finish($carrier);
    is($summary->{receipts_dropped}, 1, 'a URL that cannot be called: dropped, and counted');
};

subtest 'out of order' => sub {
    my $listener = listener();
    my $carrier = start_told($listener, '--seed', 4, '--http-callback-jitter-ms', 400, '--receipt-delay-ms', 300);
    my @ids = map { generic($carrier)->{json}{id} } 1 .. 12;
    my @came = map { $json->decode($_->{body})->{id} } serve($listener, 12);
    is_deeply([sort @came], [sort @ids], 'all come');
    isnt("@came", "@ids", 'in another order');
    finish($carrier);
};

done_testing();
