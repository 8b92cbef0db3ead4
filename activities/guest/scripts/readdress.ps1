# tranship guest: readdress
# Gives adapters their addresses, each by its MAC, and takes away adapters that are no longer there. Doing it again leaves the same.
param(
    [Parameter(Mandatory = $true, Position = 0)]
    [string] $Argument
)
#include parts/answer.ps1
#include parts/adapters.ps1
#include parts/assign.ps1
#include parts/package.ps1

# The first-boot package may be at the same work; two hands at one adapter spoil it.
function Wait-FirstBoot {
    foreach ($try in 1..90) {
        $task = Get-ScheduledTask -TaskName $taskName -ErrorAction SilentlyContinue
        if ($null -eq $task -or [string] $task.State -ne 'Running') {
            return
        }
        Start-Sleep -Seconds 1
    }
}

try {
    $request = Read-Argument -Text $Argument
    $wanted = @(Read-Wanted -Request $request)
    Wait-FirstBoot
    Remove-Ghosts
    $applied = @()
    foreach ($one in $wanted) {
        $adapter = Find-Adapter -Mac $one.mac
        if ($null -eq $adapter) {
            continue
        }
        Set-Addresses -Index $adapter.ifIndex -Wanted $one
        if (Test-Assigned -Index $adapter.ifIndex -Wanted $one) {
            $applied += $one.mac
        }
    }
    Remove-Package
    Write-Answer -Value @{ applied = [string[]] $applied }
}
catch {
    Write-Refusal -Record $_
}
