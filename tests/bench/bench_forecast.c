/* bench_forecast: how well the days and hours ahead are forecast on measured homes, and how long a
 * thousand homes take. `bench_forecast FILE`: a file as hem-client/hdg/profile.h reads it, from
 * which each home's year is taken. Skill: the mean absolute error over that of "what it was at this
 * time yesterday" (MASE with a season of a day), from the 29th day on. Exit 1 if, planned at
 * midnight, the mean of the homes is not below 0.85 or the community's sum is no better, or if a
 * thousand homes' days take more than a second. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "core/vpp/baseline.h"
#include "core/units.h"
#include "hem-client/hdg/profile.h"

enum {
	STREET_MAX = 64,
	WARM_UP_DAYS = 28,
	CROWD = 1000,
	CROWD_DAYS = 30,
	QUARTERS = 96,
	HOURS = 24,
	MAX_MILLI_SKILL = 850,
	MAX_S = 1,
};
static const char first_day[] = "2016-08-01";

/* How far off a forecast was, beside yesterday's. */
struct score {
	int64_t error_wh, naive_wh, slots, in_band;
};

/* A measured home, or the sum of all. */
struct subject {
	struct baseline baseline;
	int32_t *room;
	struct score day, hour; /* planned a day ahead, corrected an hour ahead */
};

struct street {
	struct profile profiles[STREET_MAX];
	struct subject subjects[STREET_MAX + 1]; /* the last of `homes` + 1 is the sum */
	int homes;
	int64_t days;
	struct baseline_calendar calendar;
};

static struct street street;
static struct outlook outlook;

static double now_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void begin(struct street *t, uint32_t day_slots, int64_t lead_slots)
{
	t->calendar = (struct baseline_calendar){day_slots, lead_slots,
		(t->profiles[0].start_ms / MS_PER_S + S_PER_DAY / 2) / S_PER_DAY};
	for (int i = 0; i <= t->homes; i++) {
		struct subject *s = &t->subjects[i];

		*s = (struct subject){.room = calloc(baseline_room(day_slots), sizeof *s->room)};
		if (!s->room)
			exit(2);
		baseline_init(&s->baseline, i < t->homes ? BASELINE_HOME : BASELINE_SUM,
			&t->calendar, s->room);
	}
}

static void end(struct street *t)
{
	for (int i = 0; i <= t->homes; i++)
		free(t->subjects[i].room);
}

static int64_t net(const struct subject *s, int64_t slot)
{
	return series_get(&s->baseline.load, slot) - series_get(&s->baseline.pv, slot);
}

static void score(struct score *c, const struct baseline_slot *f, int64_t wh, int64_t before_wh)
{
	c->error_wh += llabs(wh - f->wh);
	c->naive_wh += llabs(wh - before_wh);
	c->slots++;
	c->in_band += wh >= f->low_wh && wh <= f->high_wh;
}

static void judge(struct subject *s, int64_t slot, uint32_t day_slots)
{
	struct baseline_slot f;

	if (slot < (int64_t)WARM_UP_DAYS * day_slots)
		return;
	if (baseline_planned(&s->baseline, slot, &f))
		score(&s->day, &f, net(s, slot), net(s, slot - day_slots));
	if (baseline_expected(&s->baseline, slot, slot - 1, &f))
		score(&s->hour, &f, net(s, slot), net(s, slot - day_slots));
}

static void meter(struct street *t, int64_t slot)
{
	int64_t slot_s = S_PER_DAY / t->calendar.day_slots;
	struct slot_energy sum = {0};

	for (int i = 0; i <= t->homes; i++) {
		struct slot_energy e = sum;

		if (i < t->homes)
			profile_energy(&t->profiles[i], slot * slot_s, slot_s, &e);
		baseline_meter(&t->subjects[i].baseline, slot,
			&(struct baseline_metered){.load_wh = e.load_wh, .pv_wh = e.pv_wh});
		sum.load_wh += e.load_wh;
		sum.pv_wh += e.pv_wh;
		judge(&t->subjects[i], slot, t->calendar.day_slots);
	}
}

