# Warnings, hardening and sanitizers: an interface library that every target of ours links.
include(CheckCCompilerFlag)
include(CheckLinkerFlag)

add_library(hongyan_flags INTERFACE)
target_compile_definitions(hongyan_flags INTERFACE _GNU_SOURCE)
target_compile_options(hongyan_flags INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror
  -fno-strict-aliasing -fno-omit-frame-pointer)

if(HONGYAN_SANITIZE STREQUAL "address")
  target_compile_options(hongyan_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all)
  target_link_options(hongyan_flags INTERFACE -fsanitize=address,undefined)
elseif(HONGYAN_SANITIZE STREQUAL "thread")
  target_compile_options(hongyan_flags INTERFACE -fsanitize=thread)
  target_link_options(hongyan_flags INTERFACE -fsanitize=thread)
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
  # _FORTIFY_SOURCE needs optimisation, and sanitizers have their own checks.
  target_compile_options(hongyan_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
  foreach(flag -fstack-protector-strong -fstack-clash-protection -fcf-protection -ftrivial-auto-var-init=zero)
    string(MAKE_C_IDENTIFIER "has${flag}" has)
    check_c_compiler_flag(${flag} ${has})
    if(${has})
      target_compile_options(hongyan_flags INTERFACE ${flag})
    endif()
  endforeach()
  target_link_options(hongyan_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
endif()

# What is shipped and what is measured is optimised as a whole. The objects of the rooms also hold plain code, with which the
# tests are linked: to optimise each of them as a whole takes longer than all the rest of the build. Only gcc has both.
macro(optimise_as_a_whole)
  if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT HONGYAN_SANITIZE AND CMAKE_C_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-flto=auto -ffat-lto-objects)
    add_link_options(-flto=auto)
  endif()
endmacro()

if(HONGYAN_COVERAGE)
  target_compile_options(hongyan_flags INTERFACE --coverage -O0)
  target_link_options(hongyan_flags INTERFACE --coverage)
endif()

set(CMAKE_POSITION_INDEPENDENT_CODE ON)
include(CheckPIESupported)
check_pie_supported(LANGUAGES C)
