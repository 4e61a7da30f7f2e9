# Run by cpack, which has installed into CPACK_TEMPORARY_DIRECTORY: makes the archive of it. Same
# files, same bytes: sorted, owned by nobody in particular, and of one date, which is
# SOURCE_DATE_EPOCH, or that of the last commit, or, of sources without a history, a fixed one.
set(date $ENV{SOURCE_DATE_EPOCH})
if(date STREQUAL "")
  execute_process(COMMAND git log -1 --format=%ct WORKING_DIRECTORY ${CMAKE_CURRENT_LIST_DIR}
    OUTPUT_VARIABLE date OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(date STREQUAL "")
  set(date 946684800)  # the year 2000: tar warns of 1970
endif()
if(NOT date MATCHES "^[0-9]+$")
  message(FATAL_ERROR "SOURCE_DATE_EPOCH is `${date}`, and should be seconds since 1970")
endif()

cmake_path(GET CPACK_TEMPORARY_DIRECTORY PARENT_PATH folder)
cmake_path(GET CPACK_TEMPORARY_DIRECTORY FILENAME name)
set(archive ${folder}/${CPACK_PACKAGE_FILE_NAME}.tar.gz)
set(ENV{LC_ALL} C)
execute_process(
  COMMAND tar --create --format=ustar --sort=name --mtime=@${date} --numeric-owner --owner=0 --group=0
    --mode=u=rwX,go=rX --transform=s,^${name},${CPACK_PACKAGE_FILE_NAME}, --directory=${folder} ${name}
  COMMAND gzip --best --no-name
  OUTPUT_FILE ${archive} COMMAND_ERROR_IS_FATAL ANY)
set(CPACK_EXTERNAL_BUILT_PACKAGES ${archive})
