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
  include(CheckIPOSupported)
  check_ipo_supported(RESULT has_lto OUTPUT lto_output LANGUAGES C)
  if(has_lto)
    set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
  endif()
endif()

if(HONGYAN_COVERAGE)
  target_compile_options(hongyan_flags INTERFACE --coverage -O0)
  target_link_options(hongyan_flags INTERFACE --coverage)
endif()

set(CMAKE_POSITION_INDEPENDENT_CODE ON)
include(CheckPIESupported)
check_pie_supported(LANGUAGES C)
