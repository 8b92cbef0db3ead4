# tranship guest: prepare
# Disks that come online on another bus, and a package that gives the landing's addresses on the first boot elsewhere. Doing it
# again leaves the same.
param(
    [Parameter(Mandatory = $true, Position = 0)]
    [string] $Argument
)
#include parts/answer.ps1
#include parts/adapters.ps1
#include parts/package.ps1

function Set-SanPolicy {
    if ($null -eq (Get-Command -Name 'Set-StorageSetting' -ErrorAction SilentlyContinue)) {
        Stop-Script -Code 'noSanPolicy' -Message 'This Windows has no Set-StorageSetting: its SAN policy cannot be set.'
    }
    Set-StorageSetting -NewDiskPolicy OnlineAll
    if ([string] (Get-StorageSetting).NewDiskPolicy -ne 'OnlineAll') {
        Stop-Script -Code 'noSanPolicy' -Message 'The SAN policy is not OnlineAll after it was set.'
    }
}

# What runs as SYSTEM must not lie where others may write.
function New-Store {
    if (-not (Test-Path -LiteralPath $store)) {
        $null = New-Item -ItemType Directory -Path $store -Force
    }
    $icacls = Join-Path -Path $env:SystemRoot -ChildPath 'System32\icacls.exe'
    $null = & $icacls @($store, '/setowner', '*S-1-5-32-544', '/T', '/Q')
    $null = & $icacls @($store, '/inheritance:r', '/grant:r', '*S-1-5-18:(OI)(CI)F', '*S-1-5-32-544:(OI)(CI)F', '/Q')
    if ($LASTEXITCODE -ne 0) {
        Stop-Script -Code 'notWritten' -Message "The rights of $store could not be set."
    }
}

function Write-Text {
    param([string] $Path, [string] $Text)

    [System.IO.File]::WriteAllText($Path, $Text, (New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $true))
}

$firstBoot = @'
#include parts/first-boot.ps1
'@

# The task comes last: half a package does nothing.
function New-Package {
    param($Wanted)

    New-Store
    $json = Join-Path -Path $store -ChildPath 'first-boot.json'
    $script = Join-Path -Path $store -ChildPath 'first-boot.ps1'
    Write-Text -Path $json -Text (ConvertTo-Json -InputObject @{ origin = (Get-Marks); nics = [object[]] @($Wanted) } -Depth 5 -Compress)
    Write-Text -Path $script -Text $firstBoot
    $shell = Join-Path -Path $env:SystemRoot -ChildPath 'System32\WindowsPowerShell\v1.0\powershell.exe'
    $action = New-ScheduledTaskAction -Execute $shell -Argument "-NoProfile -NonInteractive -ExecutionPolicy Bypass -File `"$script`""
    $trigger = New-ScheduledTaskTrigger -AtStartup
    $principal = New-ScheduledTaskPrincipal -UserId 'S-1-5-18' -LogonType ServiceAccount -RunLevel Highest
    $settings = New-ScheduledTaskSettingsSet -AllowStartIfOnBatteries -StartWhenAvailable
    $null = Register-ScheduledTask -TaskName $taskName -Action $action -Trigger $trigger -Principal $principal -Settings $settings -Force
    return @($json, $script, "task:$taskName")
}

try {
    $request = Read-Argument -Text $Argument
    $wanted = @(Read-Wanted -Request $request)
    Set-SanPolicy
    $placed = @()
    if ($wanted.Count -gt 0) {
        $placed = @(New-Package -Wanted $wanted)
    }
    else {
        Remove-Package
    }
    Write-Answer -Value @{ placed = [string[]] $placed }
}
catch {
    Write-Refusal -Record $_
}
