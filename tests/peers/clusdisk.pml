/* clusdisk.pml - the monitor, the reference DLL, one volume and one program, written by hand for Spin.
 *
 * Nothing here is made from clusrace's code: it is a second statement of the same model, to be compared
 * state by state (peers.sh), which defines the budgets, the options, the mutant and ASSERTS. One process
 * takes one atomic step after another.
 */

/* states of the resource, in the monitor's eyes */
#define S_NONE 0
#define S_OPENING 1
#define S_OFFLINE 2
#define S_ONLINE_CALL 3
#define S_ONLINE_PEND 4
#define S_ONLINE 5
#define S_OFFLINE_CALL 6
#define S_OFFLINE_PEND 7
#define S_FAILED 8
#define S_CLOSING 9
#define S_CLOSED 10

/* jobs: entry points, and the operations that the worker carries on */
#define J_NONE 0
#define J_STARTUP 1
#define J_OPEN 2
#define J_CLOSE 3
#define J_ONLINE 4
#define J_OFFLINE 5
#define J_TERMINATE 6
#define J_LOOKS 7
#define J_ISALIVE 8

/* where a thread stands */
#define P_NONE 0
#define P_ENTER 1
#define P_JOIN 2
#define P_START 3
#define P_UP_PROGRESS 4
#define P_UP_VOPEN 5
#define P_UP_ONLINE 6
#define P_UP_VCLOSE 7
#define P_UP_FOPEN 8
#define P_UP_READ 9
#define P_UP_FCLOSE 10
#define P_UP_REPORT 11
#define P_ABORT_CLOSE 12
#define P_DOWN_PROGRESS 13
#define P_DOWN_VOPEN 14
#define P_DOWN_LOCK 15
#define P_DOWN_DISMOUNT 16
#define P_WINDOW_CLOSE 17
#define P_WINDOW_OPEN 18
#define P_DOWN_OFFLINE 19
#define P_DOWN_VCLOSE 20
#define P_DOWN_REPORT 21
#define P_POLL_OPEN 22
#define P_POLL_READ 23
#define P_POLL_CLOSE 24
#define P_RET 25
#define P_EXIT 26

/* threads, and the handle of each; the program's handle is the fourth */
#define EP 0
#define TM 1
#define WK 2
#define APPL 3

#define K_NONE 0
#define K_VOLUME 1
#define K_FILE 2

#define FS_NONE 0
#define FS_REAL 1
#define FS_RAW 2

/* results of volume operations */
#define GOOD 0
#define DENIED 1
#define NOT_READY 2
#define REFUSED 3

/* mutants */
#define TERM_LEAVES_UP 1
#define REMOUNT_WINDOW 2
#define ONLINE_REPORT_FIRST 3
#define M_ONLINE_NOOP 4
#define MON_LATE_POLL 5

byte m_state, m_inflight, m_op, m_early, m_checkpoint;
bool m_loaded, m_begun, m_term, m_cancelled, m_timer, m_mustterm, m_mustalive, m_forced;

bool d_up, d_term, d_busy;
byte d_progress, d_checkpoint;
byte t_job[3], t_at[3], t_tries[3];
bool t_locked[3], t_told[3], t_failed[3], t_reported[3], t_again[3], t_spawned[3];

bool v_off = STARTS_OFFLINE;
byte v_fs, v_lock; /* v_lock: 1 + handle */
bool v_dism, v_dirty;
byte o_kind[4];
bool o_stale[4], o_dism[4], o_wrote[4];

byte hands = APP, b_online = ONLINE, b_offline = OFFLINE, b_terminate = TERMINATE, b_poll = POLL,
     b_expire = EXPIRE, b_fault = FAULT;

/* Between steps these hold nothing. Spin searches breadth first only what hides no variable; with
 * BREADTH_FIRST they are emptied instead, and the states are the same. */
#ifdef BREADTH_FIRST
byte code, x, y, answer, used;
#define FORGET code = 0; x = 0; y = 0; answer = 0; used = 0
#else
hidden byte code, x, y, answer, used;
#define FORGET skip
#endif

#define CLAIM(holds) if :: ASSERTS == 1 -> assert(holds) :: else fi
#define BOUND(h) (o_kind[h] != K_NONE && !o_stale[h])
#define WORKER_ALIVE (t_job[WK] != J_NONE)
#define GOING_UP(t) (t_at[t] >= P_UP_PROGRESS && t_at[t] <= P_UP_REPORT)
#define STOPPED(t) (GOING_UP(t) && (t_told[t] || d_term))

