# Ways round a route that need no right (check-compose.sh): each sends its name to an address that is on the link, asking the kernel for the link and for no router.
#   perl check-round.pl LINK ADDRESS4 ADDRESS6 LINK_LOCAL [WAY…]
# Says for each what the kernel said. Socket options by their numbers in Linux; sendmsg(2) by the number that perl does not know.
use strict; use warnings; use Socket qw(:all);
my ($link, $four, $six, $near, @only) = @ARGV;
my $index = do { open my $f, '<', "/sys/class/net/$link/ifindex" or die; <$f> } + 0;
my $sendmsg = `uname -m` =~ /aarch64/ ? 211 : 46;
my ($port, $dontroute, $fastopen) = (4444, 4, 0x20000000);
my $to4 = pack_sockaddr_in($port, inet_aton($four)); my $to6 = pack_sockaddr_in6($port, inet_pton(AF_INET6, $six));
my $to_near = pack_sockaddr_in6($port, inet_pton(AF_INET6, $near), $index);

sub opened { my ($family, $type, $protocol, @options) = @_; socket(my $s, $family, $type, $protocol) or die "$!\n"; for (@options) { setsockopt($s, $_->[0], $_->[1], $_->[2]) or die "$!\n" } $s }
my @device = ([1, 25, $link], [1, 5, 1]);                                                   # SO_BINDTODEVICE, SO_DONTROUTE
sub datagram { my ($name, $to, $family, $options, $more) = @_; my $s = opened($family, SOCK_DGRAM, 17, @$options); defined send($s, "round-$name" . ($more // ''), 0, $to) or die "$!\n" }
sub stream { my ($name, $to, $family, $flags) = @_; my $s = opened($family, SOCK_STREAM, 6, @device); fcntl($s, 4, 2048); $flags ? defined send($s, "round-$name", $flags, $to) || $!{EINPROGRESS} : connect($s, $to) || $!{EINPROGRESS} or die "$!\n"; select undef, undef, undef, 0.2 }
sub message { my ($name, $to, $family, $level, $type, $control, $flags) = @_;
  my $s = opened($family, SOCK_DGRAM, 17); my $text = "round-$name"; my $vector = pack 'P Q', $text, length $text;
  my $cmsg = pack('Q l l', 16 + length $control, $level, $type) . $control; $cmsg .= "\0" x (-length($cmsg) % 8);
  syscall($sendmsg, fileno $s, pack('P L x4 P Q P Q l x4', $to, length $to, $vector, 1, $cmsg, length $cmsg, 0), $flags) >= 0 or die "$!\n" }
my $info4 = pack 'l x8', $index; my $info6 = pack 'x16 l', $index;                          # IP_PKTINFO, IPV6_PKTINFO
my ($on4, $on6) = (pack('N', $index), pack('N', $index));                                    # IP_UNICAST_IF, IPV6_UNICAST_IF

my @ways = (
  device4 => sub { datagram('device4', $to4, AF_INET, \@device) },        device6 => sub { datagram('device6', $to6, AF_INET6, \@device) },
  info4 => sub { message('info4', $to4, AF_INET, 0, 8, $info4, $dontroute) }, info6 => sub { message('info6', $to6, AF_INET6, 41, 50, $info6, $dontroute) },
  unicast4 => sub { datagram('unicast4', $to4, AF_INET, [[0, 50, $on4], [1, 5, 1]]) }, unicast6 => sub { datagram('unicast6', $to6, AF_INET6, [[41, 76, $on6], [1, 5, 1]]) },
  mapped => sub { datagram('mapped', pack_sockaddr_in6($port, inet_pton(AF_INET6, "::ffff:$four")), AF_INET6, \@device) },
  pieces4 => sub { datagram('pieces4', $to4, AF_INET, [@device, [0, 10, 0]], 'x' x 4000) }, pieces6 => sub { datagram('pieces6', $to6, AF_INET6, \@device, 'x' x 4000) },
  stream4 => sub { stream('stream4', pack_sockaddr_in(4501, inet_aton($four)), AF_INET) },  stream6 => sub { stream('stream6', pack_sockaddr_in6(4502, inet_pton(AF_INET6, $six)), AF_INET6) },
  opening4 => sub { stream('opening4', pack_sockaddr_in(4503, inet_aton($four)), AF_INET, $fastopen) }, opening6 => sub { stream('opening6', pack_sockaddr_in6(4504, inet_pton(AF_INET6, $six)), AF_INET6, $fastopen) },
  multicast4 => sub { datagram('multicast4', pack_sockaddr_in($port, inet_aton('224.0.0.251')), AF_INET, [[0, 32, pack 'x8 l', $index]]) },
  multicast6 => sub { datagram('multicast6', pack_sockaddr_in6($port, inet_pton(AF_INET6, 'ff02::1')), AF_INET6, [[41, 17, pack 'l', $index]]) },
  broadcast => sub { datagram('broadcast', pack_sockaddr_in($port, inet_aton('255.255.255.255')), AF_INET, [@device, [1, 6, 1]]) },
  linklocal => sub { datagram('linklocal', $to_near, AF_INET6, []) },      linkinfo => sub { message('linkinfo', $to_near, AF_INET6, 41, 50, $info6, $dontroute) },
  segments => sub { datagram('segments', $to6, AF_INET6, [[41, 57, pack('C6 n', 0, 4, 4, 1, 1, 0, 0) . inet_pton(AF_INET6, $six) x 2]]) },           # a routing header
);
while (my ($name, $way) = splice @ways, 0, 2) { next if @only && !grep { $_ eq $name } @only; print "$name: ", eval { $way->(); 1 } ? "sent\n" : $@ }
