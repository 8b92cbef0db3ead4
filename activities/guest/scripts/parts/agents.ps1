# What hypervisors leave in a guest, by the names Windows lists them under.
$agentNames = '^(Nutanix (Guest|VirtIO|VM Mobility|Self Service|VSS|Virtual)|NutanixVirtIO|VMware Tools$|Virtio-win|QEMU guest agent)'

function Get-Products {
    foreach ($place in @('HKLM:\SOFTWARE', 'HKLM:\SOFTWARE\WOW6432Node')) {
        $path = "$place\Microsoft\Windows\CurrentVersion\Uninstall"
        if (-not (Test-Path -LiteralPath $path)) {
            continue
        }
        foreach ($key in @(Get-ChildItem -LiteralPath $path)) {
            $name = [string] $key.GetValue('DisplayName')
            if ($name -match $agentNames) {
                @{ key = $key.PSChildName; name = $name; quiet = [string] $key.GetValue('QuietUninstallString') }
            }
        }
    }
}

function Get-AgentNames {
    return Get-Products | ForEach-Object { $_.name } | Select-Object -Unique
}
