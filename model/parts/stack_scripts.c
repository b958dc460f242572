/* stack_scripts.c - the stories of the part "stack"; see stack_scripts.h. */
#include "stack_scripts.h"

#include "clusrace/event.h"
#include "clusrace/mutant.h"

enum { V = CR__HANDLE_V, F = CR__HANDLE_F, X = CR__HANDLE_X };

#define SCRIPT(table) \
  { table, CR_ARRAY_LEN(table) }

enum {
  RW = CR_ACC_READ | CR_ACC_WRITE,
  SHARED = CR_SHR_READ | CR_SHR_WRITE,
  R_SHARED = CR_ACC_READ | SHARED,
  RW_SHARED = RW | SHARED
};

/* ---- story 0: rights and kinds of handles ------------------------------------------------------
 */

/* A tool that opened the volume for reading only, and goes on after it has closed it. */
static const cr_script_op reading_tool[] = {
    {.kind = CR_EV_OPENV, .handle = V, .extra = R_SHARED, .fail = 9},
    {.kind = CR_EV_OFFLINE, .handle = V},
    {.kind = CR_EV_ISOFF, .handle = V},
    {.kind = CR_EV_LOCK, .handle = V},
    {.kind = CR_EV_ISMOUNTED, .handle = V},
    {.kind = CR_EV_DISMOUNT, .handle = V},
    {.kind = CR_EV_UNLOCK, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = V},
    {.kind = CR_EV_LOCK, .handle = V}};

/* One that took a file for the volume: a trailing backslash in its name. */
static const cr_script_op root_opener[] = {
    {.kind = CR_EV_OPENROOT, .handle = F, .extra = RW_SHARED, .fail = 6},
    {.kind = CR_EV_LOCK, .handle = F},
    {.kind = CR_EV_DISMOUNT, .handle = F},
    {.kind = CR_EV_OFFLINE, .handle = F},
    {.kind = CR_EV_ISOFF, .handle = F},
    {.kind = CR_EV_CLOSE, .handle = F}};

/* One that is not an administrator's. */
static const cr_script_op plain_user[] = {
    {.kind = CR_EV_DEMOTE},
    {.kind = CR_EV_OPENV, .handle = V, .extra = R_SHARED, .fail = 6},
    {.kind = CR_EV_LOCK, .handle = V},
    {.kind = CR_EV_DISMOUNT, .handle = V},
    {.kind = CR_EV_UNLOCK, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = V}};

/* ---- story 1: locks ----------------------------------------------------------------------------
 */

/* Locks, tries what its own lock forbids, and unlocks; a refused lock is given up. */
static const cr_script_op locker[] = {
    {.kind = CR_EV_OPENV, .handle = V, .extra = RW_SHARED, .fail = 9},
    {.kind = CR_EV_LOCK, .handle = V, .fail = 8},
    {.kind = CR_EV_OPENF, .handle = F, .extra = R_SHARED},
    {.kind = CR_EV_OPENM, .handle = X},
    {.kind = CR_EV_READ, .handle = X},
    {.kind = CR_EV_CLOSE, .handle = X},
    {.kind = CR_EV_LOCK, .handle = V},
    {.kind = CR_EV_UNLOCK, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = V}};

static const cr_script_op reader[] = {
    {.kind = CR_EV_OPENF, .handle = F, .extra = R_SHARED, .fail = 3},
    {.kind = CR_EV_READ, .handle = F},
    {.kind = CR_EV_CLOSE, .handle = F},
    {.kind = CR_EV_OPENF, .handle = F, .extra = R_SHARED, .fail = 5},
    {.kind = CR_EV_CLOSE, .handle = F}};

static const cr_script_op volume_reader[] = {
    {.kind = CR_EV_OPENV, .handle = V, .extra = R_SHARED, .fail = 3},
    {.kind = CR_EV_READ, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = V}};

/* ---- story 2: opens without sharing ------------------------------------------------------------
 */

/* Shares nothing, and believes that it must unlock. */
static const cr_script_op exclusive_tool[] = {
    {.kind = CR_EV_OPENV, .handle = V, .extra = RW, .fail = 3},
    {.kind = CR_EV_UNLOCK, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = V},
    {.kind = CR_EV_OPENV, .handle = V, .extra = CR_ACC_READ | CR_SHR_READ, .fail = 5},
    {.kind = CR_EV_CLOSE, .handle = V}};

