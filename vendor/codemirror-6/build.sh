#!/bin/sh
# Makes static/vendor/codemirror-6/codemirror.js: one ES module of the packages in package.json, each of the version and with
# the hash that package-lock.json has. The result is checked in; nothing is built when the application is installed or tested.
# Needs Node 20 and npm. For newer versions: change package.json, `npm install --package-lock-only`, run this.
set -eu
cd "$(dirname "$0")"
out=../../static/vendor/codemirror-6
npm ci --ignore-scripts --no-audit --no-fund
versions=$(node -p 'Object.entries(require("./package.json").dependencies).map((one) => one.join(" ")).join(", ")')
mkdir -p "$out"
node_modules/.bin/esbuild entry.js --bundle --format=esm --minify --target=es2022 --legal-comments=none \
  --banner:js="/*! CodeMirror, MIT (LICENSE). $versions */" --outfile="$out/codemirror.js"
cp node_modules/@codemirror/view/LICENSE "$out/LICENSE"
rm -rf node_modules
