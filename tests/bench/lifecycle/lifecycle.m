-- lifecycle.m - the lives of some clustered disks, for Rumur: the same model as lifecycle.c, state by
-- state and rule by rule. The constants before this text: RESOURCES, CHECKS, RETRIES.

type
  monitor_state: enum { OFFLINE, ONLINE_PENDING, ONLINE, OFFLINE_PENDING, FAILED };
  place_state: enum { IDLE, UP_BEGIN, UP_MOUNT, UP_CHECK, UP_REPORT, DOWN_BEGIN, DOWN_FLUSH, DOWN_LOCK,
                      DOWN_REPORT, STOPPED };
  opener_state: enum { NONE, OPENED, WRITES, STALE };
  index: 0 .. RESOURCES - 1;

var
  monitor: array [index] of monitor_state;
  place: array [index] of place_state;
  told: array [index] of boolean;
  checks: array [index] of 0 .. CHECKS;
  retries: array [index] of 0 .. RETRIES;
  mounted, dirty: array [index] of boolean;
  opener: array [index] of opener_state;
  slot: 0 .. 2 * RESOURCES; -- 0: free; 1 + 2 i: the worker of i; 2 + 2 i: its opener

function before(i: index): boolean;
begin
  if i = 0 then return true; end;
  return monitor[i - 1] = ONLINE;
end;

function after(i: index): boolean;
begin
  if i = RESOURCES - 1 then return true; end;
  return monitor[i + 1] = OFFLINE | monitor[i + 1] = FAILED;
end;

function at_disk(i: index): boolean;
begin
  return place[i] = UP_MOUNT | place[i] = DOWN_FLUSH;
end;

procedure dismounted(i: index);
begin
  mounted[i] := false; dirty[i] := false;
  if opener[i] = OPENED then opener[i] := STALE; end;
end;

startstate begin
  for i: index do
    monitor[i] := OFFLINE; place[i] := IDLE; told[i] := false; checks[i] := 0; retries[i] := 0;
    mounted[i] := false; dirty[i] := false; opener[i] := NONE;
  end;
  slot := 0;
end;

ruleset i: index do
  rule "online" monitor[i] = OFFLINE & before(i) ==> begin
    monitor[i] := ONLINE_PENDING; place[i] := UP_BEGIN; end;
  rule "offline" monitor[i] = ONLINE & after(i) ==> begin
    monitor[i] := OFFLINE_PENDING; place[i] := DOWN_BEGIN; end;
  rule "terminate" (monitor[i] = ONLINE_PENDING | monitor[i] = OFFLINE_PENDING) & !told[i] ==> begin
    told[i] := true; end;
  rule "restart" monitor[i] = FAILED & retries[i] < RETRIES & !mounted[i] & before(i) ==> begin
    retries[i] := retries[i] + 1; monitor[i] := ONLINE_PENDING; place[i] := UP_BEGIN; end;
  rule "reset" monitor[i] = FAILED & !mounted[i] & after(i) ==> begin
    monitor[i] := OFFLINE; retries[i] := 0; end;
  rule "gone" monitor[i] = ONLINE ==> begin monitor[i] := FAILED; end;
  rule "give-up" place[i] = STOPPED ==> begin
    monitor[i] := FAILED; place[i] := IDLE; told[i] := false; end;
  rule "mount" place[i] = UP_BEGIN & !told[i] & slot = 0 ==> begin
    slot := 1 + 2 * i; place[i] := UP_MOUNT; end;
  rule "mounted" place[i] = UP_MOUNT ==> begin
    slot := 0; mounted[i] := true; place[i] := UP_CHECK; end;
  rule "mount-fails" place[i] = UP_MOUNT ==> begin slot := 0; place[i] := STOPPED; end;
  rule "check" place[i] = UP_CHECK & !told[i] & checks[i] < CHECKS ==> begin
    checks[i] := checks[i] + 1; end;
  rule "checked" place[i] = UP_CHECK & !told[i] & checks[i] = CHECKS ==> begin
    checks[i] := 0; place[i] := UP_REPORT; end;
  rule "report-online" place[i] = UP_REPORT & !told[i] ==> begin
    monitor[i] := ONLINE; place[i] := IDLE; end;
  rule "stop" told[i] & place[i] != IDLE & place[i] != STOPPED & !at_disk(i) ==> begin
    checks[i] := 0; place[i] := STOPPED; end;
  rule "flush" place[i] = DOWN_BEGIN & !told[i] & dirty[i] & slot = 0 ==> begin
    slot := 1 + 2 * i; place[i] := DOWN_FLUSH; end;
  rule "flushed" place[i] = DOWN_FLUSH ==> begin
    slot := 0; dirty[i] := false; place[i] := DOWN_LOCK; end;
  rule "clean" place[i] = DOWN_BEGIN & !told[i] & !dirty[i] ==> begin place[i] := DOWN_LOCK; end;
  rule "dismount" place[i] = DOWN_LOCK & !told[i] & mounted[i] & opener[i] != WRITES ==> begin
    dismounted(i); place[i] := DOWN_REPORT; end;
  rule "report-offline" place[i] = DOWN_REPORT & !told[i] ==> begin
    monitor[i] := OFFLINE; place[i] := IDLE; retries[i] := 0; end;
  rule "clean-up" monitor[i] = FAILED & mounted[i] & opener[i] != WRITES ==> begin dismounted(i); end;
  rule "open" mounted[i] & opener[i] = NONE ==> begin opener[i] := OPENED; end;
  rule "write" opener[i] = OPENED & slot = 0 ==> begin slot := 2 + 2 * i; opener[i] := WRITES; end;
  rule "written" opener[i] = WRITES ==> begin slot := 0; opener[i] := OPENED; dirty[i] := true; end;
  rule "close" opener[i] = OPENED | opener[i] = STALE ==> begin opener[i] := NONE; end;
end;

invariant "a resource that is online has its volume"
  forall i: index do
    (monitor[i] = ONLINE | place[i] = UP_CHECK | place[i] = UP_REPORT) -> mounted[i] end;
invariant "the volume of one that is offline is not mounted"
  forall i: index do monitor[i] = OFFLINE -> !mounted[i] end;
invariant "nothing is open or unwritten on a volume that is gone"
  forall i: index do (dirty[i] | opener[i] = OPENED | opener[i] = WRITES) -> mounted[i] end;
invariant "the slot is with the one whose operation is at the disk"
  forall i: index do
    at_disk(i) = (slot = 1 + 2 * i) & (opener[i] = WRITES) = (slot = 2 + 2 * i) end;
invariant "nobody comes while what it depends on is offline"
  forall i: index do
    i = 0 | monitor[i - (i = 0 ? 0 : 1)] != OFFLINE | monitor[i] = OFFLINE | monitor[i] = FAILED end;
