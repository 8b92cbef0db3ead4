# Addresses by netsh: it writes them for good also where the adapter has no carrier, which New-NetIPAddress does not.
function Invoke-Netsh {
    param([string[]] $Words)

    $said = & (Join-Path -Path $env:SystemRoot -ChildPath 'System32\netsh.exe') $Words
    if ($LASTEXITCODE -ne 0) {
        Stop-Script -Code 'notConfigured' -Message ('netsh refused: ' + (@($said) -join ' ').Trim())
    }
}

function ConvertTo-Mask {
    param([int] $Prefix)

    $octets = foreach ($n in 0..3) {
        $here = [Math]::Max(0, [Math]::Min(8, $Prefix - 8 * $n))
        256 - [Math]::Pow(2, 8 - $here)
    }
    return @($octets) -join '.'
}

# Whether the adapter has for good what it shall have.
function Test-Assigned {
    param([int] $Index, $Wanted)

    $interface = Get-NetIPInterface -InterfaceIndex $Index -AddressFamily IPv4 -ErrorAction SilentlyContinue | Select-Object -First 1
    $leases = $null -ne $interface -and [string] $interface.Dhcp -eq 'Enabled'
    if ($Wanted.dhcp) {
        return $leases
    }
    $has = @(Get-NetIPAddress -InterfaceIndex $Index -AddressFamily IPv4 -PolicyStore PersistentStore -ErrorAction SilentlyContinue)
    if ($leases -or $has.Count -ne 1 -or $has[0].IPAddress -ne $Wanted.ip -or $has[0].PrefixLength -ne $Wanted.prefix) {
        return $false
    }
    $routes = @(Get-NetRoute -InterfaceIndex $Index -DestinationPrefix '0.0.0.0/0' -PolicyStore PersistentStore -ErrorAction SilentlyContinue)
    if ((@($routes | ForEach-Object { [string] $_.NextHop }) -join ' ') -ne [string] $Wanted.gateway) {
        return $false
    }
    $servers = @(Get-DnsClientServerAddress -InterfaceIndex $Index -AddressFamily IPv4 | ForEach-Object { $_.ServerAddresses })
    return $Wanted.dns.Count -eq 0 -or ($servers -join ' ') -eq ($Wanted.dns -join ' ')
}

function Set-Addresses {
    param([int] $Index, $Wanted)

    if (Test-Assigned -Index $Index -Wanted $Wanted) {
        return
    }
    if ($Wanted.dhcp) {
        Invoke-Netsh -Words @('interface', 'ipv4', 'set', 'address', "name=$Index", 'source=dhcp')
        Invoke-Netsh -Words @('interface', 'ipv4', 'set', 'dnsservers', "name=$Index", 'source=dhcp')
        return
    }
    $words = @('interface', 'ipv4', 'set', 'address', "name=$Index", 'source=static', "address=$($Wanted.ip)", "mask=$(ConvertTo-Mask -Prefix $Wanted.prefix)")
    if ($null -eq $Wanted.gateway) {
        $words += 'gateway=none'
    }
    else {
        $words += @("gateway=$($Wanted.gateway)", 'gwmetric=1')
    }
    Invoke-Netsh -Words $words
    $place = 1
    foreach ($server in $Wanted.dns) {
        if ($place -eq 1) {
            Invoke-Netsh -Words @('interface', 'ipv4', 'set', 'dnsservers', "name=$Index", 'source=static', "address=$server", 'register=primary', 'validate=no')
        }
        else {
            Invoke-Netsh -Words @('interface', 'ipv4', 'add', 'dnsservers', "name=$Index", "address=$server", "index=$place", 'validate=no')
        }
        $place++
    }
}

# An adapter that is no longer there still holds its address. Where the device cannot be removed, the address is.
function Clear-GhostAddress {
    param([string] $InstanceId)

    $device = Get-ItemProperty -LiteralPath "HKLM:\SYSTEM\CurrentControlSet\Enum\$InstanceId" -ErrorAction SilentlyContinue
    $driver = [string] (Get-Field -Of $device -Name 'Driver')
    if ($driver -eq '') {
        return
    }
    $class = Get-ItemProperty -LiteralPath "HKLM:\SYSTEM\CurrentControlSet\Control\Class\$driver" -ErrorAction SilentlyContinue
    $guid = [string] (Get-Field -Of $class -Name 'NetCfgInstanceId')
    $path = "HKLM:\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters\Interfaces\$guid"
    if ($guid -eq '' -or -not (Test-Path -LiteralPath $path)) {
        return
    }
    Set-ItemProperty -LiteralPath $path -Name 'EnableDHCP' -Value 1
    Remove-ItemProperty -LiteralPath $path -Name @('IPAddress', 'SubnetMask', 'DefaultGateway') -ErrorAction SilentlyContinue
}

function Remove-Ghosts {
    if ($null -eq (Get-Command -Name 'Get-PnpDevice' -ErrorAction SilentlyContinue)) {
        return
    }
    $ghosts = @(Get-PnpDevice -Class Net -ErrorAction SilentlyContinue |
            Where-Object { [string] $_.Status -eq 'Unknown' -and $_.InstanceId -match '^(PCI|VMBUS|XEN)\\' })
    foreach ($ghost in $ghosts) {
        Clear-GhostAddress -InstanceId $ghost.InstanceId
        $null = & (Join-Path -Path $env:SystemRoot -ChildPath 'System32\pnputil.exe') @('/remove-device', $ghost.InstanceId)
    }
}
