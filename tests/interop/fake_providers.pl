#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Tests the providers' dialects of the fake carrier: requests as their documents describe them, sent by curl, signed by Perl's
# Digest::SHA. TAP on stdout.
# usage: fake_providers.pl PATH/TO/fake-carrier
use strict;
use warnings;
use utf8;
use FindBin;
use Test::More;
use lib $FindBin::Bin;
use FakeCarrier;
use FakeHttp;
use ProviderClient;

$program = shift @ARGV // '';
-x $program or BAIL_OUT('usage: fake_providers.pl PATH/TO/fake-carrier');
have_curl() or do { print "1..0 # SKIP curl is not installed\n"; exit 77 };
binmode $_, ':encoding(UTF-8)' for Test::More->builder->output, Test::More->builder->failure_output;

my @secrets = ('--http-user', KEY, '--http-secret', SECRET);

# Rows of [name, sub { answer }, status, what the body is like, kind of violation or undef]: all on one carrier.
sub table {
    my ($options, $code_of, @rows) = @_;
    my $carrier = start_http(@secrets, @$options);
    my %want;
    for (@rows) {
        my ($name, $asked, $status, $code, $violation) = @$_;
        my $answer = $asked->($carrier);
        is($answer->{status}, $status, "$name: status");
        is($code_of->($answer), $code, "$name: what it says") or diag($answer->{body});
        $want{$violation}++ if defined $violation;
    }
    my ($summary, @lines) = finish($carrier);
    is_deeply($summary->{violations}, \%want, 'violations, each as what it is');
    return @lines;
}

sub line_is {
    my ($line, $name, %want) = @_;
    is_deeply({ map { $_ => $line->{$_} } keys %want }, \%want, "the record: $name");
}

subtest 'the signatures of this test are the documented ones' => sub {
    my %fields = (Format => 'XML', AccessKeyId => 'testid', Action => 'DescribeRegions', SignatureMethod => 'HMAC-SHA1',
        SignatureNonce => '3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf', Timestamp => '2016-02-23T12:46:24Z', Version => '2014-05-26', SignatureVersion => '1.0');
    is(rpc_signature('GET', \%fields, 'testsecret'), 'OLeaidS1JvxuMvnyHOwuJ+uX5qY=', 'DescribeRegions');
};

