# What is installed, and the Debian package of it (cpack -G DEB). Configuration and templates go where the program looks
# for them, /etc/hongyan, whatever the prefix.
include(GNUInstallDirs)

set(CONFIG_FOLDER /etc/hongyan)
set(DATA_FOLDER ${CMAKE_INSTALL_DATADIR}/hongyan)

install(TARGETS hongyan RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY templates DESTINATION ${CONFIG_FOLDER} FILES_MATCHING PATTERN "*.tmpl" PATTERN "*.txt")
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md" PATTERN "*.webp")
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)
install(DIRECTORY docker/prometheus docker/grafana DESTINATION ${DATA_FOLDER} PATTERN "*_test.yml" EXCLUDE)

# What the program says of itself is asked of the one that was built.
install(CODE "
  set(program \"${CMAKE_BINARY_DIR}/hongyan\")
  set(prefix \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}\")
  set(unit_source \"${CMAKE_SOURCE_DIR}/docker/systemd\")
  set(config_source \"${CMAKE_SOURCE_DIR}/docker/debian/hongyan.yaml\")
  set(config_folder \"\$ENV{DESTDIR}${CONFIG_FOLDER}\")
  set(man_folder \"${CMAKE_INSTALL_MANDIR}\")
  set(data_folder \"${DATA_FOLDER}\")
  set(doc_folder \"${CMAKE_INSTALL_DOCDIR}\")
  set(bin_folder \"${CMAKE_INSTALL_BINDIR}\")
")
install(SCRIPT cmake/install_made.cmake)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME hongyan)
set(CPACK_PACKAGE_VENDOR Hongyan)
set(CPACK_PACKAGE_CONTACT "Hongyan <hongyan@localhost>")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_STRIP_FILES ON)
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "Hongyan takes alerts from a queue in Redis, makes texts of them by templates, and
hands them to carriers over SMPP and HTTP, each once, at the rate that the contract
allows, however long a carrier or Redis is away.")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, ca-certificates, tzdata")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "redis-server (>= 5:7.0), prometheus")
file(GLOB templates RELATIVE ${CMAKE_SOURCE_DIR} CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/templates/*.tmpl
  ${CMAKE_SOURCE_DIR}/templates/*.txt)
list(TRANSFORM templates PREPEND "${CONFIG_FOLDER}/" OUTPUT_VARIABLE conffiles)
list(JOIN conffiles "\n" conffiles)
file(WRITE ${CMAKE_BINARY_DIR}/package/conffiles "${CONFIG_FOLDER}/hongyan.yaml\n${conffiles}\n")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_BINARY_DIR}/package/conffiles ${CMAKE_SOURCE_DIR}/docker/debian/postinst
  ${CMAKE_SOURCE_DIR}/docker/debian/prerm ${CMAKE_SOURCE_DIR}/docker/debian/postrm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
