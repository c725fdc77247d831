# npm: a package and what it depends on, from a registry in the lab; then a clean installation from the lock file.
set -eu
export npm_config_registry=https://registry.tools.example/ npm_config_cafile="$CA" npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false npm_config_loglevel=error
echo '{"name":"honest","version":"1.0.0","private":true}' >package.json
npm install lab-tool >said
sed 's/ in [0-9a-z]*//' said
node -e 'console.log(require("lab-tool"))'
sha256sum package-lock.json
npm cache clean --force >/dev/null 2>&1
npm ci | sed 's/ in [0-9a-z]*//'
node -e 'console.log(require("lab-tool"))'
npm view lab-tool versions --json
