/* leaks.h - what a life of the resources leaves behind, told apart from what a DLL makes once and
 * keeps.
 */
#ifndef CR_HOST_LEAKS_H
#define CR_HOST_LEAKS_H

#include "session.h"

/* Lives the same life three times over without putting anything back. When the third leaves more
 * handles or memory than the second had, life (a trace that conforms, of this DLL) gets the verdict
 * that RM-CLOSE-06 is violated at its last step; when a later life goes wrong, that one's verdict
 * with the note "lived again: ...". Returns false when the process cannot be used any more. */
bool cr_leaks_judge(cr_session *s, cr_trace *life, uint32_t flags);

#endif
