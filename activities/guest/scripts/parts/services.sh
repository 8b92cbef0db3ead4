# Services that run and will run again: started at boot by themselves, and not bound to this hypervisor, this console or a person.
running_services() {
    have systemctl || return 0
    systemctl list-units --type=service --state=running --no-legend --no-pager --plain 2>/dev/null </dev/null | while read -r unit rest; do
        case $unit in
            *.service) ;;
            *) continue ;;
        esac
        case $unit in
            user@* | *getty@* | qemu-guest-agent* | qemu-ga* | ngt_* | nutanix* | vmtoolsd* | open-vm-tools* | vgauth* | hv*daemon* | hypervkvpd* | hypervvssd* | hypervfcopyd* | tranship-*) continue ;;
        esac
        case $(systemctl is-enabled -- "$unit" 2>/dev/null </dev/null) in
            enabled* | generated) printf '%s\n' "${unit%.service}" ;;
        esac
    done
}
