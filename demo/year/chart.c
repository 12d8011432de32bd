#include "demo/year/chart.h"
#include <math.h>
#include <string.h>

enum { WIDTH = 960, HEIGHT = 420, LEFT = 70, RIGHT = 20, TOP = 60, BOTTOM = 70, TICKS = 5 };

/* The chart with what it needs to be drawn. */
struct drawing {
	const struct chart *chart;
	const struct table *table;
	FILE *out;
	size_t columns[CHART_SERIES_MAX], series;
	double least, most; /* of the axis */
};

static const char *const colours[CHART_SERIES_MAX] = {"#8a8f98", "#1f6fb2", "#d9822b", "#3a8f4d"};

static bool find_columns(struct drawing *d)
{
	while (d->series < CHART_SERIES_MAX && d->chart->series[d->series]) {
		size_t c = 0;
		while (c < d->table->columns &&
			strcmp(d->table->cells[0][c], d->chart->series[d->series]) != 0)
			c++;
		if (c == d->table->columns)
			return false;
		d->columns[d->series++] = c;
	}
	return d->series > 0 && d->table->rows > 1;
}

/* A step of 1, 2 or 5 times a power of ten, such that about TICKS of them span the values. */
static double step_of(double span)
{
	double power = pow(10, floor(log10(span / TICKS)));
	double digit = span / TICKS / power;

	return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
}

static double find_range(struct drawing *d)
{
	double step;

	for (size_t r = 1; r < d->table->rows; r++) {
		for (size_t s = 0; s < d->series; s++) {
			double v = table_number(d->table, r, d->columns[s]);
			d->least = fmin(d->least, v);
			d->most = fmax(d->most, v);
		}
	}
	if (!(d->most - d->least > 0))
		d->most = 1;
	step = step_of(d->most - d->least);
	d->least = step * floor(d->least / step);
	d->most = step * ceil(d->most / step);
	return step;
}

static double y_of(const struct drawing *d, double value)
{
	return TOP + (HEIGHT - TOP - BOTTOM) * (d->most - value) / (d->most - d->least);
}

static void draw_text(
	const struct drawing *d, double x, double y, const char *how, const char *text)
{
	(void)fprintf(d->out, "<text x=\"%.1f\" y=\"%.1f\"%s>", x, y, how);
	for (; *text; text++) {
		if (*text == '<' || *text == '&')
			(void)fputs(*text == '<' ? "&lt;" : "&amp;", d->out);
		else
			(void)fputc(*text, d->out);
	}
	(void)fputs("</text>\n", d->out);
}

static void draw_axis(const struct drawing *d, double step)
{
	int ticks = (int)lround((d->most - d->least) / step);

	for (int i = 0; i <= ticks; i++) {
		double value = d->least + i * step;
		char text[TABLE_CELL_MAX];
		(void)snprintf(text, sizeof text, "%g", fabs(value) < step / 1000 ? 0 : value);
		(void)fprintf(d->out,
			"<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>\n", LEFT,
			WIDTH - RIGHT, y_of(d, value), y_of(d, value),
			fabs(value) < step / 1000 ? "#333" : "#ddd");
		draw_text(d, LEFT - 8, y_of(d, value) + 4, " text-anchor=\"end\"", text);
	}
}

static void draw_bars(const struct drawing *d)
{
	double group = (double)(WIDTH - LEFT - RIGHT) / (double)(d->table->rows - 1);
	double bar = group * 0.8 / (double)d->series;

	for (size_t r = 1; r < d->table->rows; r++) {
		double x = LEFT + group * (double)(r - 1);
		for (size_t s = 0; s < d->series; s++) {
			double v = table_number(d->table, r, d->columns[s]);
			(void)fprintf(d->out,
				"<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
				"fill=\"%s\"/>\n",
				x + group * 0.1 + bar * (double)s, y_of(d, fmax(v, 0)), bar,
				fabs(y_of(d, v) - y_of(d, 0)), colours[s]);
		}
		draw_text(d, x + group / 2, HEIGHT - BOTTOM + 20, " text-anchor=\"middle\"",
			d->table->cells[r][0]);
	}
}

static void draw_legend(const struct drawing *d)
{
	for (size_t s = 0; s < d->series; s++) {
		double x = LEFT + 200.0 * (double)s;
		(void)fprintf(d->out,
			"<rect x=\"%.1f\" y=\"%d\" width=\"12\" height=\"12\" fill=\"%s\"/>\n", x,
			HEIGHT - 26, colours[s]);
		draw_text(d, x + 18, HEIGHT - 16, "", d->chart->series[s]);
	}
}

bool chart_write(const struct chart *chart, const struct table *table, FILE *out)
{
	struct drawing d = {.chart = chart, .table = table, .out = out};
	double step;

	if (!find_columns(&d))
		return false;
	step = find_range(&d);
	(void)fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		"viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"11\">\n"
		"<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n",
		WIDTH, HEIGHT, WIDTH, HEIGHT, WIDTH, HEIGHT);
	draw_text(&d, LEFT, 26, " font-size=\"16\"", chart->title);
	draw_text(&d, LEFT, 46, " fill=\"#555\"", chart->unit);
	draw_axis(&d, step);
	draw_bars(&d);
	draw_legend(&d);
	(void)fputs("</svg>\n", out);
	return true;
}
