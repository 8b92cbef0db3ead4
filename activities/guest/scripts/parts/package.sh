# The first-boot package: a script, the addresses, and the marks of the machine it was made on.
PACKAGE=$STORE/first-boot
UNIT=/etc/systemd/system/tranship-first-boot.service
WANTS=/etc/systemd/system/multi-user.target.wants/tranship-first-boot.service
CRON=/etc/cron.d/tranship-first-boot
LOCAL=/etc/local.d/tranship-first-boot.start

dmi() {
    mark=
    { read -r mark <"$ROOT/sys/class/dmi/id/$1"; } 2>/dev/null
    printf '%s' "$mark" | tr 'A-Z' 'a-z'
}

# Marks of the machine we are on.
marks() {
    printf 'uuid %s\n' "$(dmi product_uuid)"
    printf 'vendor %s\n' "$(dmi sys_vendor)"
    adapters | awk '{ print "mac " $3 }'
}

mark_of() { sed -n "s/^$1 //p" "$ROOT$PACKAGE.origin"; }

# Another machine: another identity, another maker, or none of the adapters of then. One adapter more or less is no move.
is_moved() {
    for kind in uuid:product_uuid vendor:sys_vendor; do
        before=$(mark_of "${kind%:*}")
        now=$(dmi "${kind#*:}")
        [ -z "$before" ] || [ -z "$now" ] || [ "$before" = "$now" ] || return 0
    done
    [ -n "$(adapters)" ] && [ -n "$(mark_of mac)" ] || return 1
    known=$(adapters | awk '{ print $3 }' | while read -r one; do mark_of mac | grep -Fx "$one"; done)
    [ -z "$known" ]
}

remove_package() {
    for path in "$UNIT" "$WANTS" "$CRON" "$LOCAL" "$PACKAGE.sh" "$PACKAGE.nics" "$PACKAGE.origin"; do
        rm -f "$ROOT$path"
    done
    if have systemctl; then
        systemctl daemon-reload >/dev/null 2>&1
    fi
    return 0
}
