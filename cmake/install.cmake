# The program, what it prints about itself (manual page and completion), the schemas of what it
# reads and writes, what gates a pipeline with it, and the licence.
include(GNUInstallDirs)
install(TARGETS cupel RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

# install_output_of(<folder> <file> <command>...): what `cupel <command>...` prints, as <file>. It is
# printed into the build folder first, so that CMake knows the file as any other: DESTDIR, an
# absolute folder, its mode and install_manifest.txt are CMake's matter.
function(install_output_of folder file)
  set(printed ${PROJECT_BINARY_DIR}/printed/${file})
  list(JOIN ARGN "\" \"" command)
  install(CODE "
    file(MAKE_DIRECTORY \"${PROJECT_BINARY_DIR}/printed\")
    execute_process(COMMAND \"$<TARGET_FILE:cupel>\" \"${command}\"
      OUTPUT_FILE \"${printed}\" COMMAND_ERROR_IS_FATAL ANY)")
  install(FILES ${printed} DESTINATION ${folder})
endfunction()
install_output_of(${CMAKE_INSTALL_MANDIR}/man1 cupel.1 man)
install_output_of(${CMAKE_INSTALL_DATADIR}/bash-completion/completions cupel completion bash)
install_output_of(${CMAKE_INSTALL_DATADIR}/zsh/site-functions _cupel completion zsh)
install_output_of(${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d cupel.fish completion fish)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/catalogue/schema DESTINATION ${CMAKE_INSTALL_DATADIR}/cupel)
install(FILES ${PROJECT_SOURCE_DIR}/action.yml
  ${PROJECT_SOURCE_DIR}/packaging/gitlab/cupel-scan.gitlab-ci.yml
  DESTINATION ${CMAKE_INSTALL_DATADIR}/cupel/ci)
install(FILES ${PROJECT_SOURCE_DIR}/.pre-commit-hooks.yaml
  DESTINATION ${CMAKE_INSTALL_DATADIR}/cupel/ci RENAME pre-commit-hooks.yaml)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/README.md
  DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${PROJECT_SOURCE_DIR}/docs/scan.md ${PROJECT_SOURCE_DIR}/docs/signing.md
  ${PROJECT_SOURCE_DIR}/docs/bom.md ${PROJECT_SOURCE_DIR}/docs/ledger.md
  ${PROJECT_SOURCE_DIR}/docs/retire.md DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs)
