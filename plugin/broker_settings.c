#include "plugin/broker_settings.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { DEPTH_MAX = 4, LINE_MAX_LEN = 4096 };

/* If the line is `name value`, the value, cut at its end; else NULL. */
static char *value_of(char *line, const char *name)
{
	size_t n = strlen(name);
	char *value;

	while (*line == ' ' || *line == '\t')
		line++;
	if (strncmp(line, name, n) != 0 || (line[n] != ' ' && line[n] != '\t'))
		return NULL;
	value = line + n;
	while (*value == ' ' || *value == '\t')
		value++;
	value[strcspn(value, "\r\n")] = '\0';
	for (size_t end = strlen(value); end > 0 && value[end - 1] == ' '; end--)
		value[end - 1] = '\0';
	return value;
}

/* As the broker reads it: its first word counts, and 1 is true as well. */
static bool is_true(const char *value)
{
	size_t n = strcspn(value, " \t");

	return (n == 4 && strncasecmp(value, "true", n) == 0) || (n == 1 && value[0] == '1');
}

/* Whether a filter can match what the market publishes, all of it three levels deep and more, or
 * what its operator sends. */
static bool reaches_market(const char *filter)
{
	const char *first = filter, *second;
	size_t n;

	if (strncmp(first, "$share/", 7) == 0) {
		first += 7 + strcspn(first + 7, "/");
		first += *first == '/';
	}
	n = strcspn(first, "/");
	second = first[n] ? first + n + 1 : "";
	if (n == 8 && strncmp(first, "$CONTROL", 8) == 0)
		return strchr("#+", second[0]) || strcmp(second, "lem") == 0 ||
		       strncmp(second, "lem/", 4) == 0;
	if (n == 1 && *first == '#')
		return true;
	if (!(n == 1 && *first == '+') && !(n == 3 && strncmp(first, "lem", 3) == 0))
		return false;
	return strchr(second, '/') || strchr(second, '#');
}

/* The next word of *rest, "" if there is none; `""` is how the broker writes an empty one. */
static const char *next_word(char **rest)
{
	char *word = *rest + strspn(*rest, " \t");
	size_t n = strcspn(word, " \t");

	*rest = word + n + (word[n] != '\0');
	word[n] = '\0';
	return strcmp(word, "\"\"") == 0 ? "" : word;
}

/* A bridge's `topic pattern [direction [qos [local-prefix remote-prefix]]]`; out is the default. */
static bool check_topic(char *value, const char *path, char *why, size_t size)
{
	const char *pattern = next_word(&value);
	const char *direction = next_word(&value);
	const char *prefix;
	char filter[2 * LINE_MAX_LEN];

	(void)next_word(&value); /* qos */
	prefix = next_word(&value);
	(void)snprintf(filter, sizeof filter, "%s%s", prefix, pattern);
	if (strcasecmp(direction, "in") == 0 || !reaches_market(filter))
		return true;
	(void)snprintf(why, size,
		"a bridge's topic must not lead out of the market (%.200s, topic %.100s): bridges "
		"are told everything, whoever may read it",
		path, filter);
	return false;
}

static bool check_dir(const char *path, int depth, char *why, size_t size)
{
	DIR *dir = opendir(path);
	bool ok = true;

	if (!dir)
		return true;
	for (const struct dirent *e = readdir(dir); ok && e; e = readdir(dir)) {
		size_t n = strlen(e->d_name);
		char file[LINE_MAX_LEN];
		if (n < 6 || strcmp(e->d_name + n - 5, ".conf") != 0)
			continue;
		(void)snprintf(file, sizeof file, "%.3000s/%.255s", path, e->d_name);
		ok = broker_settings_check_file(file, depth + 1, why, size);
	}
	(void)closedir(dir);
	return ok;
}

bool broker_settings_check_file(const char *path, int depth, char *why, size_t size)
{
	char line[LINE_MAX_LEN];
	FILE *file = depth < DEPTH_MAX ? fopen(path, "r") : NULL;
	bool ok = true;

	if (!file)
		return true;
	while (ok && fgets(line, sizeof line, file)) {
		char *value = value_of(line, "per_listener_settings");
		if (value && is_true(value)) {
			(void)snprintf(why, size,
				"per_listener_settings must not be true (%.200s): plugins "
				"would get no ticks and not see all messages",
				path);
			ok = false;
		}
		value = value_of(line, "topic");
		if (value && ok)
			ok = check_topic(value, path, why, size);
		value = value_of(line, "include_dir");
		if (value && ok)
			ok = check_dir(value, depth, why, size);
	}
	(void)fclose(file);
	return ok;
}

bool broker_settings_check(char *why, size_t size)
{
	char command[8192];
	FILE *file = fopen("/proc/self/cmdline", "r");
	size_t len = file ? fread(command, 1, sizeof command - 1, file) : 0;
	const char *path = NULL;

	if (file)
		(void)fclose(file);
	command[len] = '\0';
	for (size_t at = 0; at < len; at += strlen(command + at) + 1) {
		const char *word = command + at;
		const char *next = word + strlen(word) + 1;
		bool is_option = strcmp(word, "-c") == 0 || strcmp(word, "--config-file") == 0;
		if (is_option && next < command + len)
			path = next;
	}
	return path ? broker_settings_check_file(path, 0, why, size) : true;
}
