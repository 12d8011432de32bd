#include "plugin/backup_thread.h"
#include <errno.h>
#include <mosquitto.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include "engine/replies.h"
#include "plugin/options.h"
#include "store/backup.h"

enum { ANSWER_MAX = 2048, FOLDER_MAX = OPTIONS_PATH_MAX + 64 };

static bool go_on(void *context, int64_t done, int64_t all)
{
	struct backup_thread *b = context;

	(void)done;
	(void)all;
	return !atomic_load(&b->stopping);
}

/* state_dir/backup/20180101T000000Z; false, with the reason, if there is no place for it. */
static bool name_folder(
	const struct backup_thread *b, char folder[static FOLDER_MAX], char why[BACKUP_WHY_MAX])
{
	time_t now = time(NULL);
	struct tm utc;
	char stamp[24];

	(void)snprintf(folder, FOLDER_MAX, "%s/backup", b->state_dir);
	if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
		(void)snprintf(why, BACKUP_WHY_MAX, "%.300s: %.100s", folder, strerror(errno));
		return false;
	}
	(void)gmtime_r(&now, &utc);
	(void)strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &utc);
	(void)snprintf(folder, FOLDER_MAX, "%s/backup/%s", b->state_dir, stamp);
	return true;
}

static void answer(struct backup_thread *b, enum err err, const char *folder,
	const struct backup *made, const char *why)
{
	char data[ANSWER_MAX], text[ANSWER_MAX * 2];
	struct outbox box = {.first = NULL};
	struct out out, document;

	out_init(&out, data, sizeof data);
	if (err == ERR_OK) {
		out_printf(&out, "{\"bytes\":%llu,\"folder\":", (unsigned long long)made->bytes);
		out_string(&out, folder);
		out_printf(&out, ",\"height\":%llu}", (unsigned long long)made->height);
	} else {
		out_printf(&out, "{\"code\":\"%s\"}", err_name(err));
	}
	out_init(&document, text, sizeof text);
	reply_control_write(&document, &b->tag, err == ERR_OK ? "" : why, &out);
	(void)outbox_add(&box, CONTROL_RESPONSE_TOPIC, document.text, document.len, false);
	if (err == ERR_OK)
		post_say(b->post, MOSQ_LOG_NOTICE, "lem: backup | %s | height %llu, %llu bytes",
			folder, (unsigned long long)made->height, (unsigned long long)made->bytes);
	else
		post_say(b->post, MOSQ_LOG_ERR, "lem: backup | failed: %.300s", why);
	post_send(b->post, &box);
}

static void *backup_main(void *context)
{
	struct backup_thread *b = context;
	char folder[FOLDER_MAX], why[BACKUP_WHY_MAX] = "";
	struct backup made = {.height = 0};
	enum err err = ERR_IO;

	if (name_folder(b, folder, why))
		err = backup_make(b->state_dir, folder, go_on, b, &made, why);
	answer(b, err, folder, &made, why);
	atomic_store(&b->running, false);
	return NULL;
}

enum err backup_thread_begin(struct backup_thread *b, const char *state_dir, struct post *post,
	const struct control_tag *tag)
{
	if (atomic_load(&b->running))
		return ERR_LOCKED;
	if (b->started)
		(void)pthread_join(b->thread, NULL);
	b->state_dir = state_dir;
	b->post = post;
	b->tag = *tag;
	atomic_store(&b->running, true);
	b->started = pthread_create(&b->thread, NULL, backup_main, b) == 0;
	if (!b->started)
		atomic_store(&b->running, false);
	return b->started ? ERR_OK : ERR_LIMIT;
}

void backup_thread_stop(struct backup_thread *b)
{
	atomic_store(&b->stopping, true);
	if (b->started)
		(void)pthread_join(b->thread, NULL);
	b->started = false;
}
