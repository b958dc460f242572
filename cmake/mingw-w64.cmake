# Toolchain: PE programs and DLLs for 64-bit Windows, with Debian's mingw-w64.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
# The thread model is named, so that the programs do not depend on which one a machine prefers.
find_program(CLUSRACE_MINGW NAMES x86_64-w64-mingw32-gcc-win32 x86_64-w64-mingw32-gcc)
if(NOT CLUSRACE_MINGW)
  message(FATAL_ERROR "mingw-w64's gcc is missing; install gcc-mingw-w64-x86-64-win32")
endif()
set(CMAKE_C_COMPILER ${CLUSRACE_MINGW})
# std::thread is there in the posix model only.
find_program(CLUSRACE_MINGW_CXX NAMES x86_64-w64-mingw32-g++-posix x86_64-w64-mingw32-g++)
if(NOT CLUSRACE_MINGW_CXX)
  message(FATAL_ERROR "mingw-w64's g++ is missing; install g++-mingw-w64-x86-64-posix")
endif()
set(CMAKE_CXX_COMPILER ${CLUSRACE_MINGW_CXX})
# windows.h without what neither the host nor a sample uses: half of the time that a file takes.
set(CMAKE_C_FLAGS_INIT -DWIN32_LEAN_AND_MEAN)
set(CMAKE_RC_COMPILER x86_64-w64-mingw32-windres)
set(CMAKE_FIND_ROOT_PATH /usr/x86_64-w64-mingw32)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
