# Files as arrays of bytes, so that what is a page's style or script is a file of its own.
#
#   cmake -DOUT=FILE.c -DSYMBOL=NAME -DIN=A;B;... -P embed.cmake
#       const unsigned char NAME[] = all files one behind the other and a zero
set(bytes "")
foreach(file IN LISTS IN)
  file(READ "${file}" hex HEX)
  string(APPEND bytes "${hex}")
endforeach()
string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
file(WRITE "${OUT}.new" "/* Made by cmake/embed.cmake. */\nextern const unsigned char ${SYMBOL}[];\nconst unsigned char ${SYMBOL}[] = {\n${bytes}0};\n")
file(COPY_FILE "${OUT}.new" "${OUT}" ONLY_IF_DIFFERENT)
file(REMOVE "${OUT}.new")
