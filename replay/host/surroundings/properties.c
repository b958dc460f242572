#include "../session.h"
const cr_hook cr_hooks_properties[] = {CR_HOOK_END};
