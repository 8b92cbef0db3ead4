# Runs a list of cmdlet calls that arrives as data, and answers one envelope of JSON on standard output.
# Works on Windows PowerShell 5.1 and PowerShell 7. Nothing of the payload is ever run as text, but the scripts it names as scripts.
param(
    [Parameter(Mandatory = $true, Position = 0)]
    [string] $Payload
)

Set-StrictMode -Version 3.0

# The whole process is ours, and functions of modules look at the global preferences only.
$global:ErrorActionPreference = 'Stop'
$global:ProgressPreference = 'SilentlyContinue'
$global:WarningPreference = 'SilentlyContinue'
$global:InformationPreference = 'SilentlyContinue'
$global:VerbosePreference = 'SilentlyContinue'
$global:DebugPreference = 'SilentlyContinue'
$global:ConfirmPreference = 'None'
$ErrorActionPreference = 'Stop'

$script:invariant = [System.Globalization.CultureInfo]::InvariantCulture
$script:deepest = 8

# ---------------------------------------------------------------- reading the payload

# PowerShell 7 turns texts that look like dates into dates; from 7.5 on it can be told not to.
function Read-Json {
    param([string] $Text)

    $reader = Get-Command -Name 'ConvertFrom-Json' -CommandType Cmdlet
    if ($reader.Parameters.ContainsKey('DateKind')) {
        return ConvertFrom-Json -InputObject $Text -DateKind String
    }
    return ConvertFrom-Json -InputObject $Text
}

function Test-Field {
    param($Of, [string] $Name)

    if ($null -eq $Of) {
        return $false
    }
    return $null -ne $Of.PSObject.Properties[$Name]
}

# The value of a field, or null where there is none. Arrays come back as arrays.
function Get-Field {
    param($Of, [string] $Name)

    if (-not (Test-Field -Of $Of -Name $Name)) {
        return $null
    }
    return , $Of.PSObject.Properties[$Name].Value
}

# ---------------------------------------------------------------- objects of the host as plain values

function Test-List {
    param($Value)

    if ($null -eq $Value) {
        return $false
    }
    if ($Value -is [string]) {
        return $false
    }
    if ($Value -is [System.Collections.IDictionary]) {
        return $false
    }
    return $Value -is [System.Collections.IEnumerable]
}

# One step along a path. In a list the step is taken in every member. What is not there is null.
function Get-Step {
    param($Of, [string] $Name)

    if ($null -eq $Of) {
        return $null
    }
    if ($Of -is [System.Collections.IDictionary]) {
        if (@($Of.Keys) -contains $Name) {
            return , $Of[$Name]
        }
        return $null
    }
    if (Test-List -Value $Of) {
        $all = New-Object System.Collections.ArrayList
        foreach ($member in $Of) {
            $inner = Get-Step -Of $member -Name $Name
            [void] $all.Add($inner)
        }
        return , $all.ToArray()
    }
    $property = $Of.PSObject.Properties[$Name]
    if ($null -eq $property) {
        return $null
    }
    try {
        return , $property.Value
    }
    catch {
        # A getter that throws has no value to give.
        return $null
    }
}

function Get-Path {
    param($Of, [string] $Path)

    if ($Path -eq '$value') {
        return , $Of
    }
    $at = $Of
    foreach ($name in $Path.Split('.')) {
        $at = Get-Step -Of $at -Name $name
    }
    return , $at
}

