/* chart: columns of a table as a picture: groups of bars in SVG 1.1, without a script or a font. */
#ifndef LEM_DEMO_YEAR_CHART_H
#define LEM_DEMO_YEAR_CHART_H
#include "demo/year/table.h"

enum { CHART_SERIES_MAX = 4 };

/* What to draw. */
struct chart {
	const char *title, *unit;             /* of the values */
	const char *series[CHART_SERIES_MAX]; /* names of columns; NULL ends them */
};

/* Draw a group of bars for each row, labelled by its first column. False: the table lacks a column,
 * or has no rows. */
__attribute__((warn_unused_result)) bool chart_write(
	const struct chart *chart, const struct table *table, FILE *out);

#endif
