@echo off
rem Checks a resource DLL against the contract: replays the suites on it, then searches its schedules.
rem
rem   conform-here.cmd disk X.dll [OPTIONS OF clusrace-host]     for a DLL that manages a volume
rem   conform-here.cmd plain X.dll [OPTIONS OF clusrace-host]    for any other
rem
rem The verdict on each clause is printed at the end and kept, with a trace of each kind of finding, in
rem the folder clusrace-conform of the current folder; what an earlier check left there is replaced.
rem The exit status is that of the verdict (README.txt).
setlocal
set "here=%~dp0"
set "host=%~dp0clusrace-host.exe"
set "kind=%~1"
set "dll=%~f2"
set "results=%CD%\clusrace-conform"
set "options="
set "strict="
if "%~2"=="" goto usage
if not "%kind%"=="disk" if not "%kind%"=="plain" goto usage
:more
shift /1
if "%~2"=="" goto ready
set "options=%options% %2"
rem The verdicts are told of no other option.
if "%~2"=="--strict" set "strict=--strict"
goto more
:usage
echo usage: conform-here.cmd disk^|plain X.dll [OPTIONS OF clusrace-host] 1>&2
exit /b 1
:ready
if not exist "%results%" mkdir "%results%"
if not exist "%results%" exit /b 3
del /q "%results%\tally.txt" "%results%\runs.txt" "%results%\*.trace" >nul 2>nul
set stopped=0
call :%kind%
if not %stopped%==0 exit /b %stopped%
"%host%" verdicts --tally "%results%\tally.txt" %strict% >"%results%\verdicts.txt"
set status=%errorlevel%
"%host%" verdicts --tally "%results%\tally.txt" %strict% --all --json >"%results%\verdicts.json"
type "%results%\verdicts.txt"
echo.
echo Everything is in %results%
exit /b %status%

:disk
for %%S in (hunt-life hunt-again hunt-opener hunt-two disk-small disk-faults) do call :suite %%S
call :hunt hunt-life
call :hunt hunt-again --preemptions 0
call :hunt hunt-opener --preemptions 0
call :hunt hunt-two --strategy pct --schedules 500
call :hunt hunt-codes --preemptions 0
call :hunt hunt-control --preemptions 0
exit /b 0

:plain
for %%S in (plain-life plain-again plain-two plain-basic plain-faults) do call :suite %%S
call :hunt plain-life
call :hunt plain-again --preemptions 0
call :hunt plain-two --strategy pct --schedules 500
call :hunt plain-codes --preemptions 0
call :hunt plain-control --preemptions 0
exit /b 0

:suite
if not %stopped%==0 exit /b 0
echo suite %1
"%host%" replay --dll "%dll%" --suite "%here%suites\%1.suite" --tally "%results%\tally.txt" --out "%results%" %options% >>"%results%\runs.txt"
set status=%errorlevel%
goto check
:hunt
if not %stopped%==0 exit /b 0
echo hunt %1
"%host%" hunt --dll "%dll%" --scenario "%here%scenarios\%1.scenario" --tally "%results%\tally.txt" --out "%results%\%1-hunt.trace" %2 %3 %4 %5 %options% >>"%results%\runs.txt"
set status=%errorlevel%
:check
rem Not a word about the DLL, so nothing can be said of it: a wrong option, a file that cannot be used.
if %status%==1 set stopped=1
if %status%==2 set stopped=2
if %status%==3 if not exist "%results%\tally.txt" set stopped=3
exit /b 0
