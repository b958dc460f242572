/* control_common.c - see control_common.h. */
#include "control_common.h"

#include "later.h"
#include "plain_common.h"

#define VALUE_MAX 16 /* characters of the property, with its end */

struct control {
  struct plain *plain;
  SRWLOCK lock;
  WCHAR value[VALUE_MAX];     /* under lock: the property Volume */
  PQUORUM_RESOURCE_LOST lost; /* under lock: while it defends the quorum */
  HANDLE event;               /* signalled when the property was changed: the monitor looks then */
  HANDLE thread; /* of the control call that goes on; Begin and Close are never together */
  HANDLE giver;  /* trait event_late */
  WCHAR *stored; /* trait validate_frees: the last value that was set */
  LPHANDLE place;

  /* of that call */
  BYTE *out;
  DWORD room;
  LPDWORD returned;
  PRES_CTL_CTX context;
};

static CLRES_CALLBACK_FUNCTION_TABLE g_monitor;
static CLRES_V1_FUNCTIONS g_plain;

/* ---- small steps ----------------------------------------------------------------------------- */

static void copy(void *to, const void *from, DWORD size) {
  BYTE *a = to;
  const BYTE *b = from;
  for (DWORD i = 0; i < size; i++) a[i] = b[i];
}

static BOOL same_text(const WCHAR *a, const WCHAR *b, DWORD count) {
  for (DWORD i = 0; i < count; i++)
    if (a[i] != b[i]) return FALSE;
  return TRUE;
}

/* The answer of a call that gives `size` bytes. */
static DWORD give(const void *what, DWORD size, void *out, DWORD room, LPDWORD returned) {
  if (!control_traits.size_untold || room >= size) *returned = size;
  if (room < size && !control_traits.small_overrun) return ERROR_MORE_DATA;
  copy(out, what, size);
  return room < size ? ERROR_MORE_DATA : ERROR_SUCCESS;
}

static DWORD give_number(DWORD number, void *out, DWORD room, LPDWORD returned) {
  return give(&number, sizeof number, out, room, returned);
}

/* ---- properties ------------------------------------------------------------------------------ */

static const WCHAR property_name[] = L"Volume";

#define NAME_COUNT (sizeof property_name / sizeof property_name[0])

struct property_list {
  DWORD count;
  CLUSPROP_SYNTAX name_syntax;
  DWORD name_size;
  WCHAR name[8]; /* with its padding */
  CLUSPROP_SYNTAX value_syntax;
  DWORD value_size;
  WCHAR value[VALUE_MAX];
  DWORD end;
};

static DWORD get_properties(struct control *c, BYTE *out, DWORD room, LPDWORD returned) {
  struct property_list list = {.count = 1};
  list.name_syntax.dw = CLUSPROP_SYNTAX_NAME;
  list.name_size = sizeof property_name;
  copy(list.name, property_name, sizeof property_name);
  list.value_syntax.dw = CLUSPROP_SYNTAX_LIST_VALUE_SZ;
  list.value_size = sizeof list.value;
  AcquireSRWLockShared(&c->lock);
  copy(list.value, c->value, sizeof list.value);
  ReleaseSRWLockShared(&c->lock);
  return give(&list, sizeof list, out, room, returned);
}

/* The entry at *at of a list with `size` bytes: its data and their length; NULL when it is not all
 * there or of another kind. */
static const BYTE *take_entry(const BYTE *list, DWORD size, DWORD syntax, DWORD *at,
                              DWORD *length) {
  CLUSPROP_VALUE head;
  const BYTE *data;
  DWORD padding;
  if (size - *at < sizeof head && !control_traits.list_trusted) return NULL;
  copy(&head, list + *at, sizeof head);
  *at += (DWORD)sizeof head;
  if (head.Syntax.dw != syntax) return NULL;
  if (size - *at < head.cbLength && !control_traits.list_trusted) return NULL;
  data = list + *at;
  *length = head.cbLength;
  *at += head.cbLength;
  padding = (4 - *at % 4) % 4;
  if (size - *at < padding && !control_traits.list_trusted) return NULL;
  *at += padding;
  return data;
}