/* ---- the volume ---------------------------------------------------------------------------------- */

inline detach() {
  x = 0;
  do
  :: x < 4 -> if :: BOUND(x) -> o_stale[x] = true :: else fi; x++
  :: else -> break
  od;
  v_fs = FS_NONE; v_dism = false; v_lock = 0; v_dirty = false
}

inline open(h, kind) {
  code = GOOD;
  if
  :: v_fs == FS_NONE ->
     if
     :: !v_off -> v_fs = FS_REAL
     :: v_off && kind == K_FILE -> code = REFUSED
     :: else -> v_fs = FS_RAW
     fi
  :: else
  fi;
  if
  :: code == GOOD && (v_lock != 0 || v_dism || (v_fs == FS_RAW && kind == K_FILE)) -> code = REFUSED
  :: else
  fi;
  if
  :: code == GOOD -> o_kind[h] = kind; o_stale[h] = false; o_dism[h] = false; o_wrote[h] = false
  :: else
  fi
}

inline close(h) {
  used = o_stale[h]; /* was stale */
  answer = o_dism[h] && v_dism; /* completes a dismount */
  o_kind[h] = K_NONE; o_stale[h] = false; o_dism[h] = false; o_wrote[h] = false;
  if
  :: used
  :: !used && answer -> detach()
  :: else ->
     if :: v_lock == h + 1 -> v_lock = 0 :: else fi;
     if
     :: v_fs == FS_RAW && !BOUND(0) && !BOUND(1) && !BOUND(2) && !BOUND(3) -> detach()
     :: else
     fi
  fi
}

inline lock(h) {
  code = GOOD;
  if
  :: o_stale[h] -> code = NOT_READY
  :: !o_stale[h] && v_lock != 0 -> code = DENIED
  :: else ->
     if :: !v_off -> v_dirty = false :: else fi;
     x = 0; used = false;
     do
     :: x < 4 -> if :: x != h && BOUND(x) -> used = true :: else fi; x++
     :: else -> break
     od;
     if
     :: used -> code = DENIED
     :: !used && v_dirty -> code = NOT_READY
     :: else -> v_lock = h + 1
     fi
  fi
}

inline dismount(h) {
  code = GOOD;
  if
  :: o_stale[h] || v_dism -> code = NOT_READY
  :: !(o_stale[h] || v_dism) && v_lock != 0 && v_lock != h + 1 -> code = DENIED
  :: else ->
     v_dirty = false; x = 0;
     do
     :: x < 4 -> if :: x != h && BOUND(x) -> o_stale[x] = true :: else fi; x++
     :: else -> break
     od;
     v_dism = true; o_dism[h] = true
  fi
}

/* ---- the monitor --------------------------------------------------------------------------------- */

inline operation_end(state) {
  m_op = J_NONE; m_state = state; m_cancelled = false; m_early = S_NONE; m_checkpoint = 0;
  m_timer = false
}

inline fail() { operation_end(S_FAILED); m_mustterm = true; m_mustalive = false }

/* The answer to a report; state S_NONE: not a terminal one. */
inline status(state) {
  answer = true;
  if
  :: m_op == J_NONE || m_cancelled -> answer = false
  :: else ->
     if
     :: state == S_NONE -> m_checkpoint = d_checkpoint
     :: state != S_NONE && m_inflight == m_op ->
        if :: m_early != S_NONE -> answer = false :: else -> m_early = state fi
     :: state != S_NONE && m_inflight != m_op && state == S_FAILED -> fail()
     :: else -> y = state; operation_end(y)
     fi
  fi
}

inline operation_returned(pend_state, done_state, pending, good) {
  if
  :: m_cancelled -> if :: !m_term -> m_cancelled = false :: else fi
  :: !m_cancelled && pending ->
     if
     :: m_early == S_FAILED -> fail()
     :: m_early != S_NONE && m_early != S_FAILED -> y = m_early; operation_end(y)
     :: else -> m_state = pend_state; m_timer = true
     fi
  :: !m_cancelled && !pending && good -> operation_end(done_state)
  :: else -> fail()
  fi
}

