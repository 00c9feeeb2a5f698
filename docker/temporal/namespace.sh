#!/bin/sh
# Creates the namespace and AZIT's search attributes where they are missing. Doing it twice changes nothing.
# TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE are read by the command `temporal` itself.
set -eu
: "${TEMPORAL_ADDRESS:?}" "${TEMPORAL_NAMESPACE:?}"

tries=0
until temporal operator cluster health; do
  tries=$((tries + 1))
  if [ "$tries" -ge 30 ]; then
    echo "Temporal at $TEMPORAL_ADDRESS did not become healthy." >&2
    exit 1
  fi
  sleep 2
done

temporal operator namespace describe >/dev/null 2>&1 ||
  temporal operator namespace create --retention "${RETENTION:-720h}" --namespace "$TEMPORAL_NAMESPACE"

# A new namespace takes some seconds to be known everywhere.
tries=0
until present=$(temporal operator search-attribute list 2>/dev/null); do
  tries=$((tries + 1))
  if [ "$tries" -ge 30 ]; then
    echo "The namespace $TEMPORAL_NAMESPACE did not appear." >&2
    exit 1
  fi
  sleep 2
done

attribute() {
  if echo "$present" | grep -qw "$1"; then return; fi
  temporal operator search-attribute create --name "$1" --type "$2"
}

attribute AzitStage Keyword
attribute AzitStep Int
attribute AzitState Keyword
attribute AzitModel Keyword
attribute AzitIdentity Double
