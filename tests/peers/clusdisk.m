-- clusdisk.m - the monitor, the reference DLL, one volume and one program, written by hand for Rumur.
--
-- Nothing here is made from clusrace's code: it is a second statement of the same model, to be compared
-- state by state (peers.sh). The constants before this text come from a scenario file: budgets, options,
-- which mutant, and whether the assertions are on.

type
  state: enum { S_NONE, S_OPENING, S_OFFLINE, S_ONLINE_CALL, S_ONLINE_PEND, S_ONLINE, S_OFFLINE_CALL,
                S_OFFLINE_PEND, S_FAILED, S_CLOSING, S_CLOSED };
  job: enum { J_NONE, J_STARTUP, J_OPEN, J_CLOSE, J_ONLINE, J_OFFLINE, J_TERMINATE, J_LOOKS, J_ISALIVE };
  place: enum { P_NONE, P_ENTER, P_JOIN, P_START, P_UP_PROGRESS, P_UP_VOPEN, P_UP_ONLINE, P_UP_VCLOSE,
                P_UP_FOPEN, P_UP_READ, P_UP_FCLOSE, P_UP_REPORT, P_ABORT_CLOSE, P_DOWN_PROGRESS,
                P_DOWN_VOPEN, P_DOWN_LOCK, P_DOWN_DISMOUNT, P_WINDOW_CLOSE, P_WINDOW_OPEN,
                P_DOWN_OFFLINE, P_DOWN_VCLOSE, P_DOWN_REPORT, P_POLL_OPEN, P_POLL_READ, P_POLL_CLOSE,
                P_RET, P_EXIT };
  thread: enum { EP, TM, WK };
  slot: enum { H_EP, H_TM, H_WK, H_APP };
  kind: enum { K_NONE, K_VOLUME, K_FILE };
  fs: enum { FS_NONE, FS_REAL, FS_RAW };
  code: enum { OK, DENIED, NOT_READY, OTHER };
  small: 0..15;

var
  m_state: state; m_loaded: boolean; m_inflight: job; m_begun: boolean; m_term: boolean;
  m_cancelled: boolean; m_op: job; m_early: state; m_checkpoint: small; m_timer: boolean;
  m_mustterm: boolean; m_mustalive: boolean; m_forced: boolean;

  d_up: boolean; d_term: boolean; d_busy: boolean; d_progress: small; d_checkpoint: small;
  t_job: array [thread] of job;
  t_at: array [thread] of place;
  t_tries: array [thread] of 0..2;
  t_locked, t_told, t_failed, t_reported, t_again, t_spawned: array [thread] of boolean;

  v_off: boolean; v_fs: fs; v_dism: boolean; v_locked: boolean; v_owner: slot; v_dirty: boolean;
  o_kind: array [slot] of kind;
  o_stale, o_dism, o_wrote: array [slot] of boolean;

  hands, b_online, b_offline, b_terminate, b_poll, b_expire, b_fault: small;

function mutant(m: small): boolean; begin return MUTANT = m; end;
function judged(yes: small): boolean; begin return ASSERTS = yes; end;

-- ---- the volume ------------------------------------------------------------------------------------

function bound(s: slot): boolean; begin return o_kind[s] != K_NONE & !o_stale[s]; end;

procedure detach();
begin
  for s: slot do if bound(s) then o_stale[s] := true; end; end;
  v_fs := FS_NONE; v_dism := false; v_locked := false; v_owner := H_EP; v_dirty := false;
end;

procedure unlock();
begin
  v_locked := false; v_owner := H_EP;
end;

function open(s: slot; k: kind): boolean;
begin
  if v_fs = FS_NONE then
    if !v_off then v_fs := FS_REAL;
    elsif k = K_FILE then return false;
    else v_fs := FS_RAW;
    end;
  end;
  if v_locked | v_dism then return false; end;
  if v_fs = FS_RAW & k = K_FILE then return false; end;
  o_kind[s] := k; o_stale[s] := false; o_dism[s] := false; o_wrote[s] := false;
  return true;
end;

procedure close(s: slot);
  var stale: boolean; var completes: boolean; var alone: boolean;