inline monitor_ret(j, pending, good) {
  if
  :: j == J_TERMINATE ->
     m_term = false;
     if
     :: m_state != S_CLOSING && m_state != S_CLOSED ->
        m_op = J_NONE; m_checkpoint = 0;
        m_state = (m_forced -> S_OFFLINE : S_FAILED);
        m_forced = false;
        m_cancelled = m_inflight != J_NONE
     :: else
     fi
  :: else ->
     m_inflight = J_NONE; m_begun = false;
     if
     :: j == J_STARTUP -> m_loaded = good
     :: j == J_OPEN -> m_state = (good -> S_OFFLINE : S_NONE)
     :: j == J_CLOSE -> m_state = S_CLOSED
     :: j == J_ONLINE -> operation_returned(S_ONLINE_PEND, S_ONLINE, pending, good)
     :: j == J_OFFLINE -> operation_returned(S_OFFLINE_PEND, S_OFFLINE, pending, good)
     :: j == J_LOOKS ->
        if :: !m_cancelled && m_state == S_ONLINE && !good -> m_mustalive = true :: else fi
     :: j == J_ISALIVE ->
        if
        :: !m_cancelled && m_state == S_ONLINE ->
           m_mustalive = false;
           if :: !good -> fail() :: else fi
        :: else
        fi
     fi;
     if :: !m_term && m_op == J_NONE -> m_cancelled = false :: else fi
  fi
}

inline start_thread(t, j, place) {
  t_job[t] = j; t_at[t] = place; t_tries[t] = 0; t_locked[t] = false; t_told[t] = false;
  t_failed[t] = false; t_reported[t] = false; t_again[t] = false; t_spawned[t] = false
}

inline call(j) { m_inflight = j; m_begun = false; start_thread(EP, j, P_ENTER) }

inline call_operation(j, state) {
  m_op = j; m_state = state; m_cancelled = false; m_early = S_NONE; m_checkpoint = 0; m_timer = false;
  call(j)
}

/* ---- the DLL ------------------------------------------------------------------------------------- */

inline path_end(t) {
  if
  :: t == WK && !t_told[t] && !t_reported[t] && (t_job[t] == J_OFFLINE || t_failed[t]) ->
     t_at[t] = P_DOWN_REPORT
  :: t == WK && !(!t_told[t] && !t_reported[t] && (t_job[t] == J_OFFLINE || t_failed[t])) ->
     t_at[t] = P_EXIT
  :: else ->
     if :: t_job[t] == J_ONLINE || t_job[t] == J_OFFLINE -> d_busy = false :: else fi;
     t_at[t] = P_RET
  fi
}

inline path_down(t) {
  t_tries[t] = 2; t_locked[t] = false; t_again[t] = false;
  t_at[t] = (t == WK && t_job[t] == J_OFFLINE -> P_DOWN_PROGRESS : P_DOWN_VOPEN)
}

inline path_up_stop(t) {
  t_failed[t] = true;
  if
  :: o_kind[t] == K_VOLUME && d_up -> path_down(t); t_at[t] = P_DOWN_DISMOUNT
  :: o_kind[t] != K_NONE && !(o_kind[t] == K_VOLUME && d_up) -> t_at[t] = P_ABORT_CLOSE
  :: o_kind[t] == K_NONE && d_up -> path_down(t)
  :: else -> path_end(t)
  fi
}

inline go_on(t, good, next) {
  if :: good -> t_at[t] = next :: else -> path_up_stop(t) fi
}

inline report_progress(t) {
  d_checkpoint++;
  status(S_NONE);
  if :: !answer -> t_told[t] = true :: else fi
}

inline returns(t, pending, good) {
  y = t_job[t]; used = pending; answer = good;
  if :: y == J_TERMINATE -> CLAIM(!d_up) :: else fi; /* RM-TERM-03 */
  if :: y == J_TERMINATE || y == J_CLOSE -> d_term = false :: else fi;
  if :: !WORKER_ALIVE -> d_progress = 0; d_checkpoint = 0 :: else fi;
  if
  :: y == J_CLOSE ->
     d_up = false; d_term = false; d_busy = false; d_progress = 0; d_checkpoint = 0;
     start_thread(TM, J_NONE, P_NONE)
  :: else
  fi;
  start_thread(t, J_NONE, P_NONE);
  x = y;
  monitor_ret(x, used, answer)
}

