/* load_main.c - DllMain does what one should not do there: ATTACH says what. */
#include <windows.h>

BOOL loading_attach(void);

#define REFUSES 1
#define CRASHES 2
#define HANGS 3
#define EXITS 4
#define STARTS 5
#define CHILD_CRASHES 6
#define THROWS 7

static HANDLE g_event;
static volatile LONG g_beats;

static DWORD WINAPI background(LPVOID parameter) {
  (void)parameter;
  while (WaitForSingleObject(g_event, 5) == WAIT_TIMEOUT) InterlockedIncrement(&g_beats);
  return 0;
}

static DWORD WINAPI crash(LPVOID parameter) {
  *(volatile int *)parameter = 1;
  return 0;
}

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved) {
  (void)instance;
  (void)reserved;
  if (reason != DLL_PROCESS_ATTACH) return TRUE;
  g_event = CreateEventW(NULL, TRUE, FALSE, NULL);
  switch (ATTACH) {
    case REFUSES: return FALSE;
    case CRASHES: crash(NULL); break;
    case HANGS: WaitForSingleObject(g_event, INFINITE); break;
    case EXITS: ExitProcess(3); break;
    case STARTS: return CreateThread(NULL, 0, background, NULL, 0, NULL) != NULL;
    case CHILD_CRASHES: CreateThread(NULL, 0, crash, NULL, 0, NULL); break;
    case THROWS: RaiseException(0xC0000374, 0, 0, NULL); break;
    default: break;
  }
  return TRUE;
}