static const cr_script_op creator[] = {
    {.kind = CR_EV_CREATEV, .handle = V, .extra = RW_SHARED},
    {.kind = CR_EV_OPENF, .handle = F, .extra = RW_SHARED, .fail = 3},
    {.kind = CR_EV_CLOSE, .handle = F}};

/* ---- story 3: a dismount and those it surprises ------------------------------------------------
 */

/* Dismounts without a lock, and then uses the volume again. */
static const cr_script_op dismounter[] = {
    {.kind = CR_EV_OPENV, .handle = V, .extra = RW_SHARED, .fail = 5},
    {.kind = CR_EV_DISMOUNT, .handle = V},
    {.kind = CR_EV_ISMOUNTED, .handle = V},
    {.kind = CR_EV_READ, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = V},
    {.kind = CR_EV_OPENF, .handle = F, .extra = R_SHARED, .fail = 7},
    {.kind = CR_EV_CLOSE, .handle = F}};

static const cr_script_op patient_reader[] = {
    {.kind = CR_EV_OPENF, .handle = F, .extra = R_SHARED, .fail = 4},
    {.kind = CR_EV_READ, .handle = F},
    {.kind = CR_EV_ISMOUNTED, .handle = F},
    {.kind = CR_EV_CLOSE, .handle = F}};

/* Keeps an open of the volume over the dismount, and works the volume device through it. */
static const cr_script_op second_tool[] = {
    {.kind = CR_EV_OPENV, .handle = V, .extra = RW_SHARED, .fail = 7},
    {.kind = CR_EV_OFFLINE, .handle = V, .may = 2},
    {.kind = CR_EV_ONLINE, .handle = V},
    {.kind = CR_EV_READ, .handle = V},
    {.kind = CR_EV_LOCK, .handle = V, .may = 2},
    {.kind = CR_EV_DISMOUNT, .handle = V, .may = 1},
    {.kind = CR_EV_CLOSE, .handle = V}};

/* ---- story 4: a lock and a dismount under it ---------------------------------------------------
 */

static const cr_script_op lock_and_dismount[] = {
    {.kind = CR_EV_OPENV, .handle = V, .extra = RW_SHARED, .fail = 8},
    {.kind = CR_EV_LOCK, .handle = V, .fail = 6},
    {.kind = CR_EV_DISMOUNT, .handle = V},
    {.kind = CR_EV_OFFLINE, .handle = V, .may = 2},
    {.kind = CR_EV_UNLOCK, .handle = V, .may = 1},
    {.kind = CR_EV_ISOFF, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = V},
    {.kind = CR_EV_OPENF, .handle = F, .extra = R_SHARED, .fail = 9},
    {.kind = CR_EV_CLOSE, .handle = F}};

/* ---- story 5: a dismount against somebody else's lock ------------------------------------------
 */

/* Opened for reading, it may stay beside the reader that shares only reading. */
static const cr_script_op unlocked_tool[] = {
    {.kind = CR_EV_OPENV, .handle = V, .extra = R_SHARED, .fail = 4},
    {.kind = CR_EV_DISMOUNT, .handle = V},
    {.kind = CR_EV_ISMOUNTED, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = V}};

static const cr_script_op locking_reader[] = {
    {.kind = CR_EV_OPENV, .handle = V, .extra = CR_ACC_READ | CR_SHR_READ, .fail = 4},
    {.kind = CR_EV_READ, .handle = V},
    {.kind = CR_EV_LOCK, .handle = V, .may = 1},
    {.kind = CR_EV_CLOSE, .handle = V}};

/* ---- story 6: the system volume ----------------------------------------------------------------
 */

static const cr_script_op plain_removal[] = {
    {.kind = CR_EV_OPENV, .handle = V, .extra = RW_SHARED, .fail = 4},
    {.kind = CR_EV_LOCK, .handle = V},
    {.kind = CR_EV_DISMOUNT, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = V}};

/* ---- story 7: a lock that counts as a dismount -------------------------------------------------
 */

static const cr_script_op locker_that_asks[] = {
    {.kind = CR_EV_OPENV, .handle = V, .extra = RW_SHARED, .fail = 6},
    {.kind = CR_EV_LOCK, .handle = V, .fail = 5},
    {.kind = CR_EV_ISMOUNTED, .handle = V},
    {.kind = CR_EV_UNLOCK, .handle = V, .may = 2},
    {.kind = CR_EV_READ, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = V},
    {.kind = CR_EV_OPENF, .handle = F, .extra = R_SHARED, .fail = 8},
    {.kind = CR_EV_CLOSE, .handle = F}};