subtest 'Twilio' => sub {
    my @sid;
    my @lines = table([], sub { $_[0]{json}{code} // $_[0]{json}{status} },
        ['taken', sub { my $answer = twilio($_[0], {}); push @sid, $answer->{json}; $answer }, 201, 'queued'],
        ['by a service', sub { twilio($_[0], { From => undef, MessagingServiceSid => 'MG1', Body => 'x' x 161 }) }, 201, 'accepted'],
        ['an API key', sub { twilio($_[0], {}, user => 'SK1') }, 401, 20003, 'http_auth'],
        ['a wrong token', sub { twilio($_[0], {}, secret => 'no') }, 401, 20003, 'http_auth'],
        ['another account', sub { twilio($_[0], {}, sid => 'AC2') }, 401, 20003, 'http_auth'],
        ['a number without +', sub { twilio($_[0], { To => '8613900000001' }) }, 400, 21211, 'http_number'],
        ['no number', sub { twilio($_[0], { To => undef }) }, 400, 21604, 'http_number'],
        ['no sender', sub { twilio($_[0], { From => undef }) }, 400, 21603, 'http_field'],
        ['no text', sub { twilio($_[0], { Body => '' }) }, 400, 21602, 'http_field'],
        ['1600 characters', sub { twilio($_[0], { Body => '电' x 1600 }) }, 201, 'queued'],
        ['1601 characters', sub { twilio($_[0], { Body => '电' x 1601 }) }, 400, 21617, 'http_size'],
        ['ValidityPeriod 0', sub { twilio($_[0], { ValidityPeriod => 0 }) }, 400, 21622, 'http_field'],
    );
    my $first = $sid[0];
    like($first->{sid}, qr/\ASM[0-9a-f]{32}\z/, 'a sid of that form');
    is_deeply([@$first{qw(account_sid to body num_segments direction)}], [KEY, '+8613900000001', '您好', '1', 'outbound-api'], 'the members of a message');
    line_is($lines[0], 'a message', to => '8613900000001', from => '+15005550006', text => '您好', encoding => 'UCS2', message_ids => [$first->{sid}], system_id => KEY);
    is($lines[1]{segments}, 2, 'the record: segments');
    for (['21610', 400, 21610], ['20429', 429, 20429], ['503', 503, 20503]) {
        my ($what, $status, $code) = @$_;
        table(['--http-fail', "$what\@1"], sub { $_[0]{json}{code} }, ["fail $what", sub { twilio($_[0], {}) }, $status, $code]);
    }
};

subtest 'Kannel' => sub {
    my @lines = table([], sub { $_[0]{body} },
        ['GET', sub { kannel($_[0], {}) }, 202, '0: Accepted for delivery'],
        ['POST', sub { kannel($_[0], { text => 'plain', coding => 0 }, post => 1) }, 202, '0: Accepted for delivery'],
        ['with a receipt', sub { kannel($_[0], { 'dlr-mask' => 19, 'dlr-url' => 'http://127.0.0.1:1/x?s=%d' }) }, 202, '0: Accepted for delivery'],
        ['wrong password', sub { kannel($_[0], { password => 'no' }) }, 403, 'Authorization failed for sendsms', 'http_auth'],
        ['no number', sub { kannel($_[0], { to => undef }) }, 400, 'Missing receiver number, rejected', 'http_field'],
        ['a bad number', sub { kannel($_[0], { to => '139-0000-0001' }) }, 400, "Garbage 'to' field, rejected.", 'http_number'],
        ['UCS-2 under coding 0', sub { kannel($_[0], { coding => 0 }) }, 400, 'a text beyond GSM-7 without coding 2', 'http_field'],
        ['no charset', sub { kannel($_[0], { charset => undef }) }, 400, 'a text beyond ASCII without charset', 'http_field'],
        ['coding 1', sub { kannel($_[0], { coding => 1 }) }, 400, 'coding 1 (8 bit) with a text', 'http_field'],
        ['dlr-mask alone', sub { kannel($_[0], { 'dlr-mask' => 19 }) }, 400, 'dlr-mask without dlr-url', 'http_field'],
        ['no UTF-8', sub { ask($_[0], '/cgi-bin/sendsms?username=' . KEY . '&password=' . SECRET . '&to=8613900000001&text=%E9') }, 400,
            'Missing or malformed text, rejected', 'http_utf8'],
    );
    line_is($lines[0], 'a message', to => '8613900000001', from => '1069', text => '您好', encoding => 'UCS2');
    table(['--late', '10@1'], sub { $_[0]{body} }, ['late', sub { kannel($_[0], {}) }, 202, '3: Queued for later delivery']);
    table(['--http-fail', '503@1'], sub { $_[0]{body} }, ['503', sub { kannel($_[0], {}) }, 503, 'Temporal failure, try again later.']);
};

subtest 'Vonage' => sub {
    my $status = sub { $_[0]{json}{messages}[0]{status} };
    my @ids;
    my @lines = table([], $status,
        ['a secret', sub { vonage($_[0], { 'client-ref' => 'c1' }) }, 200, '0'],
        ['JSON', sub { vonage($_[0], {}, json => 1) }, 200, '0'],
        ['two parts', sub { my $answer = vonage($_[0], { text => '电' x 71 }); @ids = map { $_->{'message-id'} } @{ $answer->{json}{messages} }; $answer }, 200, '0'],
        ['md5hash', sub { vonage($_[0], { text => 'a&b=c' }, sig => 'md5hash') }, 200, '0'],
        ['sha256', sub { vonage($_[0], { text => 'a&b=c' }, sig => 'sha256') }, 200, '0'],
        ['sha512', sub { vonage($_[0], {}, sig => 'sha512') }, 200, '0'],
        ['tampered', sub { vonage($_[0], {}, sig => 'sha256', tamper => 1) }, 200, '14', 'http_signature'],
        ['ten minutes old', sub { vonage($_[0], {}, sig => 'sha256', timestamp => time - 600) }, 200, '14', 'http_timestamp'],
        ['wrong secret', sub { vonage($_[0], { api_secret => 'no' }) }, 200, '4', 'http_auth'],
        ['a number with +', sub { vonage($_[0], { to => '+8613900000001' }) }, 200, '3', 'http_number'],
        ['no sender', sub { vonage($_[0], { from => undef }) }, 200, '2', 'http_field'],
        ['UCS-2 under type text', sub { vonage($_[0], { type => 'text' }) }, 200, '3', 'http_field'],
        ['ttl too short', sub { vonage($_[0], { ttl => 19999 }) }, 200, '3', 'http_field'],
    );
    is(scalar @ids, 2, 'an answer for each part');
    line_is($lines[2], 'a message of two', segments => 2, message_ids => \@ids);
    table(['--http-fail', '9@1'], $status, ['no credit', sub { vonage($_[0], {}) }, 200, '9']);
    table(['--throttle-tps', 1], $status, ['first', sub { vonage($_[0], {}) }, 200, '0'], ['throttled', sub { vonage($_[0], {}) }, 200, '1']);
};

subtest 'Aliyun' => sub {
    my $code = sub { $_[0]{json}{Code} };
    my @biz;
    my @lines = table([], $code,
        ['ACS3', sub { my $answer = aliyun($_[0], {}); push @biz, $answer->{json}{BizId}; $answer }, 200, 'OK'],
        ['RPC', sub { aliyun_rpc($_[0], {}) }, 200, 'OK'],
        ['three numbers', sub { aliyun($_[0], { PhoneNumbers => '13900000002,13900000003,85290000001' }) }, 200, 'OK'],
        ['a wrong secret', sub { aliyun($_[0], {}, secret => 'no') }, 400, 'SignatureDoesNotMatch', 'http_signature'],
        ['RPC, a wrong secret', sub { aliyun_rpc($_[0], {}, secret => 'no') }, 400, 'SignatureDoesNotMatch', 'http_signature'],
        ['an x-acs header unsigned', sub { aliyun($_[0], {}, unsigned => 'x-acs-date') }, 400, 'SignatureDoesNotMatch', 'http_signature'],
        ['a wrong body hash', sub { aliyun($_[0], {}, headers => { 'x-acs-content-sha256' => 'f' x 64 }) }, 400, 'SignatureDoesNotMatch', 'http_signature'],
        ['an unknown key', sub { aliyun($_[0], {}, key => 'other') }, 404, 'InvalidAccessKeyId.NotFound', 'http_auth'],
        ['14 minutes old', sub { aliyun($_[0], {}, time => time - 14 * 60) }, 200, 'OK'],
        ['16 minutes old', sub { aliyun($_[0], {}, time => time - 16 * 60) }, 400, 'InvalidTimeStamp.Expired', 'http_timestamp'],
        ['16 minutes ahead', sub { aliyun_rpc($_[0], {}, time => time + 16 * 60) }, 400, 'InvalidTimeStamp.Expired', 'http_timestamp'],
        ['a nonce', sub { aliyun($_[0], {}, nonce => 'once') }, 200, 'OK'],
        ['the nonce again', sub { aliyun($_[0], {}, nonce => 'once') }, 400, 'SignatureNonceUsed', 'http_nonce'],
        ['a number with +86', sub { aliyun($_[0], { PhoneNumbers => '+8613900000001' }) }, 200, 'isv.MOBILE_NUMBER_ILLEGAL', 'http_number'],
        ['parameters no JSON', sub { aliyun($_[0], { TemplateParam => 'x' }) }, 200, 'isv.INVALID_JSON_PARAM', 'http_json'],
        ['no signature name', sub { aliyun($_[0], { SignName => undef }) }, 200, 'isv.SMS_SIGNATURE_ILLEGAL', 'http_field'],
        ['1000 numbers', sub { aliyun($_[0], { PhoneNumbers => join ',', map { 13900000000 + $_ } 1 .. 1000 }) }, 200, 'OK'],
        ['1001 numbers', sub { aliyun($_[0], { PhoneNumbers => join ',', map { 13900000000 + $_ } 1 .. 1001 }) }, 200, 'isv.MOBILE_COUNT_OVER_LIMIT', 'http_batch'],
    );
    line_is($lines[0], 'a message', to => '8613900000001', from => '鸿雁', text => '【鸿雁】SMS_1 {"code":"42"}', message_ids => [$biz[0]]);
    is_deeply([map { $_->{to} } @lines[2 .. 4]], [qw(8613900000002 8613900000003 85290000001)], 'the record: each number');
    @lines = table(['--http-template', 'SMS_1=您的验证码是${code}。'], $code,
        ['a template', sub { aliyun($_[0], {}) }, 200, 'OK'],
        ['an unknown one', sub { aliyun($_[0], { TemplateCode => 'SMS_2' }) }, 200, 'isv.SMS_TEMPLATE_ILLEGAL', 'http_field'],
        ['a parameter missing', sub { aliyun($_[0], { TemplateParam => '{}' }) }, 200, 'isv.TEMPLATE_MISSING_PARAMETERS', 'http_field']);
    line_is($lines[0], 'its text', text => '【鸿雁】您的验证码是42。');
    for (['isv.BUSINESS_LIMIT_CONTROL', 200], ['Throttling.User', 400]) {
        table(['--http-fail', "$$_[0]\@1"], $code, ["fail $$_[0]", sub { aliyun($_[0], {}) }, $$_[1], $$_[0]]);
    }
};

subtest 'Tencent' => sub {
    my $code = sub { $_[0]{json}{Response}{Error}{Code} // $_[0]{json}{Response}{SendStatusSet}[0]{Code} };
    my @rows;
    my @lines = table(['--http-template', '77=验证码{1}'], $code,
        ['taken', sub { my $answer = tencent($_[0], {}); push @rows, @{ $answer->{json}{Response}{SendStatusSet} }; $answer }, 200, 'Ok'],
        ['a wrong secret', sub { tencent($_[0], {}, secret => 'no') }, 200, 'AuthFailure.SignatureFailure', 'http_signature'],
        ['tampered', sub { tencent($_[0], {}, tamper => 1) }, 200, 'AuthFailure.SignatureFailure', 'http_signature'],
        ['a date of yesterday', sub { tencent($_[0], {}, date => '2020-01-01') }, 200, 'AuthFailure.SignatureFailure', 'http_signature'],
        ['six minutes old', sub { tencent($_[0], {}, time => time - 360) }, 200, 'AuthFailure.SignatureExpire', 'http_timestamp'],
        ['an unknown id', sub { tencent($_[0], {}, key => 'other') }, 200, 'AuthFailure.SecretIdNotFound', 'http_auth'],
        ['a number without +', sub { tencent($_[0], { PhoneNumberSet => ['13900000001'] }) }, 200, 'InvalidParameterValue.IncorrectPhoneNumber', 'http_number'],
        ['200 numbers', sub { tencent($_[0], { PhoneNumberSet => [map { '+' . (8613900000000 + $_) } 1 .. 200] }) }, 200, 'Ok'],
        ['201 numbers', sub { tencent($_[0], { PhoneNumberSet => [map { '+' . (8613900000000 + $_) } 1 .. 201] }) }, 200, 'LimitExceeded.PhoneNumberCountLimit', 'http_batch'],
        ['a number for a parameter', sub { tencent($_[0], { TemplateParamSet => [42] }) }, 200, 'InvalidParameter', 'http_field'],
        ['no parameter', sub { tencent($_[0], { TemplateParamSet => [] }) }, 200, 'FailedOperation.TemplateParamSetNotMatchApprovedTemplate', 'http_field'],
        ['no JSON', sub { tencent($_[0], {}, body => '{') }, 200, 'InvalidParameter', 'http_json'],
    );
    is_deeply([@{ $rows[0] }{qw(PhoneNumber Fee SessionContext Message)}], ['+8613900000001', 1, 's1', 'send success'], 'the members of a status');
    line_is($lines[0], 'a message', to => '8613900000001', text => '【鸿雁】验证码42', message_ids => [$rows[0]{SerialNo}]);
    my @codes;
    my @taken = table([qw(--seed 7 --http-fail LimitExceeded.PhoneNumberDailyLimit@0.5)], sub { @codes = map { $_->{Code} } @{ $_[0]{json}{Response}{SendStatusSet} }; 1 },
        ['some numbers refused', sub { tencent($_[0], { PhoneNumberSet => [map { '+' . (8613900000000 + $_) } 1 .. 40] }) }, 200, 1]);
    is(scalar(grep { $_ eq 'Ok' } @codes), scalar @taken, 'the record has those that were answered Ok');
    ok(@taken > 0 && @taken < 40, 'some of them');
    table(['--throttle-tps', 1], $code, ['first', sub { tencent($_[0], {}) }, 200, 'Ok'], ['throttled', sub { tencent($_[0], {}) }, 200, 'RequestLimitExceeded']);
};

subtest 'generic: a signature over the body' => sub {
    my $body = '{"to":"+8613900000001","text":"x"}';
    my $good = Digest::SHA::hmac_sha256_hex($body, SECRET);
    table([], sub { $_[0]{json}{status} // $_[0]{json}{code} },
        ['right', sub { ask($_[0], '/messages', '-H', "X-Signature: sha256=$good", '-d', $body) }, 200, 'accepted'],
        ['wrong', sub { ask($_[0], '/messages', '-H', "X-Signature: sha256=$good", '-d', "$body ") }, 401, 'unauthorized', 'http_auth']);
};

done_testing();
