# tranship guest: prepare
# Drivers for Hyper-V into every initramfs, and a package that gives the landing's addresses on the first boot elsewhere. Doing it
# again leaves the same.
#include parts/as-root.sh
as_root "$@" <<'TRANSHIP_SCRIPT'
#include parts/base.sh
#include parts/json.sh
#include parts/adapters.sh
#include parts/wanted.sh
#include parts/initramfs.sh
#include parts/package.sh

PLACED=
place() {
    put "$@" || refuse notWritten "$1 could not be written."
    PLACED="$PLACED$1
"
}

# ---------------------------------------------------------------- drivers

configure_dracut() {
    place /etc/dracut.conf.d/90-tranship-hyper-v.conf 644 "add_drivers+=\" $MODULES \""
}

configure_initramfs_tools() {
    list=/etc/initramfs-tools/modules
    kept=$(cat "$ROOT$list" 2>/dev/null)
    for module in $MODULES; do
        printf '%s\n' "$kept" | grep -qx "$module" || kept="$kept
$module"
    done
    place "$list" 644 "$kept"
}

configure_mkinitcpio() {
    place /etc/mkinitcpio.conf.d/90-tranship-hyper-v.conf 644 "MODULES+=($MODULES)"
}

configure_mkinitrd() {
    file=/etc/sysconfig/kernel
    kept=$(sed -n 's/^INITRD_MODULES="\(.*\)"$/\1/p' "$ROOT$file" 2>/dev/null)
    for module in $MODULES; do
        case " $kept " in *" $module "*) ;; *) kept="$kept $module" ;; esac
    done
    place "$file" 644 "$(grep -v '^INITRD_MODULES=' "$ROOT$file" 2>/dev/null)
INITRD_MODULES=\"${kept# }\""
}

rebuild() {
    case $1 in
        dracut) dracut -f --regenerate-all ;;
        initramfs-tools) update-initramfs -u -k all ;;
        mkinitcpio) mkinitcpio -P ;;
        mkinitrd) mkinitrd ;;
    esac >"$LOG" 2>&1
}

# The setting stays also where this image has the modules already: the next kernel update builds another one.
ensure_modules() {
    tool=$(initramfs_tool)
    if [ -z "$tool" ]; then
        has_modules || refuse noInitramfsTool 'Its initramfs lacks the Hyper-V drivers, and there is no tool to rebuild it.'
        return 0
    fi
    "configure_$(printf '%s' "$tool" | tr - _)"
    has_modules && return 0
    mkdir -p "$ROOT$STORE"
    LOG=$ROOT$STORE/initramfs.log
    rebuild "$tool" || refuse notRebuilt "$tool failed: $(tail -n 1 "$LOG")"
    has_modules || refuse noDrivers "$tool ran, but the initramfs still lacks one of: $MODULES."
}

# ---------------------------------------------------------------- the package

place_trigger() {
    if [ -d "$ROOT/run/systemd/system" ]; then
        place "$UNIT" 644 "[Unit]
Description=Tranship: addresses of the landing, on the first boot as another machine
After=local-fs.target NetworkManager.service systemd-networkd.service networking.service network.service wicked.service
ConditionPathExists=$PACKAGE.sh

[Service]
Type=oneshot
ExecStart=/bin/sh $PACKAGE.sh

[Install]
WantedBy=multi-user.target"
        mkdir -p "$ROOT${WANTS%/*}" && ln -sf "$UNIT" "$ROOT$WANTS" || refuse notWritten "$WANTS could not be made."
        systemctl daemon-reload >/dev/null 2>&1
    elif [ -d "$ROOT${CRON%/*}" ]; then
        place "$CRON" 644 "@reboot root /bin/sh $PACKAGE.sh"
    elif [ -d "$ROOT${LOCAL%/*}" ]; then
        place "$LOCAL" 755 "#!/bin/sh
exec /bin/sh $PACKAGE.sh"
    else
        refuse noTrigger 'It has neither systemd, nor /etc/cron.d, nor /etc/local.d: nothing would run at its first boot.'
    fi
}

first_boot() {
    cat <<'FIRST_BOOT'
#include parts/first-boot.sh
FIRST_BOOT
}

# The script last but one, its trigger last: half a package does nothing.
place_package() {
    place "$PACKAGE.nics" 600 "${WANTED%?}"
    place "$PACKAGE.origin" 600 "$(marks)"
    place "$PACKAGE.sh" 700 "$(first_boot)"
    place_trigger
}

main() {
    read_argument "$1"
    need_root
    read_wanted
    ensure_modules
    if [ -n "$WANTED" ]; then place_package; else remove_package; fi
    answer "{\"placed\":$(printf '%s' "$PLACED" | texts)}"
}

main "$@" </dev/null
TRANSHIP_SCRIPT