begin
  stale := o_stale[s];
  completes := o_dism[s] & v_dism;
  o_kind[s] := K_NONE; o_stale[s] := false; o_dism[s] := false; o_wrote[s] := false;
  if !stale then
    if completes then
      detach();
    else
      if v_locked & v_owner = s then unlock(); end;
      alone := true;
      for x: slot do if bound(x) then alone := false; end; end;
      if v_fs = FS_RAW & alone then detach(); end;
    end;
  end;
end;

function lock(s: slot): code;
  var used: boolean;
begin
  if o_stale[s] then return NOT_READY; end;
  if v_locked then return DENIED; end;
  if !v_off then v_dirty := false; end;
  used := false;
  for x: slot do if x != s & bound(x) then used := true; end; end;
  if used then return DENIED; end;
  if v_dirty then return NOT_READY; end;
  v_locked := true; v_owner := s;
  return OK;
end;

function dismount(s: slot): code;
begin
  if o_stale[s] | v_dism then return NOT_READY; end;
  if v_locked & v_owner != s then return DENIED; end;
  v_dirty := false;
  for x: slot do if x != s & bound(x) then o_stale[x] := true; end; end;
  v_dism := true; o_dism[s] := true;
  return OK;
end;

function readable(s: slot): boolean; begin return !o_stale[s] & !v_off; end;

-- ---- the monitor -----------------------------------------------------------------------------------

procedure operation_end(s: state);
begin
  m_op := J_NONE; m_state := s; m_cancelled := false; m_early := S_NONE; m_checkpoint := 0;
  m_timer := false;
end;

procedure fail();
begin
  operation_end(S_FAILED); m_mustterm := true; m_mustalive := false;
end;

-- The answer to a report; true: continue.
function status(terminal: boolean; s: state): boolean;
begin
  if m_op = J_NONE | m_cancelled then return false; end;
  if !terminal then m_checkpoint := d_checkpoint; return true; end;
  if m_inflight = m_op then
    if m_early != S_NONE then return false; end;
    m_early := s;
  elsif s = S_FAILED then fail();
  else operation_end(s);
  end;
  return true;
end;

procedure operation_returned(online: boolean; pending: boolean; good: boolean);
begin
  if m_cancelled then
    if !m_term then m_cancelled := false; end;
  elsif pending then
    if m_early != S_NONE then
      if m_early = S_FAILED then fail(); else operation_end(m_early); end;
    else
      if online then m_state := S_ONLINE_PEND; else m_state := S_OFFLINE_PEND; end;
      m_timer := true;
    end;
  elsif good then
    if online then operation_end(S_ONLINE); else operation_end(S_OFFLINE); end;
  else
    fail();
  end;
end;

-- pending: 997; good: success, a resource id, TRUE.
procedure monitor_ret(j: job; pending: boolean; good: boolean);
begin
  if j = J_TERMINATE then
    m_term := false;
    if m_state != S_CLOSING & m_state != S_CLOSED then
      m_op := J_NONE; m_checkpoint := 0;
      if m_forced then m_state := S_OFFLINE; else m_state := S_FAILED; end;
      m_forced := false;
      m_cancelled := m_inflight != J_NONE;
    end;
  else
    m_inflight := J_NONE; m_begun := false;
    switch j
      case J_STARTUP: m_loaded := good;
      case J_OPEN: if good then m_state := S_OFFLINE; else m_state := S_NONE; end;
      case J_CLOSE: m_state := S_CLOSED;
      case J_ONLINE: operation_returned(true, pending, good);
      case J_OFFLINE: operation_returned(false, pending, good);
      case J_LOOKS:
        if !m_cancelled & m_state = S_ONLINE & !good then m_mustalive := true; end;
      case J_ISALIVE:
        if !m_cancelled & m_state = S_ONLINE then
          m_mustalive := false;
          if !good then fail(); end;
        end;
    end;
    if m_inflight = J_NONE & !m_term & m_op = J_NONE then m_cancelled := false; end;
  end;
end;

procedure start_thread(t: thread; j: job);
begin
  t_job[t] := j; t_at[t] := P_ENTER; t_tries[t] := 0; t_locked[t] := false; t_told[t] := false;
  t_failed[t] := false; t_reported[t] := false; t_again[t] := false; t_spawned[t] := false;
end;

