# Run when a static program is installed, with LINK_MAP, HEADERS and FOLDER set: the licence of each
# Debian package of which something was linked in, as FOLDER/<package>. The linker's own map says
# which those are, so a library that is added needs no line here; HEADERS are files of libraries
# that leave nothing for the linker to see.
find_program(DPKG_QUERY dpkg-query)
if(NOT DPKG_QUERY)
  message(FATAL_ERROR "the licences of linked libraries are taken from Debian's packages; no dpkg-query here")
endif()

file(STRINGS ${LINK_MAP} lines REGEX "^LOAD /(usr|lib)/")
set(files ${HEADERS})
foreach(line IN LISTS lines)
  string(REGEX REPLACE "^LOAD " "" path "${line}")
  # Of a shared library nothing is linked in.
  if(path MATCHES "\\.(a|o)$")
    file(REAL_PATH ${path} path)
    list(APPEND files ${path})
  endif()
endforeach()
list(REMOVE_DUPLICATES files)
list(SORT files)

foreach(path IN LISTS files)
  execute_process(COMMAND ${DPKG_QUERY} --search ${path} OUTPUT_VARIABLE owner RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "no Debian package owns ${path}: whose licence is it?")
  endif()
  string(REGEX REPLACE "[:,].*" "" package "${owner}")
  file(REAL_PATH /usr/share/doc/${package}/copyright licence)
  if(NOT EXISTS ${licence})
    message(FATAL_ERROR "${package} has no copyright file; it is removed on slimmed images")
  endif()
  file(INSTALL ${licence} DESTINATION ${FOLDER} RENAME ${package}
    PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
endforeach()
