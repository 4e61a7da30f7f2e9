# The program, and what it prints about itself: its manual page and its completion.
include(GNUInstallDirs)
install(TARGETS cupel RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

function(install_output_of command file)
  install(CODE "
    set(folder \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${file}\")
    cmake_path(GET folder PARENT_PATH folder)
    file(MAKE_DIRECTORY \"\${folder}\")
    message(STATUS \"Installing: \$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${file}\")
    execute_process(COMMAND \"$<TARGET_FILE:cupel>\" ${command} COMMAND_ERROR_IS_FATAL ANY
      OUTPUT_FILE \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${file}\")")
endfunction()
install_output_of(man ${CMAKE_INSTALL_MANDIR}/man1/cupel.1)
install_output_of(completion ${CMAKE_INSTALL_DATADIR}/bash-completion/completions/cupel)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/README.md
  DESTINATION ${CMAKE_INSTALL_DOCDIR})
