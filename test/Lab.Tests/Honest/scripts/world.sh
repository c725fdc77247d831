# What the honest clients fetch: two packages of a registry, a page, empty Git repositories. $1 is where it goes, $2 where this file lies.
set -eu
folder=$1 scripts=$2
mkdir -p "$folder/files" "$folder/git"
cp "$scripts/page.html" "$scripts/page.js" "$folder/files"
package() { # NAME DEPENDENCIES CODE
  mkdir -p "$folder/package" "$folder/files/$1/-"
  echo "{\"name\":\"$1\",\"version\":\"1.0.0\",\"main\":\"index.js\",\"dependencies\":$2}" >"$folder/package/package.json"
  echo "$3" >"$folder/package/index.js"
  head -c 400000 /dev/zero | openssl enc -aes-128-ctr -nosalt -K 00112233445566778899aabbccddeeff -iv 00000000000000000000000000000000 >"$folder/package/large"
  tar --sort=name --mtime=@0 --owner=0 --group=0 -czf "$folder/files/$1/-/$1-1.0.0.tgz" -C "$folder" package
  hash=$(openssl dgst -sha512 -binary "$folder/files/$1/-/$1-1.0.0.tgz" | base64 -w 0)
  cat >"$folder/files/$1.json" <<JSON
{"name":"$1","dist-tags":{"latest":"1.0.0"},"versions":{"1.0.0":{"name":"$1","version":"1.0.0","main":"index.js","dependencies":$2,
"dist":{"tarball":"https://registry.tools.example/$1/-/$1-1.0.0.tgz","integrity":"sha512-$hash"}}}}
JSON
  rm -r "$folder/package"
}
package lab-dependency '{}' 'module.exports = "from the lab"'
package lab-tool '{"lab-dependency":"^1.0.0"}' 'module.exports = "a package " + require("lab-dependency")'
export HOME="$folder" GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=lab GIT_AUTHOR_EMAIL=lab@example.org GIT_COMMITTER_NAME=lab GIT_COMMITTER_EMAIL=lab@example.org
export GIT_AUTHOR_DATE='2026-01-01T00:00:00Z' GIT_COMMITTER_DATE='2026-01-01T00:00:00Z'
git init -q -b main "$folder/seed"
echo 'fetched over TLS' >"$folder/seed/README"
git -C "$folder/seed" add README
git -C "$folder/seed" commit -q -m 'a file'
for family in 4 6; do
  git clone -q --bare "$folder/seed" "$folder/git/tools-$family.git"
  git -C "$folder/git/tools-$family.git" config http.receivepack true
done