procedure call(j: job);
begin
  m_inflight := j; m_begun := false;
  if j = J_OPEN then m_state := S_OPENING; end;
  if j = J_ONLINE | j = J_OFFLINE then
    m_op := j; m_cancelled := false; m_early := S_NONE; m_checkpoint := 0; m_timer := false;
    if j = J_ONLINE then m_state := S_ONLINE_CALL; else m_state := S_OFFLINE_CALL; end;
  end;
  if j = J_CLOSE then operation_end(S_CLOSING); end;
  start_thread(EP, j);
end;

-- ---- the DLL ---------------------------------------------------------------------------------------

function handle_of(t: thread): slot;
begin
  switch t
    case EP: return H_EP;
    case TM: return H_TM;
    case WK: return H_WK;
  end;
end;

procedure forget(t: thread);
begin
  start_thread(t, J_NONE); t_at[t] := P_NONE;
end;

function worker_alive(): boolean; begin return t_job[WK] != J_NONE; end;

function going_up(t: thread): boolean;
begin
  switch t_at[t]
    case P_UP_PROGRESS, P_UP_VOPEN, P_UP_ONLINE, P_UP_VCLOSE, P_UP_FOPEN, P_UP_READ, P_UP_FCLOSE,
         P_UP_REPORT: return true;
    else return false;
  end;
end;

procedure path_end(t: thread);
begin
  if t = WK then
    if !t_told[t] & !t_reported[t] & (t_job[t] = J_OFFLINE | t_failed[t]) then
      t_at[t] := P_DOWN_REPORT;
    else
      t_at[t] := P_EXIT;
    end;
  else
    if t_job[t] = J_ONLINE | t_job[t] = J_OFFLINE then d_busy := false; end;
    t_at[t] := P_RET;
  end;
end;

procedure path_down(t: thread);
begin
  t_tries[t] := 2; t_locked[t] := false; t_again[t] := false;
  if t = WK & t_job[t] = J_OFFLINE then t_at[t] := P_DOWN_PROGRESS; else t_at[t] := P_DOWN_VOPEN; end;
end;

procedure path_up_stop(t: thread);
  var h: slot;
begin
  h := handle_of(t);
  t_failed[t] := true;
  if o_kind[h] = K_VOLUME & d_up then path_down(t); t_at[t] := P_DOWN_DISMOUNT;
  elsif o_kind[h] != K_NONE then t_at[t] := P_ABORT_CLOSE;
  elsif d_up then path_down(t);
  else path_end(t);
  end;
end;

procedure go_on(t: thread; good: boolean; next: place);
begin
  if good then t_at[t] := next; else path_up_stop(t); end;
end;

function report_progress(t: thread): boolean;
begin
  d_checkpoint := d_checkpoint + 1;
  if status(false, S_NONE) then return true; end;
  t_told[t] := true;
  return false;
end;

procedure returns(t: thread; pending: boolean; good: boolean);
  var j: job;
begin
  j := t_job[t];
  if j = J_TERMINATE then assert !judged(1) | !d_up "RM-TERM-03"; end;
  if j = J_TERMINATE | j = J_CLOSE then d_term := false; end;
  if !worker_alive() then d_progress := 0; d_checkpoint := 0; end;
  if j = J_CLOSE then
    d_up := false; d_term := false; d_busy := false; d_progress := 0; d_checkpoint := 0;
    forget(TM);
  end;
  forget(t);
  monitor_ret(j, pending, good);
end;

procedure enter(t: thread);
begin
  switch t_job[t]
    case J_ONLINE, J_OFFLINE:
      d_busy := true; d_checkpoint := 0; d_progress := PROGRESS;
      if worker_alive() then t_told[WK] := true; end;
      t_at[t] := P_JOIN;
    case J_TERMINATE, J_CLOSE: d_term := true; t_at[t] := P_JOIN;
    case J_ISALIVE: t_at[t] := P_POLL_OPEN;
    case J_OPEN:
      t_at[t] := P_RET;
      if !v_off then d_up := true; path_down(t); end;
    else t_at[t] := P_RET;
  end;
end;

procedure joined(t: thread);
begin
  if t_job[t] = J_ONLINE | t_job[t] = J_OFFLINE then t_at[t] := P_START;
  elsif d_up & !(t_job[t] = J_TERMINATE & mutant(TERM_LEAVES_UP)) then path_down(t);
  else t_at[t] := P_RET;
  end;
