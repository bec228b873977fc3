# The staff's web console: console/ is built beside its sources with npm's packages, by their lock file, and becomes the C file
# that HONGYAN_CONSOLE_FILES names. AUTO builds it where node and npm are there, and goes without it where its packages cannot be
# had; ON fails then.
set(HONGYAN_CONSOLE AUTO CACHE STRING "Build the staff's web console: AUTO, ON, OFF")
set_property(CACHE HONGYAN_CONSOLE PROPERTY STRINGS AUTO ON OFF)
set(HONGYAN_CONSOLE_BUILT OFF CACHE INTERNAL "The staff's web console is part of the program")
if(HONGYAN_CONSOLE STREQUAL "OFF")
  return()
endif()

find_program(NODE node)
find_program(NPM npm)
set(why "")
if(NOT NODE OR NOT NPM)
  set(why "node or npm is missing")
else()
  execute_process(COMMAND ${NODE} --version OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE)
  string(REGEX REPLACE "^v" "" version "${version}")
  if(version VERSION_LESS 18.17)
    set(why "node ${version} is older than 18.17")
  endif()
endif()
if(why)
  if(HONGYAN_CONSOLE STREQUAL "ON")
    message(FATAL_ERROR "The console cannot be built: ${why}")
  endif()
  message(STATUS "The program is built without the staff's web console: ${why}")
  return()
endif()

set(HONGYAN_CONSOLE_BUILT ON CACHE INTERNAL "The staff's web console is part of the program")
set(console_sources ${CMAKE_SOURCE_DIR}/console)
set(console_work ${CMAKE_BINARY_DIR}/console)
set(console_openapi ${CMAKE_CURRENT_SOURCE_DIR}/console/openapi.json)
set(HONGYAN_CONSOLE_FILES ${CMAKE_CURRENT_BINARY_DIR}/console_pages.c)
file(GLOB_RECURSE console_inputs CONFIGURE_DEPENDS ${console_sources}/src/* ${console_sources}/public/* ${console_sources}/script/*)
list(FILTER console_inputs EXCLUDE REGEX "/schema\\.d\\.ts$")
add_custom_command(OUTPUT ${HONGYAN_CONSOLE_FILES}
  COMMAND ${NODE} ${console_sources}/script/build.mjs ${console_sources} ${console_openapi} ${console_work} ${HONGYAN_CONSOLE_FILES} ${HONGYAN_CONSOLE}
  DEPENDS ${console_inputs} ${console_openapi} ${console_sources}/package.json ${console_sources}/package-lock.json
    ${console_sources}/index.html ${console_sources}/tsconfig.json ${console_sources}/vite.config.mjs
  COMMENT "Building the staff's web console" VERBATIM)
