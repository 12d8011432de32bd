/* report: year.db, in which both worlds stand side by side, and the tables made of it. */
#ifndef LEM_DEMO_YEAR_REPORT_H
#define LEM_DEMO_YEAR_REPORT_H
#include <stdint.h>
#include "demo/year/town.h"

/* Make DIR/year.db: what the homes would have done without the market in the slots 0..slots-1, and
 * copied beside it what the market's two files say they did. soc: of each house when slot `slots`
 * began. sql_dir: where facts.sql and tables.sql are. */
void report_gather(const char *dir, const char *sql_dir, const struct town *town, int64_t slots,
	const double *soc);

/* Print the tables, and write each as DIR/NAME.csv and, where it is one to be seen, DIR/NAME.svg.
 */
void report_print(const char *dir);

#endif