/* value: where the property's new value goes, if the list has one. */
static DWORD read_list(const BYTE *list, DWORD size, WCHAR value[VALUE_MAX]) {
  DWORD count, at = sizeof count;
  if (list == NULL || size < sizeof count) return ERROR_INVALID_PARAMETER;
  copy(&count, list, sizeof count);
  for (DWORD i = 0; i < count; i++) {
    DWORD name_size, length;
    const BYTE *name = take_entry(list, size, CLUSPROP_SYNTAX_NAME, &at, &name_size);
    const BYTE *data;
    DWORD end;
    if (name == NULL) return ERROR_INVALID_DATA;
    data = take_entry(list, size, CLUSPROP_SYNTAX_LIST_VALUE_SZ, &at, &length);
    if (data == NULL) return ERROR_INVALID_DATA;
    if (size - at < sizeof end && !control_traits.list_trusted) return ERROR_INVALID_DATA;
    copy(&end, list + at, sizeof end);
    at += (DWORD)sizeof end;
    if (end != CLUSPROP_SYNTAX_ENDMARK) return ERROR_INVALID_DATA;
    if (name_size != sizeof property_name ||
        !same_text((const WCHAR *)(const void *)name, property_name, NAME_COUNT))
      return ERROR_INVALID_PARAMETER;
    if (length > VALUE_MAX * sizeof(WCHAR)) return ERROR_INVALID_DATA;
    copy(value, data, length);
  }
  return ERROR_SUCCESS;
}

static DWORD set_properties(struct control *c, const BYTE *list, DWORD size, BOOL keep) {
  WCHAR value[VALUE_MAX] = {0};
  DWORD error = read_list(list, size, value);
  if (error == ERROR_SUCCESS && control_traits.validate_frees) {
    if (c->stored != NULL) HeapFree(GetProcessHeap(), 0, c->stored);
    if (keep) c->stored = HeapAlloc(GetProcessHeap(), 0, sizeof value);
  }
  if (error != ERROR_SUCCESS || !keep) return error;
  AcquireSRWLockExclusive(&c->lock);
  copy(c->value, value, sizeof value);
  ReleaseSRWLockExclusive(&c->lock);
  SetEvent(c->event);
  return ERROR_SUCCESS;
}

/* ---- control codes --------------------------------------------------------------------------- */

static DWORD answer_general(DWORD code, PVOID out, DWORD room, LPDWORD returned) {
  static const DWORD class_info[2] = {0x8000, 0}; /* user, and nothing more of it */
  static const WCHAR names[] = L"Volume\0";
  switch (code) {
    case CLUSCTL_RESOURCE_GET_CHARACTERISTICS:
    case CLUSCTL_RESOURCE_TYPE_GET_CHARACTERISTICS:
      return give_number(CLUS_CHAR_REQUIRES_STATE_CHANGE_REASON, out, room, returned);
    case CLUSCTL_RESOURCE_GET_CLASS_INFO:
    case CLUSCTL_RESOURCE_TYPE_GET_CLASS_INFO:
      return give(class_info, sizeof class_info, out, room, returned);
    case CLUSCTL_RESOURCE_GET_REQUIRED_DEPENDENCIES:
    case CLUSCTL_RESOURCE_TYPE_GET_REQUIRED_DEPENDENCIES:
      return give_number(CLUSPROP_SYNTAX_ENDMARK, out, room, returned);
    case CLUSCTL_RESOURCE_ENUM_PRIVATE_PROPERTIES:
      return give(names, sizeof names, out, room, returned);
    default: break;
  }
  if (control_traits.unknown_success) return ERROR_SUCCESS;
  return ERROR_INVALID_FUNCTION;
}

/* Why the resource goes down: size of the structure, its version, the reason. */
static DWORD take_reason(const BYTE *in, DWORD size) {
  DWORD reason[4];
  DWORD wanted = control_traits.reason_longer ? sizeof reason : 3 * sizeof reason[0];
  if (!control_traits.reason_longer && size < wanted) return ERROR_INVALID_DATA;
  copy(reason, in, wanted);
  if (control_traits.reason_longer && reason[3] != 0) return ERROR_INVALID_DATA;
  return reason[1] == 1 ? ERROR_SUCCESS : ERROR_INVALID_PARAMETER;
}

/* What a control call leaves to a thread. */
static DWORD WINAPI go_on(LPVOID parameter) {
  struct control *c = parameter;
  LPDWORD returned = c->returned;
  PRES_CTL_CTX context = c->context;
  DWORD error = get_properties(c, c->out, c->room, returned);
  if (control_traits.never_end) return 0;
  g_monitor.EndControlCall(context, error);
  if (control_traits.end_twice) g_monitor.EndControlCall(context, error);
  if (control_traits.late_write) *returned = 0;
  return 0;
}

static void join(struct control *c) {
  if (c->thread == NULL) return;
  if (!control_traits.unjoined) WaitForSingleObject(c->thread, INFINITE);
  CloseHandle(c->thread);
  c->thread = NULL;
}

