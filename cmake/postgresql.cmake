# -DCUPEL_POSTGRESQL=OFF: a program that keeps its state in folders only. Off in the static
# archive: Debian has no static Kerberos library, which its libpq needs.
if(CUPEL_STATIC)
  set(CUPEL_POSTGRESQL OFF)
endif()
option(CUPEL_POSTGRESQL "Let --state name a PostgreSQL server" ON)

# What the room `store` links: nothing, when it is off.
add_library(postgresql INTERFACE)
if(CUPEL_POSTGRESQL)
  find_package(PostgreSQL REQUIRED)
  target_link_libraries(postgresql INTERFACE PostgreSQL::PostgreSQL)
  target_compile_definitions(postgresql INTERFACE CUPEL_POSTGRESQL)
endif()
