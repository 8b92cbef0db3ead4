# The first-boot package: a script, the addresses with the marks of the machine it was made on, and a task at startup.
function Get-Marks {
    $product = Get-CimInstance -ClassName Win32_ComputerSystemProduct
    $system = Get-CimInstance -ClassName Win32_ComputerSystem
    return @{
        uuid   = ([string] $product.UUID).ToLowerInvariant()
        vendor = ([string] $system.Manufacturer).ToLowerInvariant()
        macs   = [string[]] @(Get-Adapters | ForEach-Object { ConvertTo-Mac -Text $_.MacAddress })
    }
}

# Another machine: another identity, another maker, or none of the adapters of then. One adapter more or less is no move.
function Test-Moved {
    param($Origin)

    $now = Get-Marks
    foreach ($kind in @('uuid', 'vendor')) {
        $before = [string] (Get-Field -Of $Origin -Name $kind)
        if ($before -ne '' -and $now[$kind] -ne '' -and $before -ne $now[$kind]) {
            return $true
        }
    }
    $macs = @(Get-Members -Of $Origin -Name 'macs')
    $kept = @($now.macs | Where-Object { $macs -contains $_ })
    return $macs.Count -gt 0 -and $now.macs.Count -gt 0 -and $kept.Count -eq 0
}

function Remove-Package {
    if ($null -ne (Get-ScheduledTask -TaskName $taskName -ErrorAction SilentlyContinue)) {
        Unregister-ScheduledTask -TaskName $taskName -Confirm:$false
    }
    foreach ($file in @('first-boot.ps1', 'first-boot.json')) {
        Remove-Item -LiteralPath (Join-Path -Path $store -ChildPath $file) -Force -ErrorAction SilentlyContinue
    }
}
