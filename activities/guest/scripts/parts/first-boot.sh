#!/bin/sh
# Placed by Tranship. Does nothing on the machine it was placed on. On the first boot as another machine it gives the adapters
# the addresses of the landing, by MAC or else by order, and removes itself.
#include parts/base.sh
#include parts/adapters.sh
#include parts/assign.sh
#include parts/package.sh

say() {
    printf '%s\n' "$1" >>"$ROOT$STORE/first-boot.log"
}

# Drivers of a new bus may load late.
await_adapters() {
    wanted=$(awk 'END { print NR }' "$ROOT$PACKAGE.nics")
    tries=0
    while [ "$(adapters | awk 'END { print NR }')" -lt "$wanted" ] && [ "$tries" -lt 60 ]; do
        sleep 1
        tries=$((tries + 1))
    done
}

known_macs() { awk '{ print $1 }' "$ROOT$PACKAGE.nics"; }

# The adapter at the given place, unless its MAC is another entry's.
at_place() {
    adapters | awk -v place="$1" 'NR == place + 1 { print $2, $3 }' | while read -r name found; do
        known_macs | grep -Fqx "$found" || printf '%s' "$name"
    done
}

mac_of() { adapters | awk -v dev="$1" '$2 == dev { print $3; exit }'; }

assign_all() {
    done_all=yes
    while read -r mac index mode address gateway dns; do
        name=$(adapter_of "$mac")
        [ -n "$name" ] || name=$(at_place "$index")
        now=$(mac_of "$name")
        if [ -n "$name" ] && configure "$name" "$now" "$mode" "$address" "$gateway" "$dns"; then
            activate "$name" "$now" "$mode" "$address" "$gateway" "$dns" </dev/null
            say "$name $now has $mode $address"
        else
            done_all=
            say "no adapter for $mac, place $index, or no way to configure it"
        fi
    done <"$ROOT$PACKAGE.nics"
    [ -n "$done_all" ]
}

first_boot() {
    await_adapters
    is_moved || return 0
    assign_all && remove_package
}

first_boot
