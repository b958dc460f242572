/* io.h - nothing is to be done for binary files on Linux; see windows.h. */
#ifndef CR_NATIVE_IO_H
#define CR_NATIVE_IO_H

#define _O_BINARY 0
#define _fileno(file) fileno(file)
#define _setmode(file, mode) ((void)(file), (void)(mode))

#endif
