# tranship guest: tidy
# Takes off the agents that were asked for and that we know; answers those that are gone now.
param(
    [Parameter(Mandatory = $true, Position = 0)]
    [string] $Argument
)
#include parts/answer.ps1
#include parts/agents.ps1
#include parts/adapters.ps1
#include parts/package.ps1

# A product of the installer by its code; a bundle by its own quiet command. One that has neither stays.
function Uninstall-Product {
    param($Product)

    if ($Product.key -match '^\{[0-9A-Fa-f-]{36}\}$' -and $Product.quiet -eq '') {
        $null = Start-Process -FilePath 'msiexec.exe' -ArgumentList @('/x', $Product.key, '/qn', '/norestart') -Wait -PassThru
    }
    elseif ($Product.quiet -match '^"([^"]+)"\s*(.*)$') {
        $null = Start-Process -FilePath $Matches[1] -ArgumentList @($Matches[2], '/norestart') -Wait -PassThru
    }
}

try {
    $request = Read-Argument -Text $Argument
    $asked = @(Get-Members -Of $request -Name 'agents' | ForEach-Object { [string] $_ })
    Remove-Package
    $before = @(Get-Products | Where-Object { $asked -contains $_.name })
    foreach ($product in $before) {
        Uninstall-Product -Product $product
    }
    $left = @(Get-AgentNames)
    $removed = @($before | ForEach-Object { $_.name } | Select-Object -Unique | Where-Object { $left -notcontains $_ })
    Write-Answer -Value @{ removed = [string[]] $removed }
}
catch {
    Write-Refusal -Record $_
}
