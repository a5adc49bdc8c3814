#!/bin/sh
# Makes the secrets that the compose files mount, once; they stay on this machine.
set -eu
cd "$(dirname "$0")"
mkdir -p secrets
chmod 711 secrets
for name in clickhouse_password s3_secret; do
  [ -s "secrets/$name" ] || od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"secrets/$name"
  # The containers' users are not yours: Compose mounts the files as they are.
  chmod 644 "secrets/$name"
done
echo "secrets are in $(pwd)/secrets"