inline enter(t) {
  if
  :: t_job[t] == J_ONLINE || t_job[t] == J_OFFLINE ->
     d_busy = true; d_checkpoint = 0; d_progress = PROGRESS;
     if :: WORKER_ALIVE -> t_told[WK] = true :: else fi;
     t_at[t] = P_JOIN
  :: t_job[t] == J_TERMINATE || t_job[t] == J_CLOSE -> d_term = true; t_at[t] = P_JOIN
  :: t_job[t] == J_ISALIVE -> t_at[t] = P_POLL_OPEN
  :: t_job[t] == J_OPEN && !v_off -> d_up = true; path_down(t)
  :: else -> t_at[t] = P_RET
  fi
}

inline joined(t) {
  if
  :: t_job[t] == J_ONLINE || t_job[t] == J_OFFLINE -> t_at[t] = P_START
  :: else ->
     if
     :: d_up && !(t_job[t] == J_TERMINATE && MUTANT == TERM_LEAVES_UP) -> path_down(t)
     :: else -> t_at[t] = P_RET
     fi
  fi
}

inline start(t) {
  if
  :: d_term -> t_failed[t] = true; path_end(t)
  :: else ->
     d_busy = false; t_at[t] = P_RET;
     start_thread(WK, t_job[t], (t_job[t] == J_OFFLINE -> P_DOWN_PROGRESS : P_UP_PROGRESS));
     t_tries[WK] = 2; t_spawned[t] = true
  fi
}

inline report_online(t) {
  if
  :: t == WK ->
     CLAIM(!v_off || m_op == J_NONE || m_cancelled); /* RM-ONLINE-16 */
     t_reported[t] = true;
     status(S_ONLINE);
     if
     :: !answer -> t_told[t] = true; path_up_stop(t)
     :: answer && MUTANT == ONLINE_REPORT_FIRST -> t_at[t] = P_UP_VOPEN
     :: else -> t_at[t] = P_EXIT
     fi
  :: else -> path_end(t)
  fi
}

inline down_progress(t) {
  report_progress(t);
  path_down(t);
  if
  :: d_up -> t_at[t] = P_DOWN_VOPEN
  :: else -> t_at[t] = (t_told[t] -> P_EXIT : P_DOWN_REPORT)
  fi
}

inline down_vopen(t) {
  open(t, K_VOLUME);
  if
  :: code == GOOD -> t_at[t] = (t_again[t] || t_job[t] != J_OFFLINE -> P_DOWN_DISMOUNT : P_DOWN_LOCK)
  :: code != GOOD && t_again[t] -> path_end(t)
  :: code != GOOD && !t_again[t] && t_job[t] == J_OFFLINE ->
     t_tries[t]--;
     if :: t_tries[t] == 0 -> t_failed[t] = true; path_end(t) :: else fi
  :: else
  fi
}

inline down_lock(t) {
  lock(t);
  if
  :: code == GOOD -> t_locked[t] = true; t_at[t] = P_DOWN_DISMOUNT
  :: else ->
     t_tries[t]--;
     if :: t_tries[t] == 0 || code != DENIED -> t_at[t] = P_DOWN_DISMOUNT :: else fi
  fi
}

inline down_dismount(t) {
  dismount(t);
  if
  :: code == DENIED
  :: code != DENIED && t_again[t] -> t_at[t] = P_DOWN_VCLOSE
  :: else -> t_at[t] = (MUTANT == REMOUNT_WINDOW -> P_WINDOW_CLOSE : P_DOWN_OFFLINE)
  fi
}

inline down_closed(t) {
  if
  :: !t_again[t] && !t_locked[t] && MUTANT != REMOUNT_WINDOW -> t_again[t] = true; t_at[t] = P_DOWN_VOPEN
  :: else -> path_end(t)
  fi
}

inline down_report(t) {
  t_reported[t] = true;
  if
  :: t_failed[t] || t_job[t] == J_ONLINE -> status(S_FAILED)
  :: else -> status(S_OFFLINE)
  fi;
  if :: !answer -> t_told[t] = true :: else fi;
  t_at[t] = P_EXIT
}

inline finish(t) {
  if
  :: t_job[t] == J_ONLINE || t_job[t] == J_OFFLINE ->
     returns(t, !t_failed[t] && t_spawned[t], !t_failed[t] && !t_spawned[t])
  :: t_job[t] == J_ISALIVE -> returns(t, false, !t_failed[t])
  :: else -> returns(t, false, true)
  fi
}