/* The whole year, slot by slot, each day planned when its time has come. */
static void run(struct street *t)
{
	for (int64_t day = 1, slot = 0; day < t->days; day++) {
		for (; slot <= baseline_origin(&t->calendar, day); slot++)
			meter(t, slot);
		for (int i = 0; i <= t->homes; i++)
			(void)baseline_plan_day(&t->subjects[i].baseline, day, &outlook);
	}
}

static double skill(const struct score *c)
{
	return (double)c->error_wh / (double)c->naive_wh;
}

static double band(const struct score *c)
{
	return 100.0 * (double)c->in_band / (double)c->slots;
}

/* Prints one line; whether it is as good as is asked of a plan made at midnight. */
static bool report(const struct street *t, const char *name)
{
	const struct subject *sum = &t->subjects[t->homes];
	double homes = 0, hour = 0, in_band = 0, worst = 0;

	for (int i = 0; i < t->homes; i++) {
		const struct subject *s = &t->subjects[i];

		homes += skill(&s->day) / t->homes;
		hour += skill(&s->hour) / t->homes;
		in_band += band(&s->day) / t->homes;
		worst = skill(&s->day) > worst ? skill(&s->day) : worst;
	}
	(void)printf("%-22s %6.3f %6.3f %6.1f %9.3f %6.1f %9.3f %6.3f\n", name, homes, worst,
		in_band, skill(&sum->day), band(&sum->day), hour, skill(&sum->hour));
	return homes * 1000 < MAX_MILLI_SKILL && skill(&sum->day) < homes;
}

static void load_street(struct street *t, const char *path)
{
	char why[PROFILE_WHY_MAX];

	for (; t->homes < STREET_MAX; t->homes++) {
		const struct profile_choice choice = {t->homes + 1, first_day, 0};

		if (profile_load(path, &choice, &t->profiles[t->homes], why) != ERR_OK)
			break;
	}
	if (t->homes == 0) {
		(void)fprintf(stderr, "bench_forecast: %s\n", why);
		exit(2);
	}
	t->days = (int64_t)t->profiles[0].hour_count / HOURS;
}

/* Seconds for planning a day of a thousand homes that have been metered for a month. */
static double time_crowd(struct street *t)
{
	double from;

	begin(t, QUARTERS, 0);
	for (int64_t day = 1, slot = 0; day <= CROWD_DAYS; day++) {
		for (; slot <= baseline_origin(&t->calendar, day); slot++)
			meter(t, slot);
		for (int i = 0; day < CROWD_DAYS && i < t->homes; i++)
			(void)baseline_plan_day(&t->subjects[i].baseline, day, &outlook);
	}
	from = now_s();
	for (int i = 0; i < CROWD; i++) {
		/* The measured homes over and over, each as it was: all the work each time. */
		static struct baseline home;

		home = t->subjects[i % t->homes].baseline;
		(void)baseline_plan_day(&home, CROWD_DAYS, &outlook);
	}
	from = now_s() - from;
	end(t);
	return from;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		uint32_t day_slots;
		int64_t lead_slots;
	} cases[] = {{"hours, at midnight", HOURS, 0}, {"hours, at 22 h", HOURS, 2},
		{"hours, at noon", HOURS, HOURS / 2}, {"quarters, at midnight", QUARTERS, 0},
		{"quarters, at 22.30 h", QUARTERS, 6}};
	bool good = false;
	double crowd_s;

	if (argc != 2) {
		(void)fprintf(stderr, "usage: bench_forecast FILE\n");
		return 2;
	}
	load_street(&street, argv[1]);
	(void)printf("%-22s %6s %6s %6s %9s %6s %9s %6s\n", "", "homes", "worst", "band %",
		"community", "band %", "hour: homes", "comm.");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		begin(&street, cases[i].day_slots, cases[i].lead_slots);
		run(&street);
		/* What is asked is asked of the first. */
		good = report(&street, cases[i].name) && i == 0 ? true : good && i > 0;
		end(&street);
	}
	crowd_s = time_crowd(&street);
	(void)printf("%d homes, a day of %d slots each: %.2f s\n", CROWD, QUARTERS, crowd_s);
	for (int i = 0; i < street.homes; i++)
		profile_release(&street.profiles[i]);
	return good && crowd_s <= MAX_S ? 0 : 1;
}
