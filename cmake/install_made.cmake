# At the installation: manual pages, the example and the schema of the configuration as the program prints them, the units with
# its path, and a configuration where there is none yet. Wants program, prefix, unit_source, config_source, config_folder, and the
# folders below prefix.

function(print_to path)
  execute_process(COMMAND ${program} ${ARGN} OUTPUT_FILE ${path} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

execute_process(COMMAND ${program} man OUTPUT_VARIABLE pages COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[^\n]+" pages "${pages}")
find_program(GZIP gzip REQUIRED)
foreach(page ${pages})
  string(REGEX REPLACE ".*\\." "" section ${page})
  set(folder ${prefix}/${man_folder}/man${section})
  file(MAKE_DIRECTORY ${folder})
  print_to(${folder}/${page} man ${page})
  execute_process(COMMAND ${GZIP} -9nf ${folder}/${page} COMMAND_ERROR_IS_FATAL ANY)
endforeach()

file(MAKE_DIRECTORY ${prefix}/${data_folder} ${prefix}/${doc_folder} ${prefix}/lib/systemd/system)
print_to(${prefix}/${data_folder}/hongyan.schema.json config schema)
print_to(${prefix}/${doc_folder}/hongyan.example.yaml config example)

foreach(unit hongyan.service hongyan-history.service hongyan-webhook.service hongyan-console.service)
  file(READ ${unit_source}/${unit} text)
  string(REPLACE "ExecStart=/usr/bin/" "ExecStart=${CMAKE_INSTALL_PREFIX}/${bin_folder}/" text "${text}")
  file(WRITE ${prefix}/lib/systemd/system/${unit} "${text}")
endforeach()

if(NOT EXISTS ${config_folder}/hongyan.yaml)
  file(COPY ${config_source} DESTINATION ${config_folder})
endif()