end;

procedure spawn(t: thread);
begin
  start_thread(WK, t_job[t]);
  t_tries[WK] := 2;
  if t_job[t] = J_OFFLINE then t_at[WK] := P_DOWN_PROGRESS; else t_at[WK] := P_UP_PROGRESS; end;
  t_spawned[t] := true;
end;

procedure report_online(t: thread);
begin
  if t != WK then
    path_end(t);
  else
    assert !judged(1) | !v_off | m_op = J_NONE | m_cancelled "RM-ONLINE-16";
    t_reported[t] := true;
    if !status(true, S_ONLINE) then t_told[t] := true; path_up_stop(t);
    elsif mutant(ONLINE_REPORT_FIRST) then t_at[t] := P_UP_VOPEN;
    else t_at[t] := P_EXIT;
    end;
  end;
end;

procedure down_lock(t: thread);
  var c: code;
begin
  c := lock(handle_of(t));
  if c = OK then
    t_locked[t] := true; t_at[t] := P_DOWN_DISMOUNT;
  else
    t_tries[t] := t_tries[t] - 1;
    if t_tries[t] = 0 | c != DENIED then t_at[t] := P_DOWN_DISMOUNT; end;
  end;
end;

procedure down_vopen(t: thread);
begin
  if open(handle_of(t), K_VOLUME) then
    if t_again[t] | t_job[t] != J_OFFLINE then t_at[t] := P_DOWN_DISMOUNT; else t_at[t] := P_DOWN_LOCK; end;
  elsif t_again[t] then
    path_end(t);
  elsif t_job[t] = J_OFFLINE then
    t_tries[t] := t_tries[t] - 1;
    if t_tries[t] = 0 then t_failed[t] := true; path_end(t); end;
  end;
end;

procedure down_dismount(t: thread);
  var c: code;
begin
  c := dismount(handle_of(t));
  if c = OK | c = NOT_READY then
    if t_again[t] then t_at[t] := P_DOWN_VCLOSE;
    elsif mutant(REMOUNT_WINDOW) then t_at[t] := P_WINDOW_CLOSE;
    else t_at[t] := P_DOWN_OFFLINE;
    end;
  end;
end;

procedure down_closed(t: thread);
begin
  if !t_again[t] & !t_locked[t] & !mutant(REMOUNT_WINDOW) then
    t_again[t] := true; t_at[t] := P_DOWN_VOPEN;
  else
    path_end(t);
  end;
end;

procedure down_report(t: thread);
  var end_state: state;
begin
  t_reported[t] := true;
  if t_failed[t] | t_job[t] = J_ONLINE then end_state := S_FAILED; else end_state := S_OFFLINE; end;
  if !status(true, end_state) then t_told[t] := true; end;
  t_at[t] := P_EXIT;
end;

procedure bring_online(t: thread);
begin
  if !mutant(M_ONLINE_NOOP) then v_off := false; end;
  assert !judged(1) | !v_off "VOL-ONLINE-01";
  d_up := true;
  t_at[t] := P_UP_VCLOSE;
end;

procedure take_offline(t: thread);
begin
  assert !judged(1) | v_fs != FS_REAL | v_dism "VOL-OFFLINE-03";
  v_off := true; d_up := false;
  t_at[t] := P_DOWN_VCLOSE;
end;

procedure step(t: thread);
  var h: slot;
