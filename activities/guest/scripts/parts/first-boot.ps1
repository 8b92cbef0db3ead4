# Placed by Tranship. Does nothing on the machine it was placed on. On the first boot as another machine it gives the adapters
# the addresses of the landing, by MAC or else by order, and removes itself.
#include parts/answer.ps1
#include parts/adapters.ps1
#include parts/assign.ps1
#include parts/package.ps1

# By MAC; else the adapter at the same place, unless its MAC is another entry's.
function Find-Heir {
    param($Wanted, $All)

    $same = Find-Adapter -Mac $Wanted.mac
    if ($null -ne $same) {
        return $same
    }
    $adapters = @(Get-Adapters)
    if ($Wanted.index -ge $adapters.Count) {
        return $null
    }
    $there = $adapters[$Wanted.index]
    $taken = @($All | Where-Object { $_.mac -eq (ConvertTo-Mac -Text $there.MacAddress) })
    if ($taken.Count -gt 0) {
        return $null
    }
    return $there
}

function Start-FirstBoot {
    $package = ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText((Join-Path -Path $store -ChildPath 'first-boot.json')))
    $wanted = @(Read-Wanted -Request $package)
    # Drivers of a new bus may load late.
    foreach ($try in 1..60) {
        if (@(Get-Adapters).Count -ge $wanted.Count) {
            break
        }
        Start-Sleep -Seconds 1
    }
    if (-not (Test-Moved -Origin (Get-Field -Of $package -Name 'origin'))) {
        return
    }
    Remove-Ghosts
    $complete = $true
    foreach ($one in $wanted) {
        $adapter = Find-Heir -Wanted $one -All $wanted
        if ($null -eq $adapter) {
            $complete = $false
            continue
        }
        Set-Addresses -Index $adapter.ifIndex -Wanted $one
    }
    if ($complete) {
        Remove-Package
    }
}

try {
    Start-FirstBoot
}
catch {
    Add-Content -LiteralPath (Join-Path -Path $store -ChildPath 'first-boot.log') -Value ([string] $_.Exception.Message)
    exit 1
}