/* ---- story 8: notifications, and the gap in a lock ---------------------------------------------
 */

static const cr_script_op notified_tool[] = {
    {.kind = CR_EV_OPENV, .handle = V, .extra = R_SHARED, .fail = 9},
    {.kind = CR_EV_LOCKING, .handle = V},
    {.kind = CR_EV_NOTE, .extra = CR__NOTE_LOCK},
    {.kind = CR_EV_LOCK, .handle = V, .fail = 4, .then = 5},
    {.kind = CR_EV_NOTE, .extra = CR__NOTE_LOCK_FAILED},
    {.kind = CR_EV_NOTE, .extra = CR__NOTE_DISMOUNT},
    {.kind = CR_EV_DISMOUNT, .handle = V, .fail = 7, .then = 8},
    {.kind = CR_EV_NOTE, .extra = CR__NOTE_DISMOUNT_FAILED},
    {.kind = CR_EV_CLOSE, .handle = V}};

static const cr_script_op sharing_reader[] = {
    {.kind = CR_EV_OPENV, .handle = V, .extra = CR_ACC_READ | CR_SHR_READ, .fail = 3},
    {.kind = CR_EV_READ, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = V}};

/* ---- story 9: a removal that is pending --------------------------------------------------------
 */

static const cr_script_op removal[] = {{.kind = CR_EV_REMOVEQUERY, .fail = 2},
                                       {.kind = CR_EV_REMOVECANCEL}};

/* ---- story 10: the device goes -----------------------------------------------------------------
 */

static const cr_script_op surprise[] = {{.kind = CR_EV_VANISH}};

static const cr_script_op short_dismount[] = {
    {.kind = CR_EV_OPENV, .handle = V, .extra = RW_SHARED, .fail = 3},
    {.kind = CR_EV_DISMOUNT, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = V}};

static const cr_script_op file_reader[] = {
    {.kind = CR_EV_OPENF, .handle = F, .extra = R_SHARED, .fail = 4},
    {.kind = CR_EV_READ, .handle = F},
    {.kind = CR_EV_READ, .handle = F},
    {.kind = CR_EV_CLOSE, .handle = F}};

/* ---- story 11: a handle that a child has a copy of ---------------------------------------------
 */

static const cr_script_op parent[] = {
    {.kind = CR_EV_OPENV, .handle = V, .extra = RW_SHARED, .fail = 5},
    {.kind = CR_EV_LOCK, .handle = V, .fail = 4},
    {.kind = CR_EV_DISMOUNT, .handle = V, .may = 1},
    {.kind = CR_EV_ISMOUNTED, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = V},
    {.kind = CR_EV_OPENV, .handle = X, .extra = RW_SHARED, .fail = 7},
    {.kind = CR_EV_CLOSE, .handle = X}};

static const cr_script_op child[] = {{.kind = CR_EV_DUP, .handle = X, .fail = 3},
                                     {.kind = CR_EV_UNLOCK, .handle = X, .may = 1},
                                     {.kind = CR_EV_CLOSE, .handle = X}};

/* ---- story 12: a process that dies -------------------------------------------------------------
 */

/* It dies with the volume locked and a file, or the volume once more, refused to it. */
static const cr_script_op dying_tool[] = {
    {.kind = CR_EV_OPENF, .handle = F, .extra = R_SHARED, .fail = 2},
    {.kind = CR_EV_CLOSE, .handle = F, .may = 1},
    {.kind = CR_EV_OPENV, .handle = V, .extra = RW_SHARED, .fail = 5},
    {.kind = CR_EV_LOCK, .handle = V, .fail = 5},
    {.kind = CR_EV_DISMOUNT, .handle = V, .may = 1},
    {.kind = CR_EV_DIE, .may = 3},
    {.kind = CR_EV_CLOSE, .handle = V, .extra = CR__AFTER_DEATH},
    {.kind = CR_EV_CLOSE, .handle = F, .extra = CR__AFTER_DEATH, .then = 11, .fail = 11},
    {.kind = CR_EV_DIE},
    {.kind = CR_EV_CLOSE, .handle = F, .extra = CR__AFTER_DEATH},
    {.kind = CR_EV_CLOSE, .handle = V, .extra = CR__AFTER_DEATH}};

/* ---- story 13: references that outlast handles -------------------------------------------------
 */