# Null, text, truth, number, list or dictionary of these; enums, dates, ids and the rest as text; secrets never.
function ConvertTo-Plain {
    param($Value, [int] $Depth = 0)

    if ($null -eq $Value) {
        return $null
    }
    $bare = $Value.PSObject.BaseObject
    if ($bare -is [string]) {
        return $bare
    }
    if ($bare -is [char]) {
        return [string] $bare
    }
    if ($bare -is [bool]) {
        return $bare
    }
    if ($bare -is [System.Management.Automation.SwitchParameter]) {
        return [bool] $bare
    }
    if ($bare -is [System.Enum]) {
        return $bare.ToString()
    }
    if ($bare -is [datetime]) {
        return $bare.ToUniversalTime().ToString('o', $script:invariant)
    }
    if ($bare -is [System.DateTimeOffset]) {
        return $bare.UtcDateTime.ToString('o', $script:invariant)
    }
    if ($bare -is [timespan]) {
        return $bare.ToString('c', $script:invariant)
    }
    if ($bare -is [double] -or $bare -is [single]) {
        if ([double]::IsNaN($bare) -or [double]::IsInfinity($bare)) {
            return $null
        }
        return [double] $bare
    }
    if ($bare -is [System.ValueType] -and ($bare.GetType().IsPrimitive -or $bare -is [decimal])) {
        return $bare
    }
    if ($bare -is [System.Security.SecureString] -or $bare -is [System.Management.Automation.PSCredential]) {
        return $null
    }
    if ($Depth -ge $script:deepest) {
        return [string] $Value
    }
    if ($bare -is [System.Collections.IDictionary]) {
        $fields = New-Object System.Collections.Specialized.OrderedDictionary
        foreach ($key in @($bare.Keys)) {
            $inner = ConvertTo-Plain -Value $bare[$key] -Depth ($Depth + 1)
            $fields[[string] $key] = $inner
        }
        return , $fields
    }
    if (Test-List -Value $bare) {
        $members = New-Object System.Collections.ArrayList
        foreach ($member in $bare) {
            $inner = ConvertTo-Plain -Value $member -Depth ($Depth + 1)
            [void] $members.Add($inner)
        }
        return , $members.ToArray()
    }
    if ($bare -is [System.Management.Automation.PSCustomObject]) {
        $fields = New-Object System.Collections.Specialized.OrderedDictionary
        foreach ($property in @($Value.PSObject.Properties)) {
            $inner = ConvertTo-Plain -Value (Get-Step -Of $Value -Name $property.Name) -Depth ($Depth + 1)
            $fields[$property.Name] = $inner
        }
        return , $fields
    }
    return [string] $Value
}

function Select-Path {
    param($From, [string[]] $Paths)

    $fields = New-Object System.Collections.Specialized.OrderedDictionary
    foreach ($path in $Paths) {
        $found = Get-Path -Of $From -Path $path
        $plain = ConvertTo-Plain -Value $found
        $fields[$path] = $plain
    }
    return , $fields
}

# ---------------------------------------------------------------- writing JSON

