# `cpack` in the build folder of the preset `package`: one archive that is unpacked and runs.
# CPack's own archives have the order, owners and dates of the disk, so it only installs here and
# pack.cmake makes the archive.
if(NOT CUPEL_STATIC)
  return()
endif()

# The licences of what the linker took in (install_licences.cmake).
set(link_map ${PROJECT_BINARY_DIR}/cupel.map)
target_link_options(cupel PRIVATE -Wl,-Map=${link_map})
find_path(NLOHMANN_JSON_HEADERS nlohmann/json.hpp REQUIRED)
mark_as_advanced(NLOHMANN_JSON_HEADERS)
install(CODE "
  set(LINK_MAP \"${link_map}\")
  set(HEADERS \"${NLOHMANN_JSON_HEADERS}/nlohmann/json.hpp;${Boost_INCLUDE_DIRS}/boost/version.hpp\")
  set(FOLDER \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DOCDIR}/licences\")
  include(\"${PROJECT_SOURCE_DIR}/cmake/install_licences.cmake\")")

set(CPACK_GENERATOR External)
set(CPACK_EXTERNAL_ENABLE_STAGING ON)
set(CPACK_EXTERNAL_PACKAGE_SCRIPT ${PROJECT_SOURCE_DIR}/cmake/pack.cmake)
set(CPACK_PACKAGE_FILE_NAME cupel-${PROJECT_VERSION}-linux-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR})
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_CHECKSUM SHA256)
set(CPACK_VERBATIM_VARIABLES ON)
include(CPack)