static const cr_script_op stubborn_locker[] = {
    {.kind = CR_EV_OPENV, .handle = V, .extra = RW_SHARED, .fail = 6},
    {.kind = CR_EV_LOCK, .handle = V, .then = 4},
    {.kind = CR_EV_LOCK, .handle = V, .then = 4},
    {.kind = CR_EV_LOCK, .handle = V, .fail = 5},
    {.kind = CR_EV_UNLOCK, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = V}};

static const cr_script_op cached_reader[] = {
    {.kind = CR_EV_OPENF, .handle = F, .extra = R_SHARED, .fail = 4},
    {.kind = CR_EV_REFER, .handle = F, .may = 1},
    {.kind = CR_EV_READ, .handle = F},
    {.kind = CR_EV_CLOSE, .handle = F}};

/* ---- story 14: a tool that takes care ----------------------------------------------------------
 */

/* Reads a file, closes it, asks for the lock twice at most, and takes the volume offline through
 * the handle by which it dismounted. */
static const cr_script_op careful_tool[] = {
    {.kind = CR_EV_OPENF, .handle = F, .extra = R_SHARED, .fail = 3},
    {.kind = CR_EV_READ, .handle = F},
    {.kind = CR_EV_CLOSE, .handle = F},
    {.kind = CR_EV_OPENV, .handle = V, .extra = RW_SHARED, .fail = 9},
    {.kind = CR_EV_LOCK, .handle = V, .then = 6, .fail = 5},
    {.kind = CR_EV_LOCK, .handle = V},
    {.kind = CR_EV_DISMOUNT, .handle = V, .fail = 8},
    {.kind = CR_EV_OFFLINE, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = V}};

static const cr_script_op exclusive_careful[] = {
    {.kind = CR_EV_OPENV, .handle = V, .extra = RW, .fail = 3},
    {.kind = CR_EV_LOCK, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = V}};

static const cr_script_op forcing_tool[] = {
    {.kind = CR_EV_OPENV, .handle = V, .extra = RW_SHARED, .fail = 5},
    {.kind = CR_EV_LOCK, .handle = V},
    {.kind = CR_EV_DISMOUNT, .handle = V, .fail = 4},
    {.kind = CR_EV_OFFLINE, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = V}};

static const cr_script_op lock_or_die[] = {
    {.kind = CR_EV_OPENV, .handle = V, .extra = RW_SHARED, .fail = 5},
    {.kind = CR_EV_ISMOUNTED, .handle = V},
    {.kind = CR_EV_LOCK, .handle = V, .fail = 1},
    {.kind = CR_EV_DISMOUNT, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = V}};

static const cr_script_op own_file_open[] = {
    {.kind = CR_EV_OPENF, .handle = F, .extra = R_SHARED, .fail = 5},
    {.kind = CR_EV_OPENV, .handle = V, .extra = RW_SHARED, .fail = 4},
    {.kind = CR_EV_LOCK, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = F}};

static const cr_script_op two_handles[] = {
    {.kind = CR_EV_OPENV, .handle = V, .extra = RW_SHARED, .fail = 6},
    {.kind = CR_EV_OPENV, .handle = X, .extra = RW_SHARED, .fail = 5},
    {.kind = CR_EV_DISMOUNT, .handle = V, .fail = 4},
    {.kind = CR_EV_OFFLINE, .handle = X},
    {.kind = CR_EV_CLOSE, .handle = X},
    {.kind = CR_EV_CLOSE, .handle = V}};

static const cr_script_op own_log[] = {
    {.kind = CR_EV_OPENF, .handle = F, .extra = RW_SHARED, .fail = 6},
    {.kind = CR_EV_OPENV, .handle = V, .extra = RW_SHARED, .fail = 5},
    {.kind = CR_EV_DISMOUNT, .handle = V, .fail = 4},
    {.kind = CR_EV_WRITE, .handle = F},
    {.kind = CR_EV_CLOSE, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = F}};

static const cr_script_op writer[] = {
    {.kind = CR_EV_OPENF, .handle = F, .extra = RW_SHARED, .fail = 4},
    {.kind = CR_EV_WRITE, .handle = F},
    {.kind = CR_EV_FLUSH, .handle = F},
    {.kind = CR_EV_CLOSE, .handle = F}};

/* ---- story 15: a health check ------------------------------------------------------------------
 */

/* Keeps its file open from one check to the next; when that fails it opens the file anew before it
 * says anything. */