# Only ASCII leaves this script, so no code page of the host can spoil it.
function Add-JsonText {
    param([System.Text.StringBuilder] $To, [string] $Text)

    $escaped = $Text.Replace('\', '\\').Replace('"', '\"')
    $evaluator = [System.Text.RegularExpressions.MatchEvaluator] {
        param($found)
        return '\u{0:x4}' -f [int] $found.Value[0]
    }
    $escaped = [regex]::Replace($escaped, '[^\x20-\x7e]', $evaluator)
    [void] $To.Append('"').Append($escaped).Append('"')
}

function Add-Json {
    param([System.Text.StringBuilder] $To, $Value)

    if ($null -eq $Value) {
        [void] $To.Append('null')
    }
    elseif ($Value -is [string]) {
        Add-JsonText -To $To -Text $Value
    }
    elseif ($Value -is [bool]) {
        if ($Value) {
            [void] $To.Append('true')
        }
        else {
            [void] $To.Append('false')
        }
    }
    elseif ($Value -is [System.Collections.IDictionary]) {
        [void] $To.Append('{')
        $first = $true
        foreach ($key in @($Value.Keys)) {
            if (-not $first) {
                [void] $To.Append(',')
            }
            $first = $false
            Add-JsonText -To $To -Text ([string] $key)
            [void] $To.Append(':')
            Add-Json -To $To -Value $Value[$key]
        }
        [void] $To.Append('}')
    }
    elseif (Test-List -Value $Value) {
        [void] $To.Append('[')
        $first = $true
        foreach ($member in $Value) {
            if (-not $first) {
                [void] $To.Append(',')
            }
            $first = $false
            Add-Json -To $To -Value $member
        }
        [void] $To.Append(']')
    }
    elseif ($Value -is [double]) {
        [void] $To.Append($Value.ToString('R', $script:invariant))
    }
    else {
        [void] $To.Append([System.Convert]::ToString($Value, $script:invariant))
    }
}

# ---------------------------------------------------------------- parameters

function Stop-List {
    param([string] $Id, [string] $Message)

    $because = New-Object System.InvalidOperationException($Message)
    $category = [System.Management.Automation.ErrorCategory]::InvalidArgument
    throw (New-Object System.Management.Automation.ErrorRecord($because, $Id, $category, $null))
}

# An earlier result's objects, filtered by equality of their plain values. Naming nothing is an error, never an empty list.
function Resolve-Reference {
    param($Reference, $Results)

    $id = [string] $Reference.PSObject.Properties['$ref'].Value
    if (-not $Results.ContainsKey($id)) {
        Stop-List -Id 'TranshipReferenceUnknown' -Message "No earlier call has the id $id."
    }
    $where = Get-Field -Of $Reference -Name 'where'
    $property = Get-Field -Of $Reference -Name 'property'
    $chosen = New-Object System.Collections.ArrayList
    foreach ($candidate in $Results[$id]) {
        $fits = $true
        if ($null -ne $where) {
            foreach ($condition in @($where.PSObject.Properties)) {
                $found = Get-Path -Of $candidate -Path $condition.Name
                $plain = ConvertTo-Plain -Value $found
                if ($null -eq $plain -or [string] $plain -ne [string] $condition.Value) {
                    $fits = $false
                }
            }
        }
        if (-not $fits) {
            continue
        }
        if ($null -eq $property) {
            [void] $chosen.Add($candidate)
            continue
        }
        $part = Get-Path -Of $candidate -Path ([string] $property)
        if ($null -eq $part) {
            continue
        }
        if (Test-List -Value $part) {
            foreach ($piece in $part) {
                [void] $chosen.Add($piece)
            }
        }
        else {
            [void] $chosen.Add($part)
        }
    }
    if ($chosen.Count -eq 0) {
        Stop-List -Id 'TranshipReferenceEmpty' -Message "The reference to $id names no object."
    }
    if ($chosen.Count -eq 1) {
        return , $chosen[0]
    }
    return , $chosen.ToArray()
}

function New-SecureText {
    param([string] $Text)

    $secure = New-Object System.Security.SecureString
    foreach ($letter in $Text.ToCharArray()) {
        $secure.AppendChar($letter)
    }
    $secure.MakeReadOnly()
    return $secure
}

function Get-Secret {
    param([string] $Name, $Secrets)

    if (-not (Test-Field -Of $Secrets -Name $Name)) {
        Stop-List -Id 'TranshipSecretMissing' -Message "The secret $Name was not handed over."
    }
    return [string] $Secrets.PSObject.Properties[$Name].Value
}

function Resolve-Value {
    param($Value, $Wanted, $Results, $Secrets, $Scripts)

    if ($null -eq $Value) {
        return $null
    }
    if ($Value -is [datetime]) {
        return $Value.ToString('yyyy-MM-ddTHH:mm:ss.FFFFFFFK', $script:invariant)
    }
    if (Test-List -Value $Value) {
        $members = New-Object System.Collections.ArrayList
        foreach ($member in $Value) {
            $inner = Resolve-Value -Value $member -Wanted $Wanted -Results $Results -Secrets $Secrets -Scripts $Scripts
            if ((Test-Field -Of $member -Name '$ref') -and (Test-List -Value $inner)) {
                foreach ($piece in $inner) {
                    [void] $members.Add($piece)
                }
            }
            else {
                [void] $members.Add($inner)
            }
        }
        return , $members.ToArray()
    }
    if ($Value -isnot [System.Management.Automation.PSCustomObject]) {
        return , $Value
    }
    if (Test-Field -Of $Value -Name '$ref') {
        $found = Resolve-Reference -Reference $Value -Results $Results
        return , $found
    }
    if (Test-Field -Of $Value -Name '$secret') {
        $text = Get-Secret -Name ([string] $Value.PSObject.Properties['$secret'].Value) -Secrets $Secrets
        if ($null -ne $Wanted -and $Wanted -eq [System.Security.SecureString]) {
            $secure = New-SecureText -Text $text
            return , $secure
        }
        return $text
    }
    if (Test-Field -Of $Value -Name '$credential') {
        $credential = $Value.PSObject.Properties['$credential'].Value
        $text = Get-Secret -Name ([string] $credential.password.PSObject.Properties['$secret'].Value) -Secrets $Secrets
        $secure = New-SecureText -Text $text
        return New-Object System.Management.Automation.PSCredential(([string] $credential.user), $secure)
    }
    if (Test-Field -Of $Value -Name '$script') {
        $name = [string] $Value.PSObject.Properties['$script'].Value
        if (-not (Test-Field -Of $Scripts -Name $name)) {
            Stop-List -Id 'TranshipScriptMissing' -Message "The script $name was not handed over."
        }
        $text = [string] $Scripts.PSObject.Properties[$name].Value
        if ($null -ne $Wanted -and $Wanted -eq [string]) {
            return $text
        }
        return [scriptblock]::Create($text)
    }
    Stop-List -Id 'TranshipValueUnknown' -Message 'A parameter is neither a plain value nor a known reference.'
}

# ---------------------------------------------------------------- one call

# The part of the catalogue that this list needs comes with it; what is not in it is refused here as it was by the sender.
function Assert-Allowed {
    param($Call, $Allowed)

    if ($null -eq $Allowed) {
        return
    }
    $name = [string] $Call.cmdlet
    if (-not (Test-Field -Of $Allowed -Name $name)) {
        Stop-List -Id 'TranshipCmdletRefused' -Message "The cmdlet $name is not in the catalogue."
    }
    $parameters = @($Allowed.PSObject.Properties[$name].Value)
    foreach ($given in @($Call.parameters.PSObject.Properties)) {
        if ($parameters -notcontains $given.Name) {
            Stop-List -Id 'TranshipParameterRefused' -Message "The cmdlet $name is not catalogued with that parameter."
        }
    }
}

function Find-Cmdlet {
    param([string] $Name)

    if ($Name -notmatch '^[A-Za-z]+-[A-Za-z0-9]+$') {
        Stop-List -Id 'TranshipCmdletRefused' -Message 'That is not the name of a cmdlet.'
    }
    $found = @(Get-Command -Name $Name -CommandType @('Cmdlet', 'Function') -ErrorAction Stop)
    return $found[0]
}

# Everything a cmdlet says beside its objects is dropped; every error ends it; nothing may ask.
function Invoke-Call {
    param($Call, $Results, $Secrets, $Scripts, $Allowed)

    Assert-Allowed -Call $Call -Allowed $Allowed
    $command = Find-Cmdlet -Name ([string] $Call.cmdlet)
    $arguments = @{}
    foreach ($given in @($Call.parameters.PSObject.Properties)) {
        $wanted = $null
        if ($command.Parameters.ContainsKey($given.Name)) {
            $wanted = $command.Parameters[$given.Name].ParameterType
        }
        $resolved = Resolve-Value -Value $given.Value -Wanted $wanted -Results $Results -Secrets $Secrets -Scripts $Scripts
        $arguments[$given.Name] = $resolved
    }
    if ($command.Parameters.ContainsKey('ErrorAction')) {
        $arguments['ErrorAction'] = 'Stop'
    }
    if ($command.Parameters.ContainsKey('Confirm') -and -not $arguments.ContainsKey('Confirm')) {
        $arguments['Confirm'] = $false
    }
    $objects = @(& $command @arguments 3>$null 4>$null 5>$null 6>$null)
    return , $objects
}

function Get-ErrorShape {
    param($Record)

    $shape = New-Object System.Collections.Specialized.OrderedDictionary
    $shape['message'] = [string] $Record.Exception.Message
    $shape['category'] = [string] $Record.CategoryInfo.Category
    $shape['fullyQualifiedErrorId'] = [string] $Record.FullyQualifiedErrorId
    return , $shape
}

function New-Result {
    param([string] $Id, $Objects, $Problem)

    $result = New-Object System.Collections.Specialized.OrderedDictionary
    $result['id'] = $Id
    $result['objects'] = $Objects
    $result['error'] = $Problem
    return , $result
}

# Runs the calls in order and fills the envelope; the first error of a call that must not fail ends the list.
function Invoke-List {
    param($Request, [System.Collections.IDictionary] $Envelope)

    $raw = New-Object 'System.Collections.Generic.Dictionary[string,object]'
    $answers = New-Object System.Collections.ArrayList
    $secrets = Get-Field -Of $Request -Name 'secrets'
    $scripts = Get-Field -Of $Request -Name 'scripts'
    $allowed = Get-Field -Of $Request -Name 'allowed'
    $Envelope['ok'] = $true

    foreach ($call in $Request.calls) {
        $id = [string] $call.id
        try {
            $objects = Invoke-Call -Call $call -Results $raw -Secrets $secrets -Scripts $scripts -Allowed $allowed
            $raw[$id] = $objects
            $selected = New-Object System.Collections.ArrayList
            foreach ($object in $objects) {
                $fields = Select-Path -From $object -Paths ([string[]] @($call.select))
                [void] $selected.Add($fields)
            }
            $answer = New-Result -Id $id -Objects $selected.ToArray() -Problem $null
            [void] $answers.Add($answer)
        }
        catch {
            $problem = Get-ErrorShape -Record $_
            $raw[$id] = @()
            if ((Get-Field -Of $call -Name 'mayFail') -eq $true) {
                $answer = New-Result -Id $id -Objects @() -Problem $problem
                [void] $answers.Add($answer)
            }
            else {
                $failed = New-Object System.Collections.Specialized.OrderedDictionary
                $failed['id'] = $id
                $failed['cmdlet'] = [string] $call.cmdlet
                $Envelope['ok'] = $false
                $Envelope['failed'] = $failed
                $Envelope['error'] = $problem
                break
            }
        }
    }
    $Envelope['results'] = $answers.ToArray()
}

# ---------------------------------------------------------------- the list

$nonce = ''
$envelope = New-Object System.Collections.Specialized.OrderedDictionary
$envelope['version'] = 1
try {
    $request = Read-Json -Text ([System.Text.Encoding]::UTF8.GetString([System.Convert]::FromBase64String($Payload)))
    $nonce = [string] $request.nonce
    $about = New-Object System.Collections.Specialized.OrderedDictionary
    $about['psVersion'] = [string] $PSVersionTable.PSVersion
    $envelope['host'] = $about
    if ($request.version -ne 1) {
        Stop-List -Id 'TranshipVersion' -Message 'The payload is of another version.'
    }
    Invoke-List -Request $request -Envelope $envelope
}
catch {
    $failed = New-Object System.Collections.Specialized.OrderedDictionary
    $failed['id'] = ''
    $failed['cmdlet'] = ''
    $envelope['ok'] = $false
    $envelope['failed'] = $failed
    $envelope['error'] = Get-ErrorShape -Record $_
    if (-not $envelope.Contains('results')) {
        $envelope['results'] = @()
    }
}

$out = New-Object System.Text.StringBuilder
Add-Json -To $out -Value $envelope
[System.Console]::Out.WriteLine('<<TRANSHIP:' + $nonce + '>>' + $out.ToString() + '<<END:' + $nonce + '>>')
[System.Console]::Out.Flush()
