# SPDX-License-Identifier: Apache-2.0
package ProviderClient;
# Requests as the providers' own documents describe them, signed with Perl's Digest::SHA: for tests of the fake carrier.
use strict;
use warnings;
use utf8;
use Digest::MD5 qw(md5_hex);
use Digest::SHA qw(hmac_sha1_base64 hmac_sha256 hmac_sha256_hex hmac_sha512_hex sha256_hex);
use Encode qw(encode);
use Exporter qw(import);
use FakeCarrier;
use FakeHttp;
use POSIX qw(strftime);

our @EXPORT = qw(query rpc_signature twilio kannel vonage vonage_sig aliyun aliyun_rpc tencent KEY SECRET);
use constant { KEY => 'LTAI5tKey', SECRET => 'dGhlIHNlY3JldA' };

my $nonce = 0;

# RFC 3986, UTF-8.
sub escaped { my $text = encode('UTF-8', $_[0]); $text =~ s/([^A-Za-z0-9\-_.~])/sprintf '%%%02X', ord $1/ge; return $text }
sub query { my ($fields) = @_; return join '&', map { escaped($_) . '=' . escaped($fields->{$_}) } sort keys %$fields }

# Without the fields whose value is undef.
sub defined_only { my (%fields) = @_; return { map { $_ => $fields{$_} } grep { defined $fields{$_} } keys %fields } }
sub wire_host { return "127.0.0.1:$_[0]{http_port}" }

sub twilio {
    my ($carrier, $fields, %how) = @_;
    my $body = query(defined_only(To => '+8613900000001', From => '+15005550006', Body => '您好', %$fields));
    return ask($carrier, '/2010-04-01/Accounts/' . ($how{sid} // KEY) . '/Messages.json', '-u', ($how{user} // KEY) . ':' . ($how{secret} // SECRET), '-d', $body);
}

sub kannel {
    my ($carrier, $fields, %how) = @_;
    my $query = query(defined_only(username => KEY, password => SECRET, to => '+8613900000001', from => '1069', text => '您好', charset => 'UTF-8',
        coding => 2, %$fields));
    return $how{post} ? ask($carrier, '/cgi-bin/sendsms', '-d', $query) : ask($carrier, "/cgi-bin/sendsms?$query");
}

# “&name=value” in order of names, & and = in values replaced.
sub vonage_sig {
    my ($fields, $method) = @_;
    my $text = join '', map { my $value = encode('UTF-8', $fields->{$_}); $value =~ tr/&=/__/; "&$_=$value" } sort keys %$fields;
    return md5_hex($text . SECRET) if $method eq 'md5hash';
    return $method eq 'sha256' ? uc hmac_sha256_hex($text, SECRET) : uc hmac_sha512_hex($text, SECRET);
}

sub vonage {
    my ($carrier, $fields, %how) = @_;
    my $all = defined_only(api_key => KEY, api_secret => SECRET, to => '8613900000001', from => 'HY', text => '您好', type => 'unicode', %$fields);
    if ($how{sig}) {
        delete $all->{api_secret};
        $all->{timestamp} = $how{timestamp} // time;
        $all->{sig} = vonage_sig($all, $how{sig});
        $all->{text} .= '!' if $how{tamper};
    }
    return ask($carrier, '/sms/json', $how{json} ? ('-H', 'Content-Type: application/json', '-d', $json->encode($all)) : ('-d', query($all)));
}

sub sms_fields {
    return defined_only(PhoneNumbers => '13900000001', SignName => '鸿雁', TemplateCode => 'SMS_1', TemplateParam => '{"code":"42"}', OutId => 'o1', @_);
}

sub utc { return strftime '%Y-%m-%dT%H:%M:%SZ', gmtime shift }

# ACS3-HMAC-SHA256, parameters in the URL.
sub aliyun {
    my ($carrier, $fields, %how) = @_;
    my $query = query(sms_fields(%$fields));
    my %headers = ('host' => wire_host($carrier), 'x-acs-action' => 'SendSms', 'x-acs-version' => '2017-05-25',
        'x-acs-date' => utc($how{time} // time), 'x-acs-signature-nonce' => $how{nonce} // "$$-" . $nonce++,
        'x-acs-content-sha256' => sha256_hex(''), %{ $how{headers} // {} });
    my @names = grep { $_ ne ($how{unsigned} // '') } sort keys %headers;
    my $names = join ';', @names;
    my $canonical = join "\n", 'POST', '/', $query, (map { "$_:$headers{$_}" } @names), '', $names, sha256_hex('');
    my $signature = hmac_sha256_hex("ACS3-HMAC-SHA256\n" . sha256_hex($canonical), $how{secret} // SECRET);
    my $authorization = 'ACS3-HMAC-SHA256 Credential=' . ($how{key} // KEY) . ",SignedHeaders=$names,Signature=$signature";
    return ask($carrier, "/?$query", '-X', 'POST', '-H', "Authorization: $authorization", map { ('-H', "$_: $headers{$_}") } grep { $_ ne 'host' } sort keys %headers);
}

sub rpc_signature { my ($method, $fields, $secret) = @_; my $text = "$method&%2F&" . escaped(query($fields)); return hmac_sha1_base64($text, "$secret&") . '=' }

sub aliyun_rpc {
    my ($carrier, $fields, %how) = @_;
    my %all = (%{ sms_fields(%$fields) }, Action => 'SendSms', Version => '2017-05-25', Format => 'JSON', AccessKeyId => KEY, SignatureMethod => 'HMAC-SHA1',
        SignatureVersion => '1.0', SignatureNonce => $how{nonce} // "$$-" . $nonce++, Timestamp => utc($how{time} // time));
    $all{Signature} = rpc_signature('GET', \%all, $how{secret} // SECRET);
    return ask($carrier, '/?' . query(\%all));
}

# TC3-HMAC-SHA256.
sub tencent {
    my ($carrier, $fields, %how) = @_;
    my $body = $how{body} // $json->encode({ PhoneNumberSet => ['+8613900000001'], SmsSdkAppId => '1400', TemplateId => '77', SignName => '鸿雁',
        TemplateParamSet => ['42'], SessionContext => 's1', %$fields });
    my $timestamp = $how{time} // time;
    my $date = $how{date} // strftime '%Y-%m-%d', gmtime $timestamp;
    my $type = 'application/json; charset=utf-8';
    my $canonical = join "\n", 'POST', '/', '', "content-type:$type", 'host:' . wire_host($carrier), 'x-tc-action:sendsms', '', 'content-type;host;x-tc-action', sha256_hex($body);
    my $text = join "\n", 'TC3-HMAC-SHA256', $timestamp, "$date/sms/tc3_request", sha256_hex($canonical);
    my $key = 'TC3' . ($how{secret} // SECRET);
    $key = hmac_sha256($_, $key) for $date, 'sms', 'tc3_request';
    my $authorization = 'TC3-HMAC-SHA256 Credential=' . ($how{key} // KEY) . "/$date/sms/tc3_request, SignedHeaders=content-type;host;x-tc-action, Signature="
        . hmac_sha256_hex($text, $key);
    return ask($carrier, '/', '-H', "Authorization: $authorization", '-H', "Content-Type: $type", '-H', 'X-TC-Action: SendSms', '-H', 'X-TC-Version: 2021-01-11',
        '-H', "X-TC-Timestamp: $timestamp", '-H', 'X-TC-Region: ap-guangzhou', '-d', $how{tamper} ? "$body " : $body);
}

1;
