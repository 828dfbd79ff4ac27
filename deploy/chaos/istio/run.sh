#!/usr/bin/env bash
# Injects a fault by the mesh for a while and takes it back, also when it is interrupted: a VirtualService ends by nothing else.
#   run.sh gateway-outage|gateway-brownout [seconds, 300]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

experiment=${1:-}
seconds=${2:-300}
case $experiment in
gateway-outage | gateway-brownout) ;;
*)
    echo "'$experiment' is not an experiment of this folder; there are gateway-outage and gateway-brownout." >&2
    exit 2
    ;;
esac
if [[ ! $seconds =~ ^[1-9][0-9]{0,2}$ ]] || ((seconds > 600)); then
    echo "'$seconds' is not a duration; give seconds between 1 and 600." >&2
    exit 2
fi

trap 'kubectl apply -f traffic-policy.yaml' EXIT
kubectl apply -f "$experiment.yaml"
echo "$experiment for $seconds s; Ctrl-C ends it now."
sleep "$seconds"