begin
  h := handle_of(t);
  switch t_at[t]
    case P_ENTER: enter(t);
    case P_JOIN: joined(t);
    case P_START:
      if d_term then t_failed[t] := true; path_end(t);
      else d_busy := false; t_at[t] := P_RET; spawn(t);
      end;
    case P_UP_PROGRESS:
      if mutant(ONLINE_REPORT_FIRST) then go_on(t, report_progress(t), P_UP_REPORT);
      else go_on(t, report_progress(t), P_UP_VOPEN);
      end;
    case P_UP_VOPEN: go_on(t, open(h, K_VOLUME), P_UP_ONLINE);
    case P_UP_ONLINE: bring_online(t);
    case P_UP_VCLOSE: close(h); t_at[t] := P_UP_FOPEN;
    case P_UP_FOPEN: go_on(t, open(h, K_FILE), P_UP_READ);
    case P_UP_READ: go_on(t, readable(h), P_UP_FCLOSE);
    case P_UP_FCLOSE:
      close(h);
      if t_reported[t] then t_at[t] := P_EXIT; else t_at[t] := P_UP_REPORT; end;
    case P_UP_REPORT: report_online(t);
    case P_ABORT_CLOSE: close(h); path_up_stop(t);
    case P_DOWN_PROGRESS:
      if report_progress(t) then end;
      path_down(t);
      if d_up then t_at[t] := P_DOWN_VOPEN;
      elsif t_told[t] then t_at[t] := P_EXIT;
      else t_at[t] := P_DOWN_REPORT;
      end;
    case P_DOWN_VOPEN: down_vopen(t);
    case P_DOWN_LOCK: down_lock(t);
    case P_DOWN_DISMOUNT: down_dismount(t);
    case P_WINDOW_CLOSE: close(h); t_at[t] := P_WINDOW_OPEN;
    case P_WINDOW_OPEN: if open(h, K_VOLUME) then t_at[t] := P_DOWN_OFFLINE; end;
    case P_DOWN_OFFLINE: take_offline(t);
    case P_DOWN_VCLOSE: close(h); down_closed(t);
    case P_DOWN_REPORT: down_report(t);
    case P_POLL_OPEN:
      if d_term | !open(h, K_FILE) then t_failed[t] := true; t_at[t] := P_RET;
      else t_at[t] := P_POLL_READ;
      end;
    case P_POLL_READ: t_failed[t] := !readable(h); t_at[t] := P_POLL_CLOSE;
    case P_POLL_CLOSE: close(h); t_at[t] := P_RET;
    case P_RET:
      switch t_job[t]
        case J_ONLINE, J_OFFLINE: returns(t, !t_failed[t] & t_spawned[t], !t_failed[t] & !t_spawned[t]);
        case J_ISALIVE: returns(t, false, !t_failed[t]);
        else returns(t, false, true);
      end;
    case P_EXIT: forget(t); d_progress := 0; d_checkpoint := 0;
  end;
end;

function stopped(t: thread): boolean; begin return going_up(t) & (t_told[t] | d_term); end;

procedure begun(t: thread);
begin
  if t = EP & m_inflight != J_NONE then m_begun := true; end;
end;

-- ---- what may happen -------------------------------------------------------------------------------

startstate "nothing is loaded" begin
  clear m_state; clear m_loaded; clear m_inflight; clear m_begun; clear m_term; clear m_cancelled;
  clear m_op; clear m_early; clear m_checkpoint; clear m_timer; clear m_mustterm; clear m_mustalive;
  clear m_forced; clear d_up; clear d_term; clear d_busy; clear d_progress; clear d_checkpoint;
  clear t_job; clear t_at; clear t_tries; clear t_locked; clear t_told; clear t_failed;
  clear t_reported; clear t_again; clear t_spawned; clear v_fs; clear v_dism; clear v_locked;
  clear v_owner; clear v_dirty; clear o_kind; clear o_stale; clear o_dism; clear o_wrote;
  v_off := STARTS_OFFLINE;
  hands := APP; b_online := ONLINE; b_offline := OFFLINE; b_terminate := TERMINATE; b_poll := POLL;
  b_expire := EXPIRE; b_fault := FAULT;
end;

rule "call Startup" m_inflight = J_NONE & !m_loaded & m_state = S_NONE ==> begin call(J_STARTUP); end;
rule "call Open" m_inflight = J_NONE & m_loaded & m_state = S_NONE ==> begin call(J_OPEN); end;

rule "call Online"
  m_inflight = J_NONE & !m_term & !m_mustterm & (m_state = S_OFFLINE | m_state = S_FAILED) & b_online > 0
==> begin b_online := b_online - 1; call(J_ONLINE); end;

rule "call Offline"
  m_inflight = J_NONE & !m_term & m_state = S_ONLINE & !m_mustalive & b_offline > 0
==> begin b_offline := b_offline - 1; call(J_OFFLINE); end;

