# tranship guest: inspect
# Tells what the guest is like. Changes nothing.
param(
    [Parameter(Mandatory = $true, Position = 0)]
    [string] $Argument
)
#include parts/answer.ps1
#include parts/adapters.ps1
#include parts/machine.ps1
#include parts/agents.ps1

# Services that run and will run again: started at boot by themselves, not by a trigger, not of one person's session, and not
# bound to the hypervisor.
function Get-RunningServices {
    foreach ($service in @(Get-CimInstance -ClassName Win32_Service -Filter "State = 'Running' AND StartMode = 'Auto'")) {
        $name = [string] $service.Name
        $bound = $name -match '^(Nutanix|NGT|VMTools|VGAuth|vm3dservice|QEMU|qemu-ga|vio|Balloon|spice|vmic)' -or $name -match '_[0-9a-f]{4,}$'
        if (-not $bound -and -not (Test-Path -LiteralPath "HKLM:\SYSTEM\CurrentControlSet\Services\$name\TriggerInfo")) {
            $name
        }
    }
}

# Volumes that are encrypted or protected, wholly or in part.
function Get-BitLockerVolumes {
    try {
        $volumes = @(Get-CimInstance -Namespace 'root\cimv2\Security\MicrosoftVolumeEncryption' -ClassName Win32_EncryptableVolume)
    }
    catch {
        return
    }
    foreach ($volume in $volumes) {
        $conversion = Invoke-CimMethod -InputObject $volume -MethodName 'GetConversionStatus'
        if ($volume.ProtectionStatus -ne 0 -or $conversion.ConversionStatus -ne 0) {
            [string] $volume.DriveLetter
        }
    }
}

function Get-SanPolicy {
    if ($null -eq (Get-Command -Name 'Get-StorageSetting' -ErrorAction SilentlyContinue)) {
        return $null
    }
    return [string] (Get-StorageSetting).NewDiskPolicy
}

function Test-Drivers {
    foreach ($name in @('vmbus', 'storvsc', 'netvsc')) {
        if (-not (Test-Path -LiteralPath "HKLM:\SYSTEM\CurrentControlSet\Services\$name")) {
            return $false
        }
    }
    return $true
}

try {
    $null = Read-Argument -Text $Argument
    Write-Answer -Value @{
        os       = 'windows'
        osName   = [string] (Get-CimInstance -ClassName Win32_OperatingSystem).Caption
        hostname = [string] $env:COMPUTERNAME
        services = [string[]] @(Get-RunningServices)
        nics     = [object[]] @(Get-NicFacts)
        volumes  = [object[]] @(Get-VolumeFacts)
        facts    = @{
            bitlocker             = [string[]] @(Get-BitLockerVolumes)
            fstabByDevice         = [string[]] @()
            hvModules             = (Test-Drivers)
            initramfsTool         = $null
            connectedMachineAgent = ($null -ne (Get-Service -Name 'himds' -ErrorAction SilentlyContinue))
            sanPolicy             = (Get-SanPolicy)
            agents                = [string[]] @(Get-AgentNames)
        }
    }
}
catch {
    Write-Refusal -Record $_
}
