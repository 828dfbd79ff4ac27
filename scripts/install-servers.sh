# Sourced by ./demo and ./test: makes sure that PostgreSQL and Redis are installed, and for the tests what they need besides.
# shellcheck shell=bash

# The servers that are missing, as names of packages, one per line.
missing_servers() {
    if ! compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null && ! command -v postgres >/dev/null; then
        # Another version than the one that the measurements in the documentation come from will do as well.
        if [[ $(apt-cache policy postgresql-15 2>/dev/null) == *Candidate:\ [0-9]* ]]; then
            echo postgresql-15
        else
            echo postgresql
        fi
    fi
    command -v redis-server >/dev/null || echo redis-server
}

# What the tests need besides: a browser, a balancer, what reads alert rules, a clock that can be wrong, load on the processors, and to break
# a network and a disk of their own. Only root can install them, and have the last two; without them those tests are skipped.
missing_test_tools() {
    ((EUID == 0)) || return 0
    command -v haproxy >/dev/null || echo haproxy
    command -v faketime >/dev/null || echo faketime
    command -v stress-ng >/dev/null || echo stress-ng
    command -v nft >/dev/null || echo nftables
    command -v ip >/dev/null || echo iproute2
    command -v mkfs.ext4 >/dev/null || echo e2fsprogs
    command -v chromium >/dev/null || echo chromium
    command -v promtool >/dev/null || echo prometheus
}

# Everything that is missing: of the servers, and of the further lists that are named.
missing_packages() {
    local list
    for list in missing_servers "$@"; do "$list"; done
}

# Runs a command while packages can neither start a daemon nor create a database cluster of their own.
without_daemons() (
    policy=/usr/sbin/policy-rc.d
    clusters=/etc/postgresql-common/createcluster.conf
    saved=$(mktemp -d)
    # shellcheck disable=SC2317 # Called by the trap.
    restore() {
        [[ ! -e $saved/policy-made ]] || rm -f "$policy"
        [[ ! -e $saved/clusters ]] || cp -p "$saved/clusters" "$clusters"
        rm -rf "$saved"
    }
    trap restore EXIT

    if [[ ! -e $policy ]]; then
        touch "$saved/policy-made"
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod +x "$policy"
    fi
    if [[ -e $clusters ]]; then
        cp -p "$clusters" "$saved/clusters"
        echo 'create_main_cluster = false' >>"$clusters"
    fi
    "$@"
)

# Installs what is missing, further lists by their names. Returns 1, after one line on what to do, when it may not or cannot.
install_servers() {
    local missing log
    mapfile -t missing < <(missing_packages "$@")
    ((${#missing[@]})) || return 0

    if ((EUID != 0)) || ! command -v apt-get >/dev/null; then
        echo "Missing: ${missing[*]}. Install with: sudo apt-get install -y ${missing[*]}" >&2
        return 1
    fi

    echo "Installing ${missing[*]} …"
    log=$(mktemp)
    export DEBIAN_FRONTEND=noninteractive
    # A fresh machine knows no packages yet; so the names are looked up again after the update.
    # postgresql-common first: it brings the file that says whether to create a cluster.
    if ! {
        apt-get update &&
            mapfile -t missing < <(missing_packages "$@") &&
            { [[ ${missing[*]} != *postgresql* ]] || without_daemons apt-get install -y --no-install-recommends postgresql-common; } &&
            without_daemons apt-get install -y --no-install-recommends "${missing[@]}"
    } >"$log" 2>&1 </dev/null; then
        tail -n 5 "$log" >&2
        echo "Could not install ${missing[*]}; the log is $log. Install with: sudo apt-get install -y ${missing[*]}" >&2
        return 1
    fi
    rm -f "$log"
}