static DWORD WINAPI begin_control(RESID resource, DWORD code, PVOID in, DWORD in_size, PVOID out,
                                  DWORD out_size, LPDWORD returned, PRES_CTL_CTX context,
                                  LPBOOL asynchronous) {
  struct control *c = resource;
  DWORD error;
  *asynchronous = FALSE;
  *returned = 0;
  if (c == NULL) return ERROR_RESOURCE_NOT_FOUND;
  switch (code) {
    case CLUSCTL_RESOURCE_GET_PRIVATE_PROPERTIES:
      join(c);
      c->out = out;
      c->room = out_size;
      c->returned = returned;
      c->context = context;
      c->thread = CreateThread(NULL, 0, go_on, c, 0, NULL);
      if (c->thread == NULL) return ERROR_NOT_ENOUGH_MEMORY;
      *asynchronous = TRUE;
      return ERROR_IO_PENDING;
    case CLUSCTL_RESOURCE_VALIDATE_PRIVATE_PROPERTIES: return set_properties(c, in, in_size, FALSE);
    case CLUSCTL_RESOURCE_SET_PRIVATE_PROPERTIES: return set_properties(c, in, in_size, TRUE);
    case CLUSCTL_RESOURCE_STATE_CHANGE_REASON: return take_reason(in, in_size);
    default: break;
  }
  error = answer_general(code, out, out_size, returned);
  if (control_traits.end_after_answer) g_monitor.EndControlCall(context, error);
  return error;
}

static DWORD WINAPI begin_type_control(LPCWSTR type_name, DWORD code, PVOID in, DWORD in_size,
                                       PVOID out, DWORD out_size, LPDWORD returned,
                                       PRESTYPE_CTL_CTX context, LPBOOL asynchronous) {
  (void)type_name;
  (void)in;
  (void)in_size;
  (void)context;
  *asynchronous = FALSE;
  *returned = 0;
  return answer_general(code, out, out_size, returned);
}

static DWORD WINAPI begin_control_as_user(RESID resource, HANDLE token, DWORD code, PVOID in,
                                          DWORD in_size, PVOID out, DWORD out_size,
                                          LPDWORD returned, PRES_CTL_CTX context,
                                          LPBOOL asynchronous) {
  (void)token;
  return begin_control(resource, code, in, in_size, out, out_size, returned, context, asynchronous);
}

static DWORD WINAPI begin_type_control_as_user(LPCWSTR type_name, HANDLE token, DWORD code,
                                               PVOID in, DWORD in_size, PVOID out, DWORD out_size,
                                               LPDWORD returned, PRESTYPE_CTL_CTX context,
                                               LPBOOL asynchronous) {
  (void)token;
  return begin_type_control(type_name, code, in, in_size, out, out_size, returned, context,
                            asynchronous);
}

/* ---- the other entry points ------------------------------------------------------------------ */

static DWORD WINAPI report_ex(RESOURCE_HANDLE handle, PRESOURCE_STATUS status) {
  RESOURCE_STATUS_EX extended = {0};
  extended.ResourceState = status->ResourceState;
  extended.CheckPoint = status->CheckPoint;
  return g_monitor.SetResourceStatusEx(handle, &extended);
}

static RESID WINAPI open_v2(LPCWSTR name, HKEY key, RESOURCE_HANDLE handle, DWORD flags) {
  static const WCHAR value[] = L"V:";
  struct control *c = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(*c));
  (void)flags;
  if (c == NULL) {
    SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return NULL;
  }
  InitializeSRWLock(&c->lock);
  copy(c->value, value, sizeof value);
  c->event = CreateEventW(NULL, TRUE, control_traits.event_stays_set, NULL);
  c->plain = c->event == NULL ? NULL : g_plain.Open(name, key, handle);
  if (c->plain != NULL) return c;
  if (c->event != NULL) CloseHandle(c->event);
  HeapFree(GetProcessHeap(), 0, c);
  SetLastError(ERROR_NOT_ENOUGH_MEMORY);
  return NULL;
}

static DWORD WINAPI give_event(LPVOID parameter) {
  struct control *c = parameter;
  *c->place = c->event;
  return 0;
}

/* The giver is joined before anybody could close the event. */
static void join_giver(struct control *c) {
  if (c->giver == NULL) return;
  WaitForSingleObject(c->giver, INFINITE);
  CloseHandle(c->giver);
  c->giver = NULL;
}

static void hand_out(struct control *c, LPHANDLE place) {
  if (c->event == NULL) c->event = CreateEventW(NULL, TRUE, FALSE, NULL);
  if (!control_traits.event_stays_set) ResetEvent(c->event);
  c->place = place;
  if (control_traits.event_late)
    c->giver = CreateThread(NULL, 0, give_event, c, 0, NULL);
  else
    *place = c->event;
}

static VOID WINAPI close_control(RESID resource) {
  struct control *c = resource;
  join(c);
  join_giver(c);
  g_plain.Close(c->plain);
  if (c->event != NULL) CloseHandle(c->event);
  if (c->stored != NULL) HeapFree(GetProcessHeap(), 0, c->stored);
  HeapFree(GetProcessHeap(), 0, c);
}

