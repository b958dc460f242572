@echo off
rem Replays every trace beside a resource DLL on that DLL, one line for each.
rem
rem   replay-here.cmd X.dll [OPTIONS OF clusrace-host replay]
rem
rem Without a trace beside the DLL those beside this file are taken. The exit status is the worst.
setlocal
if "%~1"=="" (
  echo usage: replay-here.cmd X.dll [OPTIONS OF clusrace-host replay]
  exit /b 1
)
set "host=%~dp0clusrace-host.exe"
set "dll=%~f1"
set "folder=%~dp1"
set "options="
set worst=0
set count=0
:more
shift /1
if "%~1"=="" goto run
set "options=%options% %1"
goto more
:run
if not exist "%folder%*.trace" set "folder=%~dp0"
for /f "delims=" %%T in ('dir /b "%folder%*.trace"') do call :one "%folder%%%T"
if %count%==0 (
  echo replay-here: there is no trace in %folder%
  exit /b 2
)
exit /b %worst%
:one
set /a count+=1
"%host%" replay --dll "%dll%" --suite %1 %options%
set status=%errorlevel%
if %status% gtr %worst% set worst=%status%
exit /b 0