rule "call LooksAlive"
  m_inflight = J_NONE & !m_term & m_state = S_ONLINE & !m_mustalive & b_poll > 0
==> begin b_poll := b_poll - 1; call(J_LOOKS); end;

rule "call IsAlive"
  m_inflight = J_NONE & !m_term & (m_mustalive | b_poll > 0) &
  (m_state = S_ONLINE | (mutant(MON_LATE_POLL) & m_state = S_OFFLINE))
==> begin
  assert !judged(1) | m_state = S_ONLINE "RM-POLL-01";
  if !m_mustalive then b_poll := b_poll - 1; end;
  call(J_ISALIVE);
end;

rule "call Close"
  m_inflight = J_NONE & !m_term & !m_mustterm & !m_mustalive &
  (m_state = S_OFFLINE | m_state = S_FAILED |
   (CLOSE_ANY & (m_state = S_ONLINE | m_state = S_ONLINE_PEND | m_state = S_OFFLINE_PEND)))
==> begin call(J_CLOSE); end;

rule "call Terminate"
  !m_term & (m_inflight = J_NONE | m_begun) & m_state != S_NONE & m_state != S_OPENING &
  m_state != S_CLOSING & m_state != S_CLOSED &
  (m_mustterm | b_terminate > 0)
==> begin
  if !m_mustterm then b_terminate := b_terminate - 1; end;
  m_term := true; m_forced := !m_mustterm; m_mustterm := false; m_mustalive := false;
  m_timer := false; m_early := S_NONE;
  m_cancelled := m_op != J_NONE | m_inflight != J_NONE;
  start_thread(TM, J_TERMINATE);
end;

rule "the pending timer expires" m_timer & b_expire > 0 ==> begin b_expire := b_expire - 1; fail(); end;

ruleset t: thread do
  rule "next step"
    t_job[t] != J_NONE &
    (t_at[t] != P_JOIN | (!worker_alive() & (t_job[t] = J_ONLINE | t_job[t] = J_OFFLINE | !d_busy))) &
    (t_at[t] != P_START | d_term | PENDING)
  ==> begin
    if stopped(t) then t_told[t] := true; path_up_stop(t); begun(t);
    else begun(t); step(t);
    end;
  end;

  rule "finishes inside the entry point"
    t_at[t] = P_START & !d_term & SYNC
  ==> begin
    if t_job[t] = J_OFFLINE then path_down(t); else t_at[t] := P_UP_VOPEN; end;
    begun(t);
  end;

  rule "the operation cannot be started"
    t_at[t] = P_START & !d_term & b_fault > 0
  ==> begin b_fault := b_fault - 1; t_failed[t] := true; path_end(t); begun(t); end;

  rule "a device control fails"
    (t_at[t] = P_UP_ONLINE | t_at[t] = P_DOWN_OFFLINE) & !stopped(t) & b_fault > 0
  ==> begin
    b_fault := b_fault - 1;
    if t_at[t] = P_UP_ONLINE then path_up_stop(t); end;
    begun(t);
  end;

  rule "Open or LooksAlive fails"
    t_at[t] = P_RET & b_fault > 0 & ((t_job[t] = J_OPEN & OPEN_FAILS) | t_job[t] = J_LOOKS)
  ==> begin b_fault := b_fault - 1; returns(t, false, false); end;
end;

rule "one more progress report"
  t_job[WK] != J_NONE & !stopped(WK) & !t_told[WK] & !t_reported[WK] & d_progress > 0 &
  d_checkpoint > 0 & t_at[WK] != P_EXIT & t_at[WK] != P_DOWN_REPORT &
  (going_up(WK) | t_job[WK] = J_OFFLINE)
==> begin
  d_progress := d_progress - 1;
  if !report_progress(WK) & going_up(WK) then path_up_stop(WK); end;
end;

rule "the program opens its file" o_kind[H_APP] = K_NONE & hands > 0 ==> begin
  hands := hands - 1;
  if open(H_APP, K_FILE) then end;
end;
rule "the program writes" o_kind[H_APP] != K_NONE & APP_WRITE ==> begin
  if !o_stale[H_APP] then v_dirty := true; o_wrote[H_APP] := true; end;
end;
rule "the program closes its file" o_kind[H_APP] != K_NONE ==> begin close(H_APP); end;