static DWORD WINAPI online_v2(RESID resource, LPHANDLE event_handle, DWORD flags, PBYTE in,
                              DWORD in_size, DWORD reserved) {
  struct control *c = resource;
  HANDLE none = NULL;
  (void)flags;
  (void)in;
  (void)in_size;
  (void)reserved;
  join_giver(c);
  hand_out(c, event_handle);
  return g_plain.Online(c->plain, &none);
}

static DWORD WINAPI offline_v2(RESID resource, LPCWSTR destination, DWORD flags, PBYTE in,
                               DWORD in_size, DWORD reserved) {
  struct control *c = resource;
  (void)destination;
  (void)flags;
  (void)in;
  (void)in_size;
  (void)reserved;
  join_giver(c);
  if (control_traits.event_closed) {
    CloseHandle(c->event);
    c->event = NULL;
  }
  return g_plain.Offline(c->plain);
}

static VOID WINAPI terminate(RESID resource) {
  struct control *c = resource;
  g_plain.Terminate(c->plain);
}

static BOOL WINAPI is_alive(RESID resource) {
  struct control *c = resource;
  if (control_traits.event_crashes && WaitForSingleObject(c->event, 0) == WAIT_OBJECT_0)
    c->plain->scratch[0]++;
  ResetEvent(c->event); /* the monitor has come to look */
  return g_plain.IsAlive(c->plain);
}

static DWORD WINAPI arbitrate(RESID resource, PQUORUM_RESOURCE_LOST lost) {
  struct control *c = resource;
  AcquireSRWLockExclusive(&c->lock);
  c->lost = lost;
  ReleaseSRWLockExclusive(&c->lock);
  return ERROR_SUCCESS;
}

static DWORD WINAPI release(RESID resource) {
  struct control *c = resource;
  PQUORUM_RESOURCE_LOST lost;
  AcquireSRWLockExclusive(&c->lock);
  lost = c->lost;
  c->lost = NULL;
  ReleaseSRWLockExclusive(&c->lock);
  if (lost != NULL && control_traits.lost_twice) {
    lost(c->plain->handle);
    lost(c->plain->handle);
  }
  return ERROR_SUCCESS;
}

static DWORD WINAPI cancel(RESID resource, DWORD flags) {
  struct control *c = resource;
  DWORD error;
  if (control_traits.cancel_crashes) c->plain->scratch[0]++; /* nobody has made it */
  if (!control_traits.cancel_silent && !control_traits.cancel_stops)
    return plain_cancel(c->plain, flags);
  error = control_traits.cancel_stops ? ERROR_INVALID_STATE : ERROR_SUCCESS;
  if (control_traits.cancel_stops) plain_cancel(c->plain, flags);
  if (control_traits.cancel_silent) {
    EnterCriticalSection(&c->plain->lock);
    c->plain->terminate = TRUE; /* as Terminate tells the worker, which then reports nothing */
    LeaveCriticalSection(&c->plain->lock);
  }
  return error;
}

/* ---- loading --------------------------------------------------------------------------------- */

static CLRES_FUNCTION_TABLE g_table = {
    .TableSize = CLRES_V4_FUNCTION_SIZE,
    .Version = CLRES_VERSION_V4_00,
    .V4Functions =
        {
            .Open = open_v2,
            .Close = close_control,
            .Online = online_v2,
            .Offline = offline_v2,
            .Terminate = terminate,
            .LooksAlive = is_alive,
            .IsAlive = is_alive,
            .Arbitrate = arbitrate,
            .Release = release,
            .BeginResourceControl = begin_control,
            .BeginResourceTypeControl = begin_type_control,
            .Cancel = cancel,
            .BeginResourceControlAsUser = begin_control_as_user,
            .BeginResourceTypeControlAsUser = begin_type_control_as_user,
        },
};

__declspec(dllexport) DWORD WINAPI
    StartupEx(LPCWSTR ResourceType, DWORD MinVersionSupported, DWORD MaxVersionSupported,
              PCLRES_CALLBACK_FUNCTION_TABLE MonitorCallbackFunctions,
              PCLRES_FUNCTION_TABLE *ResourceDllInterfaceFunctions) {
  PCLRES_FUNCTION_TABLE plain = NULL;
  DWORD error = Startup(ResourceType, CLRES_VERSION_V1_00, CLRES_VERSION_V1_00, report_ex,
                        MonitorCallbackFunctions->LogEvent, &plain);
  if (error != ERROR_SUCCESS) return error;
  if (MinVersionSupported > CLRES_VERSION_V4_00 || MaxVersionSupported < CLRES_VERSION_V4_00)
    return ERROR_REVISION_MISMATCH;
  g_monitor = *MonitorCallbackFunctions;
  g_plain = plain->V1Functions;
  *ResourceDllInterfaceFunctions = &g_table;
  return ERROR_SUCCESS;
}
