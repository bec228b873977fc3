# Writes a C file that holds a file's octets as NAME[], and their number as NAME_len.
function(embed_file file name output)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," octets "${hex}")
  file(CONFIGURE OUTPUT ${output} CONTENT "/* Generated from ${file}; do not edit. */
#include <stddef.h>

extern const unsigned char ${name}[];
extern const size_t ${name}_len;
const unsigned char ${name}[] = { ${octets} };
const size_t ${name}_len = sizeof ${name};
")
endfunction()