static const cr_script_op health_check[] = {
    {.kind = CR_EV_OPENF, .handle = F, .extra = R_SHARED, .fail = 8},
    {.kind = CR_EV_READ, .handle = F, .fail = 3},
    {.kind = CR_EV_READ, .handle = F, .then = 6, .fail = 3},
    {.kind = CR_EV_CLOSE, .handle = F},
    {.kind = CR_EV_OPENF, .handle = F, .extra = R_SHARED, .fail = 8},
    {.kind = CR_EV_READ, .handle = F, .fail = 9},
    {.kind = CR_EV_CONCLUDE, .extra = CR__USABLE},
    {.kind = CR_EV_CLOSE, .handle = F, .then = 11, .fail = 11},
    {.kind = CR_EV_CONCLUDE, .extra = CR__UNUSABLE, .then = 11},
    {.kind = CR_EV_CONCLUDE, .extra = CR__UNUSABLE},
    {.kind = CR_EV_CLOSE, .handle = F}};

static const cr_script_op stale_health[] = {
    {.kind = CR_EV_OPENF, .handle = F, .extra = R_SHARED, .fail = 4},
    {.kind = CR_EV_READ, .handle = F},
    {.kind = CR_EV_READ, .handle = F, .fail = 1},
    {.kind = CR_EV_CLOSE, .handle = F}};

static const cr_script_op hasty_health[] = {
    {.kind = CR_EV_OPENF, .handle = F, .extra = R_SHARED, .fail = 6},
    {.kind = CR_EV_READ, .handle = F, .fail = 4},
    {.kind = CR_EV_READ, .handle = F, .fail = 4},
    {.kind = CR_EV_CLOSE, .handle = F, .then = 6, .fail = 6},
    {.kind = CR_EV_CONCLUDE, .extra = CR__UNUSABLE},
    {.kind = CR_EV_CLOSE, .handle = F}};

/* ---- story 16: a cluster shared volume ---------------------------------------------------------
 */

static const cr_script_op csv_tool[] = {
    {.kind = CR_EV_OPENV, .handle = V, .extra = RW_SHARED, .fail = 7},
    {.kind = CR_EV_LOCK, .handle = V, .fail = 6},
    {.kind = CR_EV_UNLOCK, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = V},
    {.kind = CR_EV_OPENV, .handle = V, .extra = RW_SHARED, .fail = 7},
    {.kind = CR_EV_DISMOUNT, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = V}};

static const cr_script_op csv_reopener[] = {
    {.kind = CR_EV_OPENV, .handle = V, .extra = RW_SHARED, .fail = 6},
    {.kind = CR_EV_LOCK, .handle = V, .fail = 5},
    {.kind = CR_EV_UNLOCK, .handle = V},
    {.kind = CR_EV_OPENV, .handle = X, .extra = RW_SHARED, .fail = 5},
    {.kind = CR_EV_CLOSE, .handle = X},
    {.kind = CR_EV_CLOSE, .handle = V}};

/* ---- story 17: the disk under the volume -------------------------------------------------------
 */

/* Tries the disk's handle, which locks nothing, and then locks the volume. */
static const cr_script_op disk_writer[] = {
    {.kind = CR_EV_OPENDISK, .handle = X, .extra = RW_SHARED, .fail = 9},
    {.kind = CR_EV_DISKCTL, .handle = X, .extra = CR__DISK_LOCK},
    {.kind = CR_EV_DISKCTL, .handle = X, .extra = CR__DISK_DISMOUNT, .may = 1},
    {.kind = CR_EV_OPENV, .handle = V, .extra = RW_SHARED, .fail = 8},
    {.kind = CR_EV_LOCK, .handle = V, .fail = 7},
    {.kind = CR_EV_DISKWRITE, .handle = X},
    {.kind = CR_EV_UNLOCK, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = V},
    {.kind = CR_EV_CLOSEDISK, .handle = X}};

static const cr_script_op disk_locker[] = {
    {.kind = CR_EV_OPENDISK, .handle = X, .extra = RW_SHARED, .fail = 4},
    {.kind = CR_EV_DISKCTL, .handle = X, .extra = CR__DISK_LOCK},
    {.kind = CR_EV_DISKWRITE, .handle = X},
    {.kind = CR_EV_CLOSEDISK, .handle = X}};

static const cr_script_op offliner[] = {
    {.kind = CR_EV_OPENV, .handle = V, .extra = RW_SHARED, .fail = 6},
    {.kind = CR_EV_DISMOUNT, .handle = V, .fail = 3},
    {.kind = CR_EV_OFFLINE, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = V},
    {.kind = CR_EV_OPENDISK, .handle = X, .extra = CR_ACC_READ | SHARED, .fail = 6},
    {.kind = CR_EV_CLOSEDISK, .handle = X}};

