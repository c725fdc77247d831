# What a look-up does differ in: ECH is taken out of an answer about a service, and types that carry free text are refused.
set -eu
# An agent of one family is told that the first resolver, of the other, is out of reach.
dig +short +time=3 +tries=2 HTTPS openclaw.ai | grep -v '^;;'
dig +noall +comments +time=3 +tries=2 TXT app.tools.example | grep -oE 'status: [A-Z]+'