inline step(t) {
  if
  :: t_at[t] == P_ENTER -> enter(t)
  :: t_at[t] == P_JOIN -> joined(t)
  :: t_at[t] == P_START -> start(t)
  :: t_at[t] == P_UP_PROGRESS ->
     report_progress(t);
     go_on(t, answer, (MUTANT == ONLINE_REPORT_FIRST -> P_UP_REPORT : P_UP_VOPEN))
  :: t_at[t] == P_UP_VOPEN -> open(t, K_VOLUME); go_on(t, code == GOOD, P_UP_ONLINE)
  :: t_at[t] == P_UP_ONLINE ->
     if :: MUTANT != M_ONLINE_NOOP -> v_off = false :: else fi;
     CLAIM(!v_off); /* VOL-ONLINE-01 */
     d_up = true; t_at[t] = P_UP_VCLOSE
  :: t_at[t] == P_UP_VCLOSE -> close(t); t_at[t] = P_UP_FOPEN
  :: t_at[t] == P_UP_FOPEN -> open(t, K_FILE); go_on(t, code == GOOD, P_UP_READ)
  :: t_at[t] == P_UP_READ -> go_on(t, !o_stale[t] && !v_off, P_UP_FCLOSE)
  :: t_at[t] == P_UP_FCLOSE -> close(t); t_at[t] = (t_reported[t] -> P_EXIT : P_UP_REPORT)
  :: t_at[t] == P_UP_REPORT -> report_online(t)
  :: t_at[t] == P_ABORT_CLOSE -> close(t); path_up_stop(t)
  :: t_at[t] == P_DOWN_PROGRESS -> down_progress(t)
  :: t_at[t] == P_DOWN_VOPEN -> down_vopen(t)
  :: t_at[t] == P_DOWN_LOCK -> down_lock(t)
  :: t_at[t] == P_DOWN_DISMOUNT -> down_dismount(t)
  :: t_at[t] == P_WINDOW_CLOSE -> close(t); t_at[t] = P_WINDOW_OPEN
  :: t_at[t] == P_WINDOW_OPEN ->
     open(t, K_VOLUME);
     if :: code == GOOD -> t_at[t] = P_DOWN_OFFLINE :: else fi
  :: t_at[t] == P_DOWN_OFFLINE ->
     CLAIM(v_fs != FS_REAL || v_dism); /* VOL-OFFLINE-03 */
     v_off = true; d_up = false; t_at[t] = P_DOWN_VCLOSE
  :: t_at[t] == P_DOWN_VCLOSE -> close(t); down_closed(t)
  :: t_at[t] == P_DOWN_REPORT -> down_report(t)
  :: t_at[t] == P_POLL_OPEN ->
     code = REFUSED;
     if :: !d_term -> open(t, K_FILE) :: else fi;
     if :: code == GOOD -> t_at[t] = P_POLL_READ :: else -> t_failed[t] = true; t_at[t] = P_RET fi
  :: t_at[t] == P_POLL_READ -> t_failed[t] = o_stale[t] || v_off; t_at[t] = P_POLL_CLOSE
  :: t_at[t] == P_POLL_CLOSE -> close(t); t_at[t] = P_RET
  :: t_at[t] == P_RET -> finish(t)
  :: t_at[t] == P_EXIT -> start_thread(t, J_NONE, P_NONE); d_progress = 0; d_checkpoint = 0
  fi
}

/* The monitor knows that the call in flight has begun. */
inline begun(t) {
  if :: t == EP && m_inflight != J_NONE -> m_begun = true :: else fi
}

/* ---- what may happen ----------------------------------------------------------------------------- */

