# dig, over UDP and TCP. What answers may differ in, whoever gives them, is left out: identifiers, times to live, flags, cookies, and how long it took.
set -eu
ask() { dig +time=3 +tries=2 +nottlid +noall +answer +comments "$@" | grep -vE '^;; (flags|Got answer|OPT)|^$|^; (COOKIE|EDNS)' | sed 's/, id: [0-9]*//'; }
for way in +notcp +tcp; do
  for type in A AAAA; do ask $way $type app.tools.example; done
  ask $way A app.tools.example A git.tools.example
  ask $way +noedns A app.tools.example
  ask $way +dnssec AAAA app.tools.example
  ask $way +bufsize=512 A app.tools.example
  ask $way A APP.Tools.Example
  ask $way A missing.example
done
ask +tcp +keepopen A one.tools.example A two.tools.example A three.tools.example
