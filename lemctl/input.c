#include "lemctl/input.h"
#include <stdio.h>
#include <string.h>

size_t input_read(const char *path, char *out, size_t size)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	size_t len = file ? fread(out, 1, size, file) : 0;

	if (file && file != stdin)
		(void)fclose(file);
	return len < size ? len : 0;
}
