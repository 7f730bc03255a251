; The Windows installer: for one user, without administrator rights, in English and Simplified Chinese.
; makensis -DVERSION=0.1.0 -DSOURCE=<folder with HardwareAdvisor.exe> -DOUT=<installer.exe> -DSIZE_KB=<size> installer.nsi
;
; The new program is unpacked beside the old one and takes its place by renaming: a full disk, a power cut or a refusal
; half-way leave the old program as it was. The stub is 32-bit, so that a 32-bit Windows is told in words, not by a code.

Unicode true
!include MUI2.nsh
!include x64.nsh
!include WinVer.nsh
!include LogicLib.nsh
!include FileFunc.nsh
!include nsDialogs.nsh

!ifndef VERSION | SOURCE | OUT | SIZE_KB
  !error "VERSION, SOURCE, OUT and SIZE_KB must be given by -D"
!endif
!define KEY "HardwareAdvisor"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\${KEY}"
!define MUTEX "HardwareAdvisor.Running"
; Qt 6.9 needs Windows 10 1809: https://doc.qt.io/qt-6.9/supported-platforms.html
!define OLDEST_BUILD 17763
; What unpacking needs while old and new lie side by side, in KiB.
!define /math SIZE_MB ${SIZE_KB} / 1024 ; as the page with the folder counts
!define /math NEEDED_KB ${SIZE_KB} + 20480

Name "$(Program)"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\HardwareAdvisor"
InstallDirRegKey HKCU "Software\${KEY}" "Folder"
RequestExecutionLevel user
ManifestDPIAware true
ManifestSupportedOS all
SetCompressor /SOLID lzma
SetCompressorDictSize 64
BrandingText "Hardware Advisor ${VERSION}"
VIProductVersion "${VERSION}.0"
VIAddVersionKey /LANG=1033 "ProductName" "Hardware Advisor"
VIAddVersionKey /LANG=1033 "CompanyName" "Hardware Advisor"
VIAddVersionKey /LANG=1033 "FileDescription" "Hardware Advisor installer"
VIAddVersionKey /LANG=1033 "FileVersion" "${VERSION}"
VIAddVersionKey /LANG=1033 "ProductVersion" "${VERSION}"
VIAddVersionKey /LANG=1033 "LegalCopyright" "MIT licence"

!define MUI_ICON "hardware-advisor.ico"
!define MUI_UNICON "hardware-advisor.ico"
!define MUI_ABORTWARNING
!define MUI_WELCOMEFINISHPAGE_BITMAP "wizard.bmp"
!define MUI_WELCOMEPAGE_TITLE "$(WelcomeTitle)"
!define MUI_WELCOMEPAGE_TEXT "$(WelcomeText)"
!define MUI_FINISHPAGE_RUN "$INSTDIR\HardwareAdvisor.exe"
; The second box of the last page, which is meant for a text to read, makes the desktop's shortcut.
!define MUI_FINISHPAGE_SHOWREADME ""
!define MUI_FINISHPAGE_SHOWREADME_TEXT "$(DesktopShortcut)"
!define MUI_FINISHPAGE_SHOWREADME_NOTCHECKED
!define MUI_FINISHPAGE_SHOWREADME_FUNCTION DesktopShortcut
!insertmacro MUI_PAGE_WELCOME
!define MUI_PAGE_CUSTOMFUNCTION_LEAVE FolderChosen
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
UninstPage custom un.Confirm un.Confirmed
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "SimpChinese"
!include "texts.nsh"

Var Staged ; the folder that the new program is unpacked into
Var Old    ; the old program's, while the new one takes its place
Var DataBox    ; the remover's box about the user's data, 0 when there is none
Var DeleteData ; whether it is ticked

Section "$(Program)"
  Call OwnFolder
  Call EnoughRoom
  StrCpy $Staged "$INSTDIR.new"
  StrCpy $Old "$INSTDIR.old"
  RMDir /r "$Staged"
  RMDir /r "$Old"
  SetOutPath "$Staged"
  ClearErrors
  ; Both programs one after the other: the second is packed as a repetition of the first.
  File "${SOURCE}\HardwareAdvisor.exe"
  File "${SOURCE}\advisor.exe"
  File /r "${SOURCE}\_internal"
  WriteUninstaller "$Staged\Uninstall.exe"
  ${If} ${Errors}
    SetOutPath "$TEMP"
    RMDir /r "$Staged"
    StrCpy $0 "$(CannotUnpack)"
    Call Refuse
  ${EndIf}
  SetOutPath "$TEMP" ; no folder that is this process's own can be renamed
  ${If} ${FileExists} "$INSTDIR\*.*"
    ClearErrors
    Rename "$INSTDIR" "$Old"
    ${If} ${Errors}
      RMDir /r "$Staged"
      StrCpy $0 "$(InUse)"
      Call Refuse
    ${EndIf}
  ${EndIf}
  ClearErrors
  Rename "$Staged" "$INSTDIR"
  ${If} ${Errors}
    Rename "$Old" "$INSTDIR"
    RMDir /r "$Staged"
    StrCpy $0 "$(CannotUnpack)"
    Call Refuse
  ${EndIf}
  RMDir /r "$Old"

  ; One in the desktop stays as it is: it leads to the same place.
  Call RemoveShortcuts
  CreateShortcut "$SMPROGRAMS\$(Program).lnk" "$INSTDIR\HardwareAdvisor.exe"
  WriteRegStr HKCU "Software\${KEY}" "Folder" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "$(Program)"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "Publisher" "Hardware Advisor"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\HardwareAdvisor.exe"
  WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\Uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\Uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL}" "EstimatedSize" ${SIZE_KB}
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
SectionEnd

