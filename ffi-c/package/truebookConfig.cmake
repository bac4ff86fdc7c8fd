# find_package(truebook): the targets truebook::truebook (shared) and truebook::static.
get_filename_component(_truebook "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

if(NOT TARGET truebook::truebook)
  add_library(truebook::truebook SHARED IMPORTED)
  set_target_properties(truebook::truebook PROPERTIES
    IMPORTED_LOCATION "${_truebook}/lib/libtruebook.so.@VERSION@"
    IMPORTED_SONAME "libtruebook.so.@MAJOR@"
    INTERFACE_INCLUDE_DIRECTORIES "${_truebook}/include")
endif()

if(NOT TARGET truebook::static)
  add_library(truebook::static STATIC IMPORTED)
  set_target_properties(truebook::static PROPERTIES
    IMPORTED_LOCATION "${_truebook}/lib/libtruebook.a"
    IMPORTED_LINK_INTERFACE_LANGUAGES "C"
    INTERFACE_LINK_LIBRARIES "pthread;dl;m"
    INTERFACE_INCLUDE_DIRECTORIES "${_truebook}/include")
endif()

unset(_truebook)