#define THREAD(t) \
  :: d_step { \
       t_job[t] != J_NONE && \
       (t_at[t] != P_JOIN || \
        (!WORKER_ALIVE && (t_job[t] == J_ONLINE || t_job[t] == J_OFFLINE || !d_busy))) && \
       (t_at[t] != P_START || d_term || PENDING) -> \
       begun(t); \
       if :: STOPPED(t) -> t_told[t] = true; path_up_stop(t) :: else -> step(t) fi; FORGET } \
  :: d_step { \
       t_at[t] == P_START && !d_term && SYNC -> \
       begun(t); \
       if :: t_job[t] == J_OFFLINE -> path_down(t) :: else -> t_at[t] = P_UP_VOPEN fi; FORGET } \
  :: d_step { \
       t_at[t] == P_START && !d_term && b_fault > 0 -> \
       b_fault--; begun(t); t_failed[t] = true; path_end(t); FORGET } \
  :: d_step { \
       (t_at[t] == P_UP_ONLINE || t_at[t] == P_DOWN_OFFLINE) && !STOPPED(t) && b_fault > 0 -> \
       b_fault--; begun(t); \
       if :: t_at[t] == P_UP_ONLINE -> path_up_stop(t) :: else fi; FORGET } \
  :: d_step { \
       t_at[t] == P_RET && b_fault > 0 && \
       ((t_job[t] == J_OPEN && OPEN_FAILS) || t_job[t] == J_LOOKS) -> \
       b_fault--; returns(t, false, false); FORGET }

active proctype world() {
  do
  :: d_step { m_inflight == J_NONE && !m_loaded && m_state == S_NONE -> call(J_STARTUP); FORGET }
  :: d_step {
       m_inflight == J_NONE && m_loaded && m_state == S_NONE -> call(J_OPEN); m_state = S_OPENING; FORGET }
  :: d_step {
       m_inflight == J_NONE && !m_term && !m_mustterm &&
       (m_state == S_OFFLINE || m_state == S_FAILED) && b_online > 0 ->
       b_online--; call_operation(J_ONLINE, S_ONLINE_CALL); FORGET }
  :: d_step {
       m_inflight == J_NONE && !m_term && m_state == S_ONLINE && !m_mustalive && b_offline > 0 ->
       b_offline--; call_operation(J_OFFLINE, S_OFFLINE_CALL); FORGET }
  :: d_step {
       m_inflight == J_NONE && !m_term && m_state == S_ONLINE && !m_mustalive && b_poll > 0 ->
       b_poll--; call(J_LOOKS); FORGET }
  :: d_step {
       m_inflight == J_NONE && !m_term && (m_mustalive || b_poll > 0) &&
       (m_state == S_ONLINE || (MUTANT == MON_LATE_POLL && m_state == S_OFFLINE)) ->
       CLAIM(m_state == S_ONLINE); /* RM-POLL-01 */
       if :: !m_mustalive -> b_poll-- :: else fi;
       call(J_ISALIVE); FORGET }
  :: d_step {
       m_inflight == J_NONE && !m_term && !m_mustterm && !m_mustalive &&
       (m_state == S_OFFLINE || m_state == S_FAILED ||
        (CLOSE_ANY && (m_state == S_ONLINE || m_state == S_ONLINE_PEND || m_state == S_OFFLINE_PEND))) ->
       operation_end(S_CLOSING); call(J_CLOSE); FORGET }
  :: d_step {
       !m_term && (m_inflight == J_NONE || m_begun) && m_state >= S_OFFLINE && m_state <= S_FAILED &&
       (m_mustterm || b_terminate > 0) ->
       if :: !m_mustterm -> b_terminate-- :: else fi;
       m_term = true; m_forced = !m_mustterm; m_mustterm = false; m_mustalive = false;
       m_timer = false; m_early = S_NONE;
       m_cancelled = m_op != J_NONE || m_inflight != J_NONE;
       start_thread(TM, J_TERMINATE, P_ENTER); FORGET }
  :: d_step { m_timer && b_expire > 0 -> b_expire--; fail(); FORGET }
  THREAD(EP)
  THREAD(TM)
  THREAD(WK)
  :: d_step {
       WORKER_ALIVE && !STOPPED(WK) && !t_told[WK] && !t_reported[WK] && d_progress > 0 &&
       d_checkpoint > 0 && t_at[WK] != P_EXIT && t_at[WK] != P_DOWN_REPORT &&
       (GOING_UP(WK) || t_job[WK] == J_OFFLINE) ->
       d_progress--;
       report_progress(WK);
       if :: !answer && GOING_UP(WK) -> path_up_stop(WK) :: else fi; FORGET }
  :: d_step { o_kind[APPL] == K_NONE && hands > 0 -> hands--; open(APPL, K_FILE); FORGET }
  :: d_step {
       o_kind[APPL] != K_NONE && APP_WRITE ->
       if :: !o_stale[APPL] -> v_dirty = true; o_wrote[APPL] = true :: else fi; FORGET }
  :: d_step { o_kind[APPL] != K_NONE -> close(APPL); FORGET }
  od
}
