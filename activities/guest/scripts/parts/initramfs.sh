# Modules a Linux needs to find its disks and adapters on Hyper-V.
MODULES='hv_vmbus hv_storvsc hv_netvsc hv_utils'

initramfs_tool() {
    if have dracut; then
        echo dracut
    elif have update-initramfs; then
        echo initramfs-tools
    elif have mkinitcpio; then
        echo mkinitcpio
    elif have mkinitrd; then
        echo mkinitrd
    fi
}

kernels() {
    for dir in "$ROOT"/lib/modules/*; do
        [ -d "$dir/kernel" ] && printf '%s\n' "${dir##*/}"
    done
}

images_of() {
    for image in "initramfs-$1.img" "initrd.img-$1" "initrd-$1" "initramfs-$1"; do
        [ -f "$ROOT/boot/$image" ] && printf '%s\n' "$ROOT/boot/$image"
    done
    for image in "$ROOT"/boot/*/"$1"/initrd; do
        [ -f "$image" ] && printf '%s\n' "$image"
    done
    if [ "$(ls "$ROOT/lib/modules" | wc -l)" -eq 1 ] && [ -f "$ROOT/boot/initramfs-linux.img" ]; then
        printf '%s\n' "$ROOT/boot/initramfs-linux.img"
    fi
}

contents() {
    if have lsinitrd; then
        lsinitrd "$1"
    elif have lsinitramfs; then
        lsinitramfs "$1"
    elif have lsinitcpio; then
        lsinitcpio "$1"
    fi 2>/dev/null </dev/null
}

# Whether file $1 names module $2 as one; compressed modules have a suffix more.
names_module() { grep -Eq "(^|/|[[:space:]])$2\\.ko(\\.[a-z0-9]+)?([[:space:]]|\$)" "$1"; }

# Whether every kernel that may boot brings all modules: built in, or in each of its images.
has_modules() {
    seen=
    listing=$(mktemp) || return 1
    for kernel in $(kernels); do
        for image in $(images_of "$kernel"); do
            seen=yes
            { contents "$image"; cat "$ROOT/lib/modules/$kernel/modules.builtin" 2>/dev/null; } >"$listing"
            for module in $MODULES; do
                names_module "$listing" "$module" || { rm -f "$listing"; return 1; }
            done
        done
    done
    rm -f "$listing"
    [ -n "$seen" ]
}
