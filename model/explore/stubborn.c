/* stubborn.c - see stubborn.h. */
#include "stubborn.h"

#include <stdlib.h>
#include <string.h>

enum { TABLES = 64 };

/* Who depends on whom while some components are frozen. */
typedef struct table {
  uint64_t frozen;
  cr__xgroups *depend;                     /* by group: the others; */
  cr__xgroups *share;                      /* those that take from a supply of it, too */
  cr__xgroups writers[CR_XCOMPONENTS_MAX]; /* by component */
} table;

struct cr__xstubborn {
  const cr_xproduct *product;
  table table[TABLES];
  unsigned tables_count, next;
};

cr__xstubborn *cr__xstubborn_new(const cr_xproduct *product) {
  CR_ASSERT(product->groups_count <= CR_XREDUCED_GROUPS_MAX);
  cr__xstubborn *s = cr_alloc(sizeof *s);
  s->product = product;
  return s;
}

void cr__xstubborn_free(cr__xstubborn *s) {
  if (s == NULL) return;
  for (unsigned i = 0; i < s->tables_count; i++) {
    free(s->table[i].depend);
    free(s->table[i].share);
  }
  free(s);
}

static void unite(cr__xgroups *to, const cr__xgroups *from) {
  for (unsigned i = 0; i < CR__XGROUP_WORDS; i++) to->bits[i] |= from->bits[i];
}

static void table_fill(const cr_xproduct *p, uint64_t frozen, table *t) {
  t->frozen = frozen;
  memset(t->writers, 0, sizeof t->writers);
  memset(t->depend, 0, p->groups_count * sizeof *t->depend);
  memset(t->share, 0, p->groups_count * sizeof *t->share);
  for (unsigned a = 0; a < p->groups_count; a++) {
    const cr_xgroup *x = &p->groups[a];
    if (x->otherwise) continue;
    uint64_t touched = x->touches & ~frozen, written = touched & ~x->reads;
    for (unsigned c = 0; c < p->components; c++)
      if (written >> c & 1) cr__xgroups_add(&t->writers[c], a);
    for (unsigned b = 0; b < p->groups_count; b++) {
      const cr_xgroup *y = &p->groups[b];
      if (b == a || y->otherwise) continue;
      uint64_t conflict = (written & y->touches) | (touched & y->touches & ~y->reads);
      if ((conflict & ~(x->counts & y->counts)) != 0)
        cr__xgroups_add(&t->depend[a], b);
      else if (conflict != 0)
        cr__xgroups_add(&t->share[a], b);
    }
  }
}

static const table *table_for(cr__xstubborn *s, uint64_t frozen) {
  for (unsigned i = 0; i < s->tables_count; i++)
    if (s->table[i].frozen == frozen) return &s->table[i];
  table *t = &s->table[s->next];
  s->next = (s->next + 1) % TABLES;
  if (t->depend == NULL) {
    t->depend = cr_alloc((s->product->groups_count + 1) * sizeof *t->depend);
    t->share = cr_alloc((s->product->groups_count + 1) * sizeof *t->share);
    s->tables_count++;
  }
  table_fill(s->product, frozen, t);
  return t;
}

/* Those that have to be in a set together with the group. */
static void companions(const table *t, const cr__xsituation *now, unsigned group,
                       cr__xgroups *add) {
  if (cr__xgroups_has(&now->enabled, group)) {
    unite(add, &t->depend[group]);
    return;
  }
  uint64_t closed = now->closed(now->arg, group) & ~now->frozen;
  for (unsigned c = 0; closed >> c != 0; c++) {
    if (closed >> c & 1) unite(add, &t->writers[c]);
    if (c == CR_XCOMPONENTS_MAX - 1) break;
  }
}

static bool holds_all(const cr__xgroups *set, const cr__xgroups *of) {
  for (unsigned i = 0; i < CR__XGROUP_WORDS; i++)
    if ((of->bits[i] & ~set->bits[i]) != 0) return false;
  return true;
}

/* A group of some but not of done, or false. */
static bool left(const cr__xgroups *some, const cr__xgroups *done, unsigned *group) {
  for (unsigned i = 0; i < CR__XGROUP_WORDS; i++) {
    uint64_t bits = some->bits[i] & ~done->bits[i];
    if (bits == 0) continue;
    for (*group = i * 64; (bits & 1) == 0; bits >>= 1) ++*group;
    return true;
  }
  return false;
}

/* The least stubborn set of which the group is a key; false when it leaves no enabled one out. */
static bool close_over(const table *t, const cr__xsituation *now, unsigned group,
                       cr__xgroups *set) {
  cr__xgroups done = {{0}};
  *set = t->share[group];
  cr__xgroups_add(set, group);
  do {
    if (holds_all(set, &now->enabled)) return false;
    if (!left(set, &done, &group)) return true;
    cr__xgroups_add(&done, group);
    companions(t, now, group, set);
  } while (true);
}

static cr__xset set_of(const table *t, const cr__xsituation *now, const cr__xgroups *closure,
                       unsigned groups_count) {
  cr__xset set = {{{0}}, {{0}}};
  for (unsigned g = 0; g < groups_count; g++) {
    if (!cr__xgroups_has(closure, g) || !cr__xgroups_has(&now->enabled, g)) continue;
    cr__xgroups_add(&set.groups, g);
    if (holds_all(closure, &t->share[g])) cr__xgroups_add(&set.keys, g);
  }
  return set;
}

static uint32_t transitions_of(const cr__xsituation *now, const cr__xgroups *set,
                               unsigned groups_count) {
  uint32_t count = 0;
  for (unsigned g = 0; g < groups_count; g++)
    if (cr__xgroups_has(set, g)) count += now->count[g];
  return count;
}

unsigned cr__xstubborn_sets(cr__xstubborn *s, const cr__xsituation *now,
                            cr__xset sets[CR__XSTUBBORN_SETS]) {
  unsigned groups_count = s->product->groups_count, count = 0;
  uint32_t cost[CR__XSTUBBORN_SETS];
  const table *t = table_for(s, now->frozen);
  for (unsigned g = 0; g < groups_count; g++) {
    cr__xgroups closure;
    if (!cr__xgroups_has(&now->enabled, g) || !close_over(t, now, g, &closure)) continue;
    cr__xset set = set_of(t, now, &closure, groups_count);
    uint32_t transitions = transitions_of(now, &set.groups, groups_count);
    unsigned at = count;
    while (at > 0 && cost[at - 1] > transitions) at--;
    if (at == CR__XSTUBBORN_SETS) continue;
    if (count < CR__XSTUBBORN_SETS) count++;
    for (unsigned i = count - 1; i > at; i--) {
      sets[i] = sets[i - 1];
      cost[i] = cost[i - 1];
    }
    sets[at] = set;
    cost[at] = transitions;
  }
  return count;
}
