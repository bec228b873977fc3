# Writes a C file that holds each script of a folder as octets: {name, octets, length}, sorted by name.
function(embed_scripts folder output)
  file(GLOB scripts CONFIGURE_DEPENDS ${folder}/*.lua)
  set(bodies "")
  set(rows "")
  foreach(script ${scripts})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${script})
    get_filename_component(name ${script} NAME_WE)
    file(READ ${script} hex HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," octets "${hex}")
    string(APPEND bodies "static const unsigned char ${name}_octets[] = { ${octets} };\n")
    string(APPEND rows "\t{ \"${name}\", { (const char *)${name}_octets, sizeof ${name}_octets } },\n")
  endforeach()
  list(LENGTH scripts count)
  file(CONFIGURE OUTPUT ${output} CONTENT "/* Generated from ${folder}; do not edit. */
#include \"store/scripts.h\"

${bodies}
const struct script_source script_sources[] = {
${rows}};
const unsigned script_source_count = ${count};
")
endfunction()
