Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$WarningPreference = 'SilentlyContinue'
$root = [string] $env:TRANSHIP_ROOT
$store = $root + 'C:\ProgramData\Tranship'
$taskName = 'Tranship first boot'

# One line is the answer: marks with JSON between them.
function Write-Answer {
    param($Value)

    '<<GUEST>>' + (ConvertTo-Json -InputObject $Value -Depth 6 -Compress) + '<<END>>'
}

# Ends the script with an answer that says why not.
function Stop-Script {
    param([string] $Code, [string] $Message)

    $because = New-Object -TypeName System.InvalidOperationException -ArgumentList $Message
    $because.Data['code'] = $Code
    throw $because
}

function Write-Refusal {
    param($Record)

    $code = $Record.Exception.Data['code']
    if ($null -eq $code) {
        $code = 'failed'
    }
    Write-Answer -Value @{ error = @{ code = [string] $code; message = [string] $Record.Exception.Message } }
}

function Read-Argument {
    param([string] $Text)

    try {
        $json = [System.Text.Encoding]::UTF8.GetString([System.Convert]::FromBase64String($Text))
        return ConvertFrom-Json -InputObject $json
    }
    catch {
        Stop-Script -Code 'badArgument' -Message 'The argument is not Base64 of a JSON object.'
    }
}

# The value of a field, or null where there is none.
function Get-Field {
    param($Of, [string] $Name)

    if ($null -eq $Of -or $null -eq $Of.PSObject.Properties[$Name]) {
        return $null
    }
    return $Of.PSObject.Properties[$Name].Value
}

# The members of a list, one by one; none where there is no list.
function Get-Members {
    param($Of, [string] $Name)

    $found = Get-Field -Of $Of -Name $Name
    if ($null -ne $found) {
        foreach ($member in $found) {
            $member
        }
    }
}
