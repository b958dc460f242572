/* faults.h - crashes of the DLL. */
#ifndef CR_HOST_FAULTS_H
#define CR_HOST_FAULTS_H

/* From now on an exception that nothing in a thread of the DLL handles is reported as that thread's
 * fault (code, module and offset). */
void cr_faults_install(void);

#endif
