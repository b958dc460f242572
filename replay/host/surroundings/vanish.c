/* vanish.c - things of the surroundings that disappear by themselves: a service's process dies, a
 * share or a key is deleted by somebody else, a volume's disk is pulled. Which one is a rule, so
 * that there is one choice for each kind: the first, and of keys the last that was made. */
#include <string.h>

#include "../session.h"

enum { DIED = 1 /* exit code of a process that ends so */ };

static bool of_a_service(const cr_session *s, unsigned process) {
  for (unsigned i = 0; i < CR_SERVICES_MAX; i++)
    if (s->services.service[i].used && s->services.service[i].process == process) return true;
  return false;
}

static bool may_vanish(const cr_session *s, cr_wait what, unsigned i) {
  switch (what) {
    case CR_WAIT_SERVICE_GONE:
      return i < CR_SERVICES_MAX && s->services.service[i].used &&
             s->services.service[i].state != SERVICE_STOPPED;
    case CR_WAIT_PROCESS_GONE:
      return i < CR_PROCESSES_MAX && s->processes.process[i].used &&
             !s->processes.process[i].ended && !of_a_service(s, i);
    case CR_WAIT_SHARE_GONE: return i < CR_SHARES_MAX && s->shares.share[i].used;
    case CR_WAIT_KEY_GONE:
      return i < CR_TREE_KEYS_MAX && s->local.tree.key[i].used && !s->local.tree.key[i].deleted &&
             !s->properties.local.key[i].used;
    case CR_WAIT_VOLUME_GONE:
      return i < s->scenario->volumes_count && s->volumes.volume[i].off == 0;
    default: return false;
  }
}

static unsigned most(const cr_session *s, cr_wait what) {
  switch (what) {
    case CR_WAIT_SERVICE_GONE: return s->services.used ? CR_SERVICES_MAX : 0;
    case CR_WAIT_PROCESS_GONE: return CR_PROCESSES_MAX;
    case CR_WAIT_SHARE_GONE: return s->shares.used ? CR_SHARES_MAX : 0;
    case CR_WAIT_KEY_GONE: return s->local.touched ? CR_TREE_KEYS_MAX : 0;
    case CR_WAIT_VOLUME_GONE: return s->scenario->volumes_count;
    default: return 0;
  }
}

bool cr_vanish_which(cr_wait what, unsigned *which) {
  const cr_session *s = cr_session_get();
  bool any = false;
  for (unsigned i = 0, end = most(s, what); i < end && !(any && what != CR_WAIT_KEY_GONE); i++) {
    if (!may_vanish(s, what, i)) continue;
    *which = i;
    any = true;
  }
  return any;
}

static void key_gone(cr_session *s, unsigned key) {
  unsigned parent = s->local.tree.key[key].parent;
  cr_local_changed(key, REG_NOTIFY_CHANGE_NAME);
  if (cr_tree_empty(&s->local.tree, key) != CR_TREE_OK) return;
  if (cr_tree_delete(&s->local.tree, key) == CR_TREE_OK && parent != CR_TREE_NONE)
    cr_local_changed(parent, REG_NOTIFY_CHANGE_NAME);
}

bool cr_vanish(cr_wait what, unsigned which) {
  cr_session *s = cr_session_get();
  if (!may_vanish(s, what, which)) return false;
  switch (what) {
    case CR_WAIT_SERVICE_GONE: cr_process_end(s->services.service[which].process, DIED); break;
    case CR_WAIT_PROCESS_GONE: cr_process_end(which, DIED); break;
    case CR_WAIT_SHARE_GONE:
      memset(&s->shares.share[which], 0, sizeof s->shares.share[which]);
      break;
    case CR_WAIT_KEY_GONE: key_gone(s, which); break;
    default: s->volumes.volume[which].off = 1; break;
  }
  cr_event e = {.kind = CR_EV_SYNC,
                .role = CR_ROLE_ENV,
                .handle = CR_NO_HANDLE,
                .value = what,
                .result = which};
  s->faults_injected++;
  s->footprint.everything = true; /* nobody says what looks at it */
  cr_emit(&e);
  return true;
}
