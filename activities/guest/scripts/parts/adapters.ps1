function ConvertTo-Mac {
    param([string] $Text)

    return $Text.Replace('-', ':').ToLowerInvariant()
}

# Adapters that hardware stands behind, in the order Windows found them. A VF carries the MAC of its synthetic adapter: that one counts.
function Get-Adapters {
    $all = @(Get-NetAdapter -Physical -ErrorAction SilentlyContinue | Where-Object { $_.MacAddress } | Sort-Object -Property ifIndex)
    foreach ($one in $all) {
        $synthetic = @($all | Where-Object { $_.MacAddress -eq $one.MacAddress -and $_.ComponentID -like 'VMBUS*' })
        if ($synthetic.Count -eq 0 -or $one.ComponentID -like 'VMBUS*') {
            $one
        }
    }
}

function Find-Adapter {
    param([string] $Mac)

    return Get-Adapters | Where-Object { (ConvertTo-Mac -Text $_.MacAddress) -eq $Mac } | Select-Object -First 1
}

function Test-Address {
    param([string] $Text)

    if ($Text -notmatch '^\d{1,3}(\.\d{1,3}){3}$') {
        return $false
    }
    return @($Text.Split('.') | Where-Object { [int] $_ -gt 255 }).Count -eq 0
}

# The adapters of the argument, each field looked at.
function Read-Wanted {
    param($Request)

    $place = 0
    foreach ($nic in @(Get-Members -Of $Request -Name 'nics')) {
        $mac = ConvertTo-Mac -Text ([string] (Get-Field -Of $nic -Name 'mac'))
        if ($mac -notmatch '^([0-9a-f]{2}:){5}[0-9a-f]{2}$') {
            Stop-Script -Code 'badArgument' -Message "nics/$place/mac is no MAC address."
        }
        $index = Get-Field -Of $nic -Name 'index'
        if ($null -eq $index) {
            $index = $place
        }
        $leased = (Get-Field -Of $nic -Name 'dhcp') -eq $true
        $wanted = @{ mac = $mac; index = [int] $index; dhcp = $leased; ip = $null; prefix = 0; gateway = $null; dns = @() }
        if (-not $leased) {
            $wanted.ip = [string] (Get-Field -Of $nic -Name 'ip')
            $wanted.prefix = [int] (Get-Field -Of $nic -Name 'prefix')
            if (-not (Test-Address -Text $wanted.ip) -or $wanted.prefix -lt 1 -or $wanted.prefix -gt 32) {
                Stop-Script -Code 'badArgument' -Message "nics/$place has no IPv4 address with prefix."
            }
            $gateway = [string] (Get-Field -Of $nic -Name 'gateway')
            if ($gateway -ne '') {
                $wanted.gateway = $gateway
            }
            $wanted.dns = @(Get-Members -Of $nic -Name 'dns' | ForEach-Object { [string] $_ })
            foreach ($server in @($wanted.dns) + @($gateway | Where-Object { $_ -ne '' })) {
                if (-not (Test-Address -Text $server)) {
                    Stop-Script -Code 'badArgument' -Message "nics/$place names $server, which is no IPv4 address."
                }
            }
        }
        $wanted
        $place++
    }
}
