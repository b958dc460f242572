# What every target shares.
#
#   clusrace_library(NAME SOURCES... [PUBLIC LIBS...] [PRIVATE LIBS...])
#       a static library of this folder with public headers in include/
#   clusrace_test(NAME SOURCES... [LIBS LIBS...] [LABELS LABELS...])
#       a Check suite, registered with CTest
#   clusrace_embed(OUT.c SYMBOL FILES...)
#       a source of a library: the files' bytes as an array

add_library(cr_warnings INTERFACE)
target_compile_options(cr_warnings INTERFACE -Wall -Wextra -Wconversion -Wshadow -Wvla
  $<$<BOOL:${CLUSRACE_WERROR}>:-Werror>
  # No path of the building machine gets into a message; nor into a release binary, while the others
  # keep it for the debugger.
  -fmacro-prefix-map=${CMAKE_SOURCE_DIR}/= -fmacro-prefix-map=${CMAKE_BINARY_DIR}/=
  $<$<CONFIG:Release>:-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=>)
link_libraries(cr_warnings) # of every target below
if(CLUSRACE_SANITIZE)
  add_compile_options(-fsanitize=${CLUSRACE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g)
  add_link_options(-fsanitize=${CLUSRACE_SANITIZE})
endif()

function(clusrace_library name)
  cmake_parse_arguments(arg "" "" "PUBLIC;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${arg_UNPARSED_ARGUMENTS})
  target_include_directories(${name} PUBLIC include PRIVATE .)
  target_link_libraries(${name} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
endfunction()

function(clusrace_test name)
  cmake_parse_arguments(arg "" "" "LIBS;LABELS" ${ARGN})
  add_executable(${name} ${arg_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${arg_LIBS} PkgConfig::CHECK)
  add_test(NAME ${name} COMMAND ${name})
  if(arg_LABELS)
    set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}")
  endif()
endfunction()

function(clusrace_embed out symbol)
  list(TRANSFORM ARGN PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  add_custom_command(OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${CMAKE_CURRENT_BINARY_DIR}/${out} -DSYMBOL=${symbol}
            "-DIN=${ARGN}" -P ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
    DEPENDS ${ARGN} ${CMAKE_SOURCE_DIR}/cmake/embed.cmake VERBATIM)
endfunction()
