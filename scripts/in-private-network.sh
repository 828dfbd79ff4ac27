#!/usr/bin/env bash
# Runs a command in a network and mount namespace of its own: nothing but loopback, and names are asked of 127.0.0.53, where a
# test may listen. Tests cut and delay this network; the machine's own is out of their reach. Where that is not possible the
# command runs as it is, and the tests that need it are skipped.
set -euo pipefail

if [[ ${1:-} != --inside ]]; then
    if ((EUID == 0)) && command -v ip >/dev/null && unshare --net --mount --propagation private true 2>/dev/null; then
        exec unshare --net --mount --propagation private "${BASH_SOURCE[0]}" --inside "$@"
    fi
    exec "$@"
fi
shift

ip link set lo up

# Names are asked of one server, once, for the usual five seconds, and of nobody else. The files are bound over the machine's in this namespace alone.
files=$(mktemp -d)
printf 'nameserver 127.0.0.53\nsearch .\noptions timeout:5 attempts:1\n' >"$files/resolv.conf"
[[ ! -e /etc/nsswitch.conf ]] || sed 's/^hosts:.*/hosts: files dns/' /etc/nsswitch.conf >"$files/nsswitch.conf"
chmod -R a+rX "$files"
for file in resolv.conf nsswitch.conf; do
    [[ ! -e /etc/$file ]] || mount --bind "$files/$file" "/etc/$file"
done
# A bound file lives as long as the namespace.
rm -rf "$files"

# Whoever finds this to be the name of the network that it is in may break it.
RESILIENCE_PRIVATE_NETWORK=$(readlink /proc/self/ns/net)
export RESILIENCE_PRIVATE_NETWORK
# The same of what is mounted: it vanishes with the last process in here.
RESILIENCE_PRIVATE_MOUNTS=$(readlink /proc/self/ns/mnt)
export RESILIENCE_PRIVATE_MOUNTS
exec "$@"