/* ---- story 18: the raw file system -------------------------------------------------------------
 */

/* Puts the volume online through an open that has landed on the raw file system. */
static const cr_script_op onliner[] = {
    {.kind = CR_EV_OPENV, .handle = V, .extra = RW_SHARED, .fail = 4},
    {.kind = CR_EV_ISMOUNTED, .handle = V},
    {.kind = CR_EV_ONLINE, .handle = V},
    {.kind = CR_EV_CLOSE, .handle = V},
    {.kind = CR_EV_OPENF, .handle = F, .extra = R_SHARED, .fail = 7},
    {.kind = CR_EV_READ, .handle = F},
    {.kind = CR_EV_CLOSE, .handle = F}};

static const cr_script stories[][CR__PROGRAMS] = {
    {SCRIPT(reading_tool), SCRIPT(root_opener), SCRIPT(plain_user)},
    {SCRIPT(locker), SCRIPT(reader), SCRIPT(volume_reader)},
    {SCRIPT(exclusive_tool), SCRIPT(reader), SCRIPT(creator)},
    {SCRIPT(dismounter), SCRIPT(patient_reader), SCRIPT(second_tool)},
    {SCRIPT(lock_and_dismount), SCRIPT(reader), SCRIPT(volume_reader)},
    {SCRIPT(unlocked_tool), SCRIPT(locking_reader), SCRIPT(reader)},
    {SCRIPT(plain_removal), SCRIPT(reader), SCRIPT(volume_reader)},
    {SCRIPT(locker_that_asks), SCRIPT(reader), SCRIPT(volume_reader)},
    {SCRIPT(notified_tool), SCRIPT(sharing_reader), SCRIPT(reader)},
    {SCRIPT(removal), SCRIPT(reader), SCRIPT(volume_reader)},
    {SCRIPT(surprise), SCRIPT(file_reader), SCRIPT(short_dismount)},
    {SCRIPT(parent), SCRIPT(child), SCRIPT(reader)},
    {SCRIPT(dying_tool), SCRIPT(reader), SCRIPT(volume_reader)},
    {SCRIPT(stubborn_locker), SCRIPT(cached_reader), SCRIPT(volume_reader)},
    {SCRIPT(careful_tool), SCRIPT(writer), SCRIPT(volume_reader)},
    {SCRIPT(health_check), SCRIPT(short_dismount), SCRIPT(reader)},
    {SCRIPT(csv_tool), SCRIPT(reader), SCRIPT(file_reader)},
    {SCRIPT(disk_writer), SCRIPT(reader), SCRIPT(offliner)},
    {SCRIPT(onliner), SCRIPT(reader), SCRIPT(volume_reader)},
};

/* Mutants that follow another script. */
static const struct {
  uint16_t mutant;
  uint8_t story, program;
  cr_script script;
} deviants[] = {
    {CR_MUTANT_EXCLUSIVE_OPEN, 14, 0, SCRIPT(exclusive_careful)},
    {CR_MUTANT_FORCE_WITHOUT_RETRY, 14, 0, SCRIPT(forcing_tool)},
    {CR_MUTANT_LOCK_OR_DIE, 14, 0, SCRIPT(lock_or_die)},
    {CR_MUTANT_OWN_HANDLE_BLOCKS_LOCK, 14, 0, SCRIPT(own_file_open)},
    {CR_MUTANT_DISMOUNT_OTHER_HANDLE, 14, 0, SCRIPT(two_handles)},
    {CR_MUTANT_OWN_LOG_ON_VOLUME, 14, 0, SCRIPT(own_log)},
    {CR_MUTANT_STALE_HEALTH_HANDLE, 15, 0, SCRIPT(stale_health)},
    {CR_MUTANT_WAIT_FOR_ONLINE, 15, 0, SCRIPT(hasty_health)},
    {CR_MUTANT_CSV_REOPEN, 16, 0, SCRIPT(csv_reopener)},
    {CR_MUTANT_LOCK_THE_DISK, 17, 0, SCRIPT(disk_locker)},
};

const cr_script *cr__stack_script(unsigned story, unsigned program, uint32_t mutant) {
  for (size_t i = 0; mutant != CR_MUTANT_NONE && i < CR_ARRAY_LEN(deviants); i++)
    if (deviants[i].mutant == mutant && deviants[i].story == story &&
        deviants[i].program == program)
      return &deviants[i].script;
  return story < CR_ARRAY_LEN(stories) ? &stories[story][program] : NULL;
}
