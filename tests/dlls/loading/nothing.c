/* nothing.c - a DLL without an entry point of its own; with SOCKETS it imports one function by its
 * number. */
#ifdef SOCKETS
#include <winsock2.h>
#endif
#include <windows.h>

#ifdef SOCKETS
int loading_sockets(void *data);
int loading_sockets(void *data) { return WSAStartup(0x202, data); }
#endif

int loading_nothing(void);
int loading_nothing(void) { return 0; }
