# A session of Perl's Mail::IMAPClient on the gateway. Argument: the facts as JSON (test/support/clients/session.ts).
use strict;
use warnings;
use JSON::PP;
use Mail::IMAPClient;

my $facts = decode_json($ARGV[0]);
my %tls = (SSL_ca_file => $facts->{ca}, SSL_verify_mode => 1, SSL_verifycn_name => 'localhost');
my %login = (Server => 'localhost', User => $facts->{user}, Password => $facts->{password}, Uid => 1, Peek => 1);
my %seen;

sub connected {
    my $client = Mail::IMAPClient->new(@_) or die "not connected: $@";
    return $client;
}
my $client = connected(%login, Port => $facts->{imaps}, Ssl => [%tls]);
my $starttls = connected(%login, Port => $facts->{imap}, Starttls => [%tls]);

sub ok {
    my ($what, $answer) = @_;
    defined $answer or die "$what: " . ($client->LastError // 'no answer');
    return $answer;
}
sub find { my @uids = $client->search(SUBJECT => \qq("$_[0]")); return @uids; }
sub subjects { return [map { $client->subject($_) } @_]; }

$seen{starttls} = ok(starttls => $starttls->message_count('INBOX')) + 0;
$seen{folders} = [$client->folders];
$seen{can} = {map { $_ => $client->has_capability($_) ? JSON::PP::true : JSON::PP::false } qw(IMAP4REV1 IDLE SORT THREAD=REFERENCES)};
$seen{counts} = {messages => $client->message_count('INBOX') + 0, unseen => $client->unseen_count('INBOX') + 0,
    uidnext => $client->uidnext('INBOX') + 0};
ok(select => $client->select('INBOX'));
my @all = $client->messages;
$seen{all} = scalar @all;
$seen{unseen} = scalar @{[$client->unseen]};
$seen{since} = scalar @{[$client->since(time - 86400)]};
my ($uid) = find('QQ seed 1');
my $envelope = $client->get_envelope($uid);
$seen{envelope} = {subject => $envelope->subject, from => $envelope->from_addresses};
my $structure = $client->get_bodystructure($uid);
$seen{structure} = lc($structure->bodytype . '/' . $structure->bodysubtype);
my $row = $client->fetch_hash([$uid], 'RFC822.SIZE', 'FLAGS', 'INTERNALDATE')->{$uid};
$seen{size} = $row->{'RFC822.SIZE'} == length $client->message_string($uid) ? JSON::PP::true : JSON::PP::false;
$seen{headers} = $client->parse_headers($uid, 'Subject', 'To');
$seen{body} = $client->body_string($uid);
$seen{peeked} = [$client->flags($uid)];

ok(flag => $client->set_flag('Flagged', $uid));
ok(see => $client->see($uid));
ok(keyword => $client->store($uid, '+FLAGS', '($Label3)'));
$seen{flags} = [sort grep { !/^\$acct/ } $client->flags($uid)];
$seen{copied} = ok(copy => $client->copy('Gmail/Receipts', $uid)) =~ /^\d+$/ ? JSON::PP::true : JSON::PP::false;
# This one is a COPY and a mark; the program itself expunges.
ok(move => $client->move('Archive', find('Hotmail seed 1')));
ok(delete => $client->delete_message(find('Hotmail seed 2')));
ok(expunge => $client->expunge);
$seen{left} = scalar @{[$client->messages]};
if ($client->has_capability('SORT')) {
    my @sorted = $client->sort('REVERSE SUBJECT', 'UTF-8', 'SUBJECT "QQ seed"');
    $seen{sorted} = subjects(@sorted);
}
if ($client->has_capability('THREAD=REFERENCES')) {
    my $threads = ok(thread => $client->thread('REFERENCES', 'UTF-8', 'ALL'));
    $seen{threaded} = scalar @$threads;
}
my $draft = "From: <me\@hotmail.test>\r\nSubject: by Perl\r\nMessage-ID: <perl\@example.org>\r\n\r\nline\r\n";
$seen{appended} = ok(append => $client->append_string('Drafts', $draft, '\Draft'));
ok(create => $client->create('Gmail/Perl'));
ok(rename => $client->rename('Gmail/Perl', 'Gmail/Perl 5'));
$seen{renamed} = [map { $client->exists($_) ? JSON::PP::true : JSON::PP::false } 'Gmail/Perl', 'Gmail/Perl 5'];
ok(remove => $client->delete('Gmail/Perl 5'));

# New mail, behind the gateway's back.
ok(select => $client->select('INBOX'));
my $tag = ok(idle => $client->idle);
my $up = $facts->{upstream};
my $upstream = connected(Server => '127.0.0.1', Port => $up->{port}, User => $up->{user}, Password => $up->{password});
defined $upstream->append_string('INBOX', "From: <bob\@example.org>\r\nSubject: while idling\r\n\r\nnew\r\n") or die $upstream->LastError;
my @told;
until (grep { /EXISTS/ } @told) {
    my $lines = ok('idle data' => scalar $client->idle_data(30));
    @$lines or die 'no news within 30 s';
    push @told, @$lines;
}
ok(done => $client->done($tag));
$seen{idle} = [map { /(EXISTS)/ } @told];
$seen{arrived} = subjects(find('while idling'));
ok(close => $client->close);
ok(logout => $client->logout);
print JSON::PP->new->utf8->encode(\%seen);
