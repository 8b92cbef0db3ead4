# tranship guest: check
# Tells how the guest is now: what runs, what it reaches, and how its owner's test ends. Gives slow starters time. Changes nothing.
param(
    [Parameter(Mandatory = $true, Position = 0)]
    [string] $Argument
)
#include parts/answer.ps1
#include parts/adapters.ps1
#include parts/machine.ps1

# Those of the services that run. Some start minutes after the boot.
function Wait-Services {
    param([string[]] $Names)

    $running = @()
    foreach ($try in 1..30) {
        $running = @(Get-Service -ErrorAction SilentlyContinue | Where-Object { [string] $_.Status -eq 'Running' } | ForEach-Object { $_.Name })
        $missing = @($Names | Where-Object { $running -notcontains $_ })
        if ($missing.Count -eq 0) {
            break
        }
        if ($try -lt 30) {
            Start-Sleep -Seconds 5
        }
    }
    return $Names | Where-Object { $running -contains $_ }
}

# One that keeps silent on ping but answered for its MAC is there.
function Test-Host {
    param([string] $Address)

    if (Test-Connection -ComputerName $Address -Count 2 -Quiet -ErrorAction SilentlyContinue) {
        return $true
    }
    $neighbours = @(Get-NetNeighbor -IPAddress $Address -ErrorAction SilentlyContinue | Where-Object { [string] $_.State -eq 'Reachable' })
    return $neighbours.Count -gt 0
}

function Test-Resolver {
    param([string] $Address)

    if (Test-Host -Address $Address) {
        return $true
    }
    try {
        $null = Resolve-DnsName -Name 'localhost' -Server $Address -DnsOnly -QuickTimeout -ErrorAction Stop
        return $true
    }
    catch {
        # A server that says there is no such name is there.
        return $_.FullyQualifiedErrorId -match 'DNS_ERROR_RCODE'
    }
}

# What the disks complained of since the last boot, or since the given time.
function Get-DiskErrors {
    param($Since)

    $start = (Get-CimInstance -ClassName Win32_OperatingSystem).LastBootUpTime
    if ($null -ne $Since) {
        $start = [datetime] $Since
    }
    $sources = '^(disk|Ntfs|Microsoft-Windows-Ntfs|volmgr|volsnap|storahci|storvsc|stornvme|vhdmp)$'
    Get-WinEvent -FilterHashtable @{ LogName = 'System'; Level = @(1, 2); StartTime = $start } -MaxEvents 500 -ErrorAction SilentlyContinue |
        Where-Object { $_.ProviderName -match $sources } |
        Select-Object -First 10 |
        ForEach-Object { '{0} {1}: {2}' -f $_.ProviderName, $_.Id, ([string] $_.Message -replace '\s+', ' ') }
}

# Whether this machine's account in its domain is good; null where it is in none.
function Get-SecureChannel {
    if (-not (Get-CimInstance -ClassName Win32_ComputerSystem).PartOfDomain) {
        return $null
    }
    try {
        return [bool] (Test-ComputerSecureChannel)
    }
    catch {
        return $false
    }
}

function New-Outcome {
    param([bool] $Passed, [string] $Detail)

    return @{ passed = $Passed; detail = $Detail }
}

function Test-Http {
    param([string] $Target, [string] $Expect)

    [System.Net.ServicePointManager]::SecurityProtocol = [System.Net.ServicePointManager]::SecurityProtocol -bor 3072
    $status = 0
    $body = ''
    try {
        $response = Invoke-WebRequest -Uri $Target -UseBasicParsing -TimeoutSec 10
        $status = [int] $response.StatusCode
        $body = [string] $response.Content
    }
    catch {
        $response = Get-Field -Of $_.Exception -Name 'Response'
        if ($null -eq $response) {
            return New-Outcome -Passed $false -Detail "no answer from ${Target}: $($_.Exception.Message)"
        }
        $status = [int] $response.StatusCode
    }
    if ($Expect -eq '') {
        $fits = $status -ge 200 -and $status -lt 400
    }
    elseif ($Expect -match '^[1-5][0-9][0-9]$') {
        $fits = $status -eq [int] $Expect
    }
    else {
        $fits = $body.Contains($Expect)
    }
    return New-Outcome -Passed $fits -Detail "$Target answered $status"
}

function Test-Tcp {
    param([string] $Target, [string] $Expect)

    if ($Target -notmatch '^\[?([A-Za-z0-9._:-]+?)\]?:(\d{1,5})$') {
        return New-Outcome -Passed $false -Detail "$Target is not host:port"
    }
    $name = $Matches[1]
    $port = [int] $Matches[2]
    $client = New-Object -TypeName System.Net.Sockets.TcpClient
    try {
        if (-not $client.ConnectAsync($name, $port).Wait(5000)) {
            return New-Outcome -Passed $false -Detail "$Target took no connection"
        }
        if ($Expect -eq '') {
            return New-Outcome -Passed $true -Detail "$Target took the connection"
        }
        $stream = $client.GetStream()
        $stream.ReadTimeout = 5000
        $bytes = New-Object -TypeName 'System.Byte[]' -ArgumentList 1024
        $said = [System.Text.Encoding]::UTF8.GetString($bytes, 0, $stream.Read($bytes, 0, 1024))
        return New-Outcome -Passed ($said.Contains($Expect)) -Detail "$Target said: $said"
    }
    catch {
        return New-Outcome -Passed $false -Detail "${Target}: $($_.Exception.GetBaseException().Message)"
    }
    finally {
        $client.Close()
    }
}

function Test-Smoke {
    param($Smoke)

    $kind = [string] (Get-Field -Of $Smoke -Name 'kind')
    $target = [string] (Get-Field -Of $Smoke -Name 'target')
    $expect = [string] (Get-Field -Of $Smoke -Name 'expect')
    $outcome = New-Outcome -Passed $true -Detail 'none asked'
    foreach ($try in 1..6) {
        if ($kind -eq 'http') {
            $outcome = Test-Http -Target $target -Expect $expect
        }
        elseif ($kind -eq 'tcp') {
            $outcome = Test-Tcp -Target $target -Expect $expect
        }
        if ($outcome.passed) {
            break
        }
        if ($try -lt 6) {
            Start-Sleep -Seconds 5
        }
    }
    return $outcome
}

try {
    $request = Read-Argument -Text $Argument
    $running = @(Wait-Services -Names ([string[]] @(Get-Members -Of $request -Name 'services')))
    $nics = @(Get-NicFacts)
    $gateways = @{}
    $resolvers = @{}
    foreach ($nic in $nics) {
        if ($null -ne $nic.gateway) {
            $gateways[$nic.gateway] = [bool] (Test-Host -Address $nic.gateway)
        }
        foreach ($server in $nic.dns) {
            if (-not $resolvers.ContainsKey($server)) {
                $resolvers[$server] = [bool] (Test-Resolver -Address $server)
            }
        }
    }
    Write-Answer -Value @{
        nics             = [object[]] $nics
        services         = [string[]] $running
        volumes          = [object[]] @(Get-VolumeFacts)
        gatewayReachable = $gateways
        dnsReachable     = $resolvers
        smoke            = (Test-Smoke -Smoke (Get-Field -Of $request -Name 'smoke'))
        diskErrors       = [string[]] @(Get-DiskErrors -Since (Get-Field -Of $request -Name 'since'))
        secureChannel    = (Get-SecureChannel)
    }
}
catch {
    Write-Refusal -Record $_
}
