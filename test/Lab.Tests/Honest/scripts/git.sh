# git over TLS: clone, commit, push, and a second clone that has to hold what was pushed.
set -eu
export GIT_CONFIG_NOSYSTEM=1 GIT_SSL_CAINFO="$CA" GIT_TERMINAL_PROMPT=0
export GIT_AUTHOR_NAME=lab GIT_AUTHOR_EMAIL=lab@example.org GIT_AUTHOR_DATE='2026-01-01T00:00:00Z'
export GIT_COMMITTER_NAME=lab GIT_COMMITTER_EMAIL=lab@example.org GIT_COMMITTER_DATE='2026-01-01T00:00:00Z'
git clone -q https://git.tools.example/git/$REPOSITORY first
cd first
ls
# Does not compress, so what is pushed is larger than one request of known length (http.postBuffer).
head -c 3000000 /dev/zero | openssl enc -aes-128-ctr -nosalt -K 00112233445566778899aabbccddeeff -iv 00000000000000000000000000000000 >large
git add large
git commit -q -m 'a large file'
git push -q origin HEAD
git rev-parse HEAD
cd ..
git clone -q --depth 1 https://git.tools.example/git/$REPOSITORY second
cmp first/large second/large
git -C second rev-parse HEAD
git -C second fsck
git ls-remote https://git.tools.example/git/$REPOSITORY
