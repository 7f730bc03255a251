# The Windows part of a release, on a Windows runner: freeze, test the frozen program, sign, installer, portable archive.
# Sign twice: the programs before they are packed, the installer after. Without a certificate nothing is signed, and said.
$ErrorActionPreference = "Stop"
$root = Split-Path -Parent (Split-Path -Parent $PSScriptRoot)
Set-Location $root
$out = Join-Path $root "build\windows"
New-Item -ItemType Directory -Force $out | Out-Null
$python = Join-Path $root ".venv\Scripts\python.exe"
$version = & $python -c "import advisor; print(advisor.__version__)"

function Invoke-Checked {
    # Run a program and stop when it fails.
    param([string]$Program, [string[]]$Words)
    & $Program @Words
    if ($LASTEXITCODE -ne 0) { throw "$Program ended with $LASTEXITCODE" }
}

function Add-Signature {
    # Sign files, when there is a certificate.
    param([string[]]$Files)
    if (-not $env:SIGNING_CERTIFICATE) {
        Write-Output "::warning::no SIGNING_CERTIFICATE secret: $($Files -join ', ') are not signed"
        return
    }
    $certificate = Join-Path $env:RUNNER_TEMP "signing.pfx"
    [IO.File]::WriteAllBytes($certificate, [Convert]::FromBase64String($env:SIGNING_CERTIFICATE))
    try {
        $tool = Get-ChildItem "${env:ProgramFiles(x86)}\Windows Kits\10\bin\*\x64\signtool.exe" | Sort-Object FullName | Select-Object -Last 1
        Invoke-Checked $tool.FullName (@("sign", "/f", $certificate, "/p", $env:SIGNING_PASSWORD, "/fd", "SHA256", "/tr", "http://timestamp.digicert.com", "/td", "SHA256") + $Files)
    } finally {
        Remove-Item $certificate
    }
}

Invoke-Checked $python @("-m", "PyInstaller", "--noconfirm", "--distpath", "$out\dist", "--workpath", "$out\work", "packaging\hardware-advisor.spec")
$dist = Join-Path $out "dist\HardwareAdvisor"
New-Item -ItemType Directory -Force "$out\self-test" | Out-Null
$test = Start-Process -Wait -PassThru "$dist\HardwareAdvisor.exe" -ArgumentList "--self-test", "`"$out\self-test`""
if ($test.ExitCode -ne 0) { throw "the frozen program's test of itself failed: $(Get-Content "$out\self-test\self-test.json")" }
Add-Signature @("$dist\HardwareAdvisor.exe", "$dist\advisor.exe")

if (-not (Get-Command makensis -ErrorAction SilentlyContinue)) { Invoke-Checked "choco" @("install", "nsis", "-y", "--no-progress") }
$makensis = (Get-Command makensis -ErrorAction SilentlyContinue).Source
if (-not $makensis) { $makensis = "${env:ProgramFiles(x86)}\NSIS\makensis.exe" }
$setup = Join-Path $out "HardwareAdvisor-$version-setup.exe"
$size = [int]((Get-ChildItem -Recurse -File $dist | Measure-Object Length -Sum).Sum / 1KB)
Invoke-Checked $makensis @("/V2", "/INPUTCHARSET", "UTF8", "/DVERSION=$version", "/DSOURCE=$dist", "/DOUT=$setup", "/DSIZE_KB=$size", "packaging\windows\installer.nsi")
Add-Signature @($setup)
Invoke-Checked $python @("packaging\portable.py", $dist, (Join-Path $out "HardwareAdvisor-$version-portable.zip"))
Get-ChildItem "$out\HardwareAdvisor-$version-*" | Get-FileHash -Algorithm SHA256 | Format-List