Function DesktopShortcut
  Call RemoveDesktopShortcuts
  CreateShortcut "$DESKTOP\$(Program).lnk" "$INSTDIR\HardwareAdvisor.exe"
FunctionEnd

Function .onInit
  ${IfNot} ${RunningX64}
    StrCpy $0 "$(Needs64Bit)"
    Call Refuse
  ${EndIf}
  ${IfNot} ${AtLeastWin10}
  ${OrIfNot} ${AtLeastBuild} ${OLDEST_BUILD}
    StrCpy $0 "$(NeedsWindows10)"
    Call Refuse
  ${EndIf}
  Call NotRunning
FunctionEnd

; The program's own folder is replaced as a whole: never somebody's folder with other things in it.
Function OwnFolder
  ${If} ${FileExists} "$INSTDIR\*.*"
  ${AndIfNot} ${FileExists} "$INSTDIR\HardwareAdvisor.exe"
    StrCpy $INSTDIR "$INSTDIR\HardwareAdvisor"
  ${EndIf}
FunctionEnd

Function FolderChosen
  Call OwnFolder
FunctionEnd

Function EnoughRoom
  ; Of the nearest folder that is there already: a drive may be mounted anywhere above it.
  StrCpy $1 "$INSTDIR"
  up:
  ${IfNot} ${FileExists} "$1\*.*"
    ${GetParent} "$1" $5
    ${If} $5 != ""
      StrCpy $1 "$5"
      Goto up
    ${EndIf}
  ${EndIf}
  System::Call 'kernel32::GetDiskFreeSpaceExW(w "$1\", *l .r2, l 0, l 0) i .r3'
  ${If} $3 <> 0
    System::Int64Op $2 / 1024
    Pop $2
    System::Int64Op $2 < ${NEEDED_KB}
    Pop $3
    ${If} $3 = 1
      System::Int64Op ${NEEDED_KB} / 1024
      Pop $4
      System::Int64Op $2 / 1024
      Pop $2
      StrCpy $0 "$(NoRoom)"
      Call Refuse
    ${EndIf}
  ${EndIf}
FunctionEnd

; The disk filled up all the same, or a file could not be written: what was unpacked so far goes again.
Function .onInstFailed
  SetOutPath "$TEMP"
  ${If} $Staged != ""
    RMDir /r "$Staged"
  ${EndIf}
  SetErrorLevel 4
FunctionEnd

!macro Common un
Function ${un}NotRunning
  again:
  System::Call 'kernel32::OpenMutexW(i 0x100000, i 0, w "${MUTEX}") p .r1'
  ${If} $1 P<> 0
    System::Call 'kernel32::CloseHandle(p r1)'
    MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(InUse)" /SD IDCANCEL IDRETRY again
    SetErrorLevel 3
    Quit
  ${EndIf}
FunctionEnd

; Say the sentence in $0 and end; without a window it goes to the exit code alone.
Function ${un}Refuse
  MessageBox MB_OK|MB_ICONSTOP "$0" /SD IDOK
  SetErrorLevel 4
  Quit
FunctionEnd

Function ${un}RemoveShortcuts
  Delete "$SMPROGRAMS\Hardware Advisor.lnk"
  Delete "$SMPROGRAMS\硬件顾问.lnk"
FunctionEnd

Function ${un}RemoveDesktopShortcuts
  Delete "$DESKTOP\Hardware Advisor.lnk"
  Delete "$DESKTOP\硬件顾问.lnk"
FunctionEnd
!macroend
!insertmacro Common ""
!insertmacro Common "un."

Function un.onInit
  Call un.NotRunning
FunctionEnd

; The remover's first page: what goes, and whether the user's data goes too; it stays unless that is ticked.
Function un.Confirm
  !insertmacro MUI_HEADER_TEXT "$(RemoveTitle)" "$(RemoveSubtitle)"
  nsDialogs::Create 1018
  Pop $0
  ${NSD_CreateLabel} 0 0 100% 30u "$(RemoveText)"
  Pop $0
  StrCpy $DataBox 0
  ${If} ${FileExists} "$APPDATA\HardwareAdvisor\*.*"
  ${OrIf} ${FileExists} "$LOCALAPPDATA\HardwareAdvisor\*.*"
    ${NSD_CreateCheckbox} 0 36u 100% 12u "$(AlsoData)"
    Pop $DataBox
  ${EndIf}
  nsDialogs::Show
FunctionEnd

Function un.Confirmed
  ${If} $DataBox <> 0
    ${NSD_GetState} $DataBox $DeleteData
  ${EndIf}
FunctionEnd

Section "Uninstall"
  ${IfNot} ${FileExists} "$INSTDIR\HardwareAdvisor.exe"
    StrCpy $0 "$(NotInstalled)"
    Call un.Refuse
  ${EndIf}
  SetOutPath "$TEMP"
  ; Only what the installer brought; what somebody put beside it stays.
  RMDir /r "$INSTDIR\_internal"
  Delete "$INSTDIR\HardwareAdvisor.exe"
  Delete "$INSTDIR\advisor.exe"
  Delete "$INSTDIR\Uninstall.exe"
  RMDir "$INSTDIR"
  RMDir "$LOCALAPPDATA\Programs" ; only when it is empty
  Call un.RemoveShortcuts
  Call un.RemoveDesktopShortcuts
  DeleteRegKey HKCU "${UNINSTALL}"
  DeleteRegKey HKCU "Software\${KEY}"
  ${If} $DeleteData = ${BST_CHECKED}
    RMDir /r "$APPDATA\HardwareAdvisor"
    RMDir /r "$LOCALAPPDATA\HardwareAdvisor"
  ${EndIf}
SectionEnd
