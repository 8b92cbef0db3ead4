# What the guest looks like: adapters and volumes, the same before and after a move.
function Get-NicFacts {
    foreach ($adapter in @(Get-Adapters)) {
        $index = $adapter.ifIndex
        $addresses = @(Get-NetIPAddress -InterfaceIndex $index -ErrorAction SilentlyContinue |
                Where-Object { $_.IPAddress -notlike 'fe80*' -and $_.IPAddress -notlike '169.254.*' } |
                ForEach-Object { '{0}/{1}' -f $_.IPAddress, $_.PrefixLength })
        $route = Get-NetRoute -InterfaceIndex $index -DestinationPrefix '0.0.0.0/0' -ErrorAction SilentlyContinue | Select-Object -First 1
        $servers = @(Get-DnsClientServerAddress -InterfaceIndex $index -AddressFamily IPv4 -ErrorAction SilentlyContinue |
                ForEach-Object { $_.ServerAddresses } | ForEach-Object { [string] $_ })
        $interface = Get-NetIPInterface -InterfaceIndex $index -AddressFamily IPv4 -ErrorAction SilentlyContinue | Select-Object -First 1
        $gateway = $null
        if ($null -ne $route) {
            $gateway = [string] $route.NextHop
        }
        @{
            mac       = ConvertTo-Mac -Text $adapter.MacAddress
            name      = [string] $adapter.Name
            addresses = [string[]] $addresses
            gateway   = $gateway
            dns       = [string[]] $servers
            dhcp      = ($null -ne $interface -and [string] $interface.Dhcp -eq 'Enabled')
        }
    }
}

# Fixed volumes with a letter or a folder, in bytes.
function Get-VolumeFacts {
    foreach ($volume in @(Get-CimInstance -ClassName Win32_Volume -Filter 'DriveType = 3')) {
        if ($null -eq $volume.Capacity -or $volume.Name -like '\\?\*') {
            continue
        }
        @{
            mount = ([string] $volume.Name).TrimEnd('\')
            total = [long] $volume.Capacity
            used  = [long] ($volume.Capacity - $volume.FreeSpace)
        }
    }
}
