/* Prints the plugin's options out of its own table, for its man page. */
#include <stdio.h>
#include "plugin/options.h"

int main(void)
{
	size_t count;
	const struct option_row *table = options_table(&count);

	for (size_t i = 0; i < count; i++)
		(void)printf("  %s = %s\n        %s\n", table[i].name,
			table[i].def[0] ? table[i].def : "(none: must be given)", table[i].help);
	return ferror(stdout) || fflush(stdout) != 0;
}
