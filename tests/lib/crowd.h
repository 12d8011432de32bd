/* crowd: many MQTT 3.1.1 clients in one thread, on plain TCP: one epoll, and of each client no more
 * memory than what it has not sent or not had whole. Dies with a sentence only without memory. */
#ifndef LEM_TESTS_CROWD_H
#define LEM_TESTS_CROWD_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CROWD_TOPIC_MAX = 128 };

/* One client; all zeros before crowd_join(). */
struct member {
	int fd; /* 0: none */
	void *context;
	unsigned char *out, *in; /* not sent yet; the begin of a packet that has not come whole */
	size_t out_len, out_at, out_size, in_len, in_size;
	uint16_t next_mid;
	unsigned subscribing; /* subscriptions that are not granted yet */
	bool accepted;        /* logged in */
	bool refused;         /* by the broker; the connection is over */
	bool lost;            /* the connection is over */
	bool wants_write;
	bool deaf; /* reads nothing from its socket */
};

/* A message that came; payload is not NUL-terminated. */
typedef void crowd_message(void *context, struct member *member, const char *topic,
	size_t topic_len, const char *payload, size_t len);

/* All of them. */
struct crowd {
	int epoll;
	crowd_message *on_message;
	void *context;
	unsigned char *in; /* what has just been read, of whichever member */
	uint64_t bytes_in;
};

/* Who a member is to the broker. Borrowed while crowd_join() runs. */
struct crowd_login {
	int port;                  /* of 127.0.0.1 */
	const char *id;            /* the MQTT client id */
	const char *user;          /* NULL: anonymous */
	const char *password;      /* with a user */
	const char *const *topics; /* to subscribe to; NULL-terminated, or NULL */
	bool at_most_once;         /* subscribes with QoS 0, not 1 */
	const char *source;        /* address of 127.0.0.0/8 to come from; NULL: 127.0.0.1 */
	bool keeps_session;        /* no clean session */
	bool small_buffer;         /* the kernel keeps as little as it can of what is not read */
	const unsigned char *raw;  /* these bytes instead of all that; NULL: none */
	size_t raw_len;
};

/* Open; on_message is called from crowd_pump(). -1 without memory or descriptors. */
int crowd_open(struct crowd *crowd, crowd_message *on_message, void *context);

/* Close; the members have left before. */
void crowd_close(struct crowd *crowd);

/* Connect, and send login and subscriptions; crowd_pump() brings the answers. -1: no connection. */
int crowd_join(struct crowd *crowd, struct member *member, const struct crowd_login *login);

/* Whether it is logged in with all its subscriptions. */
bool crowd_is_ready(const struct member *member);

/* Close its connection and free what it has; again a member of all zeros but its context. */
void crowd_leave(struct member *member);

/* Send a message; what the socket does not take now goes out in crowd_pump(). */
void crowd_publish(struct crowd *crowd, struct member *member, const char *topic, const char *text,
	size_t len, int qos);
/* The same in two steps, for many messages at once. */
void crowd_queue(struct member *member, const char *topic, const char *text, size_t len, int qos);
void crowd_flush(struct crowd *crowd, struct member *member);

/* Send a ping. */
void crowd_ping(struct crowd *crowd, struct member *member);

/* Bytes as they are, instead of a packet. */
void crowd_send_raw(struct crowd *crowd, struct member *member, const void *bytes, size_t len);

/* Stop, or go on, to read what comes for it. */
void crowd_set_deaf(struct crowd *crowd, struct member *member, bool deaf);

/* Read and drop some bytes of a deaf one. */
void crowd_sip(struct member *member, size_t bytes);

/* Wait at most wait_ms for the sockets and do what they are ready for, once. */
void crowd_pump(struct crowd *crowd, int wait_ms);

#endif
